-- What is this network interface, are its records complete, and with whom does it talk?
--
--   @logs               a file, a folder or a pattern
--   @since, @until      the period of `start`, UTC text such as '2026-03-09 08:00' or Unix
--                       seconds; default: no limit
--   @on_error, @format  'skip' leaves out lines and files that cannot be used; the fields of
--                       files without a header line. Default: an error, and AWS's default format
--   @eni                the interface; required
--   @top                number of rows; default 20, and -1 for all
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" -cmd ".parameter set @eni \"'eni-…'\"" \
--           :memory: '.read sql/investigate/eni.sql'
--
-- The first answer says what the interface is, the second one whether records were lost, and the
-- third one lists its peers. `sent` is from client to server. Only records of this interface
-- count, so nothing counts twice, except for the interface of a NAT gateway, which logs both of
-- its legs. Addresses are those of the packet (pkt_srcaddr, pkt_dstaddr) where they are logged.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@on_error', NULL), ('@format', NULL), ('@since', NULL), ('@until', NULL),
  ('@top', 20);
-- The sample has a default, and no other logs have one; the last statement takes it away again.
INSERT OR IGNORE INTO temp.sqlite_parameters SELECT '@eni', 'eni-01d3b5255fac9b19f' WHERE @logs = 'tests/data/AWSLogs';
SELECT 1 WHERE NOT flowlogs_require(@eni LIKE 'eni-%',
  'flowlogs: @eni must be an interface: .parameter set @eni "''eni-…''"');
-- What the interface is.
DROP TABLE IF EXISTS temp.answer;
CREATE TEMP TABLE answer AS
SELECT account_id, vpc_id, subnet_id, instance_id, interface_type
  FROM flowlogs_rollup(@logs, @on_error, @format)
 WHERE since = @since AND until = @until AND interface_id = @eni
 GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5;
SELECT * FROM temp.answer ORDER BY rowid;

-- Whether its records are complete: SKIPDATA means that some were lost.
SELECT log_status, sum(flows) AS records, sum(packets) AS packets, sum(bytes) AS bytes,
       datetime(min(first_seen), 'unixepoch') AS first_seen,
       datetime(max(last_seen), 'unixepoch') AS last_seen
  FROM flowlogs_rollup(@logs, @on_error, @format)
 WHERE since = @since AND until = @until AND interface_id = @eni
 GROUP BY log_status ORDER BY log_status;

-- With whom it talks. The server is the end with the lower port.
WITH seen AS (
  SELECT dstport <= srcport AS asks, coalesce(pkt_srcaddr, srcaddr) AS src, coalesce(pkt_dstaddr, dstaddr) AS dst,
         min(srcport, dstport) AS port, protocol, action, sum(flows) AS flows, sum(bytes) AS bytes,
         min(first_seen) AS first_seen, max(last_seen) AS last_seen
    FROM flowlogs_rollup(@logs, @on_error, @format)
   WHERE since = @since AND until = @until AND interface_id = @eni AND srcaddr IS NOT NULL
   GROUP BY 1, 2, 3, 4, 5, 6)
SELECT iif(asks, src, dst) AS client, iif(asks, dst, src) AS server, ifnull(port_name(port, protocol), port) AS service,
       sum(flows) AS flows, sum(flows * (action = 'REJECT')) AS rejected,
       sum(bytes * asks) AS sent, sum(bytes * (NOT asks)) AS received,
       datetime(min(first_seen), 'unixepoch') AS first_seen,
       datetime(max(last_seen), 'unixepoch') AS last_seen
  FROM seen
 GROUP BY client, server, port, protocol
 ORDER BY sent + received DESC, flows DESC, client, server, port, protocol LIMIT @top;
SELECT 'nothing found' AS answer, @eni AS eni, printable(@logs) AS logs, flowlogs_scan_summary() AS looked_at
 WHERE NOT EXISTS (SELECT 1 FROM temp.answer);
DELETE FROM temp.sqlite_parameters WHERE key = '@eni' AND value = 'eni-01d3b5255fac9b19f' AND @logs = 'tests/data/AWSLogs';
