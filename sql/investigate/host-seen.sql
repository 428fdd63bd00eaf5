-- One host's peers: records, bytes, bytes a record, first and last seen, for each direction.
--
--   @logs      files, folder or pattern      @since, @until   period of `start`, UTC text or Unix seconds
--   @host      the host's address: set it, only the sample's logs have a default      @top   rows
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" -cmd ".parameter set @host \"'10.0.0.5'\"" \
--           :memory: '.read sql/investigate/host-seen.sql'
--
-- Ask it about an address that data-leaving.sql or an alert named. Many bytes a record, out and not in, is an upload;
-- few and always the same are a beacon (beaconing.sql). Traffic with another logged interface counts at each of the
-- two. Behind a NAT gateway its peers are the true ones where pkt-srcaddr and pkt-dstaddr are logged.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@since', NULL), ('@until', NULL), ('@top', 20);
-- For the sample, and for no other logs: the last line takes it away.
INSERT OR IGNORE INTO temp.sqlite_parameters SELECT '@host', '10.0.2.14' WHERE @logs = 'tests/data/AWSLogs';
SELECT 1 WHERE NOT flowlogs_require(ip_text(@host) IS NOT NULL,
  'flowlogs: @host must be an address: .parameter set @host "''10.0.0.5''"');
SELECT iif(cidr_match(srcaddr, @host) OR cidr_match(pkt_srcaddr, @host), 'out', 'in') AS way,
       iif(cidr_match(srcaddr, @host) OR cidr_match(pkt_srcaddr, @host), coalesce(pkt_dstaddr, dstaddr),
           coalesce(pkt_srcaddr, srcaddr)) AS peer,
       ifnull(protocol_name(protocol), protocol) AS protocol, min(srcport, dstport) AS service, sum(flows) AS records,
       coalesce(sum(flows) FILTER (WHERE action = 'REJECT'), 0) AS rejected, sum(bytes) AS bytes,
       sum(bytes) / sum(flows) AS each, strftime('%m-%d %H:%M', min(first_seen), 'unixepoch') AS first_seen,
       strftime('%m-%d %H:%M', max(last_seen), 'unixepoch') AS last_seen
  FROM flowlogs_rollup(@logs) WHERE since = @since AND until = @until AND cidr_match(addr, @host)
 GROUP BY 1, 2, 3, 4 ORDER BY bytes DESC, 1, 2, 3, 4 LIMIT @top;
SELECT 'nothing found' AS answer, @host AS host, @logs AS logs, @since AS since, @until AS until
 WHERE NOT EXISTS (
   SELECT 1 FROM flowlogs(@logs) WHERE since = @since AND until = @until AND cidr_match(addr, @host));
DELETE FROM temp.sqlite_parameters WHERE key = '@host' AND value = '10.0.2.14' AND @logs = 'tests/data/AWSLogs';
