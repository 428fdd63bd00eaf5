-- Stops with a message if temp.csv_problem has a problem, or if there are no lines.  The scripts
-- that load CSV files read this one before their transaction: one bad line, and nothing is loaded.
--
--   ASSETS=assets.csv sqlite3 -cmd '.load ./build/flowlogs' :memory: '.read sql/inventory/load-assets.sql'
DELETE FROM csv_problem WHERE problem IS NULL;
SELECT record, printable(ip) AS ip, printable(name) AS name, problem
  FROM csv_problem ORDER BY record, problem LIMIT 10;
SELECT 1 WHERE NOT flowlogs_require(
  NOT EXISTS (SELECT 1 FROM csv_problem), 'flowlogs: nothing was loaded, for the problems above');
SELECT 1 WHERE NOT flowlogs_require(
  iif(@load_files IS NOT NULL, EXISTS (SELECT 1 FROM csv_line),
      @load_optional OR EXISTS (SELECT 1 FROM main.sqlite_schema WHERE name = @load_table)),
  @empty);
