-- Names of the interface with the address; see name-begin.sql.
UPDATE temp.address_name SET name = (
  SELECT min(coalesce(i.name, i.description, i.interface_id))
    FROM main.interface_addresses a JOIN main.interfaces i USING (interface_id)
   WHERE a.ip = address_name.ip) WHERE name IS NULL;
