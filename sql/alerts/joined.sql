-- What the rules read: temporary views of the connections in @logs.  setup.sql reads this script,
-- which prints nothing.  See flowlogs_connections in sql/README.md.
--
--   sqlite3 -cmd '.load ./build/flowlogs' :memory: '.read sql/alerts/joined.sql'
--
--   temp.joined     the connections, without the legs of NAT gateways.  goes_out and comes_in are
--                   1 where the other end is outside, also for an end of yours in a network that
--                   the table inside lacks.  comes_in is 0 for an answer to what is not logged.
--                   @period_since and @period_until, which ../report.sql sets, are the period
--   temp.nat_legs   who passes on to whom what others send.  Rules without ports read it, too, so
--                   that files without ports are left out
CREATE TEMP VIEW IF NOT EXISTS joined AS
  SELECT client, client_port, server, server_port, protocol, state, direction, points,
         server || ' ' || lower(protocol_name(protocol)) || '/' || server_port AS target,
         first_seen, last_seen, records, accepted, client_packets, client_bytes, server_bytes,
         ifnull(client_bytes, 0) + ifnull(server_bytes, 0) AS bytes, client_interface_id,
         server_interface_id,
         direction = 'outbound' OR direction = 'external' AND client_interface_id IS NOT NULL
                                   AND server_interface_id IS NULL AS goes_out,
         (direction = 'inbound' OR direction = 'external' AND server_interface_id IS NOT NULL
                                   AND client_interface_id IS NULL)
         AND NOT (role_from = 'one-way' AND client_port < 1024) AS comes_in
    FROM temp.sqlite_parameters p CROSS JOIN flowlogs_connections(
           p.value, (SELECT value FROM temp.sqlite_parameters WHERE key = '@on_error'),
           (SELECT value FROM temp.sqlite_parameters WHERE key = '@format'))
   WHERE p.key = '@logs' AND p.value <> '[]' AND inside = 'inside' AND servers = 'servers'
     AND since = (SELECT value FROM temp.sqlite_parameters WHERE key = '@period_since')
     AND until = (SELECT value FROM temp.sqlite_parameters WHERE key = '@period_until')
     AND NOT is_nat_leg;
CREATE TEMP VIEW IF NOT EXISTS nat_legs AS
  SELECT iif(way.value, server, client) AS src, iif(way.value, client, server) AS dst
    FROM temp.sqlite_parameters p
   CROSS JOIN flowlogs_connections(
           p.value, 'skip', (SELECT value FROM temp.sqlite_parameters WHERE key = '@format'))
   CROSS JOIN json_each('[0, 1]') way
   WHERE p.key = '@logs' AND p.value <> '[]' AND inside = 'inside' AND is_nat_leg;
