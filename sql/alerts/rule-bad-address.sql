-- bad-address: who had traffic with an address that you were warned of?
--   MITRE ATT&CK T1071, Application Layer Protocol (out), and T1595, Active Scanning (in)
--
--   @logs   files, a folder or a pattern
--   The table indicators(cidr, note) lists the addresses: see setup.sql.
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/alerts/rule-bad-address.sql'
--
-- Traffic that went out to such an address has high severity.  What was rejected on its way out,
-- or let in, has medium severity.  All rejected attempts of one address to come in are one alert
-- of low severity.
--
-- Who began the conversation?  The sender of a SYN, where the logs have tcp-flags; otherwise the
-- side with the higher port.  What was rejected on its way in, the listed address began.
--
-- Behind a NAT gateway, the instance and the gateway have an alert each unless the logs have
-- pkt-dstaddr, because without it nothing tells that they are the same traffic.
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@on_error', NULL), ('@format', NULL);
.read sql/alerts/setup.sql

INSERT INTO found
WITH bad AS MATERIALIZED (      -- the listed addresses that occur
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
ends AS (                       -- hop: where the interface sent it, which may be a NAT gateway
  SELECT coalesce(pkt_srcaddr, srcaddr) AS src, coalesce(pkt_dstaddr, dstaddr) AS dst, dstaddr AS hop, action,
         CASE WHEN tcp_flags & 2 THEN tcp_flags & 16 = 0 WHEN srcport > 0 THEN srcport >= dstport END AS src_began,
         coalesce(interface_id, tgw_attachment_id, resource_id) AS point, flows, bytes, first_seen, last_seen
    FROM flowlogs_rollup(@logs, @on_error, @format) WHERE @logs <> '[]' AND addr IN (SELECT ip FROM bad)),
marked AS (
  SELECT *, cidr_lookup('indicators', 'cidr', src) AS src_bad, cidr_lookup('indicators', 'cidr', dst) AS dst_bad
    FROM ends),
talks AS MATERIALIZED (
  SELECT iif(dst_bad, dst, src) AS bad, coalesce(dst_bad, src_bad) AS indicator,
         coalesce(iif(dst_bad, src, dst), 'an unknown address') AS peer, hop,
         CASE WHEN dst_bad THEN coalesce(src_began, 1) WHEN action = 'REJECT' THEN 0 ELSE NOT coalesce(src_began, 1)
         END AS outwards, action IS 'REJECT' AS rejected, src_began IS NULL AS no_ports, dst_bad IS NOT NULL AS sent, point,
         sum(flows) AS flows, iif(count(bytes), CAST(total(bytes) AS INTEGER), NULL) AS bytes,
         min(first_seen) AS first_seen, max(last_seen) AS last_seen
    FROM marked WHERE src_bad OR dst_bad GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
  HAVING min(first_seen) + max(last_seen) IS NOT NULL),
begun AS (                      -- of pings both ways, theirs may have been the first
  SELECT *, outwards AND NOT (no_ports AND EXISTS (
           SELECT 1 FROM talks b WHERE b.bad = t.bad AND b.peer = t.peer AND b.no_ports AND NOT b.outwards)) AS out
    FROM talks t),
told AS (
  SELECT CASE WHEN out THEN peer || ' -> ' || bad
              WHEN rejected THEN bad || ' -> rejected' ELSE bad || ' -> ' || peer END AS key, *
    FROM begun t
   WHERE NOT EXISTS (SELECT 1 FROM talks leg WHERE leg.hop = t.peer AND leg.peer <> t.peer AND leg.bad = t.bad)),
logged AS (
  SELECT key, peer, bad, indicator, out, rejected, sent, sum(flows) AS flows,
         iif(count(bytes), CAST(total(bytes) AS INTEGER), NULL) AS bytes,
         min(first_seen) AS first_seen, max(last_seen) AS last_seen
    FROM told GROUP BY key, peer, out, rejected, sent, point),
once AS (                       -- of several interfaces that logged the same packets, the one that logged most counts
  SELECT key, peer, bad, indicator, out, rejected, max(flows) AS flows, max(bytes) AS bytes,
         min(first_seen) AS first_seen, max(last_seen) AS last_seen
    FROM logged GROUP BY key, peer, out, rejected, sent)
SELECT 'bad-address', key, CASE WHEN min(rejected) THEN iif(out, 'medium', 'low') ELSE iif(out, 'high', 'medium') END,
       iif(out, 'T1071 Application Layer Protocol', 'T1595 Active Scanning'),
       CASE WHEN out THEN peer || iif(min(rejected), ' tried to reach ', ' talked to ') || bad
            WHEN rejected THEN bad || ' was rejected'
            ELSE bad || ' was let in to ' || peer END
       || ' (' || coalesce((SELECT note FROM indicators WHERE rowid = indicator), 'listed') || ')'
       || iif(count(bytes), ', ' || CAST(total(bytes) AS INTEGER) || ' bytes', ''),
       min(first_seen), max(last_seen), sum(flows), 0
  FROM once GROUP BY key;

.read sql/alerts/show.sql
