# SPDX-License-Identifier: MIT
# The host sqlite3 of Tcl.
package require sqlite3
lassign $argv extension logs forever
puts "host [package require sqlite3] tcl [info patchlevel]"
sqlite3 db :memory:
puts "sqlite [db onecolumn {SELECT sqlite_version()}]"
catch {db onecolumn {SELECT load_extension($extension)}} message
puts "refused $message"
db enable_load_extension 1
db eval {SELECT load_extension($extension)}
puts "scan [db eval {SELECT count(*), sum(bytes) FROM flowlogs($logs)}]"
puts "threads [db onecolumn {SELECT json_extract(flowlogs_scan_stats(), '$.threads')}]"
puts "rollup [db eval {SELECT count(DISTINCT dstport), sum(flows) FROM flowlogs_rollup($logs)}]"
set calls 0
db progress 1000 {expr {[incr calls] > 100}}
catch {db eval [string map {?1 $logs} $forever]} message
puts "interrupt $message"
db close
puts closed
