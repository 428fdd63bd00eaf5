-- smb-outside: who inside uses Windows file sharing or RPC with the outside?  Windows may send
-- password hashes to such a server.
--   MITRE ATT&CK T1187, Forced Authentication
--
--   @logs   files, a folder or a pattern
--   @many   a source with more targets than this has one alert for all of them
--   The table trusted lists the servers that may be used: see setup.sql.
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/alerts/rule-smb-outside.sql'
--
-- The ports and the query are in rules-outwards.sql.
.parameter init
INSERT OR REPLACE INTO temp.sqlite_parameters VALUES ('@rule', 'smb-outside');
.read sql/alerts/rules-outwards.sql
DELETE FROM temp.sqlite_parameters WHERE key = '@rule';
