<?php
// SPDX-License-Identifier: MIT
// The host SQLite3 of PHP.  It loads only from the folder sqlite3.extension_dir, by the name of the file.  It cannot
// interrupt a query, so a function stops it by an error.
[, $extension, $logs, $forever] = $argv;
echo 'host ', PHP_VERSION, "\nsqlite ", SQLite3::version()['versionString'], "\n";
$db = new SQLite3(':memory:');
$db->enableExceptions(true);
try {
  $db->loadExtension('../' . basename($extension) . '.so');
} catch (Exception $e) {
  echo 'refused ', $e->getMessage(), "\n";
}
$db->loadExtension(basename($extension) . '.so');
function row($db, $sql, $value) {
  $s = $db->prepare($sql);
  $s->bindValue(1, $value);
  return implode(' ', $s->execute()->fetchArray(SQLITE3_NUM));
}
echo 'scan ', row($db, 'SELECT count(*), sum(bytes) FROM flowlogs(?)', $logs), "\n";
echo 'threads ', $db->querySingle("SELECT json_extract(flowlogs_scan_stats(), '$.threads')"), "\n";
echo 'rollup ', row($db, 'SELECT count(DISTINCT dstport), sum(flows) FROM flowlogs_rollup(?)', $logs), "\n";
$calls = 0;
$db->createFunction('stop', function ($x) use (&$calls) {
  if (++$calls > 10000) throw new Exception('stopped');
  return $x;
});
try {
  row($db, str_replace('a.bytes', 'stop(a.bytes)', $forever), $logs);
} catch (Exception $e) {
  echo 'interrupt ', $e->getMessage(), "\n";
}
$db->close();
echo "closed\n";
