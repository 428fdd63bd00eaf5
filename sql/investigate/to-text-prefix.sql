-- Who sends to addresses that begin with a text: a network without its mask, for those who think in dots and colons.
--
--   @logs   files, folder or pattern     @since, @until   period of `start`, UTC text or Unix seconds
--   @text   what the address begins with: set it, only the sample's logs have a default; end it with a dot or colon, or
--           '10.1' finds 10.100.0.1 too; in quotes within quotes, or '10.' becomes the number 10.0
--   @top    rows
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" -cmd ".parameter set @text \"'10.0.'\"" \
--           :memory: '.read sql/investigate/to-text-prefix.sql'
--
-- An IPv6 address can be written in several ways: cidr_match (to-network.sql) doesn't mind. Traffic between two
-- interfaces that are both logged is in the logs twice, a NAT gateway logs both of its legs, and a transit gateway's
-- logs tell it again: AND flow_direction = 'egress' AND tgw_id IS NULL (version 5) counts what each interface sent
-- once. With SKIPDATA, sums are lower bounds.
.bail on
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@since', NULL), ('@until', NULL), ('@top', 20);
-- For the sample, and for no other logs: the last line takes it away.
INSERT OR IGNORE INTO temp.sqlite_parameters SELECT '@text', '172.31.2.' WHERE @logs = 'tests/data/AWSLogs';
SELECT 1 WHERE NOT flowlogs_require(typeof(@text) = 'text',
  'flowlogs: @text must be a text: .parameter set @text "''10.0.''"');
SELECT srcaddr, dstaddr, ifnull(protocol_name(protocol), protocol) AS protocol, min(srcport, dstport) AS port,
       port_name(min(srcport, dstport), protocol) AS service, action,
       sum(flows) AS flows, sum(bytes) AS bytes, datetime(max(last_seen), 'unixepoch') AS last_seen
  FROM flowlogs_rollup(@logs)
 WHERE since = @since AND until = @until AND dstaddr GLOB @text || '*'
 GROUP BY 1, 2, 3, 4, 6
 ORDER BY bytes DESC, srcaddr, dstaddr, protocol, port, action LIMIT @top;
SELECT 'nothing found' AS answer, @text AS text, @logs AS logs, @since AS since, @until AS until
 WHERE NOT EXISTS (
   SELECT 1 FROM flowlogs(@logs) WHERE since = @since AND until = @until AND dstaddr GLOB @text || '*');
DELETE FROM temp.sqlite_parameters WHERE key = '@text' AND value = '172.31.2.' AND @logs = 'tests/data/AWSLogs';
