-- Traffic by type of interface: NAT gateways, load balancers, endpoints, and the rest.
--
--   @logs      files, folder or pattern      @since, @until   period of `start`, UTC text or Unix seconds
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/interface-types.sql'
--
-- interface-type is of version 11; `instance or other` has none, and stands for all interfaces of older formats, so
-- look at `version`, the format's. NAT gateways and load balancers show each byte on the way in and on the way out
-- again.
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES ('@logs', 'tests/data/AWSLogs'), ('@since', NULL), ('@until', NULL);
SELECT coalesce(interface_type, 'instance or other') AS type, version, count(DISTINCT interface_id) AS interfaces,
       sum(flows) AS flows,
       coalesce(sum(bytes) FILTER (WHERE flow_direction = 'ingress'), 0) AS bytes_in,
       coalesce(sum(bytes) FILTER (WHERE flow_direction = 'egress'), 0) AS bytes_out, sum(bytes) AS bytes
  FROM flowlogs_rollup(@logs) WHERE since = @since AND until = @until AND ifnull(log_status, 'OK') = 'OK'
 GROUP BY 1, 2 ORDER BY interface_type IS NULL, 1, 2;
