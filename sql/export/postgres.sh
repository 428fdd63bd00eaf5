#!/bin/sh
# SPDX-License-Identifier: MIT
# Copies the logs into PostgreSQL, by means of COPY. Later runs copy only what is new or changed.
#
#   sql/export/postgres.sh LOGS [PSQL-ARGUMENT...]
#
#   sql/export/postgres.sh AWSLogs/ -h db.example.com -U me flows
#
# LOGS is a file, a folder or a pattern. The other arguments go to psql, which also uses PGHOST,
# PGUSER and so on. SQLITE3, PSQL and FLOWLOGS in the environment name other programs than sqlite3
# and psql, and another extension than ./build/flowlogs. FORMAT names the fields of files without a
# header line. ON_ERROR=skip leaves out lines and files that cannot be used; the next run then tries
# again to read files that the system did not let this one read.
#
# The script creates its tables, if they do not exist, in the first schema of the search_path:
#   flows        The records. start_time and end_time are timestamptz, addresses are inet, numbers
#                are bigint, and everything else is text.
#   flow_files   The files that were imported. A file of the same path, size and mtime (in seconds)
#                is not read again. If size or mtime differ, the file is read again, and its old rows
#                are deleted. Rows of files that no longer exist stay. DELETE FROM flow_files
#                WHERE … also deletes the rows of these files.
#
# All changes are one transaction: a run that is killed at any moment has changed nothing. Of two
# runs at the same time, one fails. The exit status is 0 if all is done; the script then prints the
# number of files that it read and of rows that exist now.
#
# The lists of fields are made from ext/record/fields.h by `make generate`. To a table that an older
# version made, add the columns that it lacks with ALTER TABLE; until then, a run ends with an error.
#
# The name of a file may hold anything, so it is in hexadecimal where psql reads commands and data. psql
# takes a line \. for the end of the data, even within a name.
set -eu

if [ $# -lt 1 ]; then
  sed -n '3,8s/^# \{0,1\}//p' "$0" >&2
  exit 2
fi
logs=$1
shift
sqlite3=${SQLITE3:-sqlite3}
psql=${PSQL:-psql}
flowlogs=${FLOWLOGS:-./build/flowlogs}

FOLDER=$(mktemp -d)
case $FOLDER in /*) ;; *) FOLDER=$PWD/$FOLDER ;; esac # it may begin with a dash
export FOLDER # for .import
trap 'rm -rf "$FOLDER"' EXIT
trap 'exit 130' INT TERM HUP

export PGCLIENTENCODING=UTF8
quoted() { # prints its argument as an SQL text
  text=$(printf %s. "$1" | sed "s/'/''/g") # the dot keeps line breaks at the end
  printf "'%s'" "${text%.}"
}
option() { # prints its argument as an SQL text, or NULL if it is empty
  if [ "$1" ]; then quoted "$1"; else echo NULL; fi
}
word() { # prints its argument as a word of one of the shell's commands
  printf '"%s"' "$(printf %s "$1" | sed 's/[\\"]/\\&/g')"
}
printable() { # replaces control characters, which names in messages may have
  LC_ALL=C sed "s/$(printf '\302')[$(printf '\200')-$(printf '\237')]/?/g" | LC_ALL=C tr '\000-\010\013-\037\177' '[?*]'
}
in_postgres() {
  status=0
  "$psql" -X -q -At -v ON_ERROR_STOP=1 "$@" 2>"$FOLDER/messages" || status=$?
  printable <"$FOLDER/messages" >&2
  return $status
}
in_sqlite() { # prints CSV with LF; NULL is an empty field, and an empty text is ""
  "$sqlite3" -batch -bail -csv -newline '
' -cmd ".load $(word "$flowlogs")" "$FOLDER/list.db"
}
format=$(option "${FORMAT:-}")
on_error=$(option "${ON_ERROR:-}")

in_postgres "$@" <<'SQL'
SET client_min_messages = warning;
CREATE TABLE IF NOT EXISTS flow_files (
  id bigint PRIMARY KEY, path text NOT NULL UNIQUE, size bigint, mtime bigint,
  name text UNIQUE  -- the name that AWS gave the file, without .gz: a second path of the same file is an error
);
CREATE TABLE IF NOT EXISTS flows (
  file_id bigint NOT NULL REFERENCES flow_files ON DELETE CASCADE, line bigint NOT NULL,
  -- generated: columns of PostgreSQL
  version bigint, account_id text, interface_id text, srcaddr inet, dstaddr inet, srcport bigint, dstport bigint,
  protocol bigint, packets bigint, bytes bigint, start_time timestamptz, end_time timestamptz, action text,
  log_status text, vpc_id text, subnet_id text, instance_id text, tcp_flags bigint, type text, pkt_srcaddr inet,
  pkt_dstaddr inet, region text, az_id text, sublocation_type text, sublocation_id text, pkt_src_aws_service text,
  pkt_dst_aws_service text, flow_direction text, traffic_path bigint, ecs_cluster_arn text, ecs_cluster_name text,
  ecs_container_instance_arn text, ecs_container_instance_id text, ecs_container_id text,
  ecs_second_container_id text, ecs_service_name text, ecs_task_definition_arn text, ecs_task_arn text,
  ecs_task_id text, reject_reason text, resource_id text, encryption_status bigint, instance_tag text,
  instance_tag_2 text, interface_tag text, interface_tag_2 text, asg_tag text, asg_tag_2 text, interface_type text,
  next_hop_interface_id text, next_hop_subnet_id text, next_hop_az_id text, next_hop_vpc_id text,
  next_hop_interface_type text, resource_type text, tgw_id text, tgw_attachment_id text, tgw_src_vpc_account_id text,
  tgw_dst_vpc_account_id text, tgw_src_vpc_id text, tgw_dst_vpc_id text, tgw_src_subnet_id text,
  tgw_dst_subnet_id text, tgw_src_eni text, tgw_dst_eni text, tgw_src_az_id text, tgw_dst_az_id text,
  tgw_pair_attachment_id text, packets_lost_no_route bigint, packets_lost_blackhole bigint,
  packets_lost_mtu_exceeded bigint, packets_lost_ttl_expired bigint,
  -- end of generated
  extra text,
  PRIMARY KEY (file_id, line));
SQL

# The files that are new or changed. The list is made before the files are read, so a file that
# changes meanwhile differs again in the next run.
in_postgres -c 'COPY (SELECT id, path, size, mtime FROM flow_files) TO STDOUT (FORMAT csv)' "$@" > "$FOLDER/known.csv"
in_sqlite <<SQL
CREATE TABLE known (id INTEGER PRIMARY KEY, path TEXT UNIQUE, size INTEGER, mtime INTEGER);
.import '|cat "\$FOLDER/known.csv"' known
CREATE TABLE list AS
  SELECT coalesce(k.id, (SELECT coalesce(max(id), 0) FROM known)
                        + row_number() OVER (ORDER BY k.id IS NOT NULL, f.path)) AS id,
         f.path, f.size, f.mtime, CASE WHEN f.delivered IS NOT NULL
         THEN rtrim(replace(replace(f.path, rtrim(f.path, replace(f.path, '/', '')), '') || '.', '.gz.', '.'), '.') END AS name
    FROM flowlogs_files($(quoted "$logs"), $format) f LEFT JOIN known k ON k.path = f.path
   WHERE (k.id IS NULL OR k.size IS NOT f.size OR k.mtime IS NOT f.mtime)
     AND (f.size IS NOT NULL /* it can be examined */ OR $on_error IS NOT 'skip');
CREATE UNIQUE INDEX list_path ON list (path);
-- Neither the size nor the mtime of a file tells that it can be read again.
UPDATE list SET size = NULL, mtime = NULL
 WHERE path IN (SELECT e.file FROM (SELECT json_group_array(path) AS paths FROM list WHERE $on_error = 'skip')
                  CROSS JOIN flowlogs_errors(paths, $format) e WHERE paths <> '[]' AND e.cause = 'system');
SQL

rows() {
  in_sqlite <<SQL
SELECT n.id, l.line,
       -- generated: values for PostgreSQL
       version, account_id, interface_id, srcaddr, dstaddr, srcport, dstport, protocol, packets, bytes,
       strftime('%Y-%m-%dT%H:%M:%SZ', start, 'unixepoch'), strftime('%Y-%m-%dT%H:%M:%SZ', "end", 'unixepoch'), action,
       log_status, vpc_id, subnet_id, instance_id, tcp_flags, type, pkt_srcaddr, pkt_dstaddr, region, az_id,
       sublocation_type, sublocation_id, pkt_src_aws_service, pkt_dst_aws_service, flow_direction, traffic_path,
       ecs_cluster_arn, ecs_cluster_name, ecs_container_instance_arn, ecs_container_instance_id, ecs_container_id,
       ecs_second_container_id, ecs_service_name, ecs_task_definition_arn, ecs_task_arn, ecs_task_id, reject_reason,
       resource_id, encryption_status, instance_tag, instance_tag_2, interface_tag, interface_tag_2, asg_tag,
       asg_tag_2, interface_type, next_hop_interface_id, next_hop_subnet_id, next_hop_az_id, next_hop_vpc_id,
       next_hop_interface_type, resource_type, tgw_id, tgw_attachment_id, tgw_src_vpc_account_id,
       tgw_dst_vpc_account_id, tgw_src_vpc_id, tgw_dst_vpc_id, tgw_src_subnet_id, tgw_dst_subnet_id, tgw_src_eni,
       tgw_dst_eni, tgw_src_az_id, tgw_dst_az_id, tgw_pair_attachment_id, packets_lost_no_route,
       packets_lost_blackhole, packets_lost_mtu_exceeded, packets_lost_ttl_expired,
       -- end of generated
       extra
  FROM flowlogs($(quoted "$logs"), $on_error, $format) l CROSS JOIN list n ON n.path = l.file WHERE l.file IN (SELECT path FROM list);
SQL
}

load() {
  cat <<'SQL'
SET client_min_messages = warning;
BEGIN;
LOCK TABLE flow_files IN SHARE ROW EXCLUSIVE MODE;
CREATE TEMP TABLE sent (id bigint, path text, size bigint, mtime bigint, name text) ON COMMIT DROP;
COPY sent FROM STDIN (FORMAT csv);
SQL
  echo 'SELECT id, hex(path), size, mtime, iif(name IS NULL, NULL, hex(name)) FROM list ORDER BY id;' | in_sqlite || return
  cat <<'SQL'
\.
CREATE TEMP TABLE list ON COMMIT DROP AS
  SELECT id, convert_from(decode(path, 'hex'), 'UTF8') AS path, size, mtime,
         convert_from(decode(name, 'hex'), 'UTF8') AS name FROM sent;
DO $$ BEGIN
  IF EXISTS (SELECT FROM list n JOIN flow_files k ON k.id = n.id WHERE k.path <> n.path) OR
     EXISTS (SELECT FROM list n JOIN flow_files k ON k.path = n.path WHERE k.id <> n.id) THEN
    RAISE 'flowlogs: another run was faster; nothing was imported, run it again';
  END IF;
END $$;
DELETE FROM flows USING flow_files k, list n WHERE file_id = k.id AND k.id = n.id AND k.path = n.path;
INSERT INTO flow_files SELECT * FROM list ON CONFLICT (path) DO UPDATE SET size = excluded.size, mtime = excluded.mtime;
COPY flows (file_id, line,
  -- generated: names for PostgreSQL
  version, account_id, interface_id, srcaddr, dstaddr, srcport, dstport, protocol, packets, bytes, start_time,
  end_time, action, log_status, vpc_id, subnet_id, instance_id, tcp_flags, type, pkt_srcaddr, pkt_dstaddr, region,
  az_id, sublocation_type, sublocation_id, pkt_src_aws_service, pkt_dst_aws_service, flow_direction, traffic_path,
  ecs_cluster_arn, ecs_cluster_name, ecs_container_instance_arn, ecs_container_instance_id, ecs_container_id,
  ecs_second_container_id, ecs_service_name, ecs_task_definition_arn, ecs_task_arn, ecs_task_id, reject_reason,
  resource_id, encryption_status, instance_tag, instance_tag_2, interface_tag, interface_tag_2, asg_tag, asg_tag_2,
  interface_type, next_hop_interface_id, next_hop_subnet_id, next_hop_az_id, next_hop_vpc_id, next_hop_interface_type,
  resource_type, tgw_id, tgw_attachment_id, tgw_src_vpc_account_id, tgw_dst_vpc_account_id, tgw_src_vpc_id,
  tgw_dst_vpc_id, tgw_src_subnet_id, tgw_dst_subnet_id, tgw_src_eni, tgw_dst_eni, tgw_src_az_id, tgw_dst_az_id,
  tgw_pair_attachment_id, packets_lost_no_route, packets_lost_blackhole, packets_lost_mtu_exceeded,
  packets_lost_ttl_expired,
  -- end of generated
  extra) FROM STDIN (FORMAT csv);
SQL
  rows || return
  cat <<'SQL'
\.
CREATE INDEX IF NOT EXISTS flows_start ON flows (start_time);
CREATE INDEX IF NOT EXISTS flows_srcaddr ON flows (srcaddr, start_time);
CREATE INDEX IF NOT EXISTS flows_dstaddr ON flows (dstaddr, start_time);
SELECT 'files read: ' || count(*) FROM list;
COMMIT;
SELECT 'rows: ' || count(*) FROM flows;
SQL
}

# A stream that ends too early has no COMMIT and so changes nothing. The line `rows: N` is printed after
# the COMMIT, so it tells whether the stream was complete.
{ load || printf '%s\n' '\.' "DO 'BEGIN RAISE ''flowlogs: the logs could not be read, nothing was imported''; END';"; } |
  in_postgres "$@" > "$FOLDER/said"
cat "$FOLDER/said"
grep -q '^rows: ' "$FOLDER/said"
