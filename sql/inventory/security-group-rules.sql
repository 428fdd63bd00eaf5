-- Which rules of the security groups are in use, and which let nothing in or out?
--
--   @logs             files, a folder or a pattern
--   @since, @until    the period of `start`, UTC text or Unix seconds
--   @on_error, @format   'skip' leaves out lines and files that cannot be used; the fields of files
--                     without a header line
--   @interfaces, @security_groups   see load-interfaces.sql and load-security-groups.sql, which this
--                     script reads first
--
--   sqlite3 -bail -cmd '.timeout 60000' -cmd '.load ./build/flowlogs' -cmd '.mode box' \
--           -cmd '.parameter init' -cmd ".parameter set @interfaces \"'enis.json'\"" \
--           -cmd ".parameter set @security_groups \"'groups.json'\"" -cmd ".parameter set @logs \"'AWSLogs/'\"" \
--           my.db '.read sql/inventory/security-group-rules.sql'
--
-- `connections` counts the accepted connections that the rule can have admitted, and `bytes` has
-- the bytes of both directions.  A connection counts for every rule that admits it, so sums over
-- rules count it several times.  Groups are stateful, and answers need no rule: an ingress rule is
-- about connections whose server is an interface in the group, an egress rule about those whose
-- client is.  A rule that names another group admits the addresses of the interfaces in it, except
-- public ones.  An end belongs to the interface that the record names, if the inventory has it and
-- gives the address to no other, and otherwise to all that have its address.
--
-- The rules that nothing used come first.  `note` says where the logs cannot tell: the addresses of
-- prefix lists are not in the inventory, the types of ICMP are not in the logs, and of a VPC
-- without records nothing can be said.  Records without `action` count as accepted.
--
-- The inventory has the rules and members of one moment, and the logs may be older.  Of the onward
-- legs of a NAT gateway only the server's side counts; the client's is in the row of the instance.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@on_error', NULL), ('@format', NULL), ('@since', NULL), ('@until', NULL);
.read sql/inventory/load-interfaces.sql
.read sql/inventory/load-security-groups.sql

-- `member` has the ids and addresses of the interfaces in each group, by which `met` has the ends.
DROP TABLE IF EXISTS temp.answer;
CREATE TEMP TABLE answer AS WITH member(group_id, face) AS MATERIALIZED (
  SELECT g.value, f.face FROM main.interfaces i, json_each('[' || replace(json_quote(security_groups), ' ', '","') || ']') g
    JOIN (SELECT interface_id, interface_id AS face FROM main.interfaces UNION
          SELECT interface_id, ip FROM interface_addresses WHERE kind <> 'public') f USING (interface_id) WHERE security_groups <> ''),
covered(vpc_id) AS (SELECT DISTINCT coalesce(f.vpc_id, i.vpc_id) FROM (SELECT interface_id, vpc_id, sum(flows)
      FROM flowlogs_rollup(@logs, @on_error, @format) WHERE since = @since AND until = @until GROUP BY 1, 2) f
  LEFT JOIN main.interfaces i USING (interface_id)),
met AS (SELECT way, iif(way = 'egress', client_face, server_face) AS own, iif(way = 'egress', server_face, client_face) AS peer,
    iif(way = 'egress', server, client) AS ip, protocol, server_port, count(*) AS n, sum(bytes) AS bytes, max(last_seen) AS last
  FROM (SELECT *, coalesce(client_bytes + server_bytes, client_bytes, server_bytes) AS bytes,
               iif(client IN (SELECT ip FROM interface_addresses) AND (client, client_interface_id) NOT IN (SELECT ip, interface_id FROM interface_addresses),
                   client, coalesce((SELECT i.interface_id FROM main.interfaces i WHERE i.interface_id = client_interface_id), client)) AS client_face,
               iif(server IN (SELECT ip FROM interface_addresses) AND (server, server_interface_id) NOT IN (SELECT ip, interface_id FROM interface_addresses),
                   server, coalesce((SELECT i.interface_id FROM main.interfaces i WHERE i.interface_id = server_interface_id), server)) AS server_face
          FROM flowlogs_connections(@logs, @on_error, @format) c WHERE since = @since AND until = @until AND accepted IS NOT 0)
  CROSS JOIN (SELECT 'egress' AS way UNION ALL SELECT 'ingress')
 WHERE iif(way = 'egress', NOT is_nat_leg, state <> 'rejected') GROUP BY 1, 2, 3, 4, 5, 6),
used AS (SELECT r.rowid AS rule, sum(n) AS connections, sum(bytes) AS bytes, max(last) AS last
  FROM met JOIN member m ON m.face = met.own JOIN security_group_rules r ON r.group_id = m.group_id AND r.direction = way
 WHERE r.protocol IN (-1, met.protocol) AND iif(r.protocol IN (6, 17) AND from_port >= 0, server_port BETWEEN from_port AND to_port, 1)
   AND (cidr_match(ip, cidr) OR (peer_group, peer) IN (SELECT group_id, face FROM member)) GROUP BY 1)
SELECT r.group_id, printable(g.name) AS name, r.direction, iif(r.protocol < 0, 'all', protocol_name(r.protocol)) AS protocol,
       iif(r.protocol IN (6, 17) AND from_port >= 0, iif(from_port = to_port, from_port || '', from_port || '-' || to_port), 'all') AS ports,
       printable(coalesce(cidr, peer_group, prefix_list)) AS peer,
       iif(prefix_list IS NOT NULL OR connections IS NULL AND g.vpc_id NOT IN (SELECT vpc_id FROM covered WHERE vpc_id IS NOT NULL),
           NULL, coalesce(connections, 0)) AS connections, bytes, datetime(last, 'unixepoch') AS last_used,
       CASE WHEN prefix_list IS NOT NULL THEN 'unknown: a prefix list, whose addresses are not here'
            WHEN connections THEN iif(r.protocol IN (1, 58) AND from_port >= 0, 'of all types of ICMP', NULL)
            WHEN r.group_id NOT IN (SELECT group_id FROM member) THEN 'unused: no interface has the group'
            WHEN g.vpc_id NOT IN (SELECT vpc_id FROM covered WHERE vpc_id IS NOT NULL) THEN 'unknown: no records of its VPC'
            WHEN peer_group NOT IN (SELECT group_id FROM member) THEN 'unused: no interface has the group that it names'
            ELSE 'unused' END AS note
  FROM security_group_rules r JOIN security_groups g USING (group_id) LEFT JOIN used u ON u.rule = r.rowid
 ORDER BY connections > 0, note, g.name, r.group_id, r.direction, r.rowid;
SELECT * FROM temp.answer ORDER BY rowid;
SELECT 'nothing found' AS answer, printable(@logs) AS logs, flowlogs_scan_summary() AS looked_at
 WHERE NOT EXISTS (SELECT 1 FROM temp.answer WHERE connections > 0);
