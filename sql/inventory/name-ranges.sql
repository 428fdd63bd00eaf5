-- The service and the region in AWS's list of ranges; see name-begin.sql.
UPDATE temp.address_name SET name = (
  SELECT service || ' ' || region FROM main.aws_ranges r
   WHERE r.rowid = cidr_lookup('aws_ranges', 'cidr', address_name.ip)) WHERE name IS NULL;
