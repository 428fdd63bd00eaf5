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
.read sql/inventory/rule-hits.sql

DROP TABLE IF EXISTS temp.answer;
CREATE TEMP TABLE answer AS
SELECT r.group_id, printable(g.name) AS name, r.direction,
       iif(r.protocol < 0, 'all', protocol_name(r.protocol)) AS protocol,
       iif(r.protocol IN (6, 17) AND from_port >= 0,
           from_port || iif(from_port = to_port, '', '-' || to_port), 'all') AS ports,
       printable(coalesce(cidr, peer_group, prefix_list)) AS peer,
       iif(prefix_list IS NOT NULL
           OR connections IS NULL AND g.vpc_id NOT IN (SELECT place FROM covered), NULL,
           ifnull(connections, 0)) AS connections, bytes, datetime(last, 'unixepoch') AS last_used,
       CASE WHEN prefix_list <> '' THEN 'unknown: a prefix list, whose addresses are not here'
            WHEN connections
              THEN iif(r.protocol IN (1, 58) AND from_port >= 0, 'of all types of ICMP', NULL)
            WHEN r.group_id NOT IN (SELECT group_id FROM member)
              THEN 'unused: no interface has the group'
            WHEN g.vpc_id NOT IN (SELECT place FROM covered) THEN 'unknown: no records of its VPC'
            WHEN peer_group NOT IN (SELECT group_id FROM member)
              THEN 'unused: no interface has the group that it names'
            ELSE 'unused' END AS note
  FROM security_group_rules r JOIN security_groups g USING (group_id)
  LEFT JOIN hits h ON h.rule = r.rowid
 ORDER BY connections > 0, note, g.name, r.group_id, r.direction, r.rowid;
SELECT * FROM temp.answer ORDER BY rowid;
SELECT 'nothing found' AS answer, printable(@logs) AS logs, flowlogs_scan_summary() AS looked_at
 WHERE NOT EXISTS (SELECT 1 FROM temp.answer WHERE connections > 0);
