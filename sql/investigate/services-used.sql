-- Which clients reached which services of TCP, or of UDP, and how much did each end send?
-- Athena's name: AcceptedTraffic.
--
--   @logs               a file, a folder or a pattern
--   @since, @until      the period of `start`, UTC text such as '2026-03-09 08:00' or Unix
--                       seconds; default: no limit
--   @on_error, @format  'skip' leaves out lines and files that cannot be used; the fields of
--                       files without a header line. Default: an error, and AWS's default format
--   @protocol           the protocol by its number; default 6: TCP, and 17 is UDP
--   @per                'pair' of client and server, or 'address' of a client, whatever the
--                       server; default NULL: a pair
--   @top                number of rows; default 20, and -1 for all
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/services-used.sql'
--
-- Each byte counts once (see flowlogs_connections in ../README.md), and what a NAT gateway sends
-- on is in the row of the instance. Where records were lost (SKIPDATA), sums are lower bounds.
-- `sent` is from client to server. Connections that were rejected are left out; rejected-tcp.sql
-- has them. That the rules let the packets pass does not say that the server answered: `answered`
-- counts the connections in which it did.
--
-- Who the client is, the SYN tells where tcp_flags are logged (version 3), and otherwise the
-- known port or the number of peers. For UDP, ask for @protocol 17: questions to Amazon's own DNS
-- server and DHCP are never logged.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES ('@logs', 'tests/data/AWSLogs'), ('@top', 20),
  ('@protocol', 6);
SELECT 1 WHERE NOT flowlogs_require(ifnull(@per, 'pair') IN ('pair', 'address'),
  'flowlogs: @per must be pair or address: .parameter set @per "''address''"');
DROP TABLE IF EXISTS temp.answer; CREATE TEMP TABLE answer AS
WITH pair AS NOT MATERIALIZED (SELECT client, server, server_port AS port, count(*) AS n,
         sum(server_packets > 0) AS answered, sum(client_bytes) AS sent,
         sum(server_bytes) AS received, min(first_seen) AS first, max(last_seen) AS last
    FROM flowlogs_connections(@logs, @on_error, @format) WHERE since = @since AND until = @until
     AND protocol = @protocol AND state <> 'rejected' AND NOT is_nat_leg
   GROUP BY client, server, server_port, together),
asked AS (
  SELECT client, server, 1 AS servers, port, n, answered, sent, received, first, last
    FROM pair WHERE @per IS NOT 'address'
   UNION ALL
  SELECT client, NULL, count(*), port, sum(n), sum(answered), sum(sent), sum(received), min(first),
         max(last) FROM pair WHERE @per = 'address' GROUP BY client, port)
SELECT client, server, servers, port, port_name(port, @protocol) AS service, n AS connections,
       answered, sent, received, datetime(first, 'unixepoch') AS first_seen,
       datetime(last, 'unixepoch') AS last_seen FROM asked
 ORDER BY sent + received DESC, 1, 2, 4 LIMIT @top;
SELECT * FROM temp.answer ORDER BY rowid;
SELECT 'nothing found' AS answer, printable(@logs) AS logs, flowlogs_scan_summary() AS looked_at
 WHERE NOT EXISTS (SELECT 1 FROM temp.answer);
