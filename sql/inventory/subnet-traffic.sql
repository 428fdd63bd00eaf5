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
-- A row is what one subnet sent to another; its answers are in the row of the other direction.  Each
-- byte counts once, also where both ends log it.  'elsewhere' stands for addresses in no subnet of
-- the inventory: the internet, but also VPCs that you have not loaded.
.read sql/inventory/ends.sql
.read sql/inventory/load-subnets.sql
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES ('@top', 20);

DROP TABLE IF EXISTS temp.answer;
CREATE TEMP TABLE answer AS
SELECT printable(coalesce(s.name || ' ' || s.cidr, s.cidr, 'elsewhere')) AS source,
       printable(coalesce(d.name || ' ' || d.cidr, d.cidr, 'elsewhere')) AS target,
       sum(f.connections) AS connections, sum(f.rejected) AS rejected, sum(f.bytes) AS bytes
  FROM (SELECT ip, peer, count(*) AS connections, sum(rejected > 0) AS rejected, sum(sent) AS bytes
          FROM ends WHERE NOT is_nat_leg AND packets IS NOT 0 GROUP BY ip, peer) f
  LEFT JOIN subnets s ON s.rowid = cidr_lookup('subnets', 'cidr', f.ip)
  LEFT JOIN subnets d ON d.rowid = cidr_lookup('subnets', 'cidr', f.peer)
 GROUP BY 1, 2 ORDER BY bytes DESC, 1, 2 LIMIT @top;
SELECT * FROM temp.answer ORDER BY rowid;
SELECT 'nothing found' AS answer, printable(@logs) AS logs, flowlogs_scan_summary() AS looked_at
 WHERE NOT EXISTS (SELECT 1 FROM temp.answer);
