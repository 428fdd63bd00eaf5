-- SSH and RDP, accepted and rejected: who came, from where, to which host, how often.
--
--   @logs   files, folder or pattern     @since, @until   period of `start`, UTC text or Unix seconds
--   @top    rows
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/ssh-rdp.sql'
--
-- Requests alone; the answers have the port as srcport. Inside a VPC, accepted and rejected can be one and the same
-- attempt: the sender's interface lets it go, the receiver's refuses it. RDP over UDP: leave out the protocol.
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@since', NULL), ('@until', NULL), ('@top', 20);
SELECT srcaddr, dstaddr, dstport, port_name(dstport, 6) AS service,
       ifnull(sum(flows) FILTER (WHERE action = 'ACCEPT'), 0) AS accepted,
       ifnull(sum(flows) FILTER (WHERE action = 'REJECT'), 0) AS rejected,
       datetime(min(first_seen), 'unixepoch') AS first_seen,
       datetime(max(last_seen), 'unixepoch') AS last_seen
  FROM flowlogs_rollup(@logs)
 WHERE since = @since AND until = @until AND dstport IN (22, 3389) AND protocol = 6
 GROUP BY srcaddr, dstaddr, dstport
 ORDER BY accepted DESC, rejected DESC, srcaddr, dstaddr, dstport LIMIT @top;
