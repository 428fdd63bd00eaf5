-- Prints the page, and forgets the parameters that are about these logs only. ../report.sql reads
-- this script.
INSERT INTO report_html
SELECT '<footer>Made by sql/report.sql of flowlogs ' || flowlogs_version() || ' with SQLite '
       || sqlite_version() || '. Times are UTC.</footer></body></html>';
DELETE FROM temp.sqlite_parameters WHERE key IN ('@begin', '@steps', '@step', '@long_step',
  '@step_said', '@addresses', '@when', '@when_title',
  '@long_steps', '@section', '@load_optional', '@period_since', '@period_until', '@inside',
  '@new_since', '@top');
UPDATE temp.sqlite_parameters SET key = '@' || substr(key, 8)
 WHERE key IN ('@given_inside', '@given_new_since', '@given_top');
.mode list
.headers off
SELECT line FROM report_html ORDER BY rowid;
