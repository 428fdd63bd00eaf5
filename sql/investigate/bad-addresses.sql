-- Traffic with bad addresses: who of ours met one of your list of indicators.
--
--   @logs      files, folder or pattern      @since, @until   period of `start`, UTC text or Unix seconds
--   @top       rows
--   indicators (cidr, note): your list, addresses or prefixes, as below or in your database: sql/alerts has it, too. Only
--              for the sample's logs, a few examples stand in it while the script runs.
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" -cmd 'CREATE TABLE indicators (cidr TEXT, note TEXT);' \
--           -cmd '.import --csv --skip 1 bad.csv indicators' :memory: '.read sql/investigate/bad-addresses.sql'
--
-- The first pass finds which addresses are on the list, the second looks at their records alone. `met` is the listed
-- address, by the longest prefix that holds it. An answer with `accepted` and bytes both ways is a conversation;
-- rejects from outside are noise. `service` is the lower one of both ports, `sent` and `received` are bytes of ours.
-- Traffic through a NAT gateway shows with the instance's address and with the gateway's. Shared hosting and content
-- networks make old lists lie.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@since', NULL), ('@until', NULL), ('@top', 20);
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
    FROM flowlogs_rollup(@logs) WHERE since = @since AND until = @until GROUP BY 1, 2, 3, 4)
INSERT INTO met SELECT ip, cidr_lookup('indicators', 'cidr', ip)
  FROM (SELECT srcaddr AS ip FROM pair UNION SELECT dstaddr FROM pair
        UNION SELECT pkt_srcaddr FROM pair UNION SELECT pkt_dstaddr FROM pair)
 WHERE cidr_lookup('indicators', 'cidr', ip) IS NOT NULL;
WITH hit AS (
  SELECT coalesce(pkt_srcaddr, srcaddr) AS src, coalesce(pkt_dstaddr, dstaddr) AS dst, min(srcport, dstport) AS service_port,
         action, flows, bytes, first_seen, last_seen
    FROM flowlogs_rollup(@logs) WHERE since = @since AND until = @until AND addr IN (SELECT ip FROM met))
SELECT met.ip AS met, indicators.note, iif(met.ip = src, dst, src) AS ours,
       iif(count(DISTINCT service_port) = 1, min(service_port), count(DISTINCT service_port) || ' ports') AS service,
       sum(iif(action = 'REJECT', 0, flows)) AS accepted, sum(iif(action = 'REJECT', flows, 0)) AS rejected,
       sum(iif(met.ip = dst, ifnull(bytes, 0), 0)) AS sent, sum(iif(met.ip = src, ifnull(bytes, 0), 0)) AS received,
       strftime('%m-%d %H:%M', min(first_seen), 'unixepoch') AS first_seen,
       strftime('%m-%d %H:%M', max(last_seen), 'unixepoch') AS last_seen
  FROM hit JOIN met ON met.ip IN (src, dst) JOIN indicators ON indicators.rowid = met.indicator
 GROUP BY met.ip, 3 ORDER BY sum(iif(action = 'REJECT', 0, flows)) DESC, sum(flows) DESC, met.ip, 3 LIMIT @top;
DELETE FROM indicators WHERE note LIKE 'example: %' AND @logs = 'tests/data/AWSLogs';
