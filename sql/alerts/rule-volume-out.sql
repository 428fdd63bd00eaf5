-- volume-out: who inside sends more than a threshold to one address outside within an hour?
--   MITRE ATT&CK T1048, Exfiltration Over Alternative Protocol
--
--   @logs           files, a folder or a pattern
--   @window         the length of a window, in seconds
--   @volume_bytes   as many bytes as this in a window are an alert; ten times as many are one of
--                   high severity
--   The table trusted lists addresses that may receive as much: see setup.sql.
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/alerts/rule-volume-out.sql'
--
-- Bytes that several interfaces recorded count once: for each pair of addresses, the interface
-- that recorded most counts.  A NAT gateway, or any other host that only passes on what others
-- send, is left out: the others sent to it about as much as it sends, and are recorded with the
-- same target.  A window begins every half of @window, so that what fits into half a window is
-- never divided.  Answers to clients outside count as well, because they leave the VPC, too.
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@on_error', NULL), ('@format', NULL),
  ('@window', 3600), ('@volume_bytes', 1000000000);
.read sql/alerts/setup.sql

INSERT INTO found
WITH targets AS MATERIALIZED (  -- who received that much at all
  SELECT coalesce(pkt_dstaddr, dstaddr) AS dst FROM flowlogs_rollup(@logs, @on_error, @format)
   WHERE @logs <> '[]' AND action IS NOT 'REJECT'
   GROUP BY dst
  HAVING total(bytes) >= @volume_bytes AND cidr_lookup('inside', 'cidr', dst) IS NULL
     AND NOT EXISTS (
       SELECT 1 FROM trusted WHERE (rule = 'volume-out' OR rule IS NULL) AND cidr_match(dst, cidr))),
sent AS MATERIALIZED (          -- by the interface that recorded it
  SELECT coalesce(pkt_srcaddr, srcaddr) AS src, coalesce(pkt_dstaddr, dstaddr) AS dst,
         coalesce(interface_id, tgw_attachment_id, resource_id) AS seen_by,
         unixepoch(minute) / (@window / 2) - value AS window,
         CAST(total(bytes) AS INTEGER) AS bytes, sum(flows) AS flows,
         min(first_seen) AS first_seen, max(last_seen) AS last_seen
    FROM flowlogs_rollup(@logs, @on_error, @format) CROSS JOIN json_each('[0, 1]')
   WHERE @logs <> '[]' AND addr IN (SELECT dst FROM targets) AND action IS NOT 'REJECT'
     AND (cidr_lookup('inside', 'cidr', coalesce(pkt_srcaddr, srcaddr))
          OR flow_direction = 'egress' AND interface_id IS NOT NULL)
   GROUP BY 1, 2, 3, 4
  HAVING src || dst IS NOT NULL AND min(first_seen) + max(last_seen) IS NOT NULL),
pairs AS MATERIALIZED (
  SELECT src, dst, window, max(bytes) AS bytes, flows, first_seen, last_seen FROM sent
   WHERE dst IN (SELECT dst FROM targets) GROUP BY src, dst, window),
large AS MATERIALIZED (SELECT * FROM pairs
   WHERE bytes >= @volume_bytes AND (@run IS NULL OR window IN (SELECT window FROM judged))),
legs AS MATERIALIZED (          -- what these senders received from others, at the interface that recorded most
  SELECT src, hop, window, max(bytes) AS bytes
    FROM (SELECT srcaddr AS src, dstaddr AS hop, interface_id, unixepoch(minute) / (@window / 2) - value AS window,
                 CAST(total(bytes) AS INTEGER) AS bytes
            FROM flowlogs_rollup(@logs, @on_error, @format) CROSS JOIN json_each('[0, 1]')
           WHERE @logs <> '[]' AND dstaddr IN (SELECT src FROM large) AND action IS NOT 'REJECT' GROUP BY 1, 2, 3, 4)
   GROUP BY src, hop, window),
own AS (                        -- without senders that only pass on what they received
  SELECT * FROM large l
   WHERE (SELECT total(min(leg.bytes, origin.bytes))
            FROM legs leg JOIN pairs origin ON origin.src = leg.src AND origin.window = leg.window
           WHERE leg.hop = l.src AND leg.window = l.window AND origin.dst = l.dst) < 0.9 * l.bytes)
SELECT 'volume-out', src || ' -> ' || dst, iif(bytes >= 10 * @volume_bytes, 'high', 'medium'),
       'T1048 Exfiltration Over Alternative Protocol',
       src || ' sent ' || printf('%.1f', bytes / 1e9) || ' GB to ' || dst || ' within ' || (@window / 60) || ' minutes',
       since, until, flows, 1
  FROM (SELECT *, min(first_seen) OVER pair AS since, max(last_seen) OVER pair AS until,
               row_number() OVER (PARTITION BY src, dst ORDER BY bytes DESC, window) AS place
          FROM own WINDOW pair AS (PARTITION BY src, dst))
 WHERE place = 1;

.read sql/alerts/show.sql
