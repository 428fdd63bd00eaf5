-- Loads the names of addresses from the query logs of Route 53 Resolver, JSON lines, plain or
-- gzip, into the tables dns_names and dns_askers.
--
--   @resolver_logs   a file, a folder, a pattern or several as a JSON array, as @logs.  Without it
--                    the tables stay as they are.  Only a database in memory without them,
--                    with the sample's logs or none, gets the sample's names.
--   @on_error        'skip' leaves out lines that cannot be used; otherwise one bad line is an
--                    error, and nothing is loaded
--
--   sqlite3 -bail -cmd '.timeout 60000' -cmd '.load ./build/flowlogs' -cmd '.parameter init' \
--           -cmd ".parameter set @resolver_logs \"'resolver/'\"" my.db \
--           '.read sql/inventory/load-resolver-names.sql'
--
-- The names are those that were asked for, also where CNAME records led from them to others, in
-- lower case and without the dot at the end.  The addresses of A and AAAA answers have the spelling
-- of ip_text(), which is that of the address columns.  dns_names has a row for each address and
-- name; dns_askers has one for each host that asked, too, by the address from which it asked, or '-'
-- where the line has none.  Times are UTC.  New rows replace all old ones.
.bail on
.timeout 60000
.parameter init
INSERT OR REPLACE INTO temp.sqlite_parameters VALUES
  ('@load_table', 'dns_names'), ('@load_from', '@resolver_logs'),
  ('@load_wanted', 'query logs with addresses'), ('@load_sample', 'tests/data/resolver');
.read sql/inventory/load-begin.sql
.read sql/inventory/resolver-names.sql
SELECT 1 WHERE NOT flowlogs_require(EXISTS (SELECT 1 FROM dns_new) OR @load_files IS NULL AND (
  @load_optional OR EXISTS (SELECT 1 FROM main.sqlite_schema WHERE name = 'dns_names')), @empty);

BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS dns_askers (
  address TEXT NOT NULL, name TEXT NOT NULL, asker TEXT NOT NULL, first_asked TEXT NOT NULL,
  last_asked TEXT NOT NULL, times INTEGER NOT NULL, PRIMARY KEY (address, asker, name));
CREATE TABLE IF NOT EXISTS dns_names (
  address TEXT NOT NULL, name TEXT NOT NULL, first_asked TEXT NOT NULL, last_asked TEXT NOT NULL,
  askers INTEGER NOT NULL, times INTEGER NOT NULL, PRIMARY KEY (address, name));
DELETE FROM dns_askers WHERE @load_files IS NOT NULL;
DELETE FROM dns_names WHERE @load_files IS NOT NULL;
INSERT OR ROLLBACK INTO dns_askers SELECT * FROM dns_new;
INSERT OR ROLLBACK INTO dns_names
  SELECT address, name, min(first_asked), max(last_asked), count(*), sum(times)
    FROM dns_new GROUP BY 1, 2;
COMMIT;
SELECT 'dns_names' AS loaded, rows, printable(coalesce(@load_files, 'as before')) AS source,
       (SELECT count(*) FROM resolver_line WHERE problem IS NOT NULL) AS lines_left_out
  FROM (SELECT count(*) AS rows FROM dns_names) WHERE @load_optional IS NULL;
SELECT 1 WHERE NOT flowlogs_require(@load_optional OR (SELECT count(*) FROM dns_names), @empty);
