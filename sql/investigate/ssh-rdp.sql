-- SSH and RDP, accepted and rejected: who came to which host, and was answered.
--
--   @logs   files, folder or pattern     @since, @until   period of `start`, UTC text or Unix seconds
--   @top    rows
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/ssh-rdp.sql'
--
-- Accepted and answered: there was a connection (that the login succeeded, no flow log knows). Accepted alone: inside a
-- VPC, accepted and rejected can be one and the same attempt, which the sender's interface let go and the receiver's
-- refused; or the host didn't answer. Records, not logins: a long session is many, and between two logged interfaces
-- each counts twice. RDP over UDP: leave out the protocol.
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@since', NULL), ('@until', NULL), ('@top', 20);
WITH login(port) AS (VALUES (22), (3389))
SELECT iif(dstport IN login, srcaddr, dstaddr) AS client, iif(dstport IN login, dstaddr, srcaddr) AS server,
       port_name(iif(dstport IN login, dstport, srcport), 6) AS service,
       ifnull(sum(flows) FILTER (WHERE action = 'ACCEPT' AND dstport IN login), 0) AS accepted,
       ifnull(sum(flows) FILTER (WHERE action = 'REJECT' AND dstport IN login), 0) AS rejected,
       ifnull(sum(flows) FILTER (WHERE action = 'ACCEPT' AND NOT dstport IN login), 0) AS answered,
       datetime(min(first_seen), 'unixepoch') AS first_seen,
       datetime(max(last_seen), 'unixepoch') AS last_seen
  FROM flowlogs_rollup(@logs)
 WHERE since = @since AND until = @until AND port IN login AND protocol = 6
 GROUP BY 1, 2, 3 ORDER BY answered DESC, accepted DESC, rejected DESC, client, server, service LIMIT @top;
