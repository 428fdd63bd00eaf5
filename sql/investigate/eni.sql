-- All traffic of one network interface: what it is, whether its records are whole, and with whom it talks, about what.
--
--   @logs   files, folder or pattern     @since, @until   period of `start`, UTC text or Unix seconds
--   @eni    the interface: set it, only the sample's logs have a default
--   @top    rows
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" -cmd ".parameter set @eni \"'eni-…'\"" \
--           :memory: '.read sql/investigate/eni.sql'
--
-- `sent` is from client to server. One interface's view: nothing counts twice, but a NAT gateway's interface, which
-- logs both of its legs. Addresses are the packets' own (pkt_srcaddr, pkt_dstaddr) where the log has them.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@since', NULL), ('@until', NULL), ('@top', 20);
-- For the sample, and for no other logs: the last line takes it away.
INSERT OR IGNORE INTO temp.sqlite_parameters SELECT '@eni', 'eni-01d3b5255fac9b19f' WHERE @logs = 'tests/data/AWSLogs';
SELECT 1 WHERE NOT flowlogs_require(@eni LIKE 'eni-%',
  'flowlogs: @eni must be an interface: .parameter set @eni "''eni-…''"');
-- What it is.
SELECT account_id, vpc_id, subnet_id, instance_id, interface_type
  FROM flowlogs_rollup(@logs)
 WHERE since = @since AND until = @until AND interface_id = @eni
 GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5;

-- Whether its records are whole: SKIPDATA means that some were lost.
SELECT log_status, sum(flows) AS records, sum(packets) AS packets, sum(bytes) AS bytes,
       datetime(min(first_seen), 'unixepoch') AS first_seen,
       datetime(max(last_seen), 'unixepoch') AS last_seen
  FROM flowlogs_rollup(@logs)
 WHERE since = @since AND until = @until AND interface_id = @eni
 GROUP BY log_status ORDER BY log_status;

-- With whom it talks.  The service's side is the one with the lower port.
WITH seen AS (
  SELECT dstport <= srcport AS asks, coalesce(pkt_srcaddr, srcaddr) AS src, coalesce(pkt_dstaddr, dstaddr) AS dst,
         min(srcport, dstport) AS port, protocol, action, sum(flows) AS flows, sum(bytes) AS bytes,
         min(first_seen) AS first_seen, max(last_seen) AS last_seen
    FROM flowlogs_rollup(@logs)
   WHERE since = @since AND until = @until AND interface_id = @eni AND srcaddr IS NOT NULL
   GROUP BY 1, 2, 3, 4, 5, 6)
SELECT iif(asks, src, dst) AS client, iif(asks, dst, src) AS server, ifnull(port_name(port, protocol), port) AS service,
       sum(flows) AS flows, ifnull(sum(flows) FILTER (WHERE action = 'REJECT'), 0) AS rejected,
       ifnull(sum(bytes) FILTER (WHERE asks), 0) AS sent, ifnull(sum(bytes) FILTER (WHERE NOT asks), 0) AS received,
       datetime(min(first_seen), 'unixepoch') AS first_seen,
       datetime(max(last_seen), 'unixepoch') AS last_seen
  FROM seen
 GROUP BY client, server, port, protocol
 ORDER BY sent + received DESC, flows DESC, client, server, port, protocol LIMIT @top;
SELECT 'nothing found' AS answer, @eni AS eni, @logs AS logs, @since AS since, @until AS until
 WHERE NOT EXISTS (
   SELECT 1 FROM flowlogs(@logs) WHERE since = @since AND until = @until AND interface_id = @eni);
DELETE FROM temp.sqlite_parameters WHERE key = '@eni' AND value = 'eni-01d3b5255fac9b19f' AND @logs = 'tests/data/AWSLogs';
