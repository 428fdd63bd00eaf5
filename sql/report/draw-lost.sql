-- The interfaces of which records were lost, and when. draw-coverage.sql reads this script, which
-- prints nothing.
DELETE FROM report_bad;
INSERT INTO report_bad
SELECT ifnull(interface, 'unknown interface') FROM report_lost LIMIT 8;
INSERT INTO report_row (section, place, class, label, note, tail, more, at)
SELECT 'coverage', 1 + l.rowid, 'hot', html, 'records were lost (SKIPDATA)',
       printf('%,d', skipdata) || iif(skipdata = 1, ' time', ' times'), 'first at ', first
  FROM report_lost l JOIN report_bad b ON b.rowid = l.rowid;
INSERT INTO report_cell (section, place, class, x, width, height)
SELECT 'coverage', 1 + l.rowid, 'session', n * 1000.0 / @steps, max(4, 900.0 / @steps), 100
  FROM report_lost l JOIN report_lost_times t ON t.interface IS l.interface WHERE l.rowid <= 8;
INSERT INTO report_row (section, place, class, label, tail)
SELECT 'coverage', 10, 'hot', 'And ' || (count(*) - 8) || ' more interfaces',
       printf('%,d', total(iif(rowid > 8, skipdata, 0))) || ' times'
  FROM report_lost HAVING count(*) > 8;
