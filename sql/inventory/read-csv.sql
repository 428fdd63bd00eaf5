-- Checks the header of the CSV file in temp.csv_line (see csv-begin.sql), or stops with a message.
--
--   @csv_columns   the columns that its first line must name: 'ip, name and owner'
--   @load_table, @load_from, @load_sample   see load-begin.sql, which this script reads
--
--   ASSETS=assets.csv sqlite3 -cmd '.load ./build/flowlogs' :memory: '.read sql/inventory/load-assets.sql'
DELETE FROM temp.sqlite_parameters WHERE key = @load_from;
INSERT INTO temp.sqlite_parameters SELECT @load_from, file FROM csv_file WHERE file <> '';
INSERT OR REPLACE INTO temp.sqlite_parameters VALUES
  ('@load_wanted', 'a CSV file with ' || @csv_columns);
.read sql/inventory/load-begin.sql
SELECT 1 WHERE NOT flowlogs_require(NOT EXISTS (
  SELECT value
    FROM json_each('["' || replace(replace(@csv_columns, ' and ', ', '), ', ', '","') || '"]')
  EXCEPT SELECT lower(name) FROM pragma_table_info('csv_line')),
  'flowlogs: the file''s first line must name the columns ' || @csv_columns || ', with commas');
