-- Which pairs of original source and destination carry most, by packets: the addresses that the packets carry, whatever
-- NAT or transit gateways they pass. `interfaces` says how many interfaces logged a pair, each of them all its packets:
-- divide by it for the true figure (the NAT gateway's outer leg has the gateway's own address, and is another pair).
--
--   @logs   files, folder or pattern     @since, @until   period of `start`, UTC text or Unix seconds
--   @top    rows
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/top-pairs-original-by-packets.sql'
--
-- Needs pkt_srcaddr and pkt_dstaddr (version 3). With SKIPDATA, sums are lower bounds. Last: how many files have the
-- field at all; where none has, the logs can't tell.
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@since', NULL), ('@until', NULL), ('@top', 20);
SELECT pkt_srcaddr, pkt_dstaddr, count(DISTINCT interface_id) AS interfaces, sum(flows) AS flows,
       sum(packets) AS packets, sum(bytes) AS bytes, datetime(max(last_seen), 'unixepoch') AS last_seen
  FROM flowlogs_rollup(@logs)
 WHERE since = @since AND until = @until AND pkt_srcaddr IS NOT NULL
 GROUP BY pkt_srcaddr, pkt_dstaddr ORDER BY packets DESC, pkt_srcaddr, pkt_dstaddr LIMIT @top;
SELECT count(*) AS files,
       sum(instr(' ' || replace(fields, '_', '-') || ' ', ' pkt-srcaddr ') > 0) AS with_pkt_srcaddr
  FROM flowlogs_files(@logs) WHERE fields IS NOT NULL;
