-- Which connections can each rule of a security group have admitted?  Makes the tables temp.member
-- and temp.hits.  security-group-rules.sql reads this script; it prints what the loaders print.
--
--   @logs, @since, @until, @on_error, @format, @interfaces, @security_groups
--       see faces.sql and load-security-groups.sql, which this script reads
--
--   sqlite3 -cmd '.load ./build/flowlogs' :memory: '.read sql/inventory/rule-hits.sql'
--
--   member   the ids and addresses of the interfaces in each group, as faces.sql has the ends
--   hits     the connections, their bytes and the time of the last of each rule, by its rowid
.read sql/inventory/faces.sql
.read sql/inventory/load-security-groups.sql
DROP TABLE IF EXISTS temp.member;
CREATE TEMP TABLE member AS
  SELECT g.value AS group_id, f.face
    FROM main.interfaces i,
         json_each('[' || replace(json_quote(security_groups), ' ', '","') || ']') g
    JOIN (SELECT interface_id, interface_id AS face FROM main.interfaces UNION
          SELECT interface_id, ip FROM main.interface_addresses WHERE kind <> 'public') f
   USING (interface_id) WHERE security_groups <> '';
DROP TABLE IF EXISTS temp.hits;
CREATE TEMP TABLE hits AS
WITH met AS (
  SELECT iif(is_server, 'ingress', 'egress') AS way, face, peer_face, peer, protocol, server_port,
         count(*) AS n, sum(coalesce(sent + received, sent, received)) AS bytes,
         max(last_seen) AS last
    FROM faces WHERE accepted IS NOT 0 AND iif(is_server, state <> 'rejected', NOT is_nat_leg)
   GROUP BY 1, 2, 3, 4, 5, 6)
SELECT r.rowid AS rule, sum(n) AS connections, sum(bytes) AS bytes, max(last) AS last
  FROM met JOIN member m USING (face)
  JOIN security_group_rules r ON r.group_id = m.group_id AND r.direction = way
 WHERE r.protocol IN (-1, met.protocol)
   AND iif(r.protocol IN (6, 17) AND from_port >= 0, server_port BETWEEN from_port AND to_port, 1)
   AND (cidr_match(peer, cidr) OR (peer_group, peer_face) IN (SELECT group_id, face FROM member))
 GROUP BY 1;
