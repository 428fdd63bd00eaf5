-- Keeps a history where there are only lists of today: compares an asset list with the table
-- address_history, and records what has changed.  Run it once a day, or after every export of the
-- list.
--
--   ASSETS   the CSV file, in the environment: see load-assets.sql, which reads it
--   @at      the time of the list, UTC text or Unix seconds; NULL stands for now
--
--   ASSETS=assets.csv sqlite3 -cmd '.load ./build/flowlogs' my.db '.read sql/inventory/history-snapshot.sql'
--
-- A new address gets a row that is valid from @at.  The row of an address that has vanished ends
-- at @at.  If the name or the owner has changed, the old row ends and a new one begins.  All
-- other rows stay as they are, so that the same list again changes nothing.  Rows of prefixes
-- stay, too, because an asset list has none.  A list that is older than the newest change in the
-- table is an error.
--
-- If the list is too old, @snapshot becomes NULL, and all that follows changes nothing.  The error
-- comes after COMMIT, so that it leaves no transaction open.
.read sql/inventory/load-assets.sql
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES ('@at', NULL);
INSERT OR REPLACE INTO temp.sqlite_parameters
  SELECT '@snapshot', datetime(ifnull(@at, 'now'), 'auto');
SELECT 1 WHERE NOT flowlogs_require(
  @snapshot > '2000', 'flowlogs: @at is no time: .parameter set @at "''2026-03-09''"');

BEGIN IMMEDIATE;
.read sql/inventory/address-history.sql
UPDATE temp.sqlite_parameters SET value = NULL
 WHERE key = '@snapshot'
   AND EXISTS (SELECT 1 FROM address_history WHERE valid_from > @snapshot OR valid_to > @snapshot);
DROP TABLE IF EXISTS temp.ended;
CREATE TEMP TABLE ended AS
  SELECT id, valid_from FROM address_history h
   WHERE @snapshot <> '' AND valid_to IS NULL AND (cidr LIKE '%.%/32' OR cidr LIKE '%:%/128')
     AND NOT EXISTS (SELECT 1 FROM assets s WHERE s.ip = substr(h.cidr, 1, instr(h.cidr, '/') - 1)
                        AND s.name = h.name AND s.owner IS h.owner);
DELETE FROM address_history WHERE id IN (SELECT id FROM ended WHERE valid_from = @snapshot);
UPDATE address_history SET valid_to = @snapshot WHERE id IN (SELECT id FROM ended);
INSERT OR ROLLBACK INTO address_history (cidr, name, owner, valid_from)
  SELECT ip_prefix(ip, iif(ip_family(ip) = 4, 32, 128)) AS net, name, owner, @snapshot FROM assets
   WHERE @snapshot <> '' AND net NOT IN (SELECT cidr FROM address_history WHERE valid_to IS NULL);
SELECT changes() AS opened, (SELECT count(*) FROM ended) AS closed,
  (SELECT count(*) FROM address_history WHERE valid_to IS NULL) AS open_now WHERE @snapshot <> '';
COMMIT;
SELECT 1 WHERE NOT flowlogs_require(
  @snapshot <> '', 'flowlogs: address_history has rows that are newer than @at');
