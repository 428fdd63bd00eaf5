-- How many rows has a table that was loaded, and from where?  The scripts load-....sql end with
-- this one, after their transaction.
--
--   @load_table, @load_files, @empty   see load-begin.sql
--   @load_rows                         the number of rows; none is an error
.parameter init
SELECT printable(@load_table) AS loaded, CAST(@load_rows AS INTEGER) AS rows,
       printable(coalesce(@load_files, 'as before')) AS source;
SELECT 1 WHERE NOT flowlogs_require(@load_rows, @empty);
