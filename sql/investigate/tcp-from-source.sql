-- All TCP traffic from one address, record by record, as it happened.
--
--   @logs   files, folder or pattern     @since, @until   period of `start`, UTC text or Unix seconds
--   @src    the address: set it, the default is one of the sample's
--   @top    rows
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/tcp-from-source.sql'
--
-- @top -1 shows them all. A record is one aggregation interval of one direction; between two interfaces that are both
-- logged there are two of it. The answers have the ports the other way round and are in tcp-from-source of the other
-- end, or in conversation.sql. `flags` needs tcp_flags (version 3).
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@since', NULL), ('@until', NULL), ('@src', '10.0.1.31'), ('@top', 20);
SELECT start_time, dstaddr, srcport, dstport, ifnull(port_name(dstport, 6), port_name(srcport, 6)) AS service,
       tcp_flags(tcp_flags) AS flags, packets, bytes, action
  FROM flowlogs(@logs)
 WHERE since = @since AND until = @until
   AND srcaddr = @src AND protocol = 6
 ORDER BY start, dstaddr, srcport, dstport, rowid LIMIT @top;
