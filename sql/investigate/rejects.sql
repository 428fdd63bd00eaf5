-- All rejected traffic, record by record, the newest first.
--
--   @logs   files, folder or pattern     @since, @until   period of `start`, UTC text or Unix seconds
--   @top    rows
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/rejects.sql'
--
-- @top -1 shows them all. reject_reason (version 8) tells what VPC Block Public Access and encryption controls refused
-- from what security groups and network ACLs did. A packet that comes after its connection was closed is a REJECT, too.
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@since', NULL), ('@until', NULL), ('@top', 20);
SELECT start_time, interface_id, srcaddr, dstaddr, dstport, port_name(dstport, protocol) AS service,
       ifnull(protocol_name(protocol), protocol) AS protocol
  FROM flowlogs(@logs)
 WHERE since = @since AND until = @until
   AND action = 'REJECT'
 ORDER BY start DESC, interface_id, srcaddr, dstaddr, dstport, srcport, rowid LIMIT @top;
