-- What did two addresses say to each other? One row per connection, with what each of them sent.
--
--   @logs               a file, a folder or a pattern
--   @since, @until      the period of `start`, UTC text such as '2026-03-09 08:00' or Unix
--                       seconds; default: no limit
--   @on_error, @format  'skip' leaves out lines and files that cannot be used; the fields of
--                       files without a header line. Default: an error, and AWS's default format
--   @a, @b              the two addresses; required
--   @port               a port that either end has; default NULL: any port
--   @top                number of rows; default 20, and -1 for all
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" -cmd ".parameter set @a \"'10.0.0.5'\"" \
--           -cmd ".parameter set @b \"'10.0.0.6'\"" :memory: '.read sql/investigate/conversation.sql'
--
-- The two addresses are the true ends (pkt_srcaddr, pkt_dstaddr), also where a NAT gateway stands
-- between them. Each point that logged a connection, which is an interface or an attachment of a
-- transit gateway, counted all of it. The figures are therefore those of the point that saw most,
-- not the sum. In logs with neither interface_id nor tgw_attachment_id nothing tells the points
-- apart, so every record counts, and `points` is NULL. b_sent = 0 with a_sent > 0 means that
-- nobody answered, or that records were lost (SKIPDATA). A port that is used again is the same
-- connection here. ICMP has port 0.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@on_error', NULL), ('@format', NULL), ('@since', NULL), ('@until', NULL),
  ('@port', NULL), ('@top', 20);
-- The sample has a default, and no other logs have one; the last statement takes it away again.
INSERT OR IGNORE INTO temp.sqlite_parameters
  SELECT * FROM (VALUES ('@a', '172.31.1.13'), ('@b', '192.0.2.77'))
   WHERE @logs = 'tests/data/AWSLogs';
SELECT 1 WHERE NOT flowlogs_require(ip_text(@a) IS NOT NULL,
  'flowlogs: @a must be an address: .parameter set @a "''10.0.0.5''"');
SELECT 1 WHERE NOT flowlogs_require(ip_text(@b) IS NOT NULL,
  'flowlogs: @b must be an address: .parameter set @b "''10.0.0.6''"');
DROP TABLE IF EXISTS temp.conversed;
CREATE TEMP TABLE conversed AS
WITH met AS (
  SELECT ifnull(cidr_match(srcaddr, @a) OR cidr_match(pkt_srcaddr, @a), 0)
           AND ifnull(cidr_match(dstaddr, @b) OR cidr_match(pkt_dstaddr, @b), 0) AS from_a,
         ifnull(cidr_match(srcaddr, @b) OR cidr_match(pkt_srcaddr, @b), 0)
           AND ifnull(cidr_match(dstaddr, @a) OR cidr_match(pkt_dstaddr, @a), 0) AS from_b,
         srcport, dstport, protocol, ifnull(interface_id, tgw_attachment_id) AS point, action, flows, bytes,
         first_seen, last_seen
    FROM flowlogs_rollup(@logs, @on_error, @format)
   WHERE since = @since AND until = @until AND cidr_match(addr, @a)
     AND (@port IS NULL OR CAST(@port AS INTEGER) IN (srcport, dstport)))
SELECT from_a, iif(from_a, srcport, dstport) AS a_port, iif(from_a, dstport, srcport) AS b_port, protocol, point,
       sum(bytes) AS bytes, sum(flows * (action = 'REJECT')) AS rejected,
       min(first_seen) AS first_seen, max(last_seen) AS last_seen
  FROM met WHERE from_a OR from_b GROUP BY 1, 2, 3, 4, 5;
SELECT datetime(min(first_seen), 'unixepoch') AS first_seen, max(last_seen) - min(first_seen) AS seconds,
       a_port, b_port, ifnull(protocol_name(protocol), protocol) AS protocol,
       port_name(min(a_port, b_port), protocol) AS service,
       iif(max(from_a), max(bytes) FILTER (WHERE from_a), 0) AS a_sent,
       iif(min(from_a), 0, max(bytes) FILTER (WHERE NOT from_a)) AS b_sent,
       max(rejected) AS rejected, nullif(count(DISTINCT point), 0) AS points
  FROM conversed
 GROUP BY a_port, b_port, conversed.protocol ORDER BY first_seen, a_port, b_port, conversed.protocol LIMIT @top;
SELECT 'nothing found' AS answer, @a AS a, @b AS b, @port AS port, printable(@logs) AS logs,
       flowlogs_scan_summary() AS looked_at
 WHERE NOT EXISTS (SELECT 1 FROM conversed);
DELETE FROM temp.sqlite_parameters WHERE @logs = 'tests/data/AWSLogs' AND (key, value) IN (VALUES
  ('@a', '172.31.1.13'), ('@b', '192.0.2.77'));
