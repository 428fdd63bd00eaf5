-- TEMP views for the most usual questions. Read this file once in a session, then query the views
-- instead of the tables.
--
--   @logs               a file, a folder or a pattern
--   @since, @until      the period of `start`, UTC text such as '2026-03-09 08:00' or Unix
--                       seconds; default: no limit
--   @on_error, @format  'skip' leaves out lines and files that cannot be used; the fields of
--                       files without a header line. Default: an error, and AWS's default format
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" -cmd '.read sql/views.sql' :memory:
--   sqlite> SELECT * FROM talkers ORDER BY bytes DESC LIMIT 10;
--   sqlite> SELECT * FROM rejects WHERE srcaddr = '203.0.113.66' AND start_time >= '2026-03-10' LIMIT 10;
--
-- A view reads the parameters each time it is queried. After .parameter set @logs "'elsewhere/'" it
-- shows other files. The views of records (records, accepted, rejects) take their period from your
-- condition on start_time. The views of sums (all others) take it from @since and @until, because a
-- sum has no time that a condition could test.
--
-- A condition on a view is as fast as on the table if its column is one that the view shows
-- unchanged (an address, a port, a number, an id, start_time, hour) or groups by. SQLite then moves
-- the condition to the scan, and EXPLAIN QUERY PLAN shows it there. Conditions on words
-- (protocol_name, service, flags) and on sums are checked afterwards. So are conditions on the ends in
-- `sent`, `talkers` and `pairs`, which may be the client or the server.
--
-- The views are TEMP, because a view that is stored in a database may not read files. They disappear
-- with the session. The views of connections (connections, sent, talkers, pairs, conversations, admin_ports)
-- count each byte once. In the views of records, traffic between two interfaces that both write logs is
-- there twice, and so is what a NAT gateway sends on. Where records were lost (SKIPDATA, see the view
-- coverage), sums are lower bounds. A figure is NULL where no record has the field that it needs, such
-- as `rejected` in logs of transit gateways, which have no action.
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES ('@logs', 'tests/data/AWSLogs');

-- All records, including NODATA and SKIPDATA, with words beside the numbers. Add the fields here that
-- you need besides, such as vpc_id or pkt_srcaddr.
DROP VIEW IF EXISTS temp.records;
CREATE TEMP VIEW records AS
SELECT start_time, end_time, interface_id, srcaddr, srcport, dstaddr, dstport,
       port_name(dstport, protocol) AS service, protocol, protocol_name(protocol) AS protocol_name,
       tcp_flags(tcp_flags) AS flags, packets, bytes, action, log_status
  FROM flowlogs((SELECT value FROM temp.sqlite_parameters WHERE key = '@logs'),
                (SELECT value FROM temp.sqlite_parameters WHERE key = '@on_error'),
                (SELECT value FROM temp.sqlite_parameters WHERE key = '@format'));

DROP VIEW IF EXISTS temp.accepted;
CREATE TEMP VIEW accepted AS
SELECT start_time, interface_id, srcaddr, srcport, dstaddr, dstport, service, protocol_name,
       packets, bytes
  FROM records WHERE action = 'ACCEPT';

-- A packet that arrives after its connection was closed is rejected, too.
DROP VIEW IF EXISTS temp.rejects;
CREATE TEMP VIEW rejects AS
SELECT start_time, interface_id, srcaddr, srcport, dstaddr, dstport, service, protocol_name,
       packets, bytes
  FROM records WHERE action = 'REJECT';

-- Who talked to whom. A row is a connection, with a client and a server; each byte counts once, and
-- what a NAT gateway sends on is left out. The other views of connections are sums of this one.
DROP VIEW IF EXISTS temp.connections;
CREATE TEMP VIEW connections AS
SELECT client, client_port, server, server_port, port_name(server_port, protocol) AS service,
       protocol, client_packets, client_bytes, server_packets, server_bytes, accepted, rejected,
       state, first_seen, last_seen
  FROM flowlogs_connections((SELECT value FROM temp.sqlite_parameters WHERE key = '@logs'),
                            (SELECT value FROM temp.sqlite_parameters WHERE key = '@on_error'),
                            (SELECT value FROM temp.sqlite_parameters WHERE key = '@format'))
 WHERE since = (SELECT value FROM temp.sqlite_parameters WHERE key = '@since')
   AND until = (SELECT value FROM temp.sqlite_parameters WHERE key = '@until')
   AND NOT is_nat_leg;

-- What each end of a connection sent to the other: a row for each end that sent something.
DROP VIEW IF EXISTS temp.sent;
CREATE TEMP VIEW sent AS
SELECT iif(back, server, client) AS src, iif(back, client, server) AS dst, service, protocol,
       rejected, iif(back, server_packets, client_packets) AS packets,
       iif(back, server_bytes, client_bytes) AS bytes, first_seen, last_seen
  FROM connections CROSS JOIN (SELECT 0 AS back UNION ALL SELECT 1)
 WHERE iif(back, server_packets, client_packets) IS NOT 0;

-- How much each address sends: as a client, and as a server.
DROP VIEW IF EXISTS temp.talkers;
CREATE TEMP VIEW talkers AS
SELECT src AS address, count(*) AS connections, sum(rejected > 0) AS rejected,
       sum(packets) AS packets, sum(bytes) AS bytes,
       datetime(min(first_seen), 'unixepoch') AS first_seen,
       datetime(max(last_seen), 'unixepoch') AS last_seen
  FROM sent
 GROUP BY src;

-- How much each address sends to each other one. The two directions are two rows.
DROP VIEW IF EXISTS temp.pairs;
CREATE TEMP VIEW pairs AS
SELECT src, dst, count(*) AS connections, sum(rejected > 0) AS rejected,
       sum(packets) AS packets, sum(bytes) AS bytes,
       datetime(min(first_seen), 'unixepoch') AS first_seen,
       datetime(max(last_seen), 'unixepoch') AS last_seen
  FROM sent
 GROUP BY src, dst;

-- Both directions in one row: bytes that the client sent, and bytes that it received from the server.
DROP VIEW IF EXISTS temp.conversations;
CREATE TEMP VIEW conversations AS
SELECT client, server, server_port AS port, service, protocol, count(*) AS connections,
       sum(rejected > 0) AS rejected, sum(client_bytes) AS sent, sum(server_bytes) AS received,
       datetime(min(first_seen), 'unixepoch') AS first_seen,
       datetime(max(last_seen), 'unixepoch') AS last_seen
  FROM connections
 GROUP BY client, server, server_port, protocol;

-- Who tries to reach ports of administration, and whether a server answered.
DROP VIEW IF EXISTS temp.admin_ports;
CREATE TEMP VIEW admin_ports AS
SELECT client, server, server_port AS port, service, count(*) AS connections,
       sum(rejected > 0) AS rejected, sum(server_packets > 0) AS answered,
       sum(client_bytes) AS sent, sum(server_bytes) AS received,
       datetime(min(first_seen), 'unixepoch') AS first_seen,
       datetime(max(last_seen), 'unixepoch') AS last_seen
  FROM connections
 WHERE server_port IN (21, 22, 23, 135, 139, 445, 3389, 5900, 5985, 5986) AND protocol = 6
 GROUP BY client, server, server_port;

-- The network interfaces that have records.
DROP VIEW IF EXISTS temp.interfaces;
CREATE TEMP VIEW interfaces AS
SELECT interface_id, account_id, instance_id, subnet_id, sum(flows) AS records,
       sum(bytes) AS bytes,
       datetime(min(first_seen), 'unixepoch') AS first_seen,
       datetime(max(last_seen), 'unixepoch') AS last_seen
  FROM flowlogs_rollup((SELECT value FROM temp.sqlite_parameters WHERE key = '@logs'),
                       (SELECT value FROM temp.sqlite_parameters WHERE key = '@on_error'),
                       (SELECT value FROM temp.sqlite_parameters WHERE key = '@format'))
 WHERE since = (SELECT value FROM temp.sqlite_parameters WHERE key = '@since')
   AND until = (SELECT value FROM temp.sqlite_parameters WHERE key = '@until')
   AND interface_id IS NOT NULL
 GROUP BY interface_id, account_id, instance_id, subnet_id;

-- How much traffic each hour has, and how much of it was rejected.
DROP VIEW IF EXISTS temp.hours;
CREATE TEMP VIEW hours AS
SELECT hour, sum(flows) AS flows, sum(flows * (action = 'REJECT')) AS rejected,
       sum(packets) AS packets, sum(bytes) AS bytes
  FROM flowlogs_rollup((SELECT value FROM temp.sqlite_parameters WHERE key = '@logs'),
                       (SELECT value FROM temp.sqlite_parameters WHERE key = '@on_error'),
                       (SELECT value FROM temp.sqlite_parameters WHERE key = '@format'))
 WHERE since = (SELECT value FROM temp.sqlite_parameters WHERE key = '@since')
   AND until = (SELECT value FROM temp.sqlite_parameters WHERE key = '@until')
   AND ifnull(log_status, 'OK') = 'OK'
 GROUP BY hour;

-- How complete the records of each interface are, hour by hour. skipdata > 0 means that records were
-- lost, and nodata counts intervals without traffic. An hour without a row has no record at all.
DROP VIEW IF EXISTS temp.coverage;
CREATE TEMP VIEW coverage AS
SELECT hour, interface_id, sum(flows * (ifnull(log_status, 'OK') = 'OK')) AS ok,
       sum(flows * (log_status = 'NODATA')) AS nodata,
       sum(flows * (log_status = 'SKIPDATA')) AS skipdata
  FROM flowlogs_rollup((SELECT value FROM temp.sqlite_parameters WHERE key = '@logs'),
                       (SELECT value FROM temp.sqlite_parameters WHERE key = '@on_error'),
                       (SELECT value FROM temp.sqlite_parameters WHERE key = '@format'))
 WHERE since = (SELECT value FROM temp.sqlite_parameters WHERE key = '@since')
   AND until = (SELECT value FROM temp.sqlite_parameters WHERE key = '@until')
   AND interface_id IS NOT NULL
 GROUP BY hour, interface_id;

SELECT column1 AS "view", column2 AS "a row is"
  FROM (VALUES ('records', 'a record, with words beside the numbers'),
               ('accepted', 'a record of accepted traffic'),
               ('rejects', 'a record of rejected traffic'),
               ('connections', 'a connection: its ends, bytes and state'),
               ('sent', 'an end of a connection, and what it sent'),
               ('talkers', 'an address: what it sent, first and last seen'),
               ('pairs', 'a source and a destination'),
               ('conversations', 'a client, a server and a service: sent and received'),
               ('admin_ports', 'a client, a server and a port of administration'),
               ('interfaces', 'a network interface'),
               ('hours', 'an hour'),
               ('coverage', 'an interface in an hour: ok, nodata, skipdata'));
