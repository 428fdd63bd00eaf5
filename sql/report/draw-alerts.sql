-- The alerts of the rules, as sentences with the names of the addresses. ../report.sql reads this
-- script, which prints nothing.
INSERT OR REPLACE INTO temp.sqlite_parameters VALUES ('@section', 'alerts');
INSERT INTO report_html
SELECT '<section id="alerts"><h2>Alerts</h2><p class="lead">What the rules of sql/alerts find. '
       || 'The numbers are those of the marks on the timeline.</p>'
       || iif(count(*), '', '<p class="none">Nothing was found.</p>') FROM report_alerts;
INSERT INTO report_html
SELECT '<ol>' || group_concat('<li id="alert' || place || '"><span class="' || severity || '">'
         || severity || '</span> ' || coalesce(named, html) || '<small>' || period || ', ' || flows
         || iif(flows = 1, ' record, ', ' records, ') || technique || ', ' || rule
         || '</small></li>', char(10)) || '</ol>'
  FROM (SELECT *, strftime(@when, first, 'unixepoch') || ' to '
                  || strftime(@when, last, 'unixepoch') AS period
          FROM report_alerts WHERE place <= @top ORDER BY place) GROUP BY NULL;
INSERT INTO report_html
SELECT '<p>And ' || sum(n) || ' more: ' || group_concat(n || ' of ' || rule, ', ') || '.</p>'
  FROM (SELECT rule, count(*) AS n FROM report_alerts WHERE place > @top GROUP BY rule)
 GROUP BY NULL;
.read sql/report/draw-script.sql
