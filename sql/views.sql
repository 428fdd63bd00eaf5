-- TEMP views of what is asked most often. Read this file once in a session, then ask them instead of the tables:
--
--   @logs   files, folder or pattern     @since, @until   period of `start`, UTC text or Unix seconds
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" -cmd '.read sql/views.sql' :memory:
--   sqlite> SELECT * FROM talkers ORDER BY bytes DESC LIMIT 10;
--   sqlite> SELECT * FROM rejects WHERE srcaddr = '203.0.113.66' AND start_time >= '2026-03-10' LIMIT 10;
--
-- A view looks at the parameters whenever it is asked: after .parameter set @logs "'elsewhere/'" it is about other files.
-- Views of records (records, accepted, rejects) take their period from your WHERE, on start_time. Views of sums (all
-- others) take it from @since and @until, as a sum has no time to ask for.
--
-- A condition on a view is as fast as on the table, where it is about a column that the view shows as it is (an address,
-- a port, a number, an id, start_time, hour) or has summed by: SQLite moves it to the scan, and EXPLAIN QUERY PLAN shows
-- it there. Conditions on words (protocol_name, service, flags) and on sums are checked afterwards, and so are those on
-- client, server and port in `conversations`, which are computed.
--
-- Views are TEMP, as no view of a database file may read files; they are gone with the session. Traffic between two
-- interfaces that are both logged is in the logs twice, and a NAT gateway logs both of its legs. With SKIPDATA (view
-- coverage), sums are lower bounds.
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES ('@logs', 'tests/data/AWSLogs'), ('@since', NULL), ('@until', NULL);

-- Records with words beside the numbers, NODATA and SKIPDATA among them. A field that you miss (vpc_id, pkt_srcaddr …):
-- add it here.
DROP VIEW IF EXISTS temp.records;
CREATE TEMP VIEW records AS
SELECT start_time, end_time, interface_id, srcaddr, srcport, dstaddr, dstport, port_name(dstport, protocol) AS service,
       protocol, protocol_name(protocol) AS protocol_name, tcp_flags(tcp_flags) AS flags, packets, bytes, action,
       log_status
  FROM flowlogs((SELECT value FROM temp.sqlite_parameters WHERE key = '@logs'));

DROP VIEW IF EXISTS temp.accepted;
CREATE TEMP VIEW accepted AS
SELECT start_time, interface_id, srcaddr, srcport, dstaddr, dstport, service, protocol_name, packets, bytes
  FROM records WHERE action = 'ACCEPT';

-- Packets that come after their connection was closed are rejects, too.
DROP VIEW IF EXISTS temp.rejects;
CREATE TEMP VIEW rejects AS
SELECT start_time, interface_id, srcaddr, srcport, dstaddr, dstport, service, protocol_name, packets, bytes
  FROM records WHERE action = 'REJECT';

-- Who sends how much.
DROP VIEW IF EXISTS temp.talkers;
CREATE TEMP VIEW talkers AS
SELECT srcaddr, sum(flows) AS flows, ifnull(sum(flows) FILTER (WHERE action = 'REJECT'), 0) AS rejected,
       sum(packets) AS packets, sum(bytes) AS bytes,
       datetime(min(first_seen), 'unixepoch') AS first_seen, datetime(max(last_seen), 'unixepoch') AS last_seen
  FROM flowlogs_rollup((SELECT value FROM temp.sqlite_parameters WHERE key = '@logs'))
 WHERE since = (SELECT value FROM temp.sqlite_parameters WHERE key = '@since')
   AND until = (SELECT value FROM temp.sqlite_parameters WHERE key = '@until') AND srcaddr IS NOT NULL
 GROUP BY srcaddr;

-- Who sends how much to whom.
DROP VIEW IF EXISTS temp.pairs;
CREATE TEMP VIEW pairs AS
SELECT srcaddr, dstaddr, sum(flows) AS flows, ifnull(sum(flows) FILTER (WHERE action = 'REJECT'), 0) AS rejected,
       sum(packets) AS packets, sum(bytes) AS bytes,
       datetime(min(first_seen), 'unixepoch') AS first_seen, datetime(max(last_seen), 'unixepoch') AS last_seen
  FROM flowlogs_rollup((SELECT value FROM temp.sqlite_parameters WHERE key = '@logs'))
 WHERE since = (SELECT value FROM temp.sqlite_parameters WHERE key = '@since')
   AND until = (SELECT value FROM temp.sqlite_parameters WHERE key = '@until') AND srcaddr IS NOT NULL
 GROUP BY srcaddr, dstaddr;

-- Both directions in a row: sent by the client, received from the server, which is the side with the lower port.
DROP VIEW IF EXISTS temp.conversations;
CREATE TEMP VIEW conversations AS
SELECT iif(dstport <= srcport, srcaddr, dstaddr) AS client, iif(dstport <= srcport, dstaddr, srcaddr) AS server,
       min(srcport, dstport) AS port, port_name(min(srcport, dstport), protocol) AS service, protocol,
       sum(flows) AS flows, ifnull(sum(flows) FILTER (WHERE action = 'REJECT'), 0) AS rejected,
       ifnull(sum(bytes) FILTER (WHERE dstport <= srcport), 0) AS sent,
       ifnull(sum(bytes) FILTER (WHERE dstport > srcport), 0) AS received,
       datetime(min(first_seen), 'unixepoch') AS first_seen, datetime(max(last_seen), 'unixepoch') AS last_seen
  FROM flowlogs_rollup((SELECT value FROM temp.sqlite_parameters WHERE key = '@logs'))
 WHERE since = (SELECT value FROM temp.sqlite_parameters WHERE key = '@since')
   AND until = (SELECT value FROM temp.sqlite_parameters WHERE key = '@until') AND srcaddr IS NOT NULL
 GROUP BY 1, 2, 3, protocol;

-- Who reaches for ports of administration, and gets through or not: requests alone.
DROP VIEW IF EXISTS temp.admin_ports;
CREATE TEMP VIEW admin_ports AS
SELECT srcaddr AS client, dstaddr AS server, dstport, port_name(dstport, 6) AS service,
       ifnull(sum(flows) FILTER (WHERE action = 'ACCEPT'), 0) AS accepted,
       ifnull(sum(flows) FILTER (WHERE action = 'REJECT'), 0) AS rejected, sum(bytes) AS bytes,
       datetime(min(first_seen), 'unixepoch') AS first_seen, datetime(max(last_seen), 'unixepoch') AS last_seen
  FROM flowlogs_rollup((SELECT value FROM temp.sqlite_parameters WHERE key = '@logs'))
 WHERE since = (SELECT value FROM temp.sqlite_parameters WHERE key = '@since')
   AND until = (SELECT value FROM temp.sqlite_parameters WHERE key = '@until')
   AND dstport IN (21, 22, 23, 135, 139, 445, 3389, 5900, 5985, 5986) AND protocol = 6
 GROUP BY srcaddr, dstaddr, dstport;

-- The network interfaces that the logs know.
DROP VIEW IF EXISTS temp.interfaces;
CREATE TEMP VIEW interfaces AS
SELECT interface_id, account_id, instance_id, subnet_id, sum(flows) AS records,
       sum(bytes) AS bytes,
       datetime(min(first_seen), 'unixepoch') AS first_seen, datetime(max(last_seen), 'unixepoch') AS last_seen
  FROM flowlogs_rollup((SELECT value FROM temp.sqlite_parameters WHERE key = '@logs'))
 WHERE since = (SELECT value FROM temp.sqlite_parameters WHERE key = '@since')
   AND until = (SELECT value FROM temp.sqlite_parameters WHERE key = '@until') AND interface_id IS NOT NULL
 GROUP BY interface_id, account_id, instance_id, subnet_id;

-- Hour by hour, how much, and how much of it was refused.
DROP VIEW IF EXISTS temp.hours;
CREATE TEMP VIEW hours AS
SELECT hour, sum(flows) AS flows, ifnull(sum(flows) FILTER (WHERE action = 'REJECT'), 0) AS rejected,
       sum(packets) AS packets, sum(bytes) AS bytes
  FROM flowlogs_rollup((SELECT value FROM temp.sqlite_parameters WHERE key = '@logs'))
 WHERE since = (SELECT value FROM temp.sqlite_parameters WHERE key = '@since')
   AND until = (SELECT value FROM temp.sqlite_parameters WHERE key = '@until') AND ifnull(log_status, 'OK') = 'OK'
 GROUP BY hour;

-- What each interface's records say about themselves, hour by hour: with skipdata > 0, records were lost; nodata: the
-- interface had nothing to tell. An hour without a row: no record at all.
DROP VIEW IF EXISTS temp.coverage;
CREATE TEMP VIEW coverage AS
SELECT hour, interface_id, ifnull(sum(flows) FILTER (WHERE log_status = 'OK'), 0) AS ok,
       ifnull(sum(flows) FILTER (WHERE log_status = 'NODATA'), 0) AS nodata,
       ifnull(sum(flows) FILTER (WHERE log_status = 'SKIPDATA'), 0) AS skipdata
  FROM flowlogs_rollup((SELECT value FROM temp.sqlite_parameters WHERE key = '@logs'))
 WHERE since = (SELECT value FROM temp.sqlite_parameters WHERE key = '@since')
   AND until = (SELECT value FROM temp.sqlite_parameters WHERE key = '@until') AND interface_id IS NOT NULL
 GROUP BY hour, interface_id;

SELECT column1 AS "view", column2 AS "a row is"
  FROM (VALUES ('records', 'a record, with words beside the numbers'),
               ('accepted', 'a record of accepted traffic'),
               ('rejects', 'a record of rejected traffic'),
               ('talkers', 'a source: flows, bytes, first and last seen'),
               ('pairs', 'a source and a destination'),
               ('conversations', 'a client, a server and a service: sent and received'),
               ('admin_ports', 'a client, a server and a port of administration'),
               ('interfaces', 'a network interface'),
               ('hours', 'an hour'),
               ('coverage', 'an interface in an hour: ok, nodata, skipdata'));
