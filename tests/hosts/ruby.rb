# SPDX-License-Identifier: MIT
# The host sqlite3 of Ruby.  A query holds Ruby's lock, so it is interrupted from a function that it calls.
require 'sqlite3'

extension, logs, forever = ARGV
puts "host #{SQLite3::VERSION} ruby #{RUBY_VERSION}"
puts "sqlite #{SQLite3::Database.new(':memory:').get_first_value('SELECT sqlite_version()')}"
db = SQLite3::Database.new(':memory:')
begin
  db.get_first_value('SELECT load_extension(?)', extension)
rescue SQLite3::Exception => e
  puts "refused #{e.message}"
end
db.enable_load_extension(true)
db.load_extension(extension)
puts "scan #{db.get_first_row('SELECT count(*), sum(bytes) FROM flowlogs(?)', logs).join(' ')}"
puts "threads #{db.get_first_value("SELECT json_extract(flowlogs_scan_stats(), '$.threads')")}"
puts "rollup #{db.get_first_row('SELECT count(DISTINCT dstport), sum(flows) FROM flowlogs_rollup(?)', logs).join(' ')}"
calls = 0
db.create_function('stop', 1) do |f, x|
  calls += 1
  db.interrupt if calls == 10_000
  f.result = x
end
begin
  db.get_first_row(forever.sub('a.bytes', 'stop(a.bytes)'), logs)
rescue SQLite3::InterruptException => e
  puts "interrupt #{e.message}"
end
db.close
puts 'closed'
