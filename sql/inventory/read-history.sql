-- Reads a CSV file of who had which address when into temp.csv_new.  load-history.sql begins with
-- this script, before its transaction, and describes the file.
--
--   HISTORY   see load-history.sql
--
--   HISTORY=history.csv sqlite3 -cmd '.load ./build/flowlogs' :memory: '.read sql/inventory/read-history.sql'
.bail on
.timeout 60000
.parameter init
.read sql/inventory/csv-begin.sql
.import --csv --schema temp '|printf "file\n\"%s\"\n" "$(printf %s "$HISTORY" | sed "s/\"/\"\"/g")"' csv_file
.import --csv --schema temp '|if test "$HISTORY" || test -f tests/data/inventory/history.csv; then cat < "${HISTORY:-tests/data/inventory/history.csv}"; else echo cidr,name,owner,valid_from,valid_to; fi' csv_line
INSERT OR REPLACE INTO temp.sqlite_parameters VALUES
  ('@load_table', 'address_history'), ('@load_from', 'HISTORY'),
  ('@csv_columns', 'cidr, name, owner, valid_from and valid_to'),
  ('@load_sample', 'tests/data/inventory/history.csv');
.read sql/inventory/read-csv.sql
CREATE TEMP TABLE csv_new AS
  SELECT record, ip, ip_prefix(ip, coalesce(bits, iif(ip_family(ip) = 4, 32, 128))) AS cidr,
         trim(name) AS name, nullif(trim(owner), '') AS owner, trim(valid_to) <> '' AS ends,
         iif(trim(valid_from) = '', '0000-01-01 00:00:00', datetime(valid_from)) AS valid_from,
         datetime(nullif(trim(valid_to), '')) AS valid_to
    FROM (SELECT *, rowid + 1 AS record, trim(substr(cidr, 1, instr(cidr || '/', '/') - 1)) AS ip,
                 CAST(substr(cidr, nullif(instr(cidr, '/'), 0) + 1) AS INTEGER) AS bits
            FROM csv_line)
   WHERE @load_files IS NOT NULL;
