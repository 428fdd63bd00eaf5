-- How much traffic does each type of interface have: NAT gateways, load balancers, endpoints and
-- the others?
--
--   @logs               a file, a folder or a pattern
--   @since, @until      the period of `start`, UTC text such as '2026-03-09 08:00' or Unix
--                       seconds; default: no limit
--   @on_error, @format  'skip' leaves out lines and files that cannot be used; the fields of
--                       files without a header line. Default: an error, and AWS's default format
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/interface-types.sql'
--
-- interface_type needs version 11. `instance or other` has no type. It also stands for all
-- interfaces of older formats, so look at `version`, which is the version of the format. NAT
-- gateways and load balancers log each byte when it enters and again when it leaves. `bytes_in` and
-- `bytes_out` need flow_direction (version 5) and are NULL without it.
--
-- The last answer says how many files have each field. What depends on a field that none of them
-- has, the logs cannot tell.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES ('@logs', 'tests/data/AWSLogs');
DROP TABLE IF EXISTS temp.answer; CREATE TEMP TABLE answer AS
SELECT coalesce(interface_type, 'instance or other') AS type, version,
       nullif(count(DISTINCT interface_id), 0) AS interfaces, sum(flows) AS flows,
       sum(bytes * (flow_direction = 'ingress')) AS bytes_in,
       sum(bytes * (flow_direction = 'egress')) AS bytes_out, sum(bytes) AS bytes
  FROM flowlogs_rollup(@logs, @on_error, @format) WHERE since = @since AND until = @until
   AND ifnull(log_status, 'OK') = 'OK' GROUP BY 1, 2 ORDER BY interface_type IS NULL, 1, 2;
SELECT * FROM temp.answer ORDER BY rowid;
SELECT 'nothing found' AS answer, printable(@logs) AS logs, flowlogs_scan_summary() AS looked_at
 WHERE NOT EXISTS (SELECT 1 FROM temp.answer);
SELECT count(*) AS files, sum(f LIKE '% interface-type %') AS with_interface_type,
       sum(f LIKE '% flow-direction %') AS with_flow_direction
  FROM (SELECT ' ' || replace(fields, '"', ' ') || ' ' AS f
          FROM flowlogs_files(@logs, @format) WHERE fields IS NOT NULL);
