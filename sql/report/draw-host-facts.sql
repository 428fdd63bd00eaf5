-- The head of the part about one host: its names, how much it did, and its alerts. draw-host.sql
-- reads this script, which prints nothing, and draws nothing without @host.
INSERT INTO report_html
SELECT '<section id="host"><h2>The host ' || group_concat(label, ', ') || '</h2>'
  FROM address_name WHERE ip IN (SELECT value FROM json_each(@addresses)) GROUP BY NULL;
INSERT INTO report_html
WITH own AS (
  SELECT *, client IN (SELECT value FROM json_each(@addresses)) AS asks FROM report_pairs
   WHERE client IN (SELECT value FROM json_each(@addresses))
      OR server IN (SELECT value FROM json_each(@addresses))),
sums AS (
  SELECT total(n) AS n, total(rejected) AS rejected, min(first) AS first, max(last) AS last,
         count(DISTINCT iif(asks, server, client)) AS peers,
         total(iif(asks, sent, received)) AS sent, total(iif(asks, received, sent)) AS received
    FROM own),
said AS (SELECT *, CASE WHEN sent >= 1e9 THEN printf('%.1f GB', sent / 1e9)
                        ELSE printf('%.1f MB', sent / 1e6) END AS sent_said,
                CASE WHEN received >= 1e9 THEN printf('%.1f GB', received / 1e9)
                     ELSE printf('%.1f MB', received / 1e6) END AS received_said FROM sums)
SELECT '<p>' || iif(n, 'From ' || strftime(@when, first, 'unixepoch') || ' to '
         || strftime(@when, last, 'unixepoch') || ': ' || printf('%,d', peers)
         || iif(peers = 1, ' peer, ', ' peers, ') || printf('%,d', n)
         || iif(n = 1, ' connection, ', ' connections, ') || printf('%,d', rejected)
         || ' of them rejected; ' || sent_said || ' sent, ' || received_said || ' received',
         'No connection of it is in these logs') || '.' || ifnull(' Alerts: ' || (
           SELECT group_concat('<a href="#alert' || place || '">' || place || '</a>', ', ')
             FROM (SELECT DISTINCT place FROM report_alerts, json_each(@addresses) a
                    WHERE place <= @top
                      AND instr(' ' || replace(replace(title, ':', ' '), ',', ' ') || ' ',
                                ' ' || a.value || ' ')
                    ORDER BY place)) || '.', '') || '</p><p class="lead">Its peers, those with '
       || 'most bytes first. Violet: the connections of each column.</p>'
  FROM said WHERE @host IS NOT NULL;
