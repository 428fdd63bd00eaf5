-- Who connected to which host by SSH or RDP: accepted, rejected, answered?
-- Athena's name: SshRdpTraffic.
--
--   @logs               a file, a folder or a pattern
--   @since, @until      the period of `start`, UTC text such as '2026-03-09 08:00' or Unix
--                       seconds; default: no limit
--   @on_error, @format  'skip' leaves out lines and files that cannot be used; the fields of
--                       files without a header line. Default: an error, and AWS's default format
--   @top                number of rows; default 20, and -1 for all
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/ssh-rdp.sql'
--
-- Accepted and answered records mean that there was a connection; flow logs do not know whether
-- the login succeeded. For records that are accepted and not answered there are two reasons.
-- Inside a VPC, an accepted and a rejected record can be the same attempt, which the interface of
-- the sender let pass and that of the receiver refused. Or the host did not answer.
--
-- The figures are records, not logins: a long session has many, and between two interfaces that
-- both write logs each record counts twice. RDP also uses UDP; to include it, remove the
-- condition on the protocol.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@on_error', NULL), ('@format', NULL), ('@since', NULL), ('@until', NULL),
  ('@top', 20);
DROP TABLE IF EXISTS temp.answer;
CREATE TEMP TABLE answer AS
WITH login(port) AS (VALUES (22), (3389))
SELECT iif(dstport IN login, srcaddr, dstaddr) AS client, iif(dstport IN login, dstaddr, srcaddr) AS server,
       port_name(iif(dstport IN login, dstport, srcport), 6) AS service,
       sum(flows * (action = 'ACCEPT') * (dstport IN login)) AS accepted,
       sum(flows * (action = 'REJECT') * (dstport IN login)) AS rejected,
       sum(flows * (action = 'ACCEPT') * (NOT dstport IN login)) AS answered,
       datetime(min(first_seen), 'unixepoch') AS first_seen,
       datetime(max(last_seen), 'unixepoch') AS last_seen
  FROM flowlogs_rollup(@logs, @on_error, @format)
 WHERE since = @since AND until = @until AND port IN login AND protocol = 6
   AND srcport >= 0 AND dstport >= 0 -- an error if no file has them
 GROUP BY 1, 2, 3 ORDER BY answered DESC, accepted DESC, rejected DESC, client, server, service LIMIT @top;
SELECT * FROM temp.answer ORDER BY rowid;
SELECT 'nothing found' AS answer, printable(@logs) AS logs, flowlogs_scan_summary() AS looked_at
 WHERE NOT EXISTS (SELECT 1 FROM temp.answer);
