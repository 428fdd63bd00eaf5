-- Accepted TCP: which clients reached which services, and what went each way. The service's side is the one with the
-- lower port.
--
--   @logs   files, folder or pattern     @since, @until   period of `start`, UTC text or Unix seconds
--   @top    rows
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/accepted-tcp.sql'
--
-- `sent` is from client to server. ACCEPT says that the rules let the packets pass, not that the server answered: that
-- is received > 0. Traffic between two interfaces that are both logged is in the logs twice, a NAT gateway logs both of
-- its legs, and a transit gateway's logs tell it again: AND flow_direction = 'egress' AND tgw_id IS NULL (version 5)
-- counts what each interface sent once. With SKIPDATA, sums are lower bounds.
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@since', NULL), ('@until', NULL), ('@top', 20);
SELECT iif(dstport <= srcport, srcaddr, dstaddr) AS client, iif(dstport <= srcport, dstaddr, srcaddr) AS server,
       min(srcport, dstport) AS port, port_name(min(srcport, dstport), 6) AS service, sum(flows) AS flows,
       ifnull(sum(bytes) FILTER (WHERE dstport <= srcport), 0) AS sent,
       ifnull(sum(bytes) FILTER (WHERE dstport > srcport), 0) AS received,
       datetime(max(last_seen), 'unixepoch') AS last_seen
  FROM flowlogs_rollup(@logs)
 WHERE since = @since AND until = @until AND action = 'ACCEPT' AND protocol = 6
 GROUP BY 1, 2, 3 ORDER BY sent + received DESC, client, server, port LIMIT @top;
