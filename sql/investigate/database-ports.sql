-- Which database servers were reached, by how many clients, and from outside?
--
--   @logs               a file, a folder or a pattern
--   @since, @until      the period of `start`, UTC text such as '2026-03-09 08:00' or Unix
--                       seconds; default: no limit
--   @on_error, @format  'skip' leaves out lines and files that cannot be used; the fields of
--                       files without a header line. Default: an error, and AWS's default format
--   @database_ports     the ports of databases, a JSON array; default: see below
--   @top                number of rows; default 20, and -1 for all
--   @inside             your networks, a JSON array of prefixes or the name of a table with a
--                       column cidr; default: the private address space. Add the IPv6 blocks of
--                       your VPCs and your public addresses. See README.md
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/database-ports.sql'
--
-- One row per server and port. `outside` counts the accepted clients whose address is not in
-- @inside. `rejected_clients` were rejected at least once. The default of @database_ports stands
-- in the statement below.
--
-- A client whose own source port is the port of a database, by chance, makes its peer look like a
-- server; such rows have one client and few flows. Traffic between two interfaces that both write
-- logs counts at each of them. Flows of a transit gateway, which logs no ACCEPT, count as
-- accepted.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@on_error', NULL), ('@format', NULL), ('@since', NULL), ('@until', NULL),
  ('@top', 20), ('@inside', NULL),
  ('@database_ports', '[1433, 1521, 3306, 5432, 5439, 5984, 6379, 7000, 7687, 8182, 8529, 9042, 9200, 9300, 11211,
               27017, 27018, 50000]');
SELECT 1 WHERE NOT flowlogs_require(
  iif(json_valid(@database_ports), json_type(@database_ports) = 'array'
      AND NOT EXISTS (SELECT 1 FROM json_each(@database_ports) WHERE ifnull(CAST(value AS INTEGER) <> value, 1)), 0),
  'flowlogs: @database_ports must be a JSON array of ports: .parameter set @database_ports ''[3306, 5432]''');
DROP TABLE IF EXISTS temp.answer;
CREATE TEMP TABLE answer AS
SELECT dstaddr AS server, dstport, port_name(dstport, 6) AS service, sum(flows) AS flows,
       sum(flows * (action = 'REJECT')) AS rejected,
       count(DISTINCT iif(action IS NOT 'REJECT', srcaddr, NULL)) AS clients,
       iif(count(action), count(DISTINCT iif(action = 'REJECT', srcaddr, NULL)), NULL) AS rejected_clients,
       count(DISTINCT iif(action IS NOT 'REJECT' AND NOT is_inside(srcaddr, @inside), srcaddr, NULL)) AS outside,
       sum(bytes) AS bytes
  FROM flowlogs_rollup(@logs, @on_error, @format)
 WHERE since = @since AND until = @until AND protocol = 6 AND dstport IN (SELECT value FROM json_each(@database_ports))
 GROUP BY dstaddr, dstport
 ORDER BY outside DESC, clients DESC, flows DESC, dstaddr, dstport LIMIT @top;
SELECT * FROM temp.answer ORDER BY rowid;
SELECT 'nothing found' AS answer, printable(@logs) AS logs, flowlogs_scan_summary() AS looked_at
 WHERE NOT EXISTS (SELECT 1 FROM temp.answer);
