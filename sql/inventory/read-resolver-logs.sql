-- Reads query logs of Route 53 Resolver, plain or gzip, into temp.resolver_line and the names in
-- them into temp.dns_new, or stops with a message.  load-resolver-names.sql begins with it,
-- before its transaction, so that an error leaves none open.
--
--   @resolver_logs   a file, a folder, a pattern or several as a JSON array; NULL stands for none
--   @on_error        'skip' keeps lines that cannot be used, with their `problem`; otherwise one is
--                    an error
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.parameter init' \
--           -cmd ".parameter set @resolver_logs \"'resolver/'\"" :memory: '.read sql/inventory/read-resolver-logs.sql'
--
-- The shell has no function that unpacks gzip, but its edit() gives a value to a program and takes
-- it back.  Here this is gzip, which passes on what is not packed.  Only the name of edit()'s own
-- temporary file gets into the command, and no name of a log.  A file that ends early gets a bad
-- line at its end.  Each file is in memory while it is read: unpacked it must be below 500 MB.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES ('@resolver_logs', 'tests/data/resolver');
-- Each line becomes a text of a JSON array, whatever is in it: U+10FFFF, which no text has, stands
-- for the ends of lines while json_quote() quotes the rest.  U+FEFF is a byte order mark.
DROP TABLE IF EXISTS temp.resolver_line;
CREATE TEMP TABLE resolver_line AS
SELECT f.path, l.key + 1 AS line, ltrim(l.value, char(65279)) AS v, NULL AS problem
  FROM json_each(iif(@resolver_logs IS NULL, '[]', json_array(@resolver_logs))) p CROSS JOIN flowlogs_files(p.value) f
 CROSS JOIN json_each('[' || replace(json_quote(replace(CAST(edit(coalesce(readfile(f.path), CAST('unreadable' AS BLOB)),
       'sh -c ''gzip -dcf <"$1" >"$1.lines" || echo "damaged gzip" >>"$1.lines"; mv "$1.lines" "$1"'' sh') AS TEXT),
       char(10), char(1114111))), char(1114111), '","') || ']') l WHERE trim(l.value, char(32, 9, 13)) <> '';
UPDATE resolver_line SET problem = CASE WHEN NOT json_valid(v) THEN 'is no JSON: ' || substr(v, 1, 40)
    WHEN json_type(v, '$.query_name') IS NOT 'text' OR datetime(v ->> '$.query_timestamp') IS NULL
      OR ifnull(json_type(v, '$.answers'), 'null') NOT IN ('array', 'null') THEN 'is of no query log of Resolver'
    WHEN EXISTS (SELECT 1 FROM json_each(v, '$.answers') a WHERE json_extract(v, a.fullkey || '.Type') IN ('A', 'AAAA')
      AND ip_text(json_extract(v, a.fullkey || '.Rdata')) IS NULL) THEN 'has an answer that is no address' END;
SELECT printable(path) AS file, line, printable(problem) AS problem FROM resolver_line
 WHERE problem IS NOT NULL AND @on_error IS NOT 'skip' ORDER BY path, line LIMIT 10;
SELECT 1 WHERE NOT flowlogs_require(@on_error IS 'skip' OR NOT EXISTS (SELECT 1 FROM resolver_line WHERE problem IS NOT NULL),
  'flowlogs: nothing was loaded, for the problems above; @on_error = ''skip'' leaves such lines out');
DROP TABLE IF EXISTS temp.dns_new;
CREATE TEMP TABLE dns_new AS SELECT ip_text(json_extract(v, a.fullkey || '.Rdata')) AS address,
       lower(rtrim(v ->> '$.query_name', '.')) AS name,
       coalesce(ip_text(v ->> '$.srcaddr'), '-') AS asker, min(at) AS first_asked,
       max(at) AS last_asked, count(*) AS times
  FROM (SELECT v, datetime(v ->> 'query_timestamp') AS at FROM resolver_line WHERE problem IS NULL)
 CROSS JOIN json_each(v, '$.answers') a
 WHERE json_extract(v, a.fullkey || '.Type') IN ('A', 'AAAA') GROUP BY 1, 2, 3;
