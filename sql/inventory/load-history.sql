-- Loads who had which address at which time into the table address_history: a CSV file whose
-- header line names the columns cidr, name, owner, valid_from and valid_to, in any order; other
-- columns are ignored.
--
--   HISTORY   the file, in the environment, because the shell's .import knows no parameters.
--             Without it the table stays as it is.  Only a database in memory without the table, with
--             the sample's logs or none, gets the sample's history.
--
--   HISTORY=history.csv sqlite3 -cmd '.load ./build/flowlogs' my.db '.read sql/inventory/load-history.sql'
--
-- cidr is an address or a prefix.  Times are UTC, 'YYYY-MM-DD HH:MM:SS'.  valid_from may be
-- empty, which means "always".  valid_to is the first second after the period, and may be empty,
-- which means "still".  New rows replace all old ones; history-snapshot.sql adds to them day by
-- day.  Two rows of the same cidr whose periods overlap are an error, because nobody could tell
-- who had the address.
.bail on
.timeout 60000
.parameter init
DROP TABLE IF EXISTS temp.history_file;
DROP TABLE IF EXISTS temp.history_line;
.import --csv --schema temp '|printf "file\n\"%s\"\n" "$(printf %s "$HISTORY" | sed "s/\"/\"\"/g")"' history_file
.import --csv --schema temp '|cat < "${HISTORY:-tests/data/inventory/history.csv}"' history_line
INSERT OR REPLACE INTO temp.sqlite_parameters
  SELECT '@history', iif(file = '' AND (EXISTS (SELECT 1 FROM main.sqlite_schema WHERE name = 'address_history') OR
    (SELECT file FROM pragma_database_list WHERE name = 'main') <> '' OR
    (SELECT value FROM temp.sqlite_parameters WHERE key = '@logs') NOT LIKE 'tests/data/%'), NULL,
    coalesce(nullif(file, ''), 'tests/data/inventory/history.csv')) FROM history_file
   UNION ALL
  VALUES ('@empty', 'flowlogs: the table address_history is empty: set HISTORY to a CSV file');

-- Everything is checked before the transaction, so that an error leaves none open.  One bad line,
-- and nothing is loaded.
SELECT 1 WHERE NOT flowlogs_require(
  (SELECT count(*) FROM pragma_table_info('history_line')
    WHERE lower(name) IN ('cidr', 'name', 'owner', 'valid_from', 'valid_to')) = 5,
  'flowlogs: the file''s first line must name cidr, name, owner, valid_from and valid_to, with commas');
DROP TABLE IF EXISTS temp.history_new;
CREATE TEMP TABLE history_new AS
  SELECT record, ip_prefix(ip, coalesce(bits, iif(ip_family(ip) = 4, 32, 128))) AS cidr, ip, trim(name) AS name,
         nullif(trim(owner), '') AS owner,
         iif(trim(valid_from) = '', '0000-01-01 00:00:00', datetime(valid_from)) AS valid_from,
         datetime(nullif(trim(valid_to), '')) AS valid_to, trim(valid_to) <> '' AS ends
    FROM (SELECT *, rowid + 1 AS record, trim(substr(cidr, 1, instr(cidr || '/', '/') - 1)) AS ip,
                 CAST(substr(cidr, nullif(instr(cidr, '/'), 0) + 1) AS INTEGER) AS bits FROM history_line)
   WHERE @history IS NOT NULL;
DROP TABLE IF EXISTS temp.history_problem;
CREATE TEMP TABLE history_problem AS
  SELECT a.record, a.ip, a.name, CASE
      WHEN a.cidr IS NULL THEN 'is no address or prefix'
      WHEN a.valid_from IS NULL OR a.ends AND a.valid_to IS NULL THEN 'has a time that is none'
      WHEN a.valid_to <= a.valid_from THEN 'ends before it begins'
      WHEN b.record IS NOT NULL THEN 'overlaps record ' || b.record END AS problem
    FROM history_new a
    LEFT JOIN history_new b ON b.cidr = a.cidr AND b.record <> a.record AND b.valid_from >= a.valid_from
                           AND (a.valid_to IS NULL OR b.valid_from < a.valid_to);
DELETE FROM history_problem WHERE problem IS NULL;
SELECT record, printable(ip) AS ip, printable(name) AS name, problem
  FROM history_problem ORDER BY record, problem LIMIT 10;
SELECT 1 WHERE NOT flowlogs_require(
  NOT EXISTS (SELECT 1 FROM history_problem), 'flowlogs: nothing was loaded, for the problems above');
SELECT 1 WHERE NOT flowlogs_require(
  EXISTS (SELECT 1 FROM history_new)
  OR @history IS NULL AND EXISTS (SELECT 1 FROM main.sqlite_schema WHERE name = 'address_history'), @empty);

BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS address_history (
  id INTEGER PRIMARY KEY, cidr TEXT NOT NULL, name TEXT NOT NULL, owner TEXT,
  valid_from TEXT NOT NULL,             -- UTC
  valid_to TEXT,                        -- the first second after the period; NULL: still
  UNIQUE (cidr, valid_from));
DELETE FROM address_history WHERE @history IS NOT NULL;
INSERT OR ROLLBACK INTO address_history (cidr, name, owner, valid_from, valid_to)
  SELECT cidr, name, owner, valid_from, valid_to FROM history_new ORDER BY record;
COMMIT;

SELECT 'address_history' AS loaded, count(*) AS rows, printable(coalesce(@history, 'as before')) AS source
  FROM address_history;
SELECT 1 WHERE NOT flowlogs_require((SELECT count(*) FROM address_history), @empty);
