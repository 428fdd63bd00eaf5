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
-- The source may be outside or inside.  A connection counts once, however many interfaces logged it,
-- in the window in which it began; bytes are those that the source sent.  If all were rejected, no password was tried, and there is no alert.  A window begins every half of
-- @window, so that what fits into half a window is never divided.
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@on_error', NULL), ('@format', NULL),
  ('@window', 3600), ('@guess_tries', 20), ('@guess_session', 20000);
.read sql/alerts/setup.sql

INSERT INTO found
WITH connections AS MATERIALIZED (
  SELECT client, server || ' tcp/' || server_port AS target, client_port, first_seen / (@window / 2) - value AS window,
         accepted > 0 AND state <> 'rejected' AS let_in, ifnull(client_bytes, 0) AS bytes, records, first_seen, last_seen
    FROM flowlogs_connections(@logs, @on_error, @format) CROSS JOIN json_each('[0, 1]')
   WHERE @logs <> '[]' AND protocol = 6 AND server_port IN (22, 3389) AND servers = 'servers' AND NOT is_nat_leg
     AND state <> 'one-sided' AND accepted IS NOT NULL AND first_seen IS NOT NULL
     AND (@run IS NULL OR first_seen / (@window / 2) - value IN (SELECT window FROM judged))),
numbered AS (
  SELECT *, row_number() OVER (PARTITION BY client, target, window ORDER BY first_seen, client_port) AS nth
    FROM connections),
guesses AS (
  SELECT client, target, count(*) AS tries,
         CAST(max(iif(nth > @guess_tries AND let_in AND bytes > @guess_session, bytes, 0)) AS INTEGER) AS session,
         sum(records) AS flows, min(first_seen) AS first_seen, max(last_seen) AS last_seen
    FROM numbered GROUP BY client, target, window
  HAVING tries >= @guess_tries AND sum(let_in) > 0
     AND NOT EXISTS (
       SELECT 1 FROM trusted WHERE (rule = 'password-guessing' OR rule IS NULL) AND cidr_match(client, cidr)))
SELECT 'password-guessing', client || ' -> ' || target, iif(session, 'high', 'medium'), 'T1110 Brute Force',
       client || ' tried ' || tries || ' connections to ' || target
       || iif(session, ', and then had a session of ' || session || ' bytes', ''),
       since, until, flows, 1
  FROM (SELECT *, min(first_seen) OVER pair AS since, max(last_seen) OVER pair AS until,
               row_number() OVER (PARTITION BY client, target ORDER BY session DESC, tries DESC, first_seen) AS place
          FROM guesses WINDOW pair AS (PARTITION BY client, target))
 WHERE place = 1;

.read sql/alerts/show.sql
