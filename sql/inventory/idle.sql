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
.read sql/inventory/things.sql

DROP TABLE IF EXISTS temp.answer;
CREATE TEMP TABLE answer AS
WITH seen AS (
  SELECT iif(face <> ip OR anothers, face, ifnull(instance_id, ip)) AS part,
         sum(iif(rejected IS NULL, NULL, state = 'rejected')) AS rejected,
         sum(state = 'refused') AS refused, sum(state = 'no answer') AS unanswered,
         sum(state NOT IN ('rejected', 'refused', 'no answer')) AS good, max(last_seen) AS last,
         NULL AS records, NULL AS skipped FROM faces GROUP BY 1 UNION ALL
  SELECT interface_id, NULL, NULL, NULL, passes_on, NULL, records, skipped FROM logged)
SELECT t.id, printable(t.name) AS name, t.type, printable(t.description) AS description, t.status,
       t.vpc_id, t.account_id,
       CASE WHEN t.vpc_id IN (SELECT place FROM covered) THEN
              iif(total(rejected) + total(refused) + total(unanswered), 'only failures',
                  iif(total(records), 'no traffic', 'no records'))
            WHEN t.account_id IN (SELECT place FROM covered) THEN 'unknown: no records of its VPC'
            ELSE 'unknown: no records of its account' END AS finding,
       sum(rejected) AS rejected, sum(refused) AS refused, sum(unanswered) AS unanswered,
       datetime(max(last), 'unixepoch') AS last_failure, sum(skipped) AS skipped
  FROM thing t LEFT JOIN own USING (id) LEFT JOIN seen USING (part)
 GROUP BY t.id HAVING NOT total(good) ORDER BY finding, t.account_id, t.vpc_id, t.type, t.id;
SELECT * FROM temp.answer ORDER BY rowid;
SELECT 'nothing found' AS answer, printable(@logs) AS logs, flowlogs_scan_summary() AS looked_at
 WHERE NOT EXISTS (SELECT 1 FROM temp.answer WHERE finding NOT LIKE 'unknown%');
