-- Loads an asset list: a CSV file with a header line that names the columns ip, name and owner, in any order, others ignored.
--
--   ASSETS   the file, in the environment: the shell's .import knows no parameters.  If it isn't set, what is there
--            stays; but a database in memory without the table, and with the sample's logs or none, gets the sample's
--
--   ASSETS=assets.csv sqlite3 -cmd '.load ./build/flowlogs' my.db '.read sql/inventory/load-assets.sql'
--
-- What was there is replaced.  ip is kept in the one form that ip_text() gives: ON assets.ip = ip_text(f.srcaddr) finds an
-- IPv6 address however it is spelled on either side (for IPv4, assets.ip = f.srcaddr will do).
.bail on
.timeout 60000
.parameter init
DROP TABLE IF EXISTS temp.asset_file;
DROP TABLE IF EXISTS temp.asset_line;
.import --csv --schema temp '|printf "file\n\"%s\"\n" "$ASSETS"' asset_file
.import --csv --schema temp '|cat "${ASSETS:-tests/data/inventory/assets.csv}"' asset_line
INSERT OR REPLACE INTO temp.sqlite_parameters
  SELECT '@assets', iif(file = '' AND (EXISTS (SELECT 1 FROM main.sqlite_schema WHERE name = 'assets') OR
    (SELECT file FROM pragma_database_list WHERE name = 'main') <> '' OR
    (SELECT value FROM temp.sqlite_parameters WHERE key = '@logs') NOT LIKE 'tests/data/%'), NULL,
    coalesce(nullif(file, ''), 'tests/data/inventory/assets.csv')) FROM asset_file;

BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS assets (ip TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL, owner TEXT);
DELETE FROM assets WHERE @assets IS NOT NULL;
DROP TABLE IF EXISTS temp.asset_must;
CREATE TEMP TABLE asset_must (
  columns CONSTRAINT "flowlogs: the file's first line must name the columns ip, name and owner, with commas" CHECK (columns = 3),
  problems CONSTRAINT "flowlogs: nothing was loaded, for the problems above" CHECK (problems = 0),
  rows CONSTRAINT "flowlogs: the table assets is empty: set ASSETS to a CSV file with ip, name and owner" CHECK (rows > 0));
INSERT OR ROLLBACK INTO asset_must (columns)
  SELECT count(*) FROM pragma_table_info('asset_line') WHERE lower(name) IN ('ip', 'name', 'owner');
-- Lines that can't be, and nothing is loaded.
DROP TABLE IF EXISTS temp.asset_problem;
CREATE TEMP TABLE asset_problem AS
  SELECT rowid + 1 AS record, ip, name, CASE WHEN ip_text(trim(ip)) IS NULL THEN 'is no address'
                                             WHEN coalesce(trim(name), '') = '' THEN 'has no name' END AS problem
    FROM asset_line;
UPDATE asset_problem SET problem = 'is there twice'
 WHERE problem IS NULL AND ip_text(trim(ip)) IN (SELECT ip_text(trim(ip)) FROM asset_line GROUP BY 1 HAVING count(*) > 1);
SELECT * FROM asset_problem WHERE problem IS NOT NULL AND @assets IS NOT NULL ORDER BY record LIMIT 10;
INSERT OR ROLLBACK INTO asset_must (problems) SELECT count(problem) FROM asset_problem WHERE @assets IS NOT NULL;

INSERT INTO assets SELECT ip_text(trim(ip)), trim(name), nullif(trim(owner), '') FROM asset_line WHERE @assets IS NOT NULL;
SELECT 'assets' AS loaded, count(*) AS rows, coalesce(@assets, 'as before') AS source FROM assets;
INSERT OR ROLLBACK INTO asset_must (rows) SELECT count(*) FROM assets;
COMMIT;
