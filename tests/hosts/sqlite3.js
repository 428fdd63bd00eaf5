// SPDX-License-Identifier: MIT
// The host sqlite3 of npm.  It always allows loading, and runs queries in threads of its own.
const sqlite3 = require('sqlite3');
const [extension, logs, forever] = process.argv.slice(2);
const db = new sqlite3.Database(':memory:');
const all = (sql, ...values) => new Promise((done, fail) => db.all(sql, values, (e, rows) => (e ? fail(e) : done(rows))));
const show = (name, row) => console.log(name, ...Object.values(row));

async function main() {
  console.log('host', require('sqlite3/package.json').version, 'node', process.versions.node);
  console.log('sqlite', sqlite3.VERSION);
  await new Promise((done, fail) => db.loadExtension(extension, (e) => (e ? fail(e) : done())));
  show('scan', (await all('SELECT count(*) AS n, sum(bytes) AS b FROM flowlogs(?)', logs))[0]);
  console.log('threads', JSON.parse((await all('SELECT flowlogs_scan_stats() AS s'))[0].s).threads);
  show('rollup', (await all('SELECT count(DISTINCT dstport) AS n, sum(flows) AS f FROM flowlogs_rollup(?)', logs))[0]);
  setTimeout(() => db.interrupt(), 300);
  await all(forever, logs).catch((e) => console.log('interrupt', e.message));
  db.close((e) => console.log(e ? e.message : 'closed'));
}
main();
