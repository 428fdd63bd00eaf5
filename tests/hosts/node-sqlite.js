// SPDX-License-Identifier: MIT
// The host node:sqlite, which is part of Node.js 22.5 and later.  It cannot interrupt a query, so a function stops it.
const { DatabaseSync } = require('node:sqlite');
const [extension, logs, forever] = process.argv.slice(2);
console.log('host', process.versions.node);
const row = (db, sql, ...values) => Object.values(db.prepare(sql).get(...values));
const plain = new DatabaseSync(':memory:');
console.log('sqlite', ...row(plain, 'SELECT sqlite_version()'));
try {
  plain.loadExtension(extension);
} catch (e) {
  console.log('refused', e.message);
}
plain.close();
const db = new DatabaseSync(':memory:', { allowExtension: true });
db.loadExtension(extension);
console.log('scan', ...row(db, 'SELECT count(*), sum(bytes) FROM flowlogs(?)', logs));
console.log('threads', JSON.parse(row(db, 'SELECT flowlogs_scan_stats()')[0]).threads);
console.log('rollup', ...row(db, 'SELECT count(DISTINCT dstport), sum(flows) FROM flowlogs_rollup(?)', logs));
let calls = 0;
db.function('stop', (x) => { if (++calls > 100000) throw new Error('stopped'); return x; });
try {
  row(db, forever.replace('a.bytes', 'stop(a.bytes)'), logs);
} catch (e) {
  console.log('interrupt', e.message);
}
db.close();
console.log('closed');
