-- Which of our addresses had traffic with an address on your list of indicators?
--
--   @logs               a file, a folder or a pattern
--   @since, @until      the period of `start`, UTC text such as '2026-03-09 08:00' or Unix
--                       seconds; default: no limit
--   @on_error, @format  'skip' leaves out lines and files that cannot be used; the fields of
--                       files without a header line. Default: an error, and AWS's default format
--   @top                number of rows; default 20, and -1 for all
--   indicators          a table of yours with the columns cidr and note: addresses or prefixes.
--                       Import it with .import --csv --skip 1 bad.csv indicators, after
--                       CREATE TABLE indicators (cidr TEXT, note TEXT), or keep it in your
--                       database; the alerts use it, too. Without it, the script makes one with
--                       an example, which is in the sample
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/bad-addresses.sql'
--
-- `met` is the listed address, and `note` is that of the longest prefix on the list that contains
-- it. `began` counts the connections that our address began, which are the worst sign; the others
-- came from `met`. `answered` counts those in which both ends sent something that was accepted,
-- which are conversations. Rejected ones from outside are noise. `service` is the port of the
-- server; where there were several, their number. `sent` and `received` are the bytes of our
-- address, each counted once, also behind a NAT gateway. Old lists give wrong results, because
-- shared hosting and content networks pass addresses on.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES ('@logs', 'tests/data/AWSLogs'), ('@top', 20);
CREATE TABLE IF NOT EXISTS indicators AS
SELECT CAST('192.0.2.77' AS TEXT) AS cidr, CAST('an example' AS TEXT) AS note;
SELECT 1 WHERE NOT flowlogs_require(
  @logs LIKE 'tests/data/%' OR EXISTS (SELECT 1 FROM indicators WHERE note IS NOT 'an example'),
 'flowlogs: the table indicators has nothing of yours: .import --csv --skip 1 bad.csv indicators');
DROP TABLE IF EXISTS temp.answer; CREATE TEMP TABLE answer AS
SELECT iif(out, server, client) AS met, printable(note) AS note, iif(out, client, server) AS ours,
       iif(count(DISTINCT server_port) = 1, min(server_port),
           nullif(count(DISTINCT server_port), 0) || ' ports') AS service,
       sum(out) AS began, sum(state IN ('established', 'closed', 'reset')) AS answered,
       sum((rejected > 0) * (state = 'rejected')) AS rejected,
       sum(iif(out, client_bytes, server_bytes)) AS sent,
       sum(iif(out, server_bytes, client_bytes)) AS received,
       strftime('%m-%d %H:%M', min(first_seen), 'unixepoch') AS first_seen,
       strftime('%m-%d %H:%M', max(last_seen), 'unixepoch') AS last_seen
  FROM flowlogs_connections(@logs, @on_error, @format)
 CROSS JOIN (SELECT 0 AS out UNION ALL SELECT 1)
 CROSS JOIN indicators i ON i.rowid = cidr_lookup('indicators', 'cidr', iif(out, server, client))
 WHERE since = @since AND until = @until AND NOT is_nat_leg
 GROUP BY met, ours ORDER BY answered DESC, count(*) DESC, met, ours LIMIT @top;
SELECT * FROM temp.answer ORDER BY rowid;
SELECT 'nothing found' AS answer, printable(@logs) AS logs, flowlogs_scan_summary() AS looked_at
 WHERE NOT EXISTS (SELECT 1 FROM temp.answer);
