-- Database ports reached: which servers, by whom, and whether from outside.
--
--   @logs      files, folder or pattern      @since, @until   period of `start`, UTC text or Unix seconds
--   @database_ports     ports of databases, a JSON array      @top   rows
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/database-ports.sql'
--
-- One row for each server and port; `outside` are clients that got in with addresses that aren't private (RFC 1918, RFC
-- 4193): an IPv6 address of your own VPC is among them. `rejected_clients` were rejected at least once. A client whose
-- own source port is a database's, by chance, makes its peer look like a server: such rows have one client and few
-- flows. Flows between two logged interfaces count at each; those of a transit gateway, which knows no ACCEPT, count as
-- accepted.
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@since', NULL), ('@until', NULL), ('@top', 20),
  ('@database_ports', '[1433, 1521, 3306, 5432, 5439, 5984, 6379, 7000, 7687, 8182, 8529, 9042, 9200, 9300, 11211,
               27017, 27018, 50000]');
SELECT dstaddr AS server, dstport, port_name(dstport, 6) AS service, sum(flows) AS flows,
       coalesce(sum(flows) FILTER (WHERE action = 'REJECT'), 0) AS rejected,
       count(DISTINCT iif(action IS NOT 'REJECT', srcaddr, NULL)) AS clients,
       count(DISTINCT iif(action = 'REJECT', srcaddr, NULL)) AS rejected_clients,
       count(DISTINCT iif(action IS NOT 'REJECT' AND NOT ip_is_private(srcaddr), srcaddr, NULL)) AS outside,
       sum(bytes) AS bytes
  FROM flowlogs_rollup(@logs)
 WHERE since = @since AND until = @until AND protocol = 6 AND dstport IN (SELECT value FROM json_each(@database_ports))
 GROUP BY dstaddr, dstport
 ORDER BY outside DESC, clients DESC, flows DESC, dstaddr, dstport LIMIT @top;
