-- Which of our addresses had traffic with an address on your list of indicators?
--
--   @logs               a file, a folder or a pattern
--   @since, @until      the period of `start`, UTC text such as '2026-03-09 08:00' or Unix
--                       seconds; default: no limit
--   @on_error, @format  'skip' leaves out lines and files that cannot be used; the fields of
--                       files without a header line. Default: an error, and AWS's default format
--   @top                number of rows; default 20, and -1 for all
--   indicators          a table of yours with the columns cidr and note: addresses or prefixes.
--                       Make it as below, or keep it in your database; the alerts use it, too.
--                       The sample's logs have a few examples, which stand in it only while the
--                       script runs
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" -cmd 'CREATE TABLE indicators (cidr TEXT, note TEXT);' \
--           -cmd '.import --csv --skip 1 bad.csv indicators' :memory: '.read sql/investigate/bad-addresses.sql'
--
-- `met` is the listed address, and `note` is that of the longest prefix on the list that contains
-- it. Accepted records with bytes in both directions are a conversation. Rejected records from
-- outside are noise. Where the logs have no action, as those of transit gateways, `rejected` is
-- NULL and all records count as accepted. `service` is the lower of the two ports; `sent` and
-- `received` are the bytes of our address.
--
-- The first query finds the addresses that are on the list, and the second one reads the records
-- of these addresses only. Where the logs have pkt_srcaddr and pkt_dstaddr (version 3), packets that
-- several interfaces logged count once, at the one that logged most, and a NAT gateway is left out
-- where it passes on what an address of yours sends. In the default format, the gateway has a row of
-- its own. Old lists give wrong results, because shared hosting and content networks pass addresses
-- on.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@on_error', NULL), ('@format', NULL), ('@since', NULL), ('@until', NULL),
  ('@top', 20);
CREATE TABLE IF NOT EXISTS indicators (cidr TEXT, note TEXT);
INSERT INTO indicators
SELECT column1, column2 FROM (VALUES ('192.0.2.77', 'example: C2'), ('203.0.113.64/29', 'example: SSH'),
                                     ('198.51.100.23', 'example: scan'), ('2001:db8:bad::/48', 'example: IPv6'))
 WHERE @logs = 'tests/data/AWSLogs' AND NOT EXISTS (SELECT 1 FROM indicators);
SELECT 1 WHERE NOT flowlogs_require(
  EXISTS (SELECT 1 FROM indicators WHERE note IS NOT 'an example' OR @logs LIKE 'tests/data/%'),
  'flowlogs: the table indicators has nothing of yours: .import --csv --skip 1 bad.csv indicators');
DROP TABLE IF EXISTS temp.met;
CREATE TEMP TABLE met (ip TEXT PRIMARY KEY, indicator INTEGER);
WITH pair AS MATERIALIZED (
  SELECT srcaddr, dstaddr, pkt_srcaddr, pkt_dstaddr, sum(flows) AS flows
    FROM flowlogs_rollup(@logs, @on_error, @format) WHERE since = @since AND until = @until GROUP BY 1, 2, 3, 4)
INSERT INTO met SELECT ip, cidr_lookup('indicators', 'cidr', ip)
  FROM (SELECT srcaddr AS ip FROM pair UNION SELECT dstaddr FROM pair
        UNION SELECT pkt_srcaddr FROM pair UNION SELECT pkt_dstaddr FROM pair)
 WHERE cidr_lookup('indicators', 'cidr', ip) IS NOT NULL;
DROP TABLE IF EXISTS temp.answer;
CREATE TEMP TABLE answer AS
WITH ends AS (
  SELECT coalesce(pkt_srcaddr, srcaddr) AS src, coalesce(pkt_dstaddr, dstaddr) AS dst, dstaddr AS hop,
         min(srcport, dstport) AS service_port, coalesce(interface_id, tgw_attachment_id) AS point,
         action, flows, bytes, first_seen, last_seen
    FROM flowlogs_rollup(@logs, @on_error, @format)
   WHERE since = @since AND until = @until AND addr IN (SELECT ip FROM met)),
hit AS MATERIALIZED (           -- hop: where the interface sent it, which may be a NAT gateway
  SELECT met.ip AS met, indicator, met.ip IS src AS came, iif(met.ip IS src, dst, src) AS ours, hop, service_port,
         sum(iif(action = 'REJECT', 0, flows)) AS accepted, sum(flows * (action = 'REJECT')) AS rejected,
         sum(bytes) AS bytes, min(first_seen) AS first_seen, max(last_seen) AS last_seen
    FROM ends JOIN met ON met.ip IN (src, dst) GROUP BY met.ip, came, ours, hop, service_port, point),
once AS (                       -- of several interfaces that logged the same packets, the one that logged most counts
  SELECT met, indicator, came, ours, service_port, max(accepted) AS accepted, max(rejected) AS rejected,
         max(bytes) AS bytes, min(first_seen) AS first_seen, max(last_seen) AS last_seen
    FROM hit h
   WHERE NOT EXISTS (SELECT 1 FROM hit leg WHERE leg.hop = h.ours AND leg.ours <> h.ours AND leg.met = h.met)
   GROUP BY met, came, ours, service_port)
SELECT met, printable(note) AS note, ours,
       iif(count(DISTINCT service_port) = 1, min(service_port), nullif(count(DISTINCT service_port), 0) || ' ports') AS service,
       sum(accepted) AS accepted, sum(rejected) AS rejected, sum(bytes * (NOT came)) AS sent, sum(bytes * came) AS received,
       strftime('%m-%d %H:%M', min(first_seen), 'unixepoch') AS first_seen,
       strftime('%m-%d %H:%M', max(last_seen), 'unixepoch') AS last_seen
  FROM once JOIN indicators ON indicators.rowid = indicator
 GROUP BY met, ours ORDER BY sum(accepted) DESC, sum(accepted + ifnull(rejected, 0)) DESC, met, ours LIMIT @top;
SELECT * FROM temp.answer ORDER BY rowid;
SELECT 'nothing found' AS answer, printable(@logs) AS logs, flowlogs_scan_summary() AS looked_at
 WHERE NOT EXISTS (SELECT 1 FROM temp.answer);
DELETE FROM indicators WHERE note LIKE 'example: %' AND @logs = 'tests/data/AWSLogs';
