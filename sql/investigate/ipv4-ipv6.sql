-- How much of the traffic is IPv4, how much IPv6.
--
--   @logs   files, folder or pattern     @since, @until   period of `start`, UTC text or Unix seconds
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/ipv4-ipv6.sql'
--
-- By the addresses, since only version 3 and later have `type`. EFA traffic has addresses of either kind. Traffic
-- between two interfaces that are both logged is in the logs twice, a NAT gateway logs both of its legs, and a transit
-- gateway's logs tell it again: AND flow_direction = 'egress' AND tgw_id IS NULL (version 5) counts what each interface
-- sent once. With SKIPDATA, sums are lower bounds.
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@since', NULL), ('@until', NULL);
SELECT 'IPv' || ip_family(srcaddr) AS family, sum(flows) AS flows, sum(packets) AS packets, sum(bytes) AS bytes,
       printf('%.2f %%', 100.0 * sum(bytes) / sum(sum(bytes)) OVER ()) AS share,
       datetime(min(first_seen), 'unixepoch') AS first_seen,
       datetime(max(last_seen), 'unixepoch') AS last_seen
  FROM flowlogs_rollup(@logs)
 WHERE since = @since AND until = @until AND srcaddr IS NOT NULL
 GROUP BY family ORDER BY family;
