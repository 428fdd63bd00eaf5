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
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" \
--           -cmd ".parameter set @eni \"'eni-…'\"" \
--           :memory: '.read sql/investigate/eni.sql'
--
-- The first answer says what the interface is and whether records were lost (SKIPDATA), and the
-- second one lists its peers. Only records of this interface count, so nothing counts twice; of a
-- NAT gateway, whose interface logs both of its legs, the leg that shows the true ends counts.
-- `sent` is from client to server. Addresses are those of the packet (pkt_srcaddr, pkt_dstaddr)
-- where they are logged.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES ('@logs', 'tests/data/AWSLogs'), ('@top', 20);
-- The sample has a default, and no other logs have one; the last statement takes it away again.
INSERT OR IGNORE INTO temp.sqlite_parameters
SELECT '@eni', 'eni-01d3b5255fac9b19f' WHERE @logs = 'tests/data/AWSLogs';
SELECT 1 WHERE NOT flowlogs_require(@eni LIKE 'eni-%',
  'flowlogs: @eni must be an interface: .parameter set @eni "''eni-…''"');
SELECT account_id, vpc_id, subnet_id, instance_id, interface_type, log_status,
       sum(flows) AS records, sum(packets) AS packets, sum(bytes) AS bytes,
       datetime(min(first_seen), 'unixepoch') AS first_seen,
       datetime(max(last_seen), 'unixepoch') AS last_seen
  FROM flowlogs_rollup(@logs, @on_error, @format) WHERE since = @since AND until = @until
   AND interface_id = @eni GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6;
DROP TABLE IF EXISTS temp.answer; CREATE TEMP TABLE answer AS
SELECT client, server, ifnull(port_name(server_port, protocol), server_port) AS service,
       count(*) AS connections, sum(rejected > 0) AS rejected, sum(client_bytes) AS sent,
       sum(server_bytes) AS received, datetime(min(first_seen), 'unixepoch') AS first_seen,
       datetime(max(last_seen), 'unixepoch') AS last_seen
  FROM flowlogs_connections(@logs, @on_error, @format) WHERE since = @since AND until = @until
   AND interface_id = @eni AND NOT is_nat_leg GROUP BY client, server, server_port, protocol
 ORDER BY sum(client_bytes) + sum(server_bytes) DESC, connections DESC, 1, 2, server_port, protocol
 LIMIT @top;
SELECT * FROM temp.answer ORDER BY rowid;
SELECT 'nothing found' AS answer, @eni AS eni, printable(@logs) AS logs,
       flowlogs_scan_summary() AS looked_at WHERE NOT EXISTS (SELECT 1 FROM temp.answer);
DELETE FROM temp.sqlite_parameters
 WHERE key = '@eni' AND value = 'eni-01d3b5255fac9b19f' AND @logs = 'tests/data/AWSLogs';
