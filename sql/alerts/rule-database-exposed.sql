-- database-exposed: a database, a cache, or the inside of a cluster is accepted from outside.
--   MITRE ATT&CK T1190, Exploit Public-Facing Application
--
--   @logs   files, folder or pattern      @session_bytes   more than so many bytes a record, in one
--           connection, are no mere knock
--   @many   above so many sessions with one port, they are one alert
--   the table trusted: addresses that may
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/alerts/rule-database-exposed.sql'
--
-- An open port has a new visitor every few minutes.  So it is one alert for the port, of medium severity, and one of
-- high severity for each source that sends more than knocks and guesses do: that is a session.
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@on_error', NULL), ('@format', NULL), ('@many', 10), ('@session_bytes', 5000);
.read sql/alerts/setup.sql

INSERT INTO found
WITH connections AS (            -- or what has one pair of ports, at least
  SELECT srcaddr, srcport, dstaddr || ' ' || lower(protocol_name(protocol)) || '/' || dstport AS target,
         port_name(dstport) AS service,
         sum(flows) AS flows, sum(bytes) AS bytes, min(first_seen) AS first_seen, max(last_seen) AS last_seen
    FROM flowlogs_rollup(@logs, @on_error, @format)
   WHERE @logs <> '[]' AND action = 'ACCEPT' AND protocol = 6
     AND dstport IN (1433, 1521, 2375, 2379, 2380, 3306, 5432, 5984, 6379, 9200, 9300, 10250, 11211, 27017)
     AND cidr_lookup('inside', 'cidr', srcaddr) IS NULL
     AND (cidr_lookup('inside', 'cidr', dstaddr) OR flow_direction = 'ingress' AND interface_id IS NOT NULL)
     AND CASE WHEN tcp_flags & 2 THEN tcp_flags & 16 = 0     -- no answer to a client that happens to have this port
              ELSE NOT (dstport >= 1024 AND (srcport < 1024 AND port_name(srcport) IS NOT NULL
                                             OR srcport IN (SELECT port FROM servers))) END
     AND NOT EXISTS (
       SELECT 1 FROM trusted WHERE (rule = 'database-exposed' OR rule IS NULL) AND cidr_match(srcaddr, cidr))
   GROUP BY srcaddr, srcport, target),
accepted AS (
  SELECT srcaddr, target, service, max(bytes > @session_bytes * flows) AS session,
         sum(flows) AS flows, sum(bytes) AS bytes, min(first_seen) AS first_seen, max(last_seen) AS last_seen
    FROM connections GROUP BY srcaddr, target),
told AS (SELECT *, sum(session) OVER (PARTITION BY target) > @many AS crowd FROM accepted),
keyed AS (
  SELECT *, iif(session AND NOT crowd, srcaddr, 'outside') || ' -> ' || target AS key FROM told)
SELECT 'database-exposed', key,
       iif(max(session), 'high', 'medium'), 'T1190 Exploit Public-Facing Application',
       iif(session AND NOT crowd,
           srcaddr || ': session with ' || target || ', ' || sum(bytes) || ' bytes',
           target || ' (' || coalesce(service, 'unnamed') || ') is open to the outside: ' || count(*)
           || ' came, the first ' || first),
       min(first_seen), max(last_seen), sum(flows), 0
  FROM (SELECT *, first_value(srcaddr) OVER (PARTITION BY key ORDER BY first_seen, srcaddr) AS first FROM keyed)
 GROUP BY key;

.read sql/alerts/show.sql
