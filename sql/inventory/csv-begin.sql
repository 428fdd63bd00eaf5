-- Makes room for the lines of a CSV file.  The scripts that read one begin with this one, import
-- its name into temp.csv_file and its lines into temp.csv_line, and then read read-csv.sql.
--
--   sqlite3 :memory: '.read sql/inventory/csv-begin.sql'
DROP TABLE IF EXISTS temp.csv_file;
DROP TABLE IF EXISTS temp.csv_line;
DROP TABLE IF EXISTS temp.csv_new;
DROP TABLE IF EXISTS temp.csv_problem;
