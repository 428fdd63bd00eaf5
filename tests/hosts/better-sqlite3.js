// SPDX-License-Identifier: MIT
// The host better-sqlite3.  It always allows loading.  It cannot interrupt a query, so a function stops it by an error.
const Database = require('better-sqlite3');
const [extension, logs, forever] = process.argv.slice(2);
const db = new Database(':memory:');
console.log('host', require('better-sqlite3/package.json').version, 'node', process.versions.node);
console.log('sqlite', db.prepare('SELECT sqlite_version()').pluck().get());
db.loadExtension(extension);
console.log('scan', ...db.prepare('SELECT count(*), sum(bytes) FROM flowlogs(?)').raw().get(logs));
console.log('threads', JSON.parse(db.prepare('SELECT flowlogs_scan_stats()').pluck().get()).threads);
console.log('rollup', ...db.prepare('SELECT count(DISTINCT dstport), sum(flows) FROM flowlogs_rollup(?)').raw().get(logs));
let calls = 0;
db.function('stop', (x) => { if (++calls > 100000) throw new Error('stopped'); return x; });
try {
  db.prepare(forever.replace('a.bytes', 'stop(a.bytes)')).get({ 1: logs });
} catch (e) {
  console.log('interrupt', e.message);
}
db.close();
console.log('closed');
