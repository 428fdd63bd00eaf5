-- How many rows has a table that was loaded, and from where?  The scripts load-....sql end with
-- this one, after their transaction.
--
--   @load_table, @load_files, @empty   see load-begin.sql
--   @load_rows                         the number of rows; none is an error
--   @load_optional                     1: it is none, and nothing is printed
.parameter init
SELECT printable(@load_table) AS loaded, CAST(@load_rows AS INTEGER) AS rows,
       printable(coalesce(@load_files, 'as before')) AS source WHERE @load_optional IS NULL;
SELECT 1 WHERE NOT flowlogs_require(@load_rows OR @load_optional, @empty);
