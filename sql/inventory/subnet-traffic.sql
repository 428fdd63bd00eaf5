-- Which subnets talk to which, and to the world outside?
--
--   @logs             files, a folder or a pattern
--   @since, @until    the period of `start`, UTC text or Unix seconds
--   @on_error, @format   'skip' leaves out lines and files that cannot be used; the fields of files
--                     without a header line
--   @top              the number of rows
--   @subnets          see load-subnets.sql, which this script reads first
--
--   sqlite3 -bail -cmd '.timeout 60000' -cmd '.load ./build/flowlogs' -cmd '.mode box' \
--           -cmd '.parameter init' -cmd ".parameter set @subnets \"'subnets.json'\"" \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" my.db '.read sql/inventory/subnet-traffic.sql'
--
-- Traffic between two interfaces is logged at both ends, and counts twice.  'elsewhere' stands for
-- addresses in no subnet of the inventory: the internet, but also VPCs that you have not loaded.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@on_error', NULL), ('@format', NULL), ('@since', NULL), ('@until', NULL),
  ('@top', 20);
.read sql/inventory/load-subnets.sql

DROP TABLE IF EXISTS temp.answer;
CREATE TEMP TABLE answer AS
SELECT printable(coalesce(s.name || ' ' || s.cidr, s.cidr, 'elsewhere')) AS source,
       printable(coalesce(d.name || ' ' || d.cidr, d.cidr, 'elsewhere')) AS target,
       sum(f.flows) AS flows, sum(f.flows * (f.action = 'REJECT')) AS rejected,
       sum(f.bytes) AS bytes
  FROM (SELECT srcaddr, dstaddr, action, sum(flows) AS flows, sum(bytes) AS bytes
          FROM flowlogs_rollup(@logs, @on_error, @format) WHERE since = @since AND until = @until AND srcaddr IS NOT NULL
         GROUP BY srcaddr, dstaddr, action) f
  LEFT JOIN subnets s ON s.rowid = cidr_lookup('subnets', 'cidr', f.srcaddr)
  LEFT JOIN subnets d ON d.rowid = cidr_lookup('subnets', 'cidr', f.dstaddr)
 GROUP BY 1, 2 ORDER BY bytes DESC, 1, 2 LIMIT @top;
SELECT * FROM temp.answer ORDER BY rowid;
SELECT 'nothing found' AS answer, printable(@logs) AS logs, flowlogs_scan_summary() AS looked_at
 WHERE NOT EXISTS (SELECT 1 FROM temp.answer);
