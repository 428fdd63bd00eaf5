-- All TCP traffic from one address, record by record, as it happened.
--
--   @logs   files, folder or pattern     @since, @until   period of `start`, UTC text or Unix seconds
--   @src    the address: set it, only the sample's logs have a default
--   @top    rows
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" -cmd ".parameter set @src \"'10.0.0.5'\"" \
--           :memory: '.read sql/investigate/tcp-from-source.sql'
--
-- @top -1 shows them all. A record is one aggregation interval of one direction; between two interfaces that are both
-- logged there are two of it. The answers have the ports the other way round and are in tcp-from-source of the other
-- end, or in conversation.sql. `flags` needs tcp_flags (version 3).
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@since', NULL), ('@until', NULL), ('@top', 20);
-- For the sample, and for no other logs: the last line takes it away.
INSERT OR IGNORE INTO temp.sqlite_parameters SELECT '@src', '10.0.1.31' WHERE @logs = 'tests/data/AWSLogs';
SELECT 1 WHERE NOT flowlogs_require(ip_text(@src) IS NOT NULL,
  'flowlogs: @src must be an address: .parameter set @src "''10.0.0.5''"');
SELECT start_time, dstaddr, srcport, dstport, ifnull(port_name(dstport, 6), port_name(srcport, 6)) AS service,
       tcp_flags(tcp_flags) AS flags, packets, bytes, action
  FROM flowlogs(@logs)
 WHERE since = @since AND until = @until
   AND cidr_match(srcaddr, @src) AND protocol = 6
 ORDER BY start, dstaddr, srcport, dstport, rowid LIMIT @top;
SELECT 'nothing found' AS answer, @src AS src, @logs AS logs, @since AS since, @until AS until
 WHERE NOT EXISTS (
   SELECT 1 FROM flowlogs(@logs) WHERE since = @since AND until = @until AND cidr_match(srcaddr, @src) AND protocol = 6);
DELETE FROM temp.sqlite_parameters WHERE key = '@src' AND value = '10.0.1.31' AND @logs = 'tests/data/AWSLogs';
