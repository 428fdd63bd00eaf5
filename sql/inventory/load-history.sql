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
.read sql/inventory/read-history.sql
CREATE TEMP TABLE csv_problem AS
  SELECT a.record, a.ip, a.name, CASE
      WHEN a.cidr IS NULL THEN 'is no address or prefix'
      WHEN a.valid_from IS NULL OR a.ends AND a.valid_to IS NULL THEN 'has a time that is none'
      WHEN a.valid_to <= a.valid_from THEN 'ends before it begins'
      WHEN b.record IS NOT NULL THEN 'overlaps record ' || b.record END AS problem
    FROM csv_new a
    LEFT JOIN csv_new b ON b.cidr = a.cidr AND b.record <> a.record
                       AND b.valid_from >= a.valid_from
                       AND (a.valid_to IS NULL OR b.valid_from < a.valid_to);
.read sql/inventory/check-csv.sql

BEGIN IMMEDIATE;
.read sql/inventory/address-history.sql
DELETE FROM address_history WHERE @load_files IS NOT NULL;
INSERT OR ROLLBACK INTO address_history (cidr, name, owner, valid_from, valid_to)
  SELECT cidr, name, owner, valid_from, valid_to FROM csv_new ORDER BY record;
COMMIT;
INSERT OR REPLACE INTO temp.sqlite_parameters SELECT '@load_rows', count(*) FROM address_history;
.read sql/inventory/load-end.sql
