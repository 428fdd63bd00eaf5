-- What did each address send, and who had it then?  Makes the table temp.owned, with a row for
-- each address and second in which a connection of it began.  who-had.sql reads this script; it
-- prints what load-history.sql does.
--
--   @logs, @since, @until, @on_error, @format, HISTORY
--       see ends.sql and load-history.sql, which this script reads
--
--   sqlite3 -cmd '.load ./build/flowlogs' :memory: '.read sql/inventory/owners.sql'
--
-- One exact look-up for each length of a prefix that occurs, longest first, finds the row of
-- address_history that was valid then; cidr_lookup() knows no times, and says only that some row
-- has the address.
.read sql/inventory/ends.sql
.read sql/inventory/load-history.sql
DROP TABLE IF EXISTS temp.owned;
CREATE TEMP TABLE owned AS
WITH length AS MATERIALIZED (
  SELECT DISTINCT CAST(substr(cidr, instr(cidr, '/') + 1) AS INTEGER) AS bits,
         iif(cidr LIKE '%:%', 6, 4) AS family FROM address_history ORDER BY bits DESC)
SELECT f.*, h.id, h.name, h.owner, h.cidr
  FROM (SELECT ip, datetime(first_seen, 'unixepoch') AS first, max(last_seen) AS last,
               sum(NOT is_nat_leg) AS connections, sum(iif(is_nat_leg, 0, sent)) AS bytes
          FROM ends GROUP BY 1, 2) f
  LEFT JOIN address_history h ON h.id = iif(
         cidr_lookup('address_history', 'cidr', f.ip) IS NULL, NULL, (SELECT x.id
           FROM length b CROSS JOIN address_history x ON x.cidr = ip_prefix(f.ip, b.bits)
          WHERE b.family = ip_family(f.ip) AND f.first >= x.valid_from
            AND (x.valid_to IS NULL OR f.first < x.valid_to) ORDER BY b.bits DESC LIMIT 1));
