-- What is above a threshold?  Rules with a threshold end with this script, which makes alerts of
-- temp.windows (see parts.sql).  An alert is about the fullest window, and its period is that of
-- all windows above the threshold.
--
--   @run   not NULL within run.sql: only windows that contain new records count

INSERT INTO found
SELECT rule, key, severity, technique, title, since, until, flows, 1
  FROM (SELECT *, min(first_seen) OVER same AS since, max(last_seen) OVER same AS until,
               row_number() OVER (PARTITION BY rule, key ORDER BY w.rowid) AS place
          FROM windows w
         WHERE (@run IS NULL OR window IN (SELECT window FROM judged))
           AND rule NOT IN (
                 SELECT ifnull(t.rule, w.rule) FROM trusted t WHERE cidr_match(trust, cidr))
        WINDOW same AS (PARTITION BY rule, key))
 WHERE place = 1;
DELETE FROM windows;
