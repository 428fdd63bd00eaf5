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
-- The source may be outside or inside.  A connection counts once, however many interfaces logged
-- it, in the window in which it began; bytes are those that the source sent.  If all were
-- rejected, no password was tried, and there is no alert.
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@guess_tries', 20), ('@guess_session', 20000);
.read sql/alerts/setup.sql

INSERT INTO windows
WITH tries AS (
  SELECT client, target, first_seen / (@window / 2) - value AS window, client_port, records,
         first_seen, last_seen, ifnull(client_bytes, 0) AS bytes,
         accepted > 0 AND state <> 'rejected' AS let_in
    FROM joined CROSS JOIN json_each('[0, 1]')
   WHERE protocol = 6 AND server_port IN (22, 3389) AND state <> 'one-sided'
     AND accepted IS NOT NULL AND first_seen IS NOT NULL),
numbered AS (
  SELECT *, row_number() OVER (
              PARTITION BY client, target, window ORDER BY first_seen, client_port) AS nth
    FROM tries),
guesses AS (
  SELECT client, target, window, count(*) AS tries, sum(records) AS flows,
         min(first_seen) AS since, max(last_seen) AS until,
         max(iif(nth > @guess_tries AND let_in AND bytes > @guess_session, bytes, 0)) AS session
    FROM numbered GROUP BY client, target, window HAVING tries >= @guess_tries AND sum(let_in) > 0)
SELECT 'password-guessing', client || ' -> ' || target, client, iif(session, 'high', 'medium'),
       'T1110 Brute Force', client || ' tried ' || tries || ' connections to ' || target
       || iif(session, ', and then had a session of ' || session || ' bytes', ''),
       since, until, flows, window
  FROM guesses ORDER BY session DESC, tries DESC, since;
.read sql/alerts/windows.sql
.read sql/alerts/show.sql
