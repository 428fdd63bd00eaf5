-- Names from the asset list; see name-begin.sql.
UPDATE temp.address_name SET name = (
  SELECT name FROM main.assets a WHERE a.ip = address_name.ip) WHERE name IS NULL;
