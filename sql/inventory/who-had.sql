-- Who had an address at that time?  Where addresses change hands, this names the owner at the
-- time of each connection.
--
--   @logs             files, a folder or a pattern
--   @since, @until    the period of `start`, UTC text or Unix seconds
--   @on_error, @format   'skip' leaves out lines and files that cannot be used; the fields of files
--                     without a header line
--   @had              the address, in any spelling; only the sample's logs have a default
--   @top              the number of rows of the second answer
--   HISTORY           see load-history.sql, which this script reads first
--
--   HISTORY=history.csv sqlite3 -bail -cmd '.timeout 60000' -cmd '.load ./build/flowlogs' -cmd '.mode box' \
--           -cmd '.parameter init' -cmd ".parameter set @had \"'10.0.1.13'\"" \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" my.db '.read sql/inventory/who-had.sql'
--
-- `bytes` are what the address sent, each counted once; what a NAT gateway sends on counts for the
-- instance.  The address of a pod, and any secondary one, is only in pkt_srcaddr and pkt_dstaddr
-- (version 3), which are the ends of a connection where they are logged.
--
-- Of the rows of address_history that were valid when the connection began, the one with the longest
-- prefix decides.  In a gap between two owners that is the owner of the network, or nobody.
.read sql/inventory/ends.sql
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES ('@top', 20);
-- The default is for the sample alone: the last line of this script removes it.
INSERT OR IGNORE INTO temp.sqlite_parameters
  SELECT '@had', '10.0.1.13' WHERE @logs = 'tests/data/AWSLogs';
SELECT 1 WHERE NOT flowlogs_require(ip_text(@had) IS NOT NULL,
  'flowlogs: @had must be an address: .parameter set @had "''10.0.0.5''"');
.read sql/inventory/owners.sql
-- What @had sent, by owner.
SELECT printable(name) AS name, printable(owner) AS owner, cidr, sum(connections) AS connections,
       sum(bytes) AS bytes, min(first) AS first_seen, datetime(max(last), 'unixepoch') AS last_seen
  FROM temp.owned WHERE ip = ip_text(@had) GROUP BY id ORDER BY min(first), id;
SELECT 'nothing found' AS answer, @had AS had, printable(@logs) AS logs,
       flowlogs_scan_summary() AS looked_at
 WHERE NOT EXISTS (SELECT 1 FROM temp.owned WHERE ip = ip_text(@had));
-- Who sent most, by the owner at that time.
SELECT printable(owner) AS owner, count(DISTINCT ip) AS addresses, sum(connections) AS connections,
       sum(bytes) AS bytes
  FROM temp.owned WHERE id IS NOT NULL GROUP BY temp.owned.owner
 ORDER BY sum(bytes) DESC, temp.owned.owner LIMIT @top;
DELETE FROM temp.sqlite_parameters
 WHERE key = '@had' AND value = '10.0.1.13' AND @logs = 'tests/data/AWSLogs';
