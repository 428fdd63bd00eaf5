-- Which interfaces and instances of the inventory have no traffic?  Nothing in the logs is theirs,
-- or only connections that were rejected, refused or not answered.
--
--   @logs             files, a folder or a pattern
--   @since, @until    the period of `start`, UTC text or Unix seconds
--   @on_error, @format   'skip' leaves out lines and files that cannot be used; the fields of files
--                     without a header line
--   @interfaces, @instances   see load-interfaces.sql and load-instances.sql, which this script
--                     reads first
--
--   sqlite3 -bail -cmd '.timeout 60000' -cmd '.load ./build/flowlogs' -cmd '.mode box' \
--           -cmd '.parameter init' -cmd ".parameter set @interfaces \"'enis.json'\"" \
--           -cmd ".parameter set @instances \"'instances.json'\"" -cmd ".parameter set @logs \"'AWSLogs/'\"" \
--           my.db '.read sql/inventory/idle.sql'
--
-- `finding` is
--   no traffic        its interface is in the logs, but no connection is its own: NODATA, SKIPDATA
--   only failures     none of its connections was answered; UDP such as syslog needs no answer
--   no records        there are records of its VPC, but none of its own: it is not attached or
--                     new, or its subnet has no flow log
--   unknown: ...      there are no records of its VPC or account, and nothing can be said; the
--                     failures in such a row are in the logs of the other end
-- `skipped` counts records with SKIPDATA, where traffic may be missing.
--
-- An end of a connection belongs to the interface that the record names, if the inventory has it
-- and gives the address to no other, and otherwise to the instance that it names, or to all that
-- have its address.  An interface that passes on what is between other addresses, as those of NAT
-- gateways do, is not idle.  A VPC is in the logs if they name it, or one of its interfaces.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@on_error', NULL), ('@format', NULL), ('@since', NULL), ('@until', NULL);
.read sql/inventory/load-interfaces.sql
.read sql/inventory/load-instances.sql

-- `own` has the ids and addresses by which a record may name each interface and instance.
DROP TABLE IF EXISTS temp.answer;
CREATE TEMP TABLE answer AS WITH thing AS (
  SELECT interface_id AS id, name, type, description, status, vpc_id, account_id FROM main.interfaces UNION ALL
  SELECT instance_id, name, type, NULL, state, vpc_id, account_id FROM instances),
face(id, part) AS (SELECT interface_id, value FROM main.interfaces, json_each(json_array(interface_id, instance_id)) UNION
  SELECT interface_id, ip FROM interface_addresses),
own(id, part) AS (SELECT * FROM face UNION SELECT instance_id, part FROM face JOIN main.interfaces ON interface_id = id UNION
  SELECT instance_id, value FROM instances, json_each(json_array(instance_id, private_ip, public_ip))),
logged AS MATERIALIZED (SELECT interface_id, account_id, vpc_id, sum(flows) AS records,
    sum(iif(log_status = 'SKIPDATA', flows, 0)) AS skipped, max(src IS NOT NULL AND action IS NOT 'REJECT' AND NOT EXISTS (
      SELECT 1 FROM interface_addresses a WHERE a.ip IN (src, dst) AND a.interface_id = f.interface_id)) AS passes_on
  FROM (SELECT interface_id, account_id, vpc_id, action, log_status, flows, coalesce(pkt_srcaddr, srcaddr) AS src,
               coalesce(pkt_dstaddr, dstaddr) AS dst FROM flowlogs_rollup(@logs, @on_error, @format)
         WHERE since = @since AND until = @until) f GROUP BY 1, 2, 3),
covered(place) AS (SELECT vpc_id FROM logged UNION SELECT account_id FROM logged UNION
  SELECT i.vpc_id FROM logged JOIN main.interfaces i USING (interface_id)),
seen AS (SELECT iif(back,
      iif(server IN (SELECT ip FROM interface_addresses) AND (server, server_interface_id) NOT IN (SELECT ip, interface_id FROM interface_addresses),
          server, coalesce((SELECT i.interface_id FROM main.interfaces i WHERE i.interface_id = server_interface_id), server_instance_id, server)),
      iif(client IN (SELECT ip FROM interface_addresses) AND (client, client_interface_id) NOT IN (SELECT ip, interface_id FROM interface_addresses),
          client, coalesce((SELECT i.interface_id FROM main.interfaces i WHERE i.interface_id = client_interface_id), client_instance_id, client))) AS part,
    sum(iif(rejected IS NULL, NULL, state = 'rejected')) AS rejected, sum(state = 'refused') AS refused, sum(state = 'no answer') AS unanswered,
    sum(state NOT IN ('rejected', 'refused', 'no answer')) AS good, max(last_seen) AS last, NULL AS records, NULL AS skipped
  FROM flowlogs_connections(@logs, @on_error, @format) CROSS JOIN (SELECT 0 AS back UNION ALL SELECT 1)
 WHERE since = @since AND until = @until GROUP BY 1 UNION ALL
  SELECT interface_id, NULL, NULL, NULL, passes_on, NULL, records, skipped FROM logged)
SELECT t.id, printable(t.name) AS name, t.type, printable(t.description) AS description, t.status, t.vpc_id, t.account_id,
       CASE WHEN t.vpc_id IN (SELECT place FROM covered WHERE place IS NOT NULL) THEN
              iif(total(rejected) + total(refused) + total(unanswered), 'only failures', iif(total(records), 'no traffic', 'no records'))
            WHEN t.account_id IN (SELECT place FROM covered WHERE place IS NOT NULL) THEN 'unknown: no records of its VPC'
            ELSE 'unknown: no records of its account' END AS finding,
       sum(rejected) AS rejected, sum(refused) AS refused, sum(unanswered) AS unanswered,
       datetime(max(last), 'unixepoch') AS last_failure, sum(skipped) AS skipped
  FROM thing t LEFT JOIN own USING (id) LEFT JOIN seen USING (part)
 GROUP BY t.id HAVING NOT total(good) ORDER BY finding, t.account_id, t.vpc_id, t.type, t.id;
SELECT * FROM temp.answer ORDER BY rowid;
SELECT 'nothing found' AS answer, printable(@logs) AS logs, flowlogs_scan_summary() AS looked_at
 WHERE NOT EXISTS (SELECT 1 FROM temp.answer WHERE finding NOT LIKE 'unknown%');
