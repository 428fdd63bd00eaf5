// SPDX-License-Identifier: MIT
// Runs the queries of the benchmark in DuckDB.  duckdb.js THREADS reads queries, one JSON text per line, and answers
// each with a line {seconds, rows, mib} or {error}.  The seconds are those of DuckDB alone, without the start of node
// and without its conversion of the rows.
const readline = require("readline");
const { DuckDBInstance } = require("@duckdb/node-api");

async function answer(connection, sql) {
  try {
    const begin = process.hrtime.bigint();
    const result = await connection.runAndReadAll(sql);
    const seconds = Number(process.hrtime.bigint() - begin) / 1e9;
    const rows = result.getRows().map((row) => row.map((value) => value ?? "").join("|"));
    return { seconds, rows, mib: process.resourceUsage().maxRSS / 1024 };
  } catch (error) {
    return { error: String(error.message) };
  }
}

async function main() {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  await connection.run(`SET threads = ${Number(process.argv[2])}`);
  for await (const line of readline.createInterface({ input: process.stdin }))
    console.log(JSON.stringify(await answer(connection, JSON.parse(line))));
}

main();
