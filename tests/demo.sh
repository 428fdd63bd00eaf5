#!/bin/sh
# SPDX-License-Identifier: MIT
# A tour of queries on the sample logs: demo.sh PATH-OF-THE-EXTENSION.  Prints each query and what it answers.
set -eu
cd "$(dirname "$0")/.."

show() { # show WHAT SQL
  printf '\n\033[1m-- %s\033[0m\n%s\n' "$1" "$2" | if [ -t 1 ]; then cat; else sed 's/\x1b\[[0-9]*m//g'; fi
  sqlite3 -cmd ".load $library" -cmd '.mode box' :memory: "$2"
}
library=$1

show "The newest records" "\
SELECT start_time, srcaddr, dstaddr, dstport, bytes, action
  FROM flowlogs('tests/data/AWSLogs') WHERE log_status = 'OK' ORDER BY start DESC LIMIT 5;"

show "Who sends most" "\
SELECT srcaddr, count(*) AS flows, sum(bytes) AS bytes
  FROM flowlogs('tests/data/AWSLogs') GROUP BY srcaddr ORDER BY bytes DESC LIMIT 5;"

show "Rejected inside our own network" "\
SELECT srcaddr, dstaddr, dstport, count(*) AS rejected
  FROM flowlogs('tests/data/AWSLogs')
 WHERE action = 'REJECT' AND srcaddr LIKE '10.%' AND dstaddr LIKE '10.%'
 GROUP BY 1, 2, 3 ORDER BY rejected DESC LIMIT 5;"

show "Who knocks on many ports" "\
SELECT srcaddr, count(DISTINCT dstport) AS ports, min(start_time) AS since
  FROM flowlogs('tests/data/AWSLogs') WHERE action = 'REJECT'
 GROUP BY srcaddr HAVING ports >= 20;"

show "What lies there, and is it all there" "\
SELECT account_id, region, count(*) AS files, sum(rows) AS records, sum(errors) AS errors,
       datetime(min(min_start), 'unixepoch') AS from_time, datetime(max(max_end), 'unixepoch') AS to_time
  FROM flowlogs_files('tests/data/AWSLogs') GROUP BY 1, 2;"

printf '\nYour own:  sqlite3 -cmd ".load %s"\n' "$library"
printf "           SELECT count(*), sum(bytes) FROM flowlogs('path/to/AWSLogs/');\n"
