-- What are the addresses called that the report shows? The name is that of the asset list, of the
-- interface with the address, of the query that had it as an answer, or of the ranges of AWS.
-- ../report.sql reads this script, which prints nothing.
.read sql/inventory/name-begin.sql
INSERT INTO address_name (ip)
WITH shown(ip) AS (
  SELECT client FROM report_entries UNION SELECT one_server FROM report_entries UNION
  SELECT src FROM report_left UNION SELECT dst FROM report_left UNION
  SELECT client FROM report_new UNION SELECT server FROM report_new UNION
  SELECT client FROM report_beacons UNION SELECT server FROM report_beacons UNION
  SELECT peer FROM report_host UNION
  SELECT value FROM json_each(@addresses) UNION SELECT client FROM report_way UNION
  SELECT host FROM report_reach UNION SELECT dst FROM report_loot UNION
  SELECT ip_text(rtrim(word.value, ':,')) FROM report_alerts, json_each(
    '[' || replace(json_quote(printable(title)), ' ', '","') || ']') word WHERE place <= @top)
SELECT ip FROM shown WHERE ip IS NOT NULL;
.read sql/inventory/name-assets.sql
.read sql/inventory/name-interfaces.sql
.read sql/inventory/name-dns.sql
.read sql/inventory/name-ranges.sql

-- The alerts with the names beside the addresses.
UPDATE report_alerts SET named = (
  SELECT group_concat(ifnull(n.label || substr(word, length(n.ip) + 1), word), ' ')
    FROM (SELECT value AS word FROM json_each('[' || replace(json_quote(html), ' ', '","') || ']')
           ORDER BY key)
    LEFT JOIN address_name n ON n.ip = rtrim(word, ':,') AND n.html IS NOT NULL)
 WHERE place <= @top OR rule = 'volume-out';

-- What followed a way in, as items of a list: where it led to, and what left.
DROP TABLE IF EXISTS temp.report_fact;
CREATE TEMP TABLE report_fact AS
SELECT way, 'then' AS kind, '<li>' || s.label || ' asked ' || h.label || ' '
       || ifnull(port_name(port, 6), 'tcp') || ' (' || port || ') for the first time at '
       || strftime(@when, at, 'unixepoch') || '</li>' AS html
  FROM (SELECT *, row_number() OVER (PARTITION BY way ORDER BY at, host) AS nth
          FROM report_reach WHERE hops > 0)
  JOIN address_name s ON s.ip = source JOIN address_name h ON h.ip = host WHERE nth <= 6;
INSERT INTO report_fact
SELECT way, 'left', '<li><b>' || iif(bytes >= 1e9, printf('%.1f GB', bytes / 1e9),
         printf('%.1f MB', bytes / 1e6)) || '</b> from ' || s.label || ' to ' || d.label || ' '
       || ifnull(port_name(port, protocol) || ' ', '') || '('
       || coalesce(port, protocol_name(protocol), protocol) || '), never asked before, from '
       || strftime(@when, first, 'unixepoch') || ' to '
       || strftime(@when, last, 'unixepoch') || '</li>'
  FROM (SELECT *, row_number() OVER (PARTITION BY way ORDER BY bytes DESC, dst) AS nth
          FROM report_loot)
  JOIN address_name s ON s.ip = src JOIN address_name d ON d.ip = dst WHERE nth <= 3;

-- What left, and whether the place is new: addresses with the same name are one place.
DROP TABLE IF EXISTS temp.report_out;
CREATE TEMP TABLE report_out AS
SELECT *, new AND asked > bytes / 2 OR dst IN (SELECT client FROM report_way) AS hot
  FROM (SELECT l.rowid AS place, l.*, @new_since <= min(first) OVER (
                 PARTITION BY src, ifnull(name, dst)) AS new
          FROM report_left l JOIN address_name ON ip = dst);
