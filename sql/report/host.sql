-- Which addresses has @host? It is an address, or a name of the inventories: of the asset list, of
-- an interface or its instance, or of a query. begin.sql reads this script, which prints nothing.
--
--   @addresses   the addresses, a JSON array
INSERT OR REPLACE INTO temp.sqlite_parameters
SELECT '@addresses', json_group_array(ip) FROM (
  SELECT ip_text(@host) AS ip UNION
  SELECT ip FROM assets WHERE name = @host COLLATE NOCASE UNION
  SELECT a.ip FROM main.interface_addresses a JOIN main.interfaces i USING (interface_id)
   WHERE i.name = @host COLLATE NOCASE OR @host IN (i.description, i.interface_id, i.instance_id)
  UNION SELECT address FROM dns_names WHERE name = lower(rtrim(@host, '.')))
 WHERE ip IS NOT NULL AND (ip_text(@host) IS NULL OR ip = ip_text(@host)) HAVING @host IS NOT NULL;
SELECT 1 WHERE NOT flowlogs_require(ifnull(json_array_length(@addresses) > 0, 1),
  'flowlogs: @host must be an address, or a name of the inventories; they have no '
  || quote(printable(@host)) || ': .parameter set @host "''10.0.0.5''"');
SELECT 1 WHERE NOT flowlogs_require(ifnull(json_array_length(@addresses) <= 20, 1),
  'flowlogs: @host is one host, and ' || quote(printable(@host)) || ' is the name of '
  || ifnull(json_array_length(@addresses), 0) || ' addresses: choose one of them'
  || ifnull(', such as ' || (@addresses ->> 0), ''));
