-- One conversation from both directions: a row per connection between two addresses, with what each of them sent.
--
--   @logs   files, folder or pattern     @since, @until   period of `start`, UTC text or Unix seconds
--   @a, @b  the two addresses: set them        @port    a port that either has, NULL: any
--   @top    rows
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/conversation.sql'
--
-- The two are the true ends (pkt_srcaddr, pkt_dstaddr) where a NAT gateway stands between. Each point that logged the
-- connection, an interface or a transit gateway's attachment, counted all of it: the figures are those of the point
-- that saw most, not the sum. b_sent = 0 with a_sent > 0: nobody answered, or SKIPDATA. A port that is used again is
-- one connection here; ICMP has port 0.
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@since', NULL), ('@until', NULL), ('@a', '172.31.1.13'),
  ('@b', '192.0.2.77'), ('@port', NULL), ('@top', 20);
WITH seen AS (
  SELECT ifnull(@a IN (srcaddr, pkt_srcaddr), 0) AS from_a,
         iif(@a IN (srcaddr, pkt_srcaddr), srcport, dstport) AS a_port,
         iif(@a IN (srcaddr, pkt_srcaddr), dstport, srcport) AS b_port, protocol,
         ifnull(interface_id, tgw_attachment_id) AS point, sum(bytes) AS bytes,
         sum(flows) FILTER (WHERE action = 'REJECT') AS rejected, min(first_seen) AS first_seen, max(last_seen) AS last_seen
    FROM flowlogs_rollup(@logs)
   WHERE since = @since AND until = @until AND addr = @a AND @b IN (srcaddr, dstaddr, pkt_srcaddr, pkt_dstaddr)
     AND (@port IS NULL OR @port IN (srcport, dstport))
   GROUP BY from_a, a_port, b_port, protocol, point)
SELECT datetime(min(first_seen), 'unixepoch') AS first_seen, max(last_seen) - min(first_seen) AS seconds,
       a_port, b_port, ifnull(protocol_name(protocol), protocol) AS protocol,
       port_name(min(a_port, b_port), protocol) AS service,
       ifnull(max(bytes) FILTER (WHERE from_a), 0) AS a_sent, ifnull(max(bytes) FILTER (WHERE NOT from_a), 0) AS b_sent,
       ifnull(max(rejected), 0) AS rejected, count(DISTINCT point) AS points
  FROM seen
 GROUP BY a_port, b_port, seen.protocol ORDER BY first_seen, a_port, b_port, seen.protocol LIMIT @top;
