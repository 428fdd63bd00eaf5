-- Unusual protocols: who speaks anything but the usual ones.
--
--   @logs      files, folder or pattern      @since, @until   period of `start`, UTC text or Unix seconds
--   @usual     protocol numbers that are usual here, a JSON array      @top   rows
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/unusual-protocols.sql'
--
-- ICMP is shown unless you add 1 and 58 to @usual, since tunnels like it: look for many bytes a packet (a ping has 84),
-- or much of it for long. GRE (47), ESP (50) and IP in IP (4) are VPNs and overlays, wanted or not. There is no ICMP
-- type or code in flow logs. Traffic between two logged interfaces counts at each.
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@since', NULL), ('@until', NULL), ('@usual', '[6, 17]'), ('@top', 20);
SELECT protocol, protocol_name(protocol) AS name, srcaddr, dstaddr, sum(flows) AS flows,
       coalesce(sum(flows) FILTER (WHERE action = 'REJECT'), 0) AS rejected, sum(bytes) AS bytes,
       sum(bytes) / max(sum(packets), 1) AS each, datetime(max(last_seen), 'unixepoch') AS last_seen
  FROM flowlogs_rollup(@logs)
 WHERE since = @since AND until = @until AND protocol NOT IN (SELECT value FROM json_each(@usual))
 GROUP BY protocol, srcaddr, dstaddr ORDER BY protocol IN (1, 58), bytes DESC, protocol, srcaddr, dstaddr LIMIT @top;
