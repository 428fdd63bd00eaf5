-- Shows the SQL that gives the rows of the section @section, to be pasted into the shell of
-- SQLite: first its parameters, then the scripts, then the tables. It prints nothing.
INSERT INTO report_html
WITH used AS (
  SELECT replace(replace(replace(group_concat('  (' || quote(replace(key, '@given_', '@')) || ', '
             || value || ')', ',' || char(10)), '&', '&amp;'), '<', '&lt;'), '>', '&gt;')
         AS list
    FROM (SELECT key, iif(typeof(value) = 'text' AND printable(value) <> value, 'CAST('
                   || quote(CAST(value AS BLOB)) || ' AS TEXT)', quote(value)) AS value
            FROM temp.sqlite_parameters p
           WHERE value IS NOT NULL AND iif(@section = 'alerts', key IN (
             SELECT '@' || value FROM json_each('["logs", "on_error", "format", "given_inside",
               "period_since", "period_until", "window", "many", "volume_bytes", "scan_ports",
               "scan_hosts", "scan_packets", "session_bytes", "guess_tries", "guess_session",
               "pool_ports", "pool_seconds", "pool_rate"]')),
             EXISTS (SELECT 1 FROM report_script WHERE section = @section AND instr(text, p.key)))
           ORDER BY key))
SELECT '<details><summary>The SQL that gives these rows</summary><pre>.parameter init' || char(10)
       || 'INSERT OR REPLACE INTO temp.sqlite_parameters VALUES' || char(10)
       || list || ';' || char(10) || (
         SELECT group_concat(html, '') FROM (SELECT html FROM report_script
           WHERE section = @section ORDER BY place))
       || ifnull((SELECT group_concat('SELECT * FROM temp.report_'
            || replace(substr(file, 6), '-', '_') || ';', char(10)) FROM report_script
           WHERE section = @section AND NOT base), '') || '</pre></details></section>'
  FROM used WHERE @section <> 'none';
