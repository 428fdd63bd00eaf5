-- Who are the peers of one host? For each direction: records, bytes, bytes per record, first and
-- last seen.
--
--   @logs               a file, a folder or a pattern
--   @since, @until      the period of `start`, UTC text such as '2026-03-09 08:00' or Unix
--                       seconds; default: no limit
--   @on_error, @format  'skip' leaves out lines and files that cannot be used; the fields of
--                       files without a header line. Default: an error, and AWS's default format
--   @host               the address of the host; required
--   @top                number of rows; default 20, and -1 for all
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" -cmd ".parameter set @host \"'10.0.0.5'\"" \
--           :memory: '.read sql/investigate/host-seen.sql'
--
-- Ask about an address that data-leaving.sql or an alert named. Many bytes per record (`each`)
-- outwards, and not inwards, are an upload; few bytes, and always the same number, are a beacon
-- (see beaconing.sql). Traffic with another interface that writes logs counts at each of the two.
-- Behind a NAT gateway the peers are the true ones where pkt_srcaddr and pkt_dstaddr are logged.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@on_error', NULL), ('@format', NULL), ('@since', NULL), ('@until', NULL),
  ('@top', 20);
-- The sample has a default, and no other logs have one; the last statement takes it away again.
INSERT OR IGNORE INTO temp.sqlite_parameters SELECT '@host', '10.0.2.14' WHERE @logs = 'tests/data/AWSLogs';
SELECT 1 WHERE NOT flowlogs_require(ip_text(@host) IS NOT NULL,
  'flowlogs: @host must be an address: .parameter set @host "''10.0.0.5''"');
DROP TABLE IF EXISTS temp.answer;
CREATE TEMP TABLE answer AS
SELECT iif(cidr_match(srcaddr, @host) OR cidr_match(pkt_srcaddr, @host), 'out', 'in') AS way,
       iif(cidr_match(srcaddr, @host) OR cidr_match(pkt_srcaddr, @host), coalesce(pkt_dstaddr, dstaddr),
           coalesce(pkt_srcaddr, srcaddr)) AS peer,
       ifnull(protocol_name(protocol), protocol) AS protocol, min(srcport, dstport) AS service, sum(flows) AS records,
       sum(flows * (action = 'REJECT')) AS rejected, sum(bytes) AS bytes,
       sum(bytes) / sum(flows) AS each, strftime('%m-%d %H:%M', min(first_seen), 'unixepoch') AS first_seen,
       strftime('%m-%d %H:%M', max(last_seen), 'unixepoch') AS last_seen
  FROM flowlogs_rollup(@logs, @on_error, @format) WHERE since = @since AND until = @until AND cidr_match(addr, @host)
 GROUP BY 1, 2, 3, 4 ORDER BY bytes DESC, 1, 2, 3, 4 LIMIT @top;
SELECT * FROM temp.answer ORDER BY rowid;
SELECT 'nothing found' AS answer, @host AS host, printable(@logs) AS logs, flowlogs_scan_summary() AS looked_at
 WHERE NOT EXISTS (SELECT 1 FROM temp.answer);
DELETE FROM temp.sqlite_parameters WHERE key = '@host' AND value = '10.0.2.14' AND @logs = 'tests/data/AWSLogs';
