-- Makes the table temp.dns_new of the lines that read-resolver-logs.sql has read: the names in them,
-- by address and host that asked.  load-resolver-names.sql reads this script, which reads that one.
--
--   @resolver_logs, @on_error   see read-resolver-logs.sql
--
--   sqlite3 -cmd '.load ./build/flowlogs' :memory: '.read sql/inventory/resolver-names.sql'
.read sql/inventory/read-resolver-logs.sql
DROP TABLE IF EXISTS temp.dns_new;
CREATE TEMP TABLE dns_new AS
SELECT ip_text(json_extract(v, a.fullkey || '.Rdata')) AS address,
       lower(rtrim(v ->> '$.query_name', '.')) AS name,
       coalesce(ip_text(v ->> '$.srcaddr'), '-') AS asker,
       min(at) AS first_asked, max(at) AS last_asked, count(*) AS times
  FROM (SELECT v, datetime(v ->> '$.query_timestamp') AS at
          FROM resolver_line WHERE problem IS NULL)
 CROSS JOIN json_each(v, '$.answers') a
 WHERE json_extract(v, a.fullkey || '.Type') IN ('A', 'AAAA') GROUP BY 1, 2, 3;
