-- How are times written? period.sql reads this script, which prints nothing.
--
--   @step_said           the length of a column in words
--   @when, @when_title   how times are written, for strftime(): with the year where the period has
--                        two; as HTML, and without tags for titles
INSERT OR REPLACE INTO temp.sqlite_parameters
SELECT '@step_said', number || ' ' || unit || iif(number = 1, '', 's')
  FROM (SELECT @step / column1 AS number, column2 AS unit
          FROM (VALUES (86400, 'day'), (3600, 'hour'), (60, 'minute'))
         WHERE @step % column1 = 0 ORDER BY column1 DESC LIMIT 1);
INSERT OR REPLACE INTO temp.sqlite_parameters
SELECT column1, column2 || iif(strftime('%Y', @begin, 'unixepoch')
                               = strftime('%Y', @begin + @step * @steps - 1, 'unixepoch'),
                               '', '%Y-') || '%m-%d %H:%M' || column3
  FROM (VALUES ('@when', '<span class="at">', '</span>'), ('@when_title', '', ''));
