-- The top talkers on ports of administration (FTP, SSH, Telnet, SMB, RDP, VNC, WinRM): client by client, in both
-- directions.
--
--   @logs   files, folder or pattern     @since, @until   period of `start`, UTC text or Unix seconds
--   @top    rows
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/admin-ports.sql'
--
-- Traffic between two interfaces that are both logged is in the logs twice, a NAT gateway logs both of its legs, and a
-- transit gateway's logs tell it again: AND flow_direction = 'egress' AND tgw_id IS NULL (version 5) counts what each
-- interface sent once. With SKIPDATA, sums are lower bounds.
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@since', NULL), ('@until', NULL), ('@top', 20);
WITH admin(port) AS (VALUES (21), (22), (23), (135), (139), (445), (3389), (5900), (5985), (5986))
SELECT iif(dstport IN admin, srcaddr, dstaddr) AS client, iif(dstport IN admin, dstport, srcport) AS port,
       port_name(iif(dstport IN admin, dstport, srcport), 6) AS service,
       count(DISTINCT iif(dstport IN admin, dstaddr, srcaddr)) AS servers, sum(flows) AS flows,
       ifnull(sum(flows) FILTER (WHERE action = 'REJECT'), 0) AS rejected, sum(bytes) AS bytes,
       datetime(max(last_seen), 'unixepoch') AS last_seen
  FROM flowlogs_rollup(@logs)
 WHERE since = @since AND until = @until AND port IN admin AND protocol = 6
 GROUP BY 1, 2 ORDER BY bytes DESC, client, port LIMIT @top;
