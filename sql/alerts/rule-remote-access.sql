-- remote-access: SSH, Telnet, RDP, VNC or WinRM is accepted from outside.
--   MITRE ATT&CK T1133, External Remote Services
--
--   @logs   files, folder or pattern      @session_bytes   more than so many bytes a record are no mere knock
--   @many   above so many sessions with one port, they are one alert
--   the table trusted: addresses that may
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/alerts/rule-remote-access.sql'
--
-- An open port has a new visitor every few minutes.  So it is one alert for the port, of medium severity, and one of
-- high severity for each source that sends more than knocks and guesses do: that is a session.
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@on_error', NULL), ('@format', NULL), ('@many', 10), ('@session_bytes', 5000);
.read sql/alerts/setup.sql

INSERT INTO found
WITH accepted AS (
  SELECT srcaddr, dstaddr || ' ' || lower(protocol_name(protocol)) || '/' || dstport AS target,
         port_name(dstport) AS service,
         sum(flows) AS flows, sum(bytes) AS bytes, min(first_seen) AS first_seen, max(last_seen) AS last_seen
    FROM flowlogs_rollup(@logs, @on_error, @format)
   WHERE @logs <> '[]' AND action = 'ACCEPT' AND protocol = 6
     AND dstport IN (22, 23, 3389, 5900, 5985, 5986)
     AND cidr_lookup('inside', 'cidr', srcaddr) IS NULL
     AND (cidr_lookup('inside', 'cidr', dstaddr) OR flow_direction = 'ingress' AND interface_id IS NOT NULL)
     AND CASE WHEN tcp_flags & 2 THEN tcp_flags & 16 = 0     -- no answer to a client that happens to have this port
              ELSE NOT (dstport >= 1024 AND srcport < 32768 AND port_name(srcport) IS NOT NULL) END
     AND NOT EXISTS (
       SELECT 1 FROM trusted WHERE (rule = 'remote-access' OR rule IS NULL) AND cidr_match(srcaddr, cidr))
   GROUP BY srcaddr, target),
told AS (
  SELECT *, bytes > @session_bytes * flows AS session,
         sum(bytes > @session_bytes * flows) OVER (PARTITION BY target) AS sessions
    FROM accepted)
SELECT 'remote-access', iif(session AND sessions <= @many, srcaddr, 'outside') || ' -> ' || target AS key,
       iif(max(session), 'high', 'medium'), 'T1133 External Remote Services',
       iif(session AND sessions <= @many,
           srcaddr || ': session with ' || target || ', ' || sum(bytes) || ' bytes',
           target || ' (' || coalesce(service, 'unnamed') || ') is open to the outside: ' || count(*)
           || ' came, the first ' || min(srcaddr)),
       min(first_seen), max(last_seen), sum(flows), 0
  FROM told GROUP BY key;

.read sql/alerts/show.sql
