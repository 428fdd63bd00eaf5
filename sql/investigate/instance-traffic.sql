-- With whom does one instance talk, and about what?
--
--   @logs               a file, a folder or a pattern
--   @since, @until      the period of `start`, UTC text such as '2026-03-09 08:00' or Unix
--                       seconds; default: no limit
--   @on_error, @format  'skip' leaves out lines and files that cannot be used; the fields of
--                       files without a header line. Default: an error, and AWS's default format
--   @instance           the instance id; required
--   @top                number of rows; default 20, and -1 for all
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" -cmd ".parameter set @instance \"'i-…'\"" \
--           :memory: '.read sql/investigate/instance-traffic.sql'
--
-- The answer covers all interfaces of the instance, and only what these interfaces logged, so
-- each direction counts once. `peer` is the other end of the packet, also behind a NAT gateway.
-- `service` is the lower of the two ports, which is mostly the port of the service. instance_id
-- needs version 3; for older formats, ask for the address with addr = '10.0.0.5'. Which end is the
-- peer, flow_direction says (version 5): without it, `peer`, `bytes_out` and `bytes_in` are NULL.
--
-- The last answer says how many files have each field. What depends on a field that none of them
-- has, the logs cannot tell.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@on_error', NULL), ('@format', NULL), ('@since', NULL), ('@until', NULL),
  ('@top', 20);
-- The sample has a default, and no other logs have one; the last statement takes it away again.
INSERT OR IGNORE INTO temp.sqlite_parameters SELECT '@instance', 'i-028450faf3abb2524' WHERE @logs = 'tests/data/AWSLogs';
SELECT 1 WHERE NOT flowlogs_require(@instance LIKE 'i-%',
  'flowlogs: @instance must be an instance: .parameter set @instance "''i-…''"');
DROP TABLE IF EXISTS temp.answer;
CREATE TEMP TABLE answer AS
SELECT CASE flow_direction WHEN 'egress' THEN coalesce(pkt_dstaddr, dstaddr)
                           WHEN 'ingress' THEN coalesce(pkt_srcaddr, srcaddr) END AS peer,
       ifnull(protocol_name(protocol), protocol) AS protocol, min(srcport, dstport) AS service,
       sum(flows) AS flows, sum(flows * (action = 'REJECT')) AS rejected,
       sum(bytes * (flow_direction = 'egress')) AS bytes_out,
       sum(bytes * (flow_direction = 'ingress')) AS bytes_in,
       substr(datetime(min(first_seen), 'unixepoch'), 1, 16) AS first_seen,
       substr(datetime(max(last_seen), 'unixepoch'), 1, 16) AS last_seen
  FROM flowlogs_rollup(@logs, @on_error, @format)
 WHERE since = @since AND until = @until AND instance_id = @instance AND instance_id IS NOT NULL
   AND ifnull(log_status, 'OK') = 'OK'
 GROUP BY peer, protocol, service
 ORDER BY sum(bytes) DESC, peer, protocol, service LIMIT @top;
SELECT * FROM temp.answer ORDER BY rowid;
SELECT 'nothing found' AS answer, @instance AS instance, printable(@logs) AS logs,
       flowlogs_scan_summary() AS looked_at
 WHERE NOT EXISTS (SELECT 1 FROM temp.answer);
SELECT count(*) AS files,
       sum(instr(' ' || replace(fields, '"', ' ') || ' ', ' instance-id ') > 0) AS with_instance_id,
       sum(instr(' ' || replace(fields, '"', ' ') || ' ', ' flow-direction ') > 0) AS with_flow_direction
  FROM flowlogs_files(@logs, @format) WHERE fields IS NOT NULL;
DELETE FROM temp.sqlite_parameters WHERE key = '@instance' AND value = 'i-028450faf3abb2524' AND @logs = 'tests/data/AWSLogs';
