-- What is in the inventory, and what do records say of it?  Temporary views and a table for
-- idle.sql, which reads this script; it prints what the loaders print.
--
--   @logs, @since, @until, @on_error, @format, @interfaces, @instances
--       see faces.sql and load-instances.sql, which this script reads
--
--   sqlite3 -cmd '.load ./build/flowlogs' :memory: '.read sql/inventory/things.sql'
--
--   thing    the interfaces and the instances
--   own      the ids and addresses by which a record may name each of them
--   logged   the records of each interface.  passes_on is 1 if it has traffic between other
--            addresses, as those of NAT gateways have
.read sql/inventory/faces.sql
.read sql/inventory/load-instances.sql
CREATE TEMP VIEW IF NOT EXISTS thing AS
  SELECT interface_id AS id, name, type, description, status, vpc_id, account_id
    FROM main.interfaces UNION ALL
  SELECT instance_id, name, type, NULL, state, vpc_id, account_id FROM instances;
CREATE TEMP VIEW IF NOT EXISTS own AS
  WITH part(id, part) AS (SELECT interface_id, value
      FROM main.interfaces, json_each(json_array(interface_id, instance_id)) UNION
    SELECT interface_id, ip FROM main.interface_addresses)
  SELECT * FROM part UNION
  SELECT instance_id, part FROM part JOIN main.interfaces ON interface_id = id UNION
  SELECT instance_id, value
    FROM instances, json_each(json_array(instance_id, private_ip, public_ip));
DROP TABLE IF EXISTS temp.logged;
CREATE TEMP TABLE logged AS
  SELECT interface_id, sum(flows) AS records,
         sum(iif(log_status = 'SKIPDATA', flows, 0)) AS skipped, max(src <> ''
           AND action IS NOT 'REJECT' AND NOT EXISTS (SELECT 1 FROM main.interface_addresses a
            WHERE a.ip IN (src, dst) AND a.interface_id = f.interface_id)) AS passes_on
    FROM (SELECT interface_id, action, log_status, flows, coalesce(pkt_srcaddr, srcaddr) AS src,
                 coalesce(pkt_dstaddr, dstaddr) AS dst
            FROM flowlogs_rollup(@logs, @on_error, @format)
           WHERE since = @since AND until = @until) f GROUP BY 1;
