#!/bin/sh
# SPDX-License-Identifier: MIT
# The threaded unit tests, a host with many threads, every SQL script and scans of large files under
# ThreadSanitizer: tsan.sh BUILD.  With `tsan.sh BUILD few`, the large files alone, which is what make
# test does.  Silent but for the names, and what is wrong.  A race ends the program with
# 66.
set -eu
cd "$(dirname "$0")/../.."
build=$1
few=${2:-}
runtime=$(gcc -print-file-name=libtsan.so)
shell=$(command -v sqlite3)

for name in base/test_threads file/test_read_ahead file/test_discover scan/test_queue scan/test_scan scan/test_rollup_scan connection/test_connection_scan connection/test_shard_tables index/test_collector; do
  [ -z "$few" ] || break
  echo "$name"
  "$build/unit/$name" >"$build/tsan.out" 2>&1 || { cat "$build/tsan.out"; exit 1; }
done
# A child of fork() ends without joining the threads that its parent has, which is no leak.
rm -rf "$build/tsan.data"
mkdir -p "$build/tsan.data"
for command in unit/scan/test_fork unit/file/test_discover_threads "crowd_host $build/flowlogs $build/tsan.data 2"; do
  [ -z "$few" ] || break
  echo "${command%% *}"
  # shellcheck disable=SC2086  # a command with its arguments
  TSAN_OPTIONS=report_thread_leaks=0 "$build"/$command >"$build/tsan.out" 2>&1 || { cat "$build/tsan.out"; exit 1; }
done

check() { # check NAME <SQL: runs it in the shell; races are looked for, answers are not
  echo "$1"
  rc=0
  LD_PRELOAD=$runtime "$shell" -batch :memory: >"$build/tsan.out" 2>&1 || rc=$?
  # The shell ends with 1 where a script provokes errors.
  if [ "$rc" -gt 1 ] || grep -q "ThreadSanitizer" "$build/tsan.out"; then cat "$build/tsan.out"; exit 1; fi
}

for script in tests/sql/*.sql tests/lib/faults*.sql $(find sql -name "*.sql" | sort); do
  [ -z "$few" ] || break
  { echo ".load ./$build/flowlogs"; cat "$script"; } | check "$script"
done

# The sample is smaller than SCAN_SMALL, so that no thread is started for it unless a script asks for one.  These files
# are large enough, have enough groups for rollups that hand them over, and one has a line that ends a query.
data=$build/tsan.data
rm -rf "$data"
mkdir -p "$data/good"
for i in 1 2 3 4 5; do
  awk -v f="$i" 'BEGIN {
    print "version srcaddr dstaddr srcport dstport protocol bytes start end action log-status"
    for (k = 0; k < 12000; k++)
      print 2, "10." f "." int(k / 250) "." k % 250, "10.0.0." k % 9, 40000 + k % 7, k, 6, k % 1000, 1773100000 + k,
        1773100060 + k, "ACCEPT OK"
  }' >"$data/good/$i.log"
done
mkdir -p "$data/json"
for i in 1 2 3; do
  sed '1d; s/.*/{"timestamp":1773100000000,"message":"&"}/' "$data/good/$i.log" >"$data/json/$i.json"
done
cp -r "$data/good" "$data/bad"
echo "2 x 10.0.0.1 1 80 6 1 1773100000 1773100060 ACCEPT OK" >>"$data/bad/3.log"
touch -t 202601010000 "$data"/good/* "$data"/bad/* # what was just written, a build of an index waits for
check "large files" <<EOF
.load ./$build/flowlogs
SELECT count(*), sum(bytes), count(DISTINCT srcaddr) FROM flowlogs('$data/good');
SELECT flowlogs_scan_stats() ->> 'threads';
SELECT count(*) FROM (SELECT srcaddr FROM flowlogs('$data/good') LIMIT 5000);
SELECT count(*), sum(bytes) FROM flowlogs('$data/good/1.log') WHERE dstport < 3000;
SELECT count(*), sum(bytes) FROM flowlogs('$data/bad');
SELECT count(*), sum(bytes) FROM flowlogs('$data/bad', 'skip');
SELECT sum(flows), sum(bytes), count(DISTINCT srcaddr) FROM flowlogs_rollup('$data/good');
SELECT flowlogs_scan_stats() ->> 'threads';
SELECT sum(flows), count(DISTINCT srcaddr), count(DISTINCT dstport)
FROM flowlogs_rollup('$data/good', NULL, NULL, NULL, '1M');
SELECT count(*) FROM (SELECT srcaddr, flows FROM flowlogs_rollup('$data/good', NULL, NULL, NULL, '1M') LIMIT 100);
SELECT sum(flows) FROM flowlogs_rollup('$data/bad');
SELECT sum(flows) FROM flowlogs_rollup('$data/bad', 'skip');
SELECT sum(records), count(*), count(DISTINCT client), sum(is_nat_leg) FROM flowlogs_connections('$data/good');
SELECT sum(records), max(client_instance_id) FROM flowlogs_connections('$data/good', NULL, NULL, NULL, '4M');
SELECT count(*) FROM flowlogs_connections('$data/good') WHERE server_port = 2000 OR client_port = 40002;
SELECT count(*) FROM (SELECT client FROM flowlogs_connections('$data/good', NULL, NULL, NULL, '1M') LIMIT 100);
SELECT count(*) FROM flowlogs_connections('$data/bad');
SELECT sum(records) FROM flowlogs_connections('$data/bad', 'skip');
SELECT added, records, errors FROM flowlogs_index_build('$data/good', '$data/good.idx', NULL, NULL, '1M');
SELECT count(*) FROM flowlogs('$data/good') WHERE index_file = '$data/good.idx' AND srcaddr = '10.3.0.7';
SELECT added, records, errors FROM flowlogs_index_build('$data/bad', '$data/bad.idx');
SELECT sum(flows) FROM flowlogs_rollup('$data/bad', 'skip') WHERE index_file = '$data/bad.idx' AND cidr_match(srcaddr, '10.3.0.0/24');
EOF
check "containers and Parquet" <<EOF
.load ./$build/flowlogs
CREATE VIRTUAL TABLE temp.json USING flowlogs('$data/json', format='version srcaddr dstaddr srcport dstport protocol bytes start end action log-status');
SELECT count(*), sum(bytes), max(event_time) FROM json;
SELECT sum(flows), count(DISTINCT srcaddr)
FROM flowlogs_rollup('$data/json', NULL, 'version srcaddr dstaddr srcport dstport protocol bytes start end action log-status');
SELECT action, sum(flows), sum(bytes) FROM flowlogs_rollup('tests/data/parquet', 'skip', NULL, 2) GROUP BY 1;
SELECT count(*), max(srcaddr) FROM flowlogs('tests/data/parquet', 'skip', NULL, 2) WHERE dstport = 443;
SELECT count(*), max(raw) FROM flowlogs('tests/data/forms', 'skip', NULL, 2);
EOF
rm -rf "$data"
echo "tsan: clean"
