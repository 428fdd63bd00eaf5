-- Names for which DNS had the address as an answer; see name-begin.sql.
UPDATE temp.address_name SET name = (
  SELECT min(d.name) FROM main.dns_names d WHERE d.address = address_name.ip) WHERE name IS NULL;
