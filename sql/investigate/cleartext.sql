-- Which flows does nothing encrypt (encryption_status 0)? Ask this before encryption is enforced.
--
--   @logs               a file, a folder or a pattern
--   @since, @until      the period of `start`, UTC text such as '2026-03-09 08:00' or Unix
--                       seconds; default: no limit
--   @on_error, @format  'skip' leaves out lines and files that cannot be used; the fields of
--                       files without a header line. Default: an error, and AWS's default format
--   @top                number of rows; default 20, and -1 for all
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/cleartext.sql'
--
-- encryption_status (version 10) is 0 for not encrypted, 1 for Nitro, 2 for the application layer
-- and 3 for both. It is NULL if it is unknown, if encryption controls are off, and in older
-- formats. The second answer says for how much of the traffic it is known; an empty first answer
-- alone does not mean that everything is encrypted.
--
-- Records are counted, because one connection can have several values of encryption_status, which
-- flowlogs_connections does not have: traffic that is logged at both ends counts twice. But that
-- table tells which end is the server, of which `service_port` is the port. Without
-- flow_direction, nothing tells which address is `own`, so it is NULL, as are `peers`.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES ('@logs', 'tests/data/AWSLogs'), ('@top', 20);
DROP TABLE IF EXISTS temp.answer; CREATE TEMP TABLE answer AS
WITH servers AS MATERIALIZED (SELECT DISTINCT server, server_port, protocol
    FROM flowlogs_connections(@logs, @on_error, @format) WHERE since = @since AND until = @until)
SELECT interface_id, iif(flow_direction = 'egress', srcaddr,
         iif(flow_direction = 'ingress', dstaddr, NULL)) AS own,
       ifnull(protocol_name(protocol), protocol) AS protocol,
       iif((coalesce(pkt_dstaddr, dstaddr), dstport, protocol) IN servers, dstport, srcport)
         AS service_port, iif(count(flow_direction), count(DISTINCT
           iif(flow_direction = 'egress', dstaddr, srcaddr)), NULL) AS peers, sum(flows) AS flows,
       sum(flows * (action = 'REJECT')) AS rejected, sum(bytes) AS bytes,
       datetime(max(last_seen), 'unixepoch') AS last_seen
  FROM flowlogs_rollup(@logs, @on_error, @format) WHERE since = @since AND until = @until
   AND encryption_status = 0 AND encryption_status IS NOT NULL
 GROUP BY 1, 2, 3, 4 ORDER BY sum(bytes) DESC, 1, 2, 3, 4 LIMIT @top;
SELECT * FROM temp.answer ORDER BY rowid;
SELECT 'nothing found' AS answer, printable(@logs) AS logs, flowlogs_scan_summary() AS looked_at
 WHERE NOT EXISTS (SELECT 1 FROM temp.answer);
SELECT CASE encryption_status WHEN 0 THEN 'not encrypted' WHEN 1 THEN 'Nitro'
         WHEN 2 THEN 'application' WHEN 3 THEN 'Nitro and application' ELSE 'unknown'
       END AS encryption, nullif(count(DISTINCT interface_id), 0) AS interfaces,
       sum(flows) AS flows, sum(bytes) AS bytes
  FROM flowlogs_rollup(@logs, @on_error, @format)
 WHERE since = @since AND until = @until AND ifnull(log_status, 'OK') = 'OK'
 GROUP BY encryption_status ORDER BY encryption_status IS NULL, encryption_status;
