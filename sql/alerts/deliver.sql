-- Which alerts has a receiver not had yet, and how are they written?  deliver.sh gives this script
-- to the sqlite3 shell, which needs no extension for it.  It prints the numbers of the alerts in one
-- line, the message, and a last line, `end`, by which deliver.sh knows that nothing is missing.
--
--   temp.alert_way     way, channel and size, which deliver.sh fills in
--   temp.alert_batch   the next alerts: those that were tried least often, and alone after two tries
CREATE TEMP TABLE alert_batch AS
  WITH waiting AS MATERIALIZED (
    SELECT l.*, ifnull(d.tries, 0) AS tries FROM alert_log l CROSS JOIN alert_way w
      LEFT JOIN alert_deliveries d ON d.channel = w.channel AND d.seq = l.seq
     WHERE d.delivered IS NOT 1)
  SELECT *, upper(severity) || ' ' || news || ' ' || rule || ': ' || title || ' (' || first_seen
         || ' to ' || last_seen || ' UTC, ' || flows || ' flows, ' || technique || ', ' || id
         || ')' AS line
    FROM waiting WHERE tries = (SELECT min(tries) FROM waiting)
   ORDER BY seq LIMIT (SELECT iif(min(tries) < 2, size, 1) FROM alert_way, waiting);
SELECT group_concat(seq) FROM alert_batch;
-- Slack reads & < > as its own marks, such as <!channel>.
SELECT json_object('text', group_concat(
         replace(replace(replace(line, '&', '&amp;'), '<', '&lt;'), '>', '&gt;'), char(10)))
  FROM alert_batch, alert_way WHERE way = 'webhook' GROUP BY way;
SELECT 'Subject: flowlogs: ' || count(*) || ' alerts, high: ' || sum(severity = 'high') || '
Auto-Submitted: auto-generated
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

' || group_concat(line, char(10))
  FROM alert_batch, alert_way WHERE way = 'mail' GROUP BY way;
SELECT json_object('news', news, 'id', id, 'severity', severity, 'rule', rule, 'title', title,
         'first_seen', first_seen, 'last_seen', last_seen, 'flows', flows, 'technique', technique,
         'src', src, 'dst', dst)
  FROM alert_batch, alert_way WHERE way IN ('syslog-json', 'pipe');
-- In CEF, \ and | have a \ before them in the head, and \ and = in the values behind it.
SELECT 'CEF:0|flowlogs|flowlogs|' || version || '|' || head || '|' || replace(head, '-', ' ')
       || '|' || CASE severity WHEN 'high' THEN 8 WHEN 'medium' THEN 6 ELSE 3 END
       || '|externalId=' || id
       || ifnull(iif(src LIKE '%:%', ' c6a2Label=Source IPv6 Address c6a2=', ' src=') || src, '')
       || ifnull(iif(dst LIKE '%:%', ' c6a3Label=Destination IPv6 Address c6a3=', ' dst=')
                 || dst, '')
       || ' start=' || (unixepoch(first_seen) * 1000)
       || ' end=' || (unixepoch(last_seen) * 1000) || ' cnt=' || flows
       || ' reason=' || news || ' cs1Label=technique cs1=' || cs1 || ' msg=' || msg
  FROM (SELECT *, replace(replace(replace(rule, '\', '\\'), '|', '\|'), char(10), ' ') AS head,
          replace(replace(replace(title, '\', '\\'), '=', '\='), char(10), '\n') AS msg,
          replace(replace(replace(technique, '\', '\\'), '=', '\='), char(10), '\n') AS cs1
          FROM alert_batch, alert_way WHERE way = 'syslog-cef');
SELECT 'end';
