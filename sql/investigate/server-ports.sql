-- Which servers of databases, or of other services, were reached, by how many clients, and from
-- outside?
--
--   @logs               a file, a folder or a pattern
--   @since, @until      the period of `start`, UTC text such as '2026-03-09 08:00' or Unix
--                       seconds; default: no limit
--   @on_error, @format  'skip' leaves out lines and files that cannot be used; the fields of
--                       files without a header line. Default: an error, and AWS's default format
--   @ports             the ports, a JSON array; default: those of databases, see below; '[443]'
--                      asks for servers of HTTPS
--   @top                number of rows; default 20, and -1 for all
--   @inside             your networks, a JSON array of prefixes or the name of a table with a
--                       column cidr; default: the private address space. Add the IPv6 blocks of
--                       your VPCs and your public addresses. See README.md
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/server-ports.sql'
--
-- One row per server and port. `clients` were answered at least once, and `rejected_clients` were
-- rejected at least once. `outside` counts the clients whose address is not in @inside and who
-- were answered. `packets` are those that the server received, `received` and `sent` its bytes,
-- each counted once. HTTP/3 uses UDP; to include it, remove the condition on the protocol.
--
-- Where the logs have tcp-flags, the sender of the SYN is the client, whatever the ports are.
-- Without them, see flowlogs_connections in sql/README.md for what decides.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES ('@logs', 'tests/data/AWSLogs'), ('@top', 20),
  ('@ports', '[1433, 1521, 3306, 5432, 5439, 5984, 6379, 7000, 7687, 8182, 8529, 9042, 9200, 9300,
               11211, 27017, 27018, 50000]');
SELECT 1 WHERE NOT flowlogs_require(iif(json_valid(@ports), json_type(@ports) = 'array'
   AND (SELECT count(*) = total(value = CAST(value AS INTEGER)) FROM json_each(@ports)), 0),
  'flowlogs: @ports must be a JSON array of ports: .parameter set @ports ''[3306, 5432]''');
DROP TABLE IF EXISTS temp.answer; CREATE TEMP TABLE answer AS
SELECT server, server_port AS port, port_name(server_port, 6) AS service, count(*) AS connections,
       sum((rejected > 0) * (state = 'rejected')) AS rejected,
       count(DISTINCT iif(answered, client, NULL)) AS clients,
       iif(count(rejected), count(DISTINCT iif(rejected, client, NULL)), NULL) AS rejected_clients,
       count(DISTINCT iif(answered AND direction IN ('inbound', 'external'), client, NULL))
         AS outside,
       sum(client_packets) AS packets, sum(client_bytes) AS received, sum(server_bytes) AS sent
  FROM (SELECT *, state IN ('established', 'closed', 'reset') AS answered
          FROM flowlogs_connections(@logs, @on_error, @format)
         WHERE since = @since AND until = @until AND inside = @inside AND NOT is_nat_leg
           AND protocol = 6 AND server_port IN (SELECT value FROM json_each(@ports)))
 GROUP BY server, server_port
 ORDER BY outside DESC, clients DESC, connections DESC, server, server_port LIMIT @top;
SELECT * FROM temp.answer ORDER BY rowid;
SELECT 'nothing found' AS answer, printable(@logs) AS logs, flowlogs_scan_summary() AS looked_at
 WHERE NOT EXISTS (SELECT 1 FROM temp.answer);
