-- dns-outside: who inside asks DNS servers outside, past the VPC's own resolver?
--   MITRE ATT&CK T1071.004, Application Layer Protocol: DNS
--
--   @logs   files, a folder or a pattern
--   @many   a source with more targets than this has one alert for all of them
--   The table trusted lists the servers that may be asked: see setup.sql.
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/alerts/rule-dns-outside.sql'
--
-- A server in 100.64.0.0/10 is outside, too, unless your networks name it: overlay networks such as
-- Tailscale have their resolver there.  setup.sql says how to name it; pods of EKS that ask servers in
-- pods need it.
--
-- Flow logs never contain the questions to Amazon's resolver.  A resolver of your own asks many
-- servers: mute its alert, or put those that it asks into trusted.  DNS over HTTPS looks like
-- HTTPS and is not found.  The ports and the query are in rules-outwards.sql.
.parameter init
INSERT OR REPLACE INTO temp.sqlite_parameters VALUES ('@rule', 'dns-outside');
.read sql/alerts/rules-outwards.sql
DELETE FROM temp.sqlite_parameters WHERE key = '@rule';
