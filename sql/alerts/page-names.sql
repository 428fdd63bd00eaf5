-- The names of the addresses in the titles of temp.alert_item, of the inventories that are in the
-- database; status.sh knows from run.sql which of these there are. page.sql reads this script, which
-- prints nothing.
.read sql/inventory/name-begin.sql
INSERT OR IGNORE INTO address_name (ip)
SELECT ip_text(rtrim(word.value, ':,')) AS ip FROM alert_item, json_each(
    '[' || replace(json_quote(html), ' ', '","') || ']') word WHERE ip IS NOT NULL;
.read '|sh sql/alerts/status.sh names $PPID'
UPDATE alert_item SET named = (
  SELECT group_concat(ifnull(n.label || substr(word, length(n.ip) + 1), word), ' ')
    FROM (SELECT value AS word FROM json_each('[' || replace(json_quote(html), ' ', '","') || ']')
           ORDER BY key)
    LEFT JOIN address_name n ON n.ip = rtrim(word, ':,') AND n.html IS NOT NULL);
