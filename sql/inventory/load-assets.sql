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
DROP TABLE IF EXISTS temp.asset_file;
DROP TABLE IF EXISTS temp.asset_line;
.import --csv --schema temp '|printf "file\n\"%s\"\n" "$(printf %s "$ASSETS" | sed "s/\"/\"\"/g")"' asset_file
.import --csv --schema temp '|cat < "${ASSETS:-tests/data/inventory/assets.csv}"' asset_line
INSERT OR REPLACE INTO temp.sqlite_parameters
  SELECT '@assets', iif(file = '' AND (EXISTS (SELECT 1 FROM main.sqlite_schema WHERE name = 'assets') OR
    (SELECT file FROM pragma_database_list WHERE name = 'main') <> '' OR
    (SELECT value FROM temp.sqlite_parameters WHERE key = '@logs') NOT LIKE 'tests/data/%'), NULL,
    coalesce(nullif(file, ''), 'tests/data/inventory/assets.csv')) FROM asset_file
   UNION ALL
  VALUES ('@empty', 'flowlogs: the table assets is empty: set ASSETS to a CSV file with ip, name and owner');

-- Everything is checked before the transaction, so that an error leaves none open.  One bad line,
-- and nothing is loaded.
SELECT 1 WHERE NOT flowlogs_require(
  (SELECT count(*) FROM pragma_table_info('asset_line') WHERE lower(name) IN ('ip', 'name', 'owner')) = 3,
  'flowlogs: the file''s first line must name the columns ip, name and owner, with commas');
DROP TABLE IF EXISTS temp.asset_problem;
CREATE TEMP TABLE asset_problem AS
  SELECT rowid + 1 AS record, ip, name, CASE WHEN ip_text(trim(ip)) IS NULL THEN 'is no address'
                                             WHEN coalesce(trim(name), '') = '' THEN 'has no name' END AS problem
    FROM asset_line WHERE @assets IS NOT NULL;
UPDATE asset_problem SET problem = 'is there twice'
 WHERE problem IS NULL
   AND ip_text(trim(ip)) IN (SELECT ip_text(trim(ip)) FROM asset_line GROUP BY 1 HAVING count(*) > 1);
DELETE FROM asset_problem WHERE problem IS NULL;
SELECT record, printable(ip) AS ip, printable(name) AS name, problem
  FROM asset_problem ORDER BY record LIMIT 10;
SELECT 1 WHERE NOT flowlogs_require(
  NOT EXISTS (SELECT 1 FROM asset_problem), 'flowlogs: nothing was loaded, for the problems above');
SELECT 1 WHERE NOT flowlogs_require(
  iif(@assets IS NOT NULL, EXISTS (SELECT 1 FROM asset_line),
      EXISTS (SELECT 1 FROM main.sqlite_schema WHERE name = 'assets')), @empty);

BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS assets (ip TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL, owner TEXT);
DELETE FROM assets WHERE @assets IS NOT NULL;
INSERT OR ROLLBACK INTO assets
  SELECT ip_text(trim(ip)), trim(name), nullif(trim(owner), '') FROM asset_line WHERE @assets IS NOT NULL;
COMMIT;

SELECT 'assets' AS loaded, count(*) AS rows, printable(coalesce(@assets, 'as before')) AS source FROM assets;
SELECT 1 WHERE NOT flowlogs_require((SELECT count(*) FROM assets), @empty);
