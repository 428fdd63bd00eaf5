-- smb-outside: someone inside speaks Windows file sharing or RPC with the outside, and may tell it password hashes.
--   MITRE ATT&CK T1187, Forced Authentication
--
--   @logs   files, folder or pattern      @many   above so many addresses of one source, they are one alert
--   the table trusted: addresses that may be spoken to
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/alerts/rule-smb-outside.sql'
--
-- What was rejected is for rejected-inside.
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@on_error', NULL), ('@format', NULL), ('@many', 10);
.read sql/alerts/setup.sql

INSERT INTO found
WITH sent AS MATERIALIZED (     -- hop: whom the interface sent it to, the NAT gateway for one
  SELECT coalesce(pkt_srcaddr, srcaddr) AS src, dstaddr AS hop, coalesce(pkt_dstaddr, dstaddr) AS dst,
         lower(protocol_name(protocol)) || '/' || dstport AS service,
         sum(flows) AS flows, sum(bytes) AS bytes, min(first_seen) AS first_seen, max(last_seen) AS last_seen
    FROM flowlogs_rollup(@logs, @on_error, @format)
   WHERE @logs <> '[]' AND action IS NOT 'REJECT' AND dstport IN (135, 137, 138, 139, 445) AND protocol IN (6, 17)
     AND (cidr_lookup('inside', 'cidr', coalesce(pkt_srcaddr, srcaddr))
          OR flow_direction = 'egress' AND interface_id IS NOT NULL)
   GROUP BY 1, 2, 3, 4),
asked AS (
  SELECT src, dst || ' ' || service AS target, sum(flows) AS flows, sum(bytes) AS bytes,
         min(first_seen) AS first_seen, max(last_seen) AS last_seen
    FROM sent s
   WHERE cidr_lookup('inside', 'cidr', dst) IS NULL
     AND NOT EXISTS (
       SELECT 1 FROM trusted WHERE (rule = 'smb-outside' OR rule IS NULL) AND cidr_match(dst, cidr))
     AND NOT EXISTS (           -- it only passes on what another sends it
       SELECT 1 FROM sent leg JOIN sent origin ON origin.src = leg.src AND origin.service = leg.service
        WHERE leg.hop = s.src AND leg.src <> s.src AND leg.service = s.service AND origin.dst = s.dst)
   GROUP BY src, target),
counted AS (                    -- targets: with those that have alerts already
  SELECT a.*, count(*) OVER of_src AS now, first_value(a.target) OVER (of_src ORDER BY first_seen, a.target) AS first,
         sum(k.n IS NULL) OVER of_src
         + coalesce((SELECT sum(n) FROM known WHERE rule = 'smb-outside' AND source = src), 0) AS targets
    FROM asked a LEFT JOIN known k ON k.rule = 'smb-outside' AND k.source = src AND k.target = a.target
  WINDOW of_src AS (PARTITION BY src))
SELECT 'smb-outside', src || ' -> ' || iif(targets > @many, 'many', target) AS key, 'high',
       'T1187 Forced Authentication',
       src || ' spoke file sharing or RPC with '
       || CASE WHEN targets <= @many THEN target
               ELSE iif(now > @many, now, 'more than ' || @many) || ' addresses, the first ' || first END
       || ', ' || coalesce(sum(bytes), 0) || ' bytes',
       min(first_seen), max(last_seen), sum(flows), 0
  FROM counted GROUP BY key;

.read sql/alerts/show.sql
