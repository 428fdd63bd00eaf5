-- password-guessing: who tries passwords at an SSH or RDP server?  That is: many connections from
-- one address to one server within an hour, some of which were let in.  The severity is high if a
-- long connection follows, because then a guess may have been right.
--   MITRE ATT&CK T1110, Brute Force
--
--   @logs            files, a folder or a pattern
--   @window          the length of a window, in seconds
--   @guess_tries     as many connections as this in a window are an alert
--   @guess_session   a connection of more bytes than this is not a mere guess
--   The table trusted lists addresses that may do this: see setup.sql.
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/alerts/rule-password-guessing.sql'
--
-- The source may be outside or inside.  Connections are told apart by their source port.  If all
-- were rejected, no password was tried, and there is no alert.  A window begins every half of
-- @window, so that what fits into half a window is never divided.
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@on_error', NULL), ('@format', NULL),
  ('@window', 3600), ('@guess_tries', 20), ('@guess_session', 20000);
.read sql/alerts/setup.sql

INSERT INTO found
WITH connections AS MATERIALIZED (
  SELECT srcaddr, dstaddr, dstport, srcport, start / (@window / 2) - value AS window,
         max(action = 'ACCEPT') AS accepted, CAST(total(iif(action = 'ACCEPT', bytes, 0)) AS INTEGER) AS bytes,
         count(*) AS flows, min(start) AS first_seen, max("end") AS last_seen
    FROM flowlogs(@logs, @on_error, @format) CROSS JOIN json_each('[0, 1]')
   WHERE @logs <> '[]' AND protocol = 6 AND dstport IN (22, 3389) AND srcport >= 1024 AND action IS NOT NULL
     AND protocol IS NOT NULL AND dstport IS NOT NULL AND srcport IS NOT NULL       -- fields that logs may lack
     AND (@run IS NULL OR start / (@window / 2) - value IN (SELECT window FROM judged))
   GROUP BY srcaddr, dstaddr, dstport, srcport, window
  HAVING srcaddr || dstaddr IS NOT NULL AND min(start) + max("end") IS NOT NULL),
numbered AS (
  SELECT *, row_number() OVER (PARTITION BY srcaddr, dstaddr, dstport, window ORDER BY first_seen, srcport) AS nth
    FROM connections),
guesses AS (
  SELECT srcaddr, dstaddr || ' tcp/' || dstport AS target, count(*) AS tries,
         max(iif(nth > @guess_tries AND bytes > @guess_session, bytes, 0)) AS session,
         sum(flows) AS flows, min(first_seen) AS first_seen, max(last_seen) AS last_seen
    FROM numbered GROUP BY srcaddr, dstaddr, dstport, window
  HAVING tries >= @guess_tries AND sum(accepted) > 0
     AND NOT EXISTS (
       SELECT 1 FROM trusted WHERE (rule = 'password-guessing' OR rule IS NULL) AND cidr_match(srcaddr, cidr)))
SELECT 'password-guessing', srcaddr || ' -> ' || target, iif(session, 'high', 'medium'), 'T1110 Brute Force',
       srcaddr || ' tried ' || tries || ' connections to ' || target
       || iif(session, ', and then had a session of ' || session || ' bytes', ''),
       since, until, flows, 1
  FROM (SELECT *, min(first_seen) OVER pair AS since, max(last_seen) OVER pair AS until,
               row_number() OVER (PARTITION BY srcaddr, target ORDER BY session DESC, tries DESC, first_seen) AS place
          FROM guesses WINDOW pair AS (PARTITION BY srcaddr, target))
 WHERE place = 1;

.read sql/alerts/show.sql
