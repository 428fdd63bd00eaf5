-- What do the files of @logs lack of the fields which the rules need?  Temporary views of it.
-- setup.sql reads this script, which prints nothing.
--
--   sqlite3 -cmd '.load ./build/flowlogs' :memory: '.read sql/alerts/lacking.sql'
--
-- The logs of transit gateways have no action, so this is in `lacks` for other logs only;
-- no_action: also for these.  vital: a field is lacking of the first four, without which no alert
-- can be made; no_ends: one of the three without which no connections are joined.
CREATE TEMP VIEW IF NOT EXISTS file_lacks AS
  SELECT path, max(absent AND place < 4) AS vital, max(absent AND field = 'action') AS no_action,
         group_concat(field, ', ') FILTER (
           WHERE absent AND NOT (field = 'action' AND of_tgw)) AS lacks,
         group_concat(field, ', ') FILTER (WHERE absent) AS lacks_all,
         max(absent AND field IN ('srcport', 'dstport', 'protocol')) AS no_ends
    FROM (SELECT file.path, n.value AS field, n.key AS place,
                 names NOT LIKE '% ' || n.value || ' %' AS absent,
                 names LIKE '% tgw-%' OR names LIKE '% resource-type %' AS of_tgw  -- no others do
            FROM (SELECT f.path, ' ' || replace(fields, '"', ' ') || ' ' AS names  -- a JSON array
                    FROM temp.sqlite_parameters p CROSS JOIN flowlogs_files(p.value, (
                           SELECT value FROM temp.sqlite_parameters WHERE key = '@format')) f
                   WHERE p.key = '@logs' AND p.value <> '[]' AND f.verdict = 'flow log') file
            CROSS JOIN json_each('["srcaddr", "dstaddr", "start", "end", "srcport", "dstport",
                                   "protocol", "packets", "bytes", "action"]') n)
   GROUP BY path;
CREATE TEMP VIEW IF NOT EXISTS lacking AS
  SELECT path, lacks, vital FROM file_lacks WHERE lacks IS NOT NULL;
