-- Who had an address at that time?  Where addresses change hands, this names the owner at the
-- time of each record.
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
-- An address sent what a record has as the source of its interface or of its packets: the address of
-- a pod, and any secondary one, is only in pkt_srcaddr (version 3). By owner, the source of the
-- packets counts.
--
-- Of the rows of address_history that were valid when the record began, the one with the longest
-- prefix decides.  In a gap between two owners that is the owner of the network, or nobody.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@on_error', NULL), ('@format', NULL), ('@since', NULL), ('@until', NULL),
  ('@top', 20);
-- The default is for the sample alone: the last line of this script removes it.
INSERT OR IGNORE INTO temp.sqlite_parameters SELECT '@had', '10.0.1.13' WHERE @logs = 'tests/data/AWSLogs';
SELECT 1 WHERE NOT flowlogs_require(
  ip_text(@had) IS NOT NULL, 'flowlogs: @had must be an address: .parameter set @had "''10.0.0.5''"');
.read sql/inventory/load-history.sql

-- The lengths of the prefixes that occur, longest first.  One exact look-up for each length finds
-- the longest prefix that was valid at a time, which cidr_lookup() cannot, because it knows no
-- times.
DROP TABLE IF EXISTS temp.history_bits;
CREATE TEMP TABLE history_bits AS
  SELECT DISTINCT CAST(substr(cidr, instr(cidr, '/') + 1) AS INTEGER) AS bits, iif(cidr LIKE '%:%', 6, 4) AS family
    FROM address_history ORDER BY bits DESC;

-- What @had sent, by owner.
DROP TABLE IF EXISTS temp.answer;
CREATE TEMP TABLE answer AS
SELECT printable(h.name) AS name, printable(h.owner) AS owner, h.cidr, count(*) AS flows, sum(f.bytes) AS bytes, count(DISTINCT f.dstaddr) AS targets,
       min(f.start_time) AS first_seen, max(f.end_time) AS last_seen
  FROM flowlogs(@logs, @on_error, @format) f
  LEFT JOIN address_history h ON h.id = (
       SELECT x.id FROM history_bits b CROSS JOIN address_history x ON x.cidr = ip_prefix(@had, b.bits)
        WHERE b.family = ip_family(@had)
          AND f.start_time >= x.valid_from AND (x.valid_to IS NULL OR f.start_time < x.valid_to)
        ORDER BY b.bits DESC LIMIT 1)
 WHERE f.addr = ip_text(@had) AND ip_text(@had) IN (f.srcaddr, f.pkt_srcaddr) AND f.since = @since AND f.until = @until
 GROUP BY h.id ORDER BY first_seen, h.id;
SELECT * FROM temp.answer ORDER BY rowid;
SELECT 'nothing found' AS answer, @had AS had, printable(@logs) AS logs, flowlogs_scan_summary() AS looked_at
 WHERE NOT EXISTS (SELECT 1 FROM temp.answer);

-- Who sent most, by the owner at that time.
SELECT printable(h.owner) AS owner, count(DISTINCT f.srcaddr) AS addresses, sum(f.flows) AS flows, sum(f.bytes) AS bytes
  FROM (SELECT coalesce(pkt_srcaddr, srcaddr) AS srcaddr, start, sum(flows) AS flows, sum(bytes) AS bytes
          FROM flowlogs_rollup(@logs, @on_error, @format) WHERE since = @since AND until = @until AND srcaddr IS NOT NULL
         GROUP BY 1, start) f
  JOIN address_history h ON h.id = (
       SELECT x.id FROM history_bits b CROSS JOIN address_history x ON x.cidr = ip_prefix(f.srcaddr, b.bits)
        WHERE b.family = ip_family(f.srcaddr)
          AND datetime(f.start, 'unixepoch') >= x.valid_from
          AND (x.valid_to IS NULL OR datetime(f.start, 'unixepoch') < x.valid_to)
        ORDER BY b.bits DESC LIMIT 1)
 GROUP BY h.owner ORDER BY bytes DESC, h.owner LIMIT @top;
DELETE FROM temp.sqlite_parameters WHERE key = '@had' AND value = '10.0.1.13' AND @logs = 'tests/data/AWSLogs';
