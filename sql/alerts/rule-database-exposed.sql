-- database-exposed: which databases, caches and inner parts of clusters are reached from outside,
-- and by whom?
--   MITRE ATT&CK T1190, Exploit Public-Facing Application
--
--   @logs            files, a folder or a pattern
--   @session_bytes   a connection with more bytes a record than this is a session; fewer are what
--                    a knock or a guessed password takes
--   @many            more sessions than this with one port are one alert
--   The table trusted lists the addresses that may come from outside: see setup.sql.
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/alerts/rule-database-exposed.sql'
--
-- The open port is one alert of medium severity; each source with a session is one of high
-- severity.  The ports and the query are in rules-inwards.sql.
.parameter init
INSERT OR REPLACE INTO temp.sqlite_parameters VALUES ('@rule', 'database-exposed');
.read sql/alerts/rules-inwards.sql
DELETE FROM temp.sqlite_parameters WHERE key = '@rule';
