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
-- The rule reads records, because a connection does not tell how many of its bytes were sent in
-- which window.  Bytes that several interfaces recorded count once: for each pair of addresses,
-- the interface that recorded most counts.  A NAT gateway is left out if others sent about as much
-- to the same target.  Answers to clients outside count as well, because they leave the VPC, too.
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@volume_bytes', 1000000000);
.read sql/alerts/setup.sql

INSERT INTO windows
WITH targets AS MATERIALIZED (  -- who received that much at all
  SELECT coalesce(pkt_dstaddr, dstaddr) AS dst FROM flowlogs_rollup(@logs, @on_error, @format)
   WHERE @logs <> '[]' AND action IS NOT 'REJECT' GROUP BY dst
  HAVING total(bytes) >= @volume_bytes AND cidr_lookup('inside', 'cidr', dst) IS NULL),
sent AS (                       -- by the interface that recorded it
  SELECT coalesce(pkt_srcaddr, srcaddr) AS src, coalesce(pkt_dstaddr, dstaddr) AS dst,
         unixepoch(minute) / (@window / 2) - value AS window, total(bytes) AS bytes,
         sum(flows) AS flows, min(first_seen) AS first, max(last_seen) AS last
    FROM flowlogs_rollup(@logs, @on_error, @format) CROSS JOIN json_each('[0, 1]')
   WHERE @logs <> '[]' AND addr IN (SELECT dst FROM targets) AND action IS NOT 'REJECT'
     AND (cidr_lookup('inside', 'cidr', src) OR flow_direction = 'egress' AND interface_id <> '')
   GROUP BY 1, 2, 3, coalesce(interface_id, tgw_attachment_id, resource_id)
  HAVING dst IN (SELECT dst FROM targets) AND src <> '' AND first + last IS NOT NULL),
pairs AS MATERIALIZED (SELECT *, max(bytes) FROM sent GROUP BY src, dst, window)
SELECT 'volume-out', src || ' -> ' || dst, dst, iif(bytes >= 10 * @volume_bytes, 'high', 'medium'),
       'T1048 Exfiltration Over Alternative Protocol',
       printf('%s sent %.1f GB to %s within %d minutes', src, bytes / 1e9, dst, @window / 60),
       first, last, flows, window
  FROM pairs p WHERE bytes >= @volume_bytes AND NOT (      -- it passes on what others sent
         (SELECT total(bytes) FROM pairs WHERE (dst, window) = (p.dst, p.window) AND src <> p.src)
         >= 0.9 * bytes AND (src, dst) IN (SELECT src, dst FROM nat_legs))
 ORDER BY bytes DESC, window;
.read sql/alerts/windows.sql
.read sql/alerts/show.sql
