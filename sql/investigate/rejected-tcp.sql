-- Rejected TCP: who knocked where, how often, since when.
--
--   @logs   files, folder or pattern     @since, @until   period of `start`, UTC text or Unix seconds
--   @top    rows
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/rejected-tcp.sql'
--
-- A packet that comes after its connection was closed is a REJECT, too: dstport is then some client's high port.
-- Rejects are logged where they happen, on the receiver's interface (or the sender's, if its own rules stopped it).
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@since', NULL), ('@until', NULL), ('@top', 20);
SELECT srcaddr, dstaddr, dstport, port_name(dstport, 6) AS service, sum(flows) AS flows, sum(packets) AS packets,
       datetime(min(first_seen), 'unixepoch') AS first_seen,
       datetime(max(last_seen), 'unixepoch') AS last_seen
  FROM flowlogs_rollup(@logs)
 WHERE since = @since AND until = @until AND action = 'REJECT' AND protocol = 6
 GROUP BY srcaddr, dstaddr, dstport ORDER BY flows DESC, srcaddr, dstaddr, dstport LIMIT @top;
