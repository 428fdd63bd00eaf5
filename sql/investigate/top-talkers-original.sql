-- Who sends most, by the address that the packets carry: behind a NAT gateway, a transit gateway or a pod's secondary
-- address, pkt_srcaddr is the true end where srcaddr is the way station. `translated` are the bytes where the two
-- differ.
--
--   @logs   files, folder or pattern     @since, @until   period of `start`, UTC text or Unix seconds
--   @top    rows
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/top-talkers-original.sql'
--
-- Needs pkt_srcaddr (version 3). Traffic between two interfaces that are both logged is in the logs twice, a NAT
-- gateway logs both of its legs, and a transit gateway's logs tell it again: AND flow_direction = 'egress' AND tgw_id
-- IS NULL (version 5) counts what each interface sent once. With SKIPDATA, sums are lower bounds. Last: how many files
-- have the field at all; where none has, the logs can't tell.
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@since', NULL), ('@until', NULL), ('@top', 20);
SELECT pkt_srcaddr, sum(flows) AS flows, sum(bytes) AS bytes,
       ifnull(sum(bytes) FILTER (WHERE pkt_srcaddr <> srcaddr), 0) AS translated,
       datetime(min(first_seen), 'unixepoch') AS first_seen,
       datetime(max(last_seen), 'unixepoch') AS last_seen
  FROM flowlogs_rollup(@logs)
 WHERE since = @since AND until = @until AND pkt_srcaddr IS NOT NULL
 GROUP BY pkt_srcaddr ORDER BY bytes DESC, pkt_srcaddr LIMIT @top;
SELECT count(*) AS files,
       sum(instr(' ' || replace(fields, '_', '-') || ' ', ' pkt-srcaddr ') > 0) AS with_pkt_srcaddr
  FROM flowlogs_files(@logs) WHERE fields IS NOT NULL;
