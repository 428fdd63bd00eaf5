-- Large transfers outwards: single records of many bytes.
--
--   @logs      files, folder or pattern      @since, @until   period of `start`, UTC text or Unix seconds
--   @large_bytes     from how many bytes a record on      @top   rows
--   @inside    your networks, a JSON array of prefixes: add the IPv6 blocks of your VPCs, and your public addresses
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/large-transfers.sql'
--
-- A record is one interface, one direction, at most ten minutes. A transfer through a NAT gateway shows on both legs,
-- at the same time with the same bytes; data-leaving.sql counts it once, and finds what leaves in many small records.
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@since', NULL), ('@until', NULL), ('@large_bytes', 100000000), ('@top', 20);
.read sql/inside.sql
SELECT start_time, "end" - start AS seconds, coalesce(pkt_srcaddr, srcaddr) AS src,
       coalesce(pkt_dstaddr, dstaddr) AS dst, dstport, bytes, bytes / 125000 / max("end" - start, 1) AS mbit_s, interface_id
  FROM flowlogs(@logs)
 WHERE bytes >= @large_bytes AND action IS NOT 'REJECT'
   AND since = @since AND until = @until
   AND cidr_lookup('own', 'cidr', coalesce(pkt_srcaddr, srcaddr)) IS NOT NULL
   AND coalesce(pkt_dstaddr, dstaddr) IS NOT NULL AND cidr_lookup('own', 'cidr', coalesce(pkt_dstaddr, dstaddr)) IS NULL
 ORDER BY bytes DESC, start, interface_id, src, dst, srcport, dstport, rowid LIMIT @top;
