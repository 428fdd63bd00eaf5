# SPDX-License-Identifier: MIT
# The host DBD::SQLite of Perl.
use strict;
use warnings;
use DBI;

my ($extension, $logs, $forever) = @ARGV;
$| = 1;
my $db = DBI->connect('dbi:SQLite:dbname=:memory:', '', '', {RaiseError => 1, PrintError => 0});
print "host $DBD::SQLite::VERSION perl $^V\n";
print "sqlite $db->{sqlite_version}\n";
eval { $db->selectrow_array('SELECT load_extension(?)', undef, $extension) };
print "refused $@";
$db->sqlite_enable_load_extension(1);
$db->sqlite_load_extension($extension);
print join(' ', 'scan', $db->selectrow_array('SELECT count(*), sum(bytes) FROM flowlogs(?)', undef, $logs)), "\n";
print join(' ', 'threads', $db->selectrow_array("SELECT json_extract(flowlogs_scan_stats(), '\$.threads')")), "\n";
print join(' ', 'rollup', $db->selectrow_array(
  'SELECT count(DISTINCT dstport), sum(flows) FROM flowlogs_rollup(?)', undef, $logs)), "\n";
my $calls = 0;
$db->sqlite_progress_handler(1000, sub { return ++$calls > 100 });
eval { $db->selectrow_array($forever, undef, $logs) };
print "interrupt $@";
$db->disconnect;
print "closed\n";
