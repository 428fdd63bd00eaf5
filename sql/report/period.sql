-- Which period do the logs cover, and in which steps is it drawn? ../report.sql reads this script,
-- which prints nothing.
--
--   @begin, @step, @steps            the time from which on there are records, Unix seconds; the
--                                    seconds of a column of a picture; how many there are
--   @long_step, @long_steps          the same for the rejects, in steps of an hour or more
--   @new_since                       what is first seen from then on is new: the last day of logs
--                                    of two days or more, and otherwise the later half
.read sql/report/rows-minutes.sql
INSERT OR REPLACE INTO temp.sqlite_parameters
WITH period AS (SELECT min(at) AS low, max(at) + 60 AS high FROM report_minutes),
step AS (
  SELECT *, coalesce((SELECT min(value) FROM json_each('[60, 300, 600, 900, 1800, 3600, 7200,
              10800, 21600, 43200, 86400, 604800]') WHERE (high - low) / value < 96),
            ((high - low) / 96 / 604800 + 1) * 604800) AS step FROM period),
aligned AS (SELECT *, low - low % step AS start, max(step, 3600) AS long FROM step),
counted AS (
  SELECT *, (high - 1 - start) / step + 1 AS steps,
         (high - 1 - start + start % 3600) / long + 1 AS long_steps FROM aligned)
SELECT column1, CASE column1 WHEN '@begin' THEN ifnull(start, 0) WHEN '@step' THEN ifnull(step, 60)
         WHEN '@steps' THEN ifnull(steps, 1) WHEN '@long_step' THEN ifnull(long, 3600)
         ELSE ifnull(long_steps, 1) END
  FROM counted, (VALUES ('@begin'), ('@step'), ('@steps'), ('@long_step'), ('@long_steps'));
INSERT OR IGNORE INTO temp.sqlite_parameters
SELECT '@new_since', iif(@step * @steps >= 172800, high - 86400, low + (high - low) / 2)
  FROM (SELECT ifnull(min(at), 0) AS low, ifnull(max(at) + 60, 0) AS high FROM report_minutes);
UPDATE temp.sqlite_parameters SET value = unixepoch(value, 'auto')
 WHERE key = '@new_since' AND typeof(value) = 'text';
.read sql/report/words.sql
