-- Which inside addresses sent how many bytes to which outside addresses, in all or in a single
-- connection? Each byte is counted once.
--
--   @logs               a file, a folder or a pattern
--   @since, @until      the period of `start`, UTC text such as '2026-03-09 08:00' or Unix
--                       seconds; default: no limit
--   @on_error, @format  'skip' leaves out lines and files that cannot be used; the fields of
--                       files without a header line. Default: an error, and AWS's default format
--   @per                'pair', or a single 'connection'; default NULL: a pair
--   @bytes              a row is shown if it sent at least this number of bytes; default 5000000
--   @top                number of rows; default 20, and -1 for all
--   @inside             your networks, a JSON array of prefixes or the name of a table with a
--                       column cidr; default: the private address space. Add the IPv6 blocks of
--                       your VPCs and your public addresses. See README.md
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/data-leaving.sql'
--
-- The ends are those of the packet (pkt_srcaddr, pkt_dstaddr) where these are logged, and of all
-- points that saw a connection, the one that saw most counts. What a NAT gateway sends on is left
-- out, because it is in the row of the instance; the second answer shows what was left out, so
-- that you can judge it. `mbit_s` is over the time from the first to the last record.
--
-- Expect answers to outside clients (the downloads from a web server), backups and package
-- mirrors. `service` is that of AWS where it is logged (version 5), and otherwise the name of the
-- port. If only a proxy is seen to send, the proxy is the source. The same private address in two
-- VPCs is one address here. In logs without interface_id nothing tells which interface saw a
-- connection, so every record counts. Where records were lost (SKIPDATA), sums are lower bounds.
-- Rows of which no record has a byte count come last, with `bytes` NULL.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES ('@logs', 'tests/data/AWSLogs'), ('@top', 20),
  ('@bytes', 5000000);
SELECT 1 WHERE NOT flowlogs_require(ifnull(@per, 'pair') IN ('pair', 'connection'),
  'flowlogs: @per must be pair or connection: .parameter set @per "''connection''"');
DROP TABLE IF EXISTS temp.answer; CREATE TEMP TABLE answer AS
SELECT iif(direction = 'outbound', client, server) AS src,
       iif(direction = 'outbound', server, client) AS dst,
       iif(min(server_port) IS max(server_port), min(server_port),
           count(DISTINCT server_port) || ' ports') AS port, count(*) AS n,
       sum(iif(direction = 'outbound', client_bytes, server_bytes)) AS bytes,
       min(first_seen) AS first, max(last_seen) AS last, is_nat_leg AS nat
  FROM flowlogs_connections(@logs, @on_error, @format) WHERE since = @since AND until = @until
   AND inside = @inside AND direction IN ('inbound', 'outbound') AND accepted IS NOT 0
 GROUP BY 1, 2, is_nat_leg, iif(@per = 'connection', rowid, 0);
SELECT src, dst, port, coalesce(service, port_name(port), '-') AS service, n AS connections, bytes,
       bytes / 125000 / max(last - first, 1) AS mbit_s, datetime(first, 'unixepoch') AS first_seen,
       datetime(last, 'unixepoch') AS last_seen
  FROM temp.answer LEFT JOIN (SELECT pkt_dstaddr AS dst, max(pkt_dst_aws_service) AS service
         FROM flowlogs_rollup(@logs, @on_error, @format) WHERE since = @since AND until = @until
        GROUP BY 1) USING (dst)
 WHERE NOT nat AND ifnull(bytes, @bytes) >= @bytes ORDER BY bytes DESC, 1, 2, 3, first LIMIT @top;
SELECT src AS left_out_as_nat, count(DISTINCT dst) AS destinations, sum(n) AS connections,
       sum(bytes) AS bytes FROM temp.answer WHERE nat GROUP BY src ORDER BY src;
SELECT 'nothing found' AS answer, printable(@logs) AS logs, flowlogs_scan_summary() AS looked_at
 WHERE NOT EXISTS (SELECT 1 FROM temp.answer WHERE nat OR ifnull(bytes, @bytes) >= @bytes);
