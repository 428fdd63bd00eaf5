-- Cleartext: flows that nothing encrypts (encryption-status 0), before encryption is enforced.
--
--   @logs      files, folder or pattern      @since, @until   period of `start`, UTC text or Unix seconds
--   @top       rows
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/cleartext.sql'
--
-- encryption-status is of version 10: 0 not encrypted, 1 by Nitro, 2 by the application, 3 both; NULL where it is
-- unknown or encryption controls are off, and in older formats. The second answer says how much is known at all: don't
-- take an empty first one for safety. `service_port` is the lower one of both, mostly the service; traffic logged on
-- both sides counts twice.
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@since', NULL), ('@until', NULL), ('@top', 20);
SELECT interface_id, iif(flow_direction = 'egress', srcaddr, dstaddr) AS own,
       ifnull(protocol_name(protocol), protocol) AS protocol, min(srcport, dstport) AS service_port,
       count(DISTINCT iif(flow_direction = 'egress', dstaddr, srcaddr)) AS peers, sum(flows) AS flows,
       coalesce(sum(flows) FILTER (WHERE action = 'REJECT'), 0) AS rejected, sum(bytes) AS bytes,
       datetime(max(last_seen), 'unixepoch') AS last_seen
  FROM flowlogs_rollup(@logs) WHERE since = @since AND until = @until AND encryption_status = 0
 GROUP BY interface_id, own, protocol, service_port
 ORDER BY bytes DESC, interface_id, own, protocol, service_port LIMIT @top;
SELECT CASE encryption_status WHEN 0 THEN 'not encrypted' WHEN 1 THEN 'Nitro' WHEN 2 THEN 'application'
                              WHEN 3 THEN 'Nitro and application' ELSE 'unknown' END AS encryption,
       count(DISTINCT interface_id) AS interfaces, sum(flows) AS flows, sum(bytes) AS bytes
  FROM flowlogs_rollup(@logs) WHERE since = @since AND until = @until AND ifnull(log_status, 'OK') = 'OK'
 GROUP BY encryption_status ORDER BY encryption_status IS NULL, encryption_status;
