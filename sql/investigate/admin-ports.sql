-- Who connected to the ports of administration (FTP, SSH, Telnet, RPC, SMB, RDP, VNC and WinRM),
-- and who only tried?
-- Athena's name: AdminPortTraffic; SshRdpTraffic with @admin_ports '[22, 3389]'.
--
--   @logs               a file, a folder or a pattern
--   @since, @until      the period of `start`, UTC text such as '2026-03-09 08:00' or Unix
--                       seconds; default: no limit
--   @on_error, @format  'skip' leaves out lines and files that cannot be used; the fields of
--                       files without a header line. Default: an error, and AWS's default format
--   @admin_ports       the ports, a JSON array; default: see below; '[22, 3389]' asks for SSH and
--                      RDP alone
--   @top                number of rows; default 20, and -1 for all
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/admin-ports.sql'
--
-- `answered` counts the connections in which both ends sent something that was accepted, and
-- `rejected` those that a security group or network ACL stopped. The others had no answer, or
-- were refused by a host on which nothing listens (with tcp-flags; without them, a refusal looks
-- like an answer).
--
-- Flow logs do not know whether a login succeeded, but `received` and `longest` tell: a refused
-- password takes some seconds and a few thousand bytes. Many answered connections of this kind
-- are guesses, and one that lasts minutes or receives much is a session. `longest` is the number
-- of seconds of the longest answered connection; `sent` and `received` are the bytes of the
-- client, each counted once.
--
-- Where the logs have tcp-flags, the sender of the SYN is the client, whatever the ports are.
-- Without them, see flowlogs_connections in sql/README.md for what decides. RDP also uses UDP; to
-- include it, remove the condition on the protocol.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES ('@logs', 'tests/data/AWSLogs'), ('@top', 20),
  ('@admin_ports', '[21, 22, 23, 135, 139, 445, 3389, 5900, 5985, 5986]');
SELECT 1 WHERE NOT flowlogs_require(iif(json_valid(@admin_ports), json_type(@admin_ports) = 'array'
   AND (SELECT count(*) = total(value = CAST(value AS INTEGER)) FROM json_each(@admin_ports)), 0),
  'flowlogs: @admin_ports must be a JSON array of ports: .parameter set @admin_ports ''[22]''');
DROP TABLE IF EXISTS temp.answer; CREATE TEMP TABLE answer AS
SELECT client, server, port_name(server_port, 6) AS service, count(*) AS connections,
       sum(state IN ('established', 'closed', 'reset')) AS answered,
       sum((rejected > 0) * (state = 'rejected')) AS rejected,
       sum(client_bytes) AS sent, sum(server_bytes) AS received,
       max(seconds) FILTER (WHERE state IN ('established', 'closed', 'reset')) AS longest,
       substr(datetime(max(last_seen), 'unixepoch'), 1, 16) AS last_seen
  FROM flowlogs_connections(@logs, @on_error, @format)
 WHERE since = @since AND until = @until AND NOT is_nat_leg AND protocol = 6
   AND server_port IN (SELECT value FROM json_each(@admin_ports))
 GROUP BY client, server, server_port
 ORDER BY answered DESC, received DESC, rejected DESC, client, server, server_port LIMIT @top;
SELECT * FROM temp.answer ORDER BY rowid;
SELECT 'nothing found' AS answer, printable(@logs) AS logs, flowlogs_scan_summary() AS looked_at
 WHERE NOT EXISTS (SELECT 1 FROM temp.answer);
