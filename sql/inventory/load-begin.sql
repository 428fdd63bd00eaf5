-- Which files does a loader read?  The scripts load-....sql begin with this one, before their
-- transaction.  It sets @load_files, and @empty, what is said if there is nothing.
--
--   @load_table    the table that is loaded
--   @load_from     the parameter or variable that names the files.  Without it, @load_files is
--                  NULL: the table stays as it is.  Only a database in memory without the table,
--                  with the sample's logs or none, gets @load_sample
--   @load_wanted   what the files are, for messages
--   @load_optional   1: there need not be any, and nothing is printed, as ../report.sql wants it
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.parameter init' \
--           -cmd ".parameter set @load_table \"'subnets'\"" :memory: '.read sql/inventory/load-begin.sql'
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@load_table', 'subnets'), ('@load_from', '@subnets'), ('@load_wanted', 'a list of subnets'),
  ('@load_sample', 'tests/data/inventory/subnets-us-east-1.json'), ('@json_key', 'Subnets');
INSERT OR IGNORE INTO temp.sqlite_parameters
  SELECT @load_from, iif(EXISTS (SELECT 1 FROM main.sqlite_schema WHERE name = @load_table) OR
    (SELECT file FROM pragma_database_list WHERE name = 'main') <> '' OR
    (SELECT value FROM temp.sqlite_parameters WHERE key = '@logs') NOT LIKE 'tests/data/%',
    NULL, @load_sample);
INSERT OR REPLACE INTO temp.sqlite_parameters
  SELECT '@load_files', value FROM temp.sqlite_parameters WHERE key = @load_from UNION ALL
  VALUES ('@empty', 'flowlogs: the table ' || @load_table || ' is empty: set ' || @load_from
                    || ' to ' || @load_wanted);
