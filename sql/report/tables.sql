-- What is drawn: temporary tables, from which draw-rows.sql makes the pictures. begin.sql reads
-- this script, which prints nothing.
--
--   temp.report_row    a row of a section: a label, a strip of time, and what is said about it,
--                      which is `tail` and then a line of bytes, more, bytes2, more2 and `at`
--   temp.report_cell   what stands in the strip of a row, from x to x + width of 1000, and
--                      `height` of 100. Cells with a time are drawn one by one and say `at` and
--                      bytes or count when the mouse is over them; the others of a row and class
--                      are one path
--   temp.report_html   the lines of the page, in their order
--
-- Numbers of bytes become text in generated columns, and times in `date`, which draw-rows.sql
-- fills in.
DROP TABLE IF EXISTS temp.report_html;
CREATE TEMP TABLE report_html (line TEXT NOT NULL);
DROP TABLE IF EXISTS temp.report_row;
CREATE TEMP TABLE report_row (section TEXT, place INTEGER, class TEXT, label TEXT, note TEXT,
  tail TEXT, bytes REAL, more TEXT, bytes2 REAL, more2 TEXT, at INTEGER, date TEXT,
  tall INTEGER NOT NULL DEFAULT 0,
  size TEXT AS (CASE WHEN bytes >= 1e9 THEN printf('%.1f GB', bytes / 1e9)
                     WHEN bytes >= 1e6 THEN printf('%.1f MB', bytes / 1e6)
                     WHEN bytes >= 1e3 THEN printf('%.1f kB', bytes / 1e3)
                     ELSE printf('%d bytes', bytes) END),
  size2 TEXT AS (CASE WHEN bytes2 >= 1e9 THEN printf('%.1f GB', bytes2 / 1e9)
                      WHEN bytes2 >= 1e6 THEN printf('%.1f MB', bytes2 / 1e6)
                      WHEN bytes2 >= 1e3 THEN printf('%.1f kB', bytes2 / 1e3)
                      ELSE printf('%d bytes', bytes2) END),
  said TEXT AS (iif(bytes IS NULL, '', size) || ifnull(more, '') || iif(bytes2 IS NULL, '', size2)
                || ifnull(more2, '') || ifnull(date, '')),
  PRIMARY KEY (section, place));
DROP TABLE IF EXISTS temp.report_cell;
CREATE TEMP TABLE report_cell (section TEXT, place INTEGER, class TEXT, x REAL, width REAL,
  height REAL, at INTEGER, date TEXT, bytes REAL, count INTEGER,
  title TEXT AS (date || ': '
                 || CASE WHEN count IS NOT NULL THEN printf('%,d', count)
                         WHEN bytes >= 1e9 THEN printf('%.1f GB', bytes / 1e9)
                         WHEN bytes >= 1e6 THEN printf('%.1f MB', bytes / 1e6)
                         ELSE printf('%.1f kB', bytes / 1e3) END));
