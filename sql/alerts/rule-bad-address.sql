-- bad-address: traffic with an address that you were warned of.  What went out to it matters most, then what it was
-- let in with; its rejected knocks are one alert of low severity.
--   MITRE ATT&CK T1071, Application Layer Protocol (out), and T1595, Active Scanning (in)
--
--   @logs   files, folder or pattern      the table indicators(cidr, note): see setup.sql
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/alerts/rule-bad-address.sql'
--
-- Who began: the sender of a SYN where there are tcp-flags, else the side with the higher port.  Behind a NAT gateway,
-- the instance and the gateway have an alert each, unless the logs have pkt-dstaddr: better one too many than one less.
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@on_error', NULL), ('@format', NULL);
.read sql/alerts/setup.sql

INSERT INTO found
WITH bad AS MATERIALIZED (      -- the listed ones that occur
  SELECT srcaddr AS ip FROM flowlogs_rollup(@logs, @on_error, @format)
   WHERE @logs <> '[]' AND cidr_lookup('indicators', 'cidr', srcaddr)
  UNION
  SELECT dstaddr FROM flowlogs_rollup(@logs, @on_error, @format)
   WHERE @logs <> '[]' AND cidr_lookup('indicators', 'cidr', dstaddr)
  UNION
  SELECT pkt_srcaddr FROM flowlogs_rollup(@logs, @on_error, @format)
   WHERE @logs <> '[]' AND cidr_lookup('indicators', 'cidr', pkt_srcaddr)
  UNION
  SELECT pkt_dstaddr FROM flowlogs_rollup(@logs, @on_error, @format)
   WHERE @logs <> '[]' AND cidr_lookup('indicators', 'cidr', pkt_dstaddr)),
ends AS (                       -- hop: whom the interface sent it to, the NAT gateway for one
  SELECT coalesce(pkt_srcaddr, srcaddr) AS src, coalesce(pkt_dstaddr, dstaddr) AS dst, dstaddr AS hop, action,
         CASE WHEN tcp_flags & 2 THEN tcp_flags & 16 = 0 ELSE srcport >= dstport END AS src_began,
         flows, bytes, first_seen, last_seen
    FROM flowlogs_rollup(@logs, @on_error, @format) WHERE @logs <> '[]' AND addr IN (SELECT ip FROM bad)),
marked AS (
  SELECT *, cidr_lookup('indicators', 'cidr', src) AS src_bad, cidr_lookup('indicators', 'cidr', dst) AS dst_bad
    FROM ends),
talks AS MATERIALIZED (
  SELECT iif(dst_bad, dst, src) AS bad, coalesce(dst_bad, src_bad) AS indicator, iif(dst_bad, src, dst) AS peer, hop,
         src_began = (dst_bad IS NOT NULL) AS outwards, action IS 'REJECT' AS rejected,
         sum(flows) AS flows, sum(bytes) AS bytes, min(first_seen) AS first_seen, max(last_seen) AS last_seen
    FROM marked WHERE src_bad OR dst_bad GROUP BY 1, 2, 3, 4, 5, 6),
told AS (
  SELECT CASE WHEN outwards THEN peer || ' -> ' || bad
              WHEN rejected THEN bad || ' -> rejected' ELSE bad || ' -> ' || peer END AS key,
         CASE WHEN outwards THEN 'high' WHEN rejected THEN 'low' ELSE 'medium' END AS severity, *
    FROM talks t
   WHERE NOT EXISTS (SELECT 1 FROM talks leg WHERE leg.hop = t.peer AND leg.peer <> t.peer AND leg.bad = t.bad))
SELECT 'bad-address', key, severity, iif(outwards, 'T1071 Application Layer Protocol', 'T1595 Active Scanning'),
       CASE severity WHEN 'high' THEN peer || iif(min(rejected), ' tried to reach ', ' talked to ') || bad
                     WHEN 'medium' THEN bad || ' was let in to ' || peer
                     ELSE bad || ' was rejected' END
       || ' (' || coalesce((SELECT note FROM indicators WHERE rowid = indicator), 'listed') || '), '
       || coalesce(sum(bytes), 0) || ' bytes',
       min(first_seen), max(last_seen), sum(flows), 0
  FROM told GROUP BY key;

.read sql/alerts/show.sql
