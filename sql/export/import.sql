-- Copies the logs into ordinary, indexed tables of a SQLite database. Later runs copy only what is
-- new or changed.
--
--   @logs   a file, a folder or a pattern; required, unless the database is in memory
--   @batch  the largest number of files of this run, in the order of their paths; default NULL: all
--   @on_error, @format   'skip' leaves out lines and files that cannot be used; the fields of files
--           without a header line. Default: an error, and AWS's default format
--
--   sqlite3 -bail -cmd '.timeout 60000' -cmd '.load ./build/flowlogs' -cmd '.mode box' \
--           -cmd '.parameter init' -cmd ".parameter set @logs \"'AWSLogs/'\"" flows.db '.read sql/export/import.sql'
--
-- A run that meets another one waits for up to a minute. The .timeout comes first because
-- .parameter init already reads the database: if it is locked then, the parameters are lost, and
-- -bail ends the shell.
--
-- A run is one transaction. If it is stopped or killed, the database is as it was before, and the
-- next run does the work. To import a large tree in steps, so that a run that is killed loses one
-- step only:
--
--   while sqlite3 … -cmd ".parameter set @batch 500" flows.db '.read sql/export/import.sql' | grep -w more; do :; done
--
-- flows       The records. The columns have the names of those of flowlogs, so the same queries run
--             on both. id is made of the id of the file and the line, 32 bits each, so a record
--             cannot be there twice. A file with a record beyond line 4294967295 is an error. A
--             column that is NULL in all rows costs a byte per row. To save it, delete fields that
--             you will never have from all four lists below, before the first run.
-- flow_files  The files that were imported. A file of the same path, size and mtime (in seconds) is
--             not read again. If size or mtime differ, the file is read again, and its old rows are
--             deleted. Rows of files that no longer exist stay, because the database may outlive the
--             logs. To remove them:
--             DELETE FROM flows WHERE file_id = …; DELETE FROM flow_files WHERE id = …;
--
-- A file is known by its path as @logs leads to it: 'AWSLogs' and '/srv/AWSLogs' are two trees. A
-- file that is named by AWS's rule and comes with a second path (or unzipped) is an error, so that
-- it is not imported twice. An error in a file stops the run, as everywhere; flowlogs_errors lists
-- such errors. In an interactive shell the transaction then stays open: say ROLLBACK. With @on_error
-- 'skip', what can be read is imported. The next run then tries again to read files that the system
-- did not let this one read.
--
-- The lists of fields are made from ext/record/fields.h by `make generate`.
.bail on
.timeout 60000
.parameter init
-- The sample for a database in memory, never for a file.
INSERT OR IGNORE INTO temp.sqlite_parameters
  SELECT '@logs', 'tests/data/AWSLogs' FROM pragma_database_list WHERE name = 'main' AND file = '';
SELECT 1 WHERE NOT flowlogs_require(@logs IS NOT NULL,
  'flowlogs: which logs? .parameter set @logs "''AWSLogs/''" (set but lost, because another run had the database? '
  || '-cmd ".timeout 60000" comes before -cmd ".parameter init")');

-- 64 MiB. With SQLite's default of 2 MiB, a run that updates the indexes takes three times as long.
PRAGMA cache_size = -65536;

BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS flow_files (
  id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, size INTEGER, mtime INTEGER, rows INTEGER,
  name TEXT                             -- the name that AWS gave the file, without .gz; it is unique
);
CREATE INDEX IF NOT EXISTS flow_files_name ON flow_files (name);
CREATE TABLE IF NOT EXISTS flows (
  id INTEGER PRIMARY KEY,               -- file_id * 2^32 + line
  -- generated: columns
  version INTEGER, account_id TEXT, interface_id TEXT, srcaddr TEXT, dstaddr TEXT, srcport INTEGER, dstport INTEGER,
  protocol INTEGER, packets INTEGER, bytes INTEGER, start INTEGER, "end" INTEGER, action TEXT, log_status TEXT,
  vpc_id TEXT, subnet_id TEXT, instance_id TEXT, tcp_flags INTEGER, type TEXT, pkt_srcaddr TEXT, pkt_dstaddr TEXT,
  region TEXT, az_id TEXT, sublocation_type TEXT, sublocation_id TEXT, pkt_src_aws_service TEXT,
  pkt_dst_aws_service TEXT, flow_direction TEXT, traffic_path INTEGER, ecs_cluster_arn TEXT, ecs_cluster_name TEXT,
  ecs_container_instance_arn TEXT, ecs_container_instance_id TEXT, ecs_container_id TEXT,
  ecs_second_container_id TEXT, ecs_service_name TEXT, ecs_task_definition_arn TEXT, ecs_task_arn TEXT,
  ecs_task_id TEXT, reject_reason TEXT, resource_id TEXT, encryption_status INTEGER, instance_tag TEXT,
  instance_tag_2 TEXT, interface_tag TEXT, interface_tag_2 TEXT, asg_tag TEXT, asg_tag_2 TEXT, interface_type TEXT,
  next_hop_interface_id TEXT, next_hop_subnet_id TEXT, next_hop_az_id TEXT, next_hop_vpc_id TEXT,
  next_hop_interface_type TEXT, resource_type TEXT, tgw_id TEXT, tgw_attachment_id TEXT, tgw_src_vpc_account_id TEXT,
  tgw_dst_vpc_account_id TEXT, tgw_src_vpc_id TEXT, tgw_dst_vpc_id TEXT, tgw_src_subnet_id TEXT,
  tgw_dst_subnet_id TEXT, tgw_src_eni TEXT, tgw_dst_eni TEXT, tgw_src_az_id TEXT, tgw_dst_az_id TEXT,
  tgw_pair_attachment_id TEXT, packets_lost_no_route INTEGER, packets_lost_blackhole INTEGER,
  packets_lost_mtu_exceeded INTEGER, packets_lost_ttl_expired INTEGER,
  -- end of generated
  extra TEXT,                           -- JSON of the fields that this version does not know
  file_id INTEGER AS (id >> 32), line INTEGER AS (id & 4294967295),
  start_time TEXT AS (datetime(start, 'unixepoch')), end_time TEXT AS (datetime("end", 'unixepoch')));

-- Fields that this version knows and that a table of an older version lacks are added to it, within
-- the transaction. Old rows have NULL there. The shell cannot run a statement that a query composes,
-- so .once writes to a file, and .read reads the statements from it. The file is in a folder that
-- mktemp makes, so that nobody else can have made it or read it. Its name begins with the number of
-- the sqlite3 process, by which it is found again; links and folders of others are passed over. It
-- exists only if a field is missing. If it cannot be made, no column is added, and the INSERT below
-- stops the run with an error. The query prints words such as add__TEXT__region, because these look
-- the same in the output of every .mode. After .once, the output goes to standard output again, also
-- if .output sent it elsewhere.
.once '|for d in "${TMPDIR:-/tmp}/flowlogs-import.$PPID".*; do [ ! -L "$d" ] && [ -O "$d" ] && rm -rf "$d"; done; w=$(tr -cs "A-Za-z0-9_" "\n" | grep "^add__") && umask 077 && d=$(mktemp -d "${TMPDIR:-/tmp}/flowlogs-import.$PPID.XXXXXXXXXX") && echo "$w" > "$d/words"'
SELECT 'add__' || column2 || '__' || column1 AS word FROM (VALUES
  -- generated: names and types
  ('version', 'INTEGER'), ('account_id', 'TEXT'), ('interface_id', 'TEXT'), ('srcaddr', 'TEXT'), ('dstaddr', 'TEXT'),
  ('srcport', 'INTEGER'), ('dstport', 'INTEGER'), ('protocol', 'INTEGER'), ('packets', 'INTEGER'),
  ('bytes', 'INTEGER'), ('start', 'INTEGER'), ('end', 'INTEGER'), ('action', 'TEXT'), ('log_status', 'TEXT'),
  ('vpc_id', 'TEXT'), ('subnet_id', 'TEXT'), ('instance_id', 'TEXT'), ('tcp_flags', 'INTEGER'), ('type', 'TEXT'),
  ('pkt_srcaddr', 'TEXT'), ('pkt_dstaddr', 'TEXT'), ('region', 'TEXT'), ('az_id', 'TEXT'),
  ('sublocation_type', 'TEXT'), ('sublocation_id', 'TEXT'), ('pkt_src_aws_service', 'TEXT'),
  ('pkt_dst_aws_service', 'TEXT'), ('flow_direction', 'TEXT'), ('traffic_path', 'INTEGER'),
  ('ecs_cluster_arn', 'TEXT'), ('ecs_cluster_name', 'TEXT'), ('ecs_container_instance_arn', 'TEXT'),
  ('ecs_container_instance_id', 'TEXT'), ('ecs_container_id', 'TEXT'), ('ecs_second_container_id', 'TEXT'),
  ('ecs_service_name', 'TEXT'), ('ecs_task_definition_arn', 'TEXT'), ('ecs_task_arn', 'TEXT'),
  ('ecs_task_id', 'TEXT'), ('reject_reason', 'TEXT'), ('resource_id', 'TEXT'), ('encryption_status', 'INTEGER'),
  ('instance_tag', 'TEXT'), ('instance_tag_2', 'TEXT'), ('interface_tag', 'TEXT'), ('interface_tag_2', 'TEXT'),
  ('asg_tag', 'TEXT'), ('asg_tag_2', 'TEXT'), ('interface_type', 'TEXT'), ('next_hop_interface_id', 'TEXT'),
  ('next_hop_subnet_id', 'TEXT'), ('next_hop_az_id', 'TEXT'), ('next_hop_vpc_id', 'TEXT'),
  ('next_hop_interface_type', 'TEXT'), ('resource_type', 'TEXT'), ('tgw_id', 'TEXT'), ('tgw_attachment_id', 'TEXT'),
  ('tgw_src_vpc_account_id', 'TEXT'), ('tgw_dst_vpc_account_id', 'TEXT'), ('tgw_src_vpc_id', 'TEXT'),
  ('tgw_dst_vpc_id', 'TEXT'), ('tgw_src_subnet_id', 'TEXT'), ('tgw_dst_subnet_id', 'TEXT'), ('tgw_src_eni', 'TEXT'),
  ('tgw_dst_eni', 'TEXT'), ('tgw_src_az_id', 'TEXT'), ('tgw_dst_az_id', 'TEXT'), ('tgw_pair_attachment_id', 'TEXT'),
  ('packets_lost_no_route', 'INTEGER'), ('packets_lost_blackhole', 'INTEGER'),
  ('packets_lost_mtu_exceeded', 'INTEGER'), ('packets_lost_ttl_expired', 'INTEGER'),
  -- end of generated
  ('extra', 'TEXT'))
 WHERE column1 NOT IN (SELECT name FROM pragma_table_info('flows', 'main'));
.read '|for d in "${TMPDIR:-/tmp}/flowlogs-import.$PPID".*; do [ ! -L "$d" ] && [ -O "$d" ] && sed -n "s/^add__\([A-Z]*\)__\(.*\)/ALTER TABLE flows ADD COLUMN \2 \1;/p" "$d/words" && rm -rf "$d"; done'

-- The files that are new or changed. The list is made before the files are read, so a file that
-- changes meanwhile differs again in the next run.
DROP TABLE IF EXISTS temp.import_list;
CREATE TEMP TABLE import_list AS
  SELECT f.path, f.size, f.mtime, k.id AS known,
         CASE WHEN f.delivered IS NOT NULL
              THEN rtrim(replace(replace(f.path, rtrim(f.path, replace(f.path, '/', '')), '') || '.', '.gz.', '.'), '.') END AS name
    FROM flowlogs_files(@logs, @format) f LEFT JOIN flow_files k ON k.path = f.path
   WHERE (k.id IS NULL OR k.size IS NOT f.size OR k.mtime IS NOT f.mtime)
     AND (f.size IS NOT NULL OR @on_error IS NOT 'skip')      -- what cannot even be examined
   ORDER BY f.path;
DROP TABLE IF EXISTS temp.import_twice;
CREATE TEMP TABLE import_twice AS
  SELECT n.path, k.path AS imported_as FROM import_list n JOIN flow_files k ON k.name = n.name AND k.path <> n.path
   UNION ALL
  SELECT max(path), min(path) FROM import_list WHERE name IS NOT NULL GROUP BY name HAVING count(*) > 1;
SELECT * FROM import_twice ORDER BY 1 LIMIT 5;
SELECT 1 WHERE NOT flowlogs_require(NOT EXISTS (SELECT 1 FROM import_twice),
  'flowlogs: the files above were imported with another path; see import.sql');

DELETE FROM flows WHERE id IN (
  SELECT old.id FROM import_list n CROSS JOIN flows old ON old.id BETWEEN n.known << 32 AND (n.known << 32) + 4294967295
   WHERE n.rowid <= coalesce(@batch, n.rowid));
INSERT INTO flow_files (path, size, mtime, name)
  SELECT path, size, mtime, name FROM import_list WHERE rowid <= coalesce(@batch, rowid) ORDER BY path
  ON CONFLICT (path) DO UPDATE SET size = excluded.size, mtime = excluded.mtime;
SELECT 1 WHERE NOT flowlogs_require(NOT EXISTS (SELECT 1 FROM flow_files WHERE id <> id << 32 >> 32),
  'flowlogs: flow_files has an id beyond 2147483647, which leaves no room for the line in the ids of flows; '
  || 'import into a new database');
INSERT INTO flows (id,
    -- generated: names
    version, account_id, interface_id, srcaddr, dstaddr, srcport, dstport, protocol, packets, bytes, start, "end",
    action, log_status, vpc_id, subnet_id, instance_id, tcp_flags, type, pkt_srcaddr, pkt_dstaddr, region, az_id,
    sublocation_type, sublocation_id, pkt_src_aws_service, pkt_dst_aws_service, flow_direction, traffic_path,
    ecs_cluster_arn, ecs_cluster_name, ecs_container_instance_arn, ecs_container_instance_id, ecs_container_id,
    ecs_second_container_id, ecs_service_name, ecs_task_definition_arn, ecs_task_arn, ecs_task_id, reject_reason,
    resource_id, encryption_status, instance_tag, instance_tag_2, interface_tag, interface_tag_2, asg_tag, asg_tag_2,
    interface_type, next_hop_interface_id, next_hop_subnet_id, next_hop_az_id, next_hop_vpc_id,
    next_hop_interface_type, resource_type, tgw_id, tgw_attachment_id, tgw_src_vpc_account_id, tgw_dst_vpc_account_id,
    tgw_src_vpc_id, tgw_dst_vpc_id, tgw_src_subnet_id, tgw_dst_subnet_id, tgw_src_eni, tgw_dst_eni, tgw_src_az_id,
    tgw_dst_az_id, tgw_pair_attachment_id, packets_lost_no_route, packets_lost_blackhole, packets_lost_mtu_exceeded,
    packets_lost_ttl_expired,
    -- end of generated
    extra)
  SELECT (k.id << 32) + iif(l.line < 4294967296, l.line, flowlogs_require(0, 'flowlogs: ' || l.file || ':' || l.line
           || ': the ids of flows have no room for a line beyond 4294967295; split the file')),
    -- generated: names
    version, account_id, interface_id, srcaddr, dstaddr, srcport, dstport, protocol, packets, bytes, start, "end",
    action, log_status, vpc_id, subnet_id, instance_id, tcp_flags, type, pkt_srcaddr, pkt_dstaddr, region, az_id,
    sublocation_type, sublocation_id, pkt_src_aws_service, pkt_dst_aws_service, flow_direction, traffic_path,
    ecs_cluster_arn, ecs_cluster_name, ecs_container_instance_arn, ecs_container_instance_id, ecs_container_id,
    ecs_second_container_id, ecs_service_name, ecs_task_definition_arn, ecs_task_arn, ecs_task_id, reject_reason,
    resource_id, encryption_status, instance_tag, instance_tag_2, interface_tag, interface_tag_2, asg_tag, asg_tag_2,
    interface_type, next_hop_interface_id, next_hop_subnet_id, next_hop_az_id, next_hop_vpc_id,
    next_hop_interface_type, resource_type, tgw_id, tgw_attachment_id, tgw_src_vpc_account_id, tgw_dst_vpc_account_id,
    tgw_src_vpc_id, tgw_dst_vpc_id, tgw_src_subnet_id, tgw_dst_subnet_id, tgw_src_eni, tgw_dst_eni, tgw_src_az_id,
    tgw_dst_az_id, tgw_pair_attachment_id, packets_lost_no_route, packets_lost_blackhole, packets_lost_mtu_exceeded,
    packets_lost_ttl_expired,
    -- end of generated
    extra
    FROM flowlogs(@logs, @on_error, @format) l CROSS JOIN flow_files k ON k.path = l.file
   WHERE l.file IN (SELECT path FROM import_list WHERE rowid <= coalesce(@batch, rowid));
UPDATE flow_files AS k
   SET rows = (SELECT count(*) FROM flows WHERE id BETWEEN k.id << 32 AND (k.id << 32) + 4294967295)
 WHERE path IN (SELECT path FROM import_list WHERE rowid <= coalesce(@batch, rowid));

-- Neither the size nor the mtime of a file tells that it can be read again, so what the system did
-- not let read is recorded without them.
UPDATE flow_files SET size = NULL, mtime = NULL
 WHERE path IN (
   SELECT e.file FROM (SELECT json_group_array(path) AS list FROM import_list
                        WHERE @on_error = 'skip' AND rowid <= coalesce(@batch, rowid))
     CROSS JOIN flowlogs_errors(list, @format) e
    WHERE list <> '[]' AND e.cause = 'system');

-- The indexes are created after the first load, which is faster. Every later run updates them.
CREATE INDEX IF NOT EXISTS flows_start ON flows (start);
CREATE INDEX IF NOT EXISTS flows_srcaddr ON flows (srcaddr, start);
CREATE INDEX IF NOT EXISTS flows_dstaddr ON flows (dstaddr, start);

-- What this run did, what the database contains now, and whether @batch left files for another run.
SELECT count(*) FILTER (WHERE known IS NULL) AS new_files, count(known) AS changed_files,
       coalesce(sum(k.rows), 0) AS rows_read,
       (SELECT count(*) FROM flow_files) AS files, (SELECT coalesce(sum(rows), 0) FROM flow_files) AS rows,
       iif((SELECT count(*) FROM import_list) > count(*), 'more', 'all done') AS state
  FROM import_list n JOIN flow_files k ON k.path = n.path WHERE n.rowid <= coalesce(@batch, n.rowid);
COMMIT;
