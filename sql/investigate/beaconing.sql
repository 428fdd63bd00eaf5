-- Who calls the same place at regular intervals with requests of the same size?
--
--   @logs               a file, a folder or a pattern
--   @since, @until      the period of `start`, UTC text such as '2026-03-09 08:00' or Unix
--                       seconds; default: no limit
--   @on_error, @format  'skip' leaves out lines and files that cannot be used; the fields of
--                       files without a header line. Default: an error, and AWS's default format
--   @contacts          a pair is looked at if it has at least this number of contacts; default 10
--   @every             the least number of seconds between two contacts; default 10
--   @jitter            the percentage by which an interval or a size may differ from the median
--                      and still be regular; default 10
--   @regular           the percentage of intervals, and of sizes, that must be regular; default
--                      70
--   @size              the largest median of the bytes that a client sends in a contact; default
--                      1000000
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/beaconing.sql'
--
-- A contact is a connection that begins at least @every seconds after the one before it, of the
-- same client with the same service of the same server. `every` is the median of the intervals
-- between contacts, so a pause at night does no harm. `regular` and `alike` are the percentages
-- of intervals and of sizes that differ from their median by at most @jitter. `ports` counts the
-- client's ports in the contacts after the first one. One port per contact means that each
-- contact is a connection of its own, and these rows come first. A single port means one
-- connection that was silent for more than a minute each time. One that is never silent for so
-- long is a single contact, however many records it has. Where no record of a pair has a byte
-- count, `size` and `alike` are NULL and the intervals alone count.
--
-- Expect NTP, monitoring, health checks, and heartbeats of agents and clusters. Malware that
-- sleeps for random times needs a larger @jitter. All pairs are looked at.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES ('@logs', 'tests/data/AWSLogs'),
  ('@contacts', 10), ('@every', 10), ('@jitter', 10), ('@regular', 70), ('@size', 1000000);
DROP TABLE IF EXISTS temp.answer; CREATE TEMP TABLE answer AS
WITH contact AS (SELECT client, server, server_port, client_port, client_bytes, first_seen,
    lower(ifnull(protocol_name(protocol), protocol)) || ifnull('/' || server_port, '') AS service,
    first_seen - lag(first_seen) OVER (PARTITION BY client, server, protocol, server_port
      ORDER BY first_seen, client_port) AS gap FROM flowlogs_connections(@logs, @on_error, @format)
   WHERE since = @since AND until = @until AND idle = 60 AND NOT is_nat_leg AND state <> 'rejected'
), ranked AS (SELECT *, percent_rank() OVER (pair ORDER BY gap) AS g,
    percent_rank() OVER (pair ORDER BY client_bytes) AS s FROM contact WHERE gap >= @every
  WINDOW pair AS (PARTITION BY client, server, service, server_port)
), median AS (SELECT *, max(iif(g <= .5, gap, NULL)) OVER pair AS every,
    max(iif(s <= .5, client_bytes, NULL)) OVER pair AS size FROM ranked
  WINDOW pair AS (PARTITION BY client, server, service, server_port))
SELECT client, server, service, count(*) + 1 AS contacts, count(DISTINCT client_port) AS ports,
       every, 100 * sum(100 * abs(gap - every) <= @jitter * every) / count(*) AS regular,
       size, 100 * sum(100 * abs(client_bytes - size) <= @jitter * size) / count(*) AS alike,
       datetime(min(first_seen - gap), 'unixepoch') AS first_seen,
       datetime(max(first_seen), 'unixepoch') AS last_seen
  FROM median GROUP BY client, server, service, server_port HAVING contacts >= @contacts
   AND regular >= @regular AND ifnull(size <= @size AND alike >= @regular, 1)
 ORDER BY ports < 2, regular DESC, contacts DESC, client, server, service;
SELECT * FROM temp.answer ORDER BY rowid;
SELECT 'nothing found' AS answer, printable(@logs) AS logs, flowlogs_scan_summary() AS looked_at
 WHERE NOT EXISTS (SELECT 1 FROM temp.answer);
