-- Which interface is at an end of a connection?  A temporary view and a table for the questions
-- about interfaces, which read this script first; it prints what load-interfaces.sql does.
--
--   @logs, @since, @until, @on_error, @format, @interfaces
--       see ends.sql and load-interfaces.sql, which this script reads
--
--   sqlite3 -cmd '.load ./build/flowlogs' :memory: '.read sql/inventory/faces.sql'
--
--   faces     the rows of ends with face and peer_face: the interface that the record names, if
--             the inventory has it and gives the address to no other, and otherwise the address.
--             anothers is 1 if the inventory gives it to another one
--   covered   the accounts and VPCs that the logs name, or to which their interfaces belong
.read sql/inventory/ends.sql
.read sql/inventory/load-interfaces.sql
CREATE TEMP VIEW IF NOT EXISTS faces AS
  SELECT *,
         iif(anothers, ip, ifnull((SELECT interface_id FROM main.interfaces
                                    WHERE interface_id = eni), ip)) AS face,
         iif(peer_anothers, peer, ifnull((SELECT interface_id FROM main.interfaces
                                           WHERE interface_id = peer_eni), peer)) AS peer_face
    FROM (SELECT *, ip IN (SELECT ip FROM main.interface_addresses) AND (ip, eni) NOT IN (
                      SELECT ip, interface_id FROM main.interface_addresses) AS anothers,
                 peer IN (SELECT ip FROM main.interface_addresses) AND (peer, peer_eni) NOT IN (
                      SELECT ip, interface_id FROM main.interface_addresses) AS peer_anothers
            FROM ends);
DROP TABLE IF EXISTS temp.covered;
CREATE TEMP TABLE covered AS
  SELECT place.value AS place
    FROM (SELECT interface_id, account_id, vpc_id, sum(flows)
            FROM flowlogs_rollup(@logs, @on_error, @format)
           WHERE since = @since AND until = @until GROUP BY 1, 2, 3)
    LEFT JOIN (SELECT interface_id, vpc_id AS known FROM main.interfaces) USING (interface_id),
         json_each(json_array(account_id, vpc_id, known)) place
   WHERE place.value IS NOT NULL GROUP BY 1;
