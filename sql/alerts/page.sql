-- What is new, as a page of HTML for a mail or a browser: the lines of temp.alert_page.  run.sql
-- reads this script, which prints nothing.
--
--   @html   1: there is a page, if something is new
--
-- Texts are escaped in generated columns, so that no title can get out of its place.
DROP TABLE IF EXISTS temp.alert_item;
CREATE TEMP TABLE alert_item (news, id, severity, period, flows, title, rule, technique, named,
  html AS (replace(replace(replace(printable(title), '&', '&amp;'), '<', '&lt;'), '>', '&gt;')),
  about AS (replace(replace(printable(rule || ', ' || technique), '&', '&amp;'), '<', '&lt;')));
INSERT INTO alert_item (news, id, severity, period, flows, title, rule, technique)
SELECT news, id, severity, first_seen || ' to ' || last_seen || ' UTC', flows, title, rule,
       technique
  FROM alert_news WHERE news IS NOT NULL AND @html
 ORDER BY instr('highmediumlow', severity), alert_news.rule, first_seen, key;
.read sql/alerts/page-names.sql
DROP TABLE IF EXISTS temp.alert_page; CREATE TEMP TABLE alert_page (line TEXT);
INSERT INTO alert_page
SELECT '<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<title>' || n || iif(n = 1, ' alert', ' alerts') || '</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>
body { font: 15px/1.45 sans-serif; color: #1b1f24; background: #fff; margin: 16px; }
li { margin: 0 0 8px; overflow-wrap: anywhere; } small { display: block; color: #57606a; }
.high { color: #b3261e; } .medium { color: #8a5000; } .low { color: #57606a; }
</style></head><body><h1>' || n || iif(n = 1, ' alert', ' alerts') || '</h1><ol>'
  FROM (SELECT count(*) AS n FROM alert_item) WHERE n > 0;
INSERT INTO alert_page
SELECT '<li id="' || id || '"><b class="' || severity || '">' || severity || '</b> '
       || iif(news = 'new', '', '(' || news || ') ') || named || '<small>' || period || ', '
       || flows || iif(flows = 1, ' record, ', ' records, ') || about || ', ' || id
       || '</small></li>' FROM alert_item ORDER BY rowid;
INSERT INTO alert_page SELECT '</ol></body></html>' FROM alert_item LIMIT 1;
