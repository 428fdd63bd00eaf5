-- Whose traffic is it?  A temporary view of the connections in @logs, with two rows for each: one
-- for its client and one for its server.  The questions read this script first; it prints nothing.
--
--   @logs             files, a folder or a pattern
--   @since, @until    the period of `start`, UTC text or Unix seconds
--   @on_error, @format   'skip' leaves out lines and files that cannot be used; the fields of files
--                     without a header line
--
--   sqlite3 -cmd '.load ./build/flowlogs' :memory: '.read sql/inventory/ends.sql'
--
-- `ip` is the end, eni and instance_id are the interface and the instance that the records name
-- for it, `peer` and peer_eni are of the other end, `sent` and `received` are bytes.
.bail on
.timeout 60000
.parameter init
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES ('@logs', 'tests/data/AWSLogs');
CREATE TEMP VIEW IF NOT EXISTS ends AS
  SELECT value AS is_server, iif(value, server, client) AS ip, iif(value, client, server) AS peer,
         iif(value, server_interface_id, client_interface_id) AS eni,
         iif(value, client_interface_id, server_interface_id) AS peer_eni,
         iif(value, server_instance_id, client_instance_id) AS instance_id,
         iif(value, server_bytes, client_bytes) AS sent,
         iif(value, client_bytes, server_bytes) AS received,
         iif(value, server_packets, client_packets) AS packets,
         first_seen, last_seen, protocol, server_port, state, accepted, rejected, is_nat_leg
    FROM (SELECT max(value) FILTER (WHERE key = '@logs') AS logs,
                 max(value) FILTER (WHERE key = '@on_error') AS skip,
                 max(value) FILTER (WHERE key = '@format') AS form,
                 max(value) FILTER (WHERE key = '@since') AS low,
                 max(value) FILTER (WHERE key = '@until') AS high FROM temp.sqlite_parameters)
   CROSS JOIN flowlogs_connections(logs, skip, form) CROSS JOIN json_each('[0, 1]')
   WHERE since = low AND until = high;
