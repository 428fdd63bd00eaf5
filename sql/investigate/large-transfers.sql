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
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@inside', '["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7", "2600:1f18:4a3b:1200::/56",
                "2600:1f18:77aa:3400::/56", "2a05:d014:6c2:9a00::/56", "2a05:d018:1e7:4b00::/56"]');
CREATE TEMP TABLE IF NOT EXISTS own (cidr TEXT);
DELETE FROM temp.own;
INSERT INTO temp.own SELECT value FROM json_each(@inside);
SELECT start_time, "end" - start AS seconds, coalesce(pkt_srcaddr, srcaddr) AS src,
       coalesce(pkt_dstaddr, dstaddr) AS dst, dstport, bytes, bytes / 125000 / max("end" - start, 1) AS mbit_s, interface_id
  FROM flowlogs(@logs)
 WHERE bytes >= @large_bytes AND action IS NOT 'REJECT'
   AND since = @since AND until = @until
   AND cidr_lookup('own', 'cidr', coalesce(pkt_srcaddr, srcaddr)) IS NOT NULL
   AND coalesce(pkt_dstaddr, dstaddr) IS NOT NULL AND cidr_lookup('own', 'cidr', coalesce(pkt_dstaddr, dstaddr)) IS NULL
 ORDER BY bytes DESC, start, interface_id, src, dst, srcport, dstport, rowid LIMIT @top;
