-- One host's peers: records, bytes, bytes a record, first and last seen, for each direction.
--
--   @logs      files, folder or pattern      @since, @until   period of `start`, UTC text or Unix seconds
--   @host      the host's address      @top   rows
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/host-seen.sql'
--
-- Ask it about an address that data-leaving.sql or an alert named. Many bytes a record, out and not in, is an upload;
-- few and always the same are a beacon (beaconing.sql). Traffic with another logged interface counts at each of the
-- two. Behind a NAT gateway its peers are the true ones where pkt-srcaddr and pkt-dstaddr are logged.
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@since', NULL), ('@until', NULL), ('@host', '10.0.2.14'), ('@top', 20);
SELECT iif(srcaddr = @host OR pkt_srcaddr = @host, 'out', 'in') AS way,
       iif(srcaddr = @host OR pkt_srcaddr = @host, coalesce(pkt_dstaddr, dstaddr), coalesce(pkt_srcaddr, srcaddr)) AS peer,
       ifnull(protocol_name(protocol), protocol) AS protocol, min(srcport, dstport) AS service, sum(flows) AS records,
       coalesce(sum(flows) FILTER (WHERE action = 'REJECT'), 0) AS rejected, sum(bytes) AS bytes,
       sum(bytes) / sum(flows) AS each, strftime('%m-%d %H:%M', min(first_seen), 'unixepoch') AS first_seen,
       strftime('%m-%d %H:%M', max(last_seen), 'unixepoch') AS last_seen
  FROM flowlogs_rollup(@logs) WHERE since = @since AND until = @until AND addr = @host
 GROUP BY 1, 2, 3, 4 ORDER BY bytes DESC, 1, 2, 3, 4 LIMIT @top;
