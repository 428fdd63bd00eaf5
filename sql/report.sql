-- A report about flow logs as one HTML file: what to look at first, and pictures of what is below it.
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/report.sql' > report.html
--
--   @logs               a file, a folder or a pattern
--   @since, @until      the period of `start`, UTC text such as '2026-03-09 08:00' or Unix
--                       seconds; default: no limit
--   @on_error, @format  'skip' leaves out lines and files that cannot be used; the fields of
--                       files without a header line. Default: an error, and AWS's default format
--   @host               an address, or a name of the inventories, that has a part of its own at the
--                       end; default: none
--   @new_since          what is first seen from then on is new; default: the last day, or the
--                       later half of logs of less than two days
--   @top                number of rows of each picture; default 20, and -1 for all
--   @inside             your networks, a JSON array of prefixes; see alerts/setup.sql
--   @admin_ports, @database_ports   the ports on which a session from outside is an entry
--   ASSETS, @interfaces, @subnets, @ranges, @resolver_logs   inventories, from which addresses get
--                       their names: see inventory/README.md. Without them, those of the database
--
-- A connection of at least @entry_bytes bytes of both ends, 10000 by default, is a session. @bits
-- is the prefix length of a network in the matrix, 24 by default. For regular contacts, see
-- @contacts, @every, @jitter, @regular and @size in investigate/beaconing.sql, and for alerts the
-- parameters of the rules in alerts/README.md.
--
-- The file needs nothing else: its pictures are SVG, and no script, font or image is loaded. Below
-- each picture is the SQL that gives its rows. Everything is computed before the first line is
-- printed, so that an error leaves no half of a report. The rules of alerts judge the period.
.bail on
.read sql/report/begin.sql
.read sql/report/scripts.sql
.read sql/report/period.sql
.read sql/report/rows-files.sql
.read sql/report/rows-lost.sql
.read sql/report/rows-lost-times.sql
.read sql/report/rows-timeline.sql
.read sql/report/rows-pairs.sql
.read sql/report/rows-entries.sql
.read sql/report/rows-entry-times.sql
.read sql/report/rows-left.sql
.read sql/report/rows-left-times.sql
.read sql/report/rows-nat.sql
.read sql/report/rows-matrix.sql
.read sql/report/rows-new.sql
.read sql/report/rows-beacons.sql
.read sql/report/rows-beacon-times.sql
.read sql/report/rows-rejects.sql
.read sql/report/rows-host.sql
.read sql/report/rows-host-times.sql
.read sql/report/rules.sql
.read sql/report/story.sql
.read sql/report/names.sql

.read sql/report/style.sql
.read sql/report/draw-first.sql
.read sql/report/draw-coverage.sql
.read sql/report/draw-alerts.sql
.read sql/report/draw-timeline.sql
.read sql/report/draw-entries.sql
.read sql/report/draw-left.sql
.read sql/report/draw-inside.sql
.read sql/report/draw-beacons.sql
.read sql/report/draw-rejects.sql
.read sql/report/draw-host.sql
.read sql/report/end.sql
