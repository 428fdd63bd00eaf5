-- One row per connection (addresses, ports, protocol), with its latest interval: what is going on, the newest first.
--
--   @logs   files, folder or pattern     @since, @until   period of `start`, UTC text or Unix seconds
--   @top    rows
--
--   sqlite3 -cmd '.load ./build/flowlogs' -cmd '.mode box' -cmd '.parameter init' \
--           -cmd ".parameter set @logs \"'AWSLogs/'\"" :memory: '.read sql/investigate/connections-latest.sql'
--
-- Of a connection that two interfaces logged at the same time, it is the first record's turn. Every record of the
-- period is sorted: narrow it with @since, or inside with AND srcaddr = …, where there are millions.
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES
  ('@logs', 'tests/data/AWSLogs'), ('@since', NULL), ('@until', NULL), ('@top', 20);
SELECT datetime("end", 'unixepoch') AS last_seen, srcaddr, srcport, dstaddr, dstport,
       ifnull(protocol_name(protocol), protocol) AS protocol, bytes, action
  FROM (SELECT srcaddr, srcport, dstaddr, dstport, protocol, start, "end", bytes, action,
               row_number() OVER (PARTITION BY srcaddr, srcport, dstaddr, dstport, protocol
                                  ORDER BY start DESC, "end" DESC, rowid) AS age
          FROM flowlogs(@logs)
         WHERE since = @since AND until = @until
           AND srcaddr IS NOT NULL)
 WHERE age = 1
 ORDER BY "end" DESC, start DESC, srcaddr, srcport, dstaddr, dstport, protocol LIMIT @top;
