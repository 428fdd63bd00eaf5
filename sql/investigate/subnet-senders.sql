-- Who sends most from one subnet, or any other prefix; IPv6 prefixes too.
--
--   @logs   files, folder or pattern     @since, @until   period of `start`, UTC text or Unix seconds
--   @subnet the subnet's addresses, as a CIDR prefix: set it, only the sample's logs have a default
--   @top    rows
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" -cmd ".parameter set @subnet \"'10.0.1.0/24'\"" \
--           :memory: '.read sql/investigate/subnet-senders.sql'
--
-- Traffic between two interfaces that are both logged is in the logs twice, a NAT gateway logs both of its legs, and a
-- transit gateway's logs tell it again: AND flow_direction = 'egress' AND tgw_id IS NULL (version 5) counts what each
-- interface sent once. With SKIPDATA, sums are lower bounds.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@since', NULL), ('@until', NULL), ('@top', 20);
-- For the sample, and for no other logs: the last line takes it away.
INSERT OR IGNORE INTO temp.sqlite_parameters SELECT '@subnet', '10.0.1.0/24' WHERE @logs = 'tests/data/AWSLogs';
SELECT 1 WHERE NOT flowlogs_require(@subnet IS NOT NULL,
  'flowlogs: @subnet must be a network: .parameter set @subnet "''10.0.1.0/24''"');
SELECT srcaddr, count(DISTINCT dstaddr) AS peers, sum(flows) AS flows, sum(bytes) AS bytes,
       datetime(min(first_seen), 'unixepoch') AS first_seen,
       datetime(max(last_seen), 'unixepoch') AS last_seen
  FROM flowlogs_rollup(@logs)
 WHERE since = @since AND until = @until AND cidr_match(srcaddr, @subnet)
 GROUP BY srcaddr ORDER BY bytes DESC, srcaddr LIMIT @top;
SELECT 'nothing found' AS answer, @subnet AS subnet, @logs AS logs, @since AS since, @until AS until
 WHERE NOT EXISTS (
   SELECT 1 FROM flowlogs(@logs) WHERE since = @since AND until = @until AND cidr_match(srcaddr, @subnet));
DELETE FROM temp.sqlite_parameters WHERE key = '@subnet' AND value = '10.0.1.0/24' AND @logs = 'tests/data/AWSLogs';
