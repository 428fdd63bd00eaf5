-- Loads an asset list into the table assets: a CSV file whose header line names the columns ip,
-- name and owner, in any order; other columns are ignored.
--
--   ASSETS   the file, in the environment, because the shell's .import knows no parameters.
--            Without it the table stays as it is.  Only a database in memory without the table, with
--            the sample's logs or none, gets the sample's list.
--
--   ASSETS=assets.csv sqlite3 -cmd '.load ./build/flowlogs' my.db '.read sql/inventory/load-assets.sql'
--
-- New rows replace all old ones.  The column ip has the one spelling that ip_text() gives, which
-- is that of the address columns.  So the condition assets.ip = f.srcaddr finds an address however
-- it is spelled in the list or in the logs.
.bail on
.timeout 60000
.parameter init
.read sql/inventory/csv-begin.sql
.import --csv --schema temp '|printf "file\n\"%s\"\n" "$(printf %s "$ASSETS" | sed "s/\"/\"\"/g")"' csv_file
.import --csv --schema temp '|if test "$ASSETS" || test -f tests/data/inventory/assets.csv; then cat < "${ASSETS:-tests/data/inventory/assets.csv}"; else echo ip,name,owner; fi' csv_line
INSERT OR REPLACE INTO temp.sqlite_parameters VALUES
  ('@load_table', 'assets'), ('@load_from', 'ASSETS'), ('@csv_columns', 'ip, name and owner'),
  ('@load_sample', 'tests/data/inventory/assets.csv');
.read sql/inventory/read-csv.sql
CREATE TEMP TABLE csv_problem AS
  SELECT rowid + 1 AS record, ip, name,
         CASE WHEN ip_text(trim(ip)) IS NULL THEN 'is no address'
              WHEN coalesce(trim(name), '') = '' THEN 'has no name'
              WHEN count(*) OVER (PARTITION BY ip_text(trim(ip))) > 1 THEN 'is there twice'
         END AS problem
    FROM csv_line WHERE @load_files IS NOT NULL;
.read sql/inventory/check-csv.sql

BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS assets (ip TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL, owner TEXT);
DELETE FROM assets WHERE @load_files IS NOT NULL;
INSERT OR ROLLBACK INTO assets
  SELECT ip_text(trim(ip)), trim(name), nullif(trim(owner), '') FROM csv_line
   WHERE @load_files IS NOT NULL;
COMMIT;
INSERT OR REPLACE INTO temp.sqlite_parameters SELECT '@load_rows', count(*) FROM assets;
.read sql/inventory/load-end.sql
