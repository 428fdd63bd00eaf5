-- The names of addresses on a page of HTML: name-assets.sql, name-interfaces.sql, name-dns.sql and
-- name-ranges.sql give one to each address of this table that has none yet. What they are called
-- first is what stays. ../report.sql and ../alerts/run.sql read these scripts, which print nothing.
--
--   sqlite3 -cmd '.load ./build/flowlogs' my.db '.read sql/inventory/name-begin.sql'
DROP TABLE IF EXISTS temp.address_name;
CREATE TEMP TABLE address_name (ip TEXT PRIMARY KEY, name TEXT,
  html TEXT AS (replace(replace(replace(replace(printable(substr(name, 1, 200)), '&', '&amp;'),
                '<', '&lt;'), '>', '&gt;'), '"', '&quot;')),
  label TEXT AS (ifnull('<b>' || html || '</b> ', '') || ip));
