-- How much traffic goes to AWS's own services and comes from them, by service and region?
--
--   @logs             files, a folder or a pattern
--   @since, @until    the period of `start`, UTC text or Unix seconds
--   @on_error, @format   'skip' leaves out lines and files that cannot be used; the fields of files
--                     without a header line
--   @ranges           see load-aws-ranges.sql, which this script reads first
--
--   sqlite3 -bail -cmd '.timeout 60000' -cmd '.load ./build/flowlogs' -cmd '.mode box' \
--           -cmd '.parameter init' -cmd ".parameter set @ranges \"'ip-ranges.json'\"" \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" my.db '.read sql/inventory/aws-services.sql'
--
-- The addresses tell the service, so that the answer does not need the field pkt-dst-aws-service.
-- Traffic through a NAT gateway is logged at the instance and again at the gateway, and counts
-- twice.  Your own public and IPv6 addresses lie in the ranges of EC2, too.  A prefix that AWS
-- lists for several services is shown with all of them: EC2 S3.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES ('@logs', 'tests/data/AWSLogs');
.read sql/inventory/load-aws-ranges.sql

DROP TABLE IF EXISTS temp.answer;
CREATE TEMP TABLE answer AS
SELECT printable(r.service) AS service, printable(r.region) AS region, sum(f.flows) AS flows,
       sum(f.bytes * f.out) AS bytes_to, sum(f.bytes * (NOT f.out)) AS bytes_from,
       count(DISTINCT f.ip) AS addresses
  FROM (SELECT dstaddr AS ip, 1 AS out, sum(flows) AS flows, sum(bytes) AS bytes
          FROM flowlogs_rollup(@logs, @on_error, @format) WHERE since = @since AND until = @until GROUP BY dstaddr
         UNION ALL
        SELECT srcaddr, 0, sum(flows), sum(bytes)
          FROM flowlogs_rollup(@logs, @on_error, @format) WHERE since = @since AND until = @until GROUP BY srcaddr) f
  JOIN aws_ranges r ON r.rowid = cidr_lookup('aws_ranges', 'cidr', f.ip)
 GROUP BY r.service, r.region ORDER BY bytes_to + bytes_from DESC, r.service, r.region;
SELECT * FROM temp.answer ORDER BY rowid;
SELECT 'nothing found' AS answer, printable(@logs) AS logs, flowlogs_scan_summary() AS looked_at
 WHERE NOT EXISTS (SELECT 1 FROM temp.answer);
