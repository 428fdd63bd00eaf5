-- Writes the times of the rows and cells of the section @section. draw-rows.sql reads this script,
-- which prints nothing.
UPDATE report_row SET date = strftime(@when, at, 'unixepoch') WHERE section = @section;
UPDATE report_cell SET date = strftime(@when_title, at, 'unixepoch')
 WHERE section = @section AND at IS NOT NULL;
