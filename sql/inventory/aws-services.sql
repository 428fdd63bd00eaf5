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
-- Each byte counts once, also where both ends log it, and what a NAT gateway sends on is not
-- counted again.  Your own public and IPv6 addresses lie in the ranges of EC2, too.  A prefix that
-- AWS lists for several services is shown with all of them: EC2 S3.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES ('@logs', 'tests/data/AWSLogs');
.read sql/inventory/load-aws-ranges.sql

DROP TABLE IF EXISTS temp.answer; CREATE TEMP TABLE answer AS
SELECT printable(r.service) AS service, printable(r.region) AS region,
       sum(f.connections) AS connections, sum(f.received) AS bytes_to, sum(f.sent) AS bytes_from,
       count(*) AS addresses
  FROM (SELECT iif(back, server, client) AS ip, count(*) AS connections,
               sum(iif(back, server_bytes, client_bytes)) AS sent,
               sum(iif(back, client_bytes, server_bytes)) AS received
          FROM flowlogs_connections(@logs, @on_error, @format)
         CROSS JOIN (SELECT 0 AS back UNION ALL SELECT 1)
         WHERE since = @since AND until = @until AND NOT is_nat_leg GROUP BY 1) f
  JOIN aws_ranges r ON r.rowid = cidr_lookup('aws_ranges', 'cidr', f.ip)
 GROUP BY r.service, r.region ORDER BY bytes_to + bytes_from DESC, r.service, r.region;
SELECT * FROM temp.answer ORDER BY rowid;
SELECT 'nothing found' AS answer, printable(@logs) AS logs, flowlogs_scan_summary() AS looked_at
 WHERE NOT EXISTS (SELECT 1 FROM temp.answer);
