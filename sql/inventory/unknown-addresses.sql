-- Which addresses in our own subnets does nobody own?  They are in no asset list and on no
-- interface.
--
--   @logs             files, a folder or a pattern
--   @since, @until    the period of `start`, UTC text or Unix seconds
--   @on_error, @format   'skip' leaves out lines and files that cannot be used; the fields of files
--                     without a header line
--   ASSETS, @interfaces, @subnets   see load-assets.sql, load-interfaces.sql and
--                                   load-subnets.sql, which
--                     this script reads first
--
--   ASSETS=assets.csv sqlite3 -bail -cmd '.timeout 60000' -cmd '.load ./build/flowlogs' -cmd '.mode box' \
--           -cmd '.parameter init' -cmd ".parameter set @interfaces \"'enis.json'\"" \
--           -cmd ".parameter set @subnets \"'subnets.json'\"" -cmd ".parameter set @logs \"'AWSLogs/'\"" \
--           my.db '.read sql/inventory/unknown-addresses.sql'
--
-- `asked` counts the connections in which the address is the client, `answered` those to it, with an
-- answer or without.  Where the logs have pkt_srcaddr and pkt_dstaddr (version 3), these are the
-- addresses that count, because those of pods are only there.
--
-- You need to name the three files only once, because my.db keeps their tables.  Instances that
-- existed when the logs were written and are gone now appear here, too, because an inventory is
-- of one moment.
.read sql/inventory/ends.sql
.read sql/inventory/load-assets.sql
.read sql/inventory/load-interfaces.sql
.read sql/inventory/load-subnets.sql

DROP TABLE IF EXISTS temp.answer;
CREATE TEMP TABLE answer AS
SELECT f.ip, printable(s.name) AS subnet, f.asked, f.answered, f.rejected, f.sent, f.received,
       datetime(f.first, 'unixepoch') AS first_seen, datetime(f.last, 'unixepoch') AS last_seen
  FROM (SELECT ip, sum(NOT is_server) AS asked, sum(is_server) AS answered,
               sum(rejected > 0) AS rejected, sum(sent) AS sent, sum(received) AS received,
               min(first_seen) AS first, max(last_seen) AS last FROM ends GROUP BY ip) f
  JOIN subnets s ON s.rowid = cidr_lookup('subnets', 'cidr', f.ip)
 WHERE f.ip NOT IN (SELECT ip FROM assets UNION ALL SELECT ip FROM interface_addresses)
 ORDER BY f.asked + f.answered DESC, f.ip;
SELECT * FROM temp.answer ORDER BY rowid;
SELECT 'nothing found' AS answer, printable(@logs) AS logs, flowlogs_scan_summary() AS looked_at
 WHERE NOT EXISTS (SELECT 1 FROM temp.answer);
