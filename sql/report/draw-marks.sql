-- The marks of the alerts on the timeline: there are 24 places of four marks, and a mark is at its
-- time, or behind those before it. draw-timeline.sql reads this script, which prints nothing.
INSERT INTO report_html
WITH timed AS (
  SELECT *, row_number() OVER (ORDER BY first, place) AS nth,
         min(23, max(0, first - @begin) * 24 / (@step * @steps)) * 4 AS spot
    FROM report_alerts WHERE place <= min(@top, 96)),
placed AS (
  SELECT *, min(nth + max(spot - nth) OVER (ORDER BY nth), 95 - max(nth) OVER () + nth) AS slot
    FROM timed)
SELECT '<div class="row"><div class="who">Alerts<small>at the time of their first record</small>'
       || '</div><div class="marks">' || group_concat('<a class="' || severity || '" style="left:'
            || printf('%.1f', (slot / 4 + .5) * 100 / 24) || '%;top:' || (slot % 4 * 19)
            || 'px" href="#alert' || place || '" title="'
            || strftime(@when_title, first, 'unixepoch') || ': ' || replace(html, '"', '&quot;')
            || '">' || place || '</a>', '')
       || '</div><div class="num">' || iif(total > count(*), 'the first ' || count(*) || ' of '
            || printf('%,d', total), '') || '</div></div>'
  FROM (SELECT p.*, (SELECT count(*) FROM report_alerts) AS total FROM placed p ORDER BY nth)
 GROUP BY NULL;
