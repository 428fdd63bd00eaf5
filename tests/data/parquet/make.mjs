// SPDX-License-Identifier: MIT
// Makes records.log and the Parquet files beside it, with three writers that have no code in common:
//
//   duckdb-*      DuckDB 1.5.6            (npm: @duckdb/node-api 1.5.6-r.1)
//   arrow-*       arrow-rs                (npm: parquet-wasm 0.8.0 with apache-arrow 21.2.0)
//   hyparquet-*   hyparquet-writer 0.17.0, which is written in JavaScript
//
// Unless its name says otherwise, a file has the records of records.log, so that each codec, version of pages and
// encoding is compared with the same text.  The files are committed, because the tests run without a network:
//
//   npm install @duckdb/node-api@1.5.6-r.1 parquet-wasm@0.8.0 apache-arrow@21.2.0 hyparquet-writer@0.17.0
//   node make.mjs            (in this folder, with node_modules in it or above)
import { writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { createRequire } from "node:module";
const require = createRequire(process.env.MODULES ? process.env.MODULES + "/" : import.meta.url);
const arrow = require("apache-arrow");
const wasm = require("parquet-wasm");
const { DuckDBInstance } = require("@duckdb/node-api");
const hyparquet = await import(process.env.MODULES ? process.env.MODULES + "/node_modules/hyparquet-writer/src/index.js" : "hyparquet-writer");

const FIELDS = "version account_id interface_id srcaddr dstaddr srcport dstport protocol packets bytes start end action log_status".split(" ");
const INT64 = new Set(["packets", "bytes", "start", "end"]);
const INT32 = new Set(["version", "srcport", "dstport", "protocol"]);

// --- the records ---------------------------------------------------------------------------------------------------
let seed = 14;
const random = (n) => (seed = (seed * 1103515245 + 12345) % 2147483648) % n;

function record(i) {
  const start = 1772960400 + 60 * i;
  if (i % 13 === 7)
    return { version: 2, account_id: "012345678901", interface_id: `eni-0${i}`, start, end: start + 59, log_status: "NODATA" };
  const address = (k) => (k % 5 === 4 ? `2001:db8::${(k * 7).toString(16)}` : `10.0.${k % 4}.${1 + (k % 200)}`);
  return {
    version: 2, account_id: "012345678901", interface_id: `eni-0a1b2c3d4e5f6${(i / 8) | 0}`, srcaddr: address(random(1000)),
    dstaddr: address(random(1000)), srcport: 1024 + random(60000), dstport: [443, 53, 22, 80][random(4)],
    protocol: random(3) ? 6 : 17, packets: 1 + random(50), bytes: i % 17 === 3 ? 5000000000 + i : 40 + random(100000), start,
    end: start + random(60), action: random(4) ? "ACCEPT" : "REJECT", log_status: "OK",
  };
}
const ROWS = Array.from({ length: 96 }, (_, i) => record(i));
const isText = (name) => !INT32.has(name) && !INT64.has(name);
// As AWS writes them: a number that is missing is null, and a text is '-'.
const value = (row, name) => row[name] ?? (isText(name) ? "-" : null);

writeFileSync("records.log", [FIELDS.map((f) => f.replace("_", "-")), ...ROWS.map((r) => FIELDS.map((f) => value(r, f) ?? "-"))]
  .map((words) => words.join(" ") + "\n").join(""));

// --- arrow-rs ------------------------------------------------------------------------------------------------------
function arrowTable(rows = ROWS) {
  const columns = {};
  for (const name of FIELDS) {
    const type = INT64.has(name) ? new arrow.Int64() : INT32.has(name) ? new arrow.Int32() : new arrow.Utf8();
    const values = rows.map((r) => value(r, name)).map((v) => (v !== null && INT64.has(name) ? BigInt(v) : v));
    columns[name] = arrow.vectorFromArray(values, type);
  }
  return new arrow.Table(columns);
}

function writeArrow(name, table, change, group = 40) {
  const { Compression, WriterVersion, WriterPropertiesBuilder } = wasm;
  let p = new WriterPropertiesBuilder().setCompression(Compression.GZIP).setWriterVersion(WriterVersion.V1).setMaxRowGroupSize(group)
    .setWriteBatchSize(16).setDataPageSizeLimit(80);
  try { p = change(p); } catch (e) { throw new Error(name + ": " + e); }
  const bytes = wasm.writeParquet(wasm.Table.fromIPCStream(arrow.tableToIPC(table, "stream")), p.build());
  writeFileSync(`arrow-${name}.parquet`, bytes);
}

const { Compression: C, Encoding: E, WriterVersion: V } = wasm;
const table = arrowTable();
for (const [codec, number] of [["none", C.UNCOMPRESSED], ["snappy", C.SNAPPY], ["gzip", C.GZIP]])
  for (const [version, v] of [["v1", V.V1], ["v2", V.V2]]) {
    writeArrow(`${codec}-${version}`, table, (p) => p.setCompression(number).setWriterVersion(v));
    writeArrow(`${codec}-${version}-plain`, table, (p) => p.setCompression(number).setWriterVersion(v).setDictionaryEnabled(false).setEncoding(E.PLAIN));
  }
const encoded = (texts, numbers) => (p) => {
  p = p.setDictionaryEnabled(false);
  for (const name of FIELDS) p = p.setColumnEncoding(name, isText(name) ? texts : numbers);
  return p;
};
writeArrow("delta-length", table, encoded(E.DELTA_LENGTH_BYTE_ARRAY, E.DELTA_BINARY_PACKED));
writeArrow("delta-bytes", table, (p) => encoded(E.DELTA_BYTE_ARRAY, E.DELTA_BINARY_PACKED)(p).setWriterVersion(V.V2));
writeArrow("fallback", table, (p) => p.setDictionaryPageSizeLimit(60), 1000);
writeArrow("zstd", table, (p) => p.setCompression(C.ZSTD));
writeArrow("empty", table.slice(0, 0), (p) => p);

// Types that converters make.
{
  const times = ROWS.map((r) => r.start * 1000 + 999);
  const vector = (values, type) => arrow.vectorFromArray(values, type);
  writeArrow("types", new arrow.Table({
    srcaddr: vector(ROWS.map((r) => value(r, "srcaddr")), new arrow.Utf8()),
    start: vector(times, new arrow.TimestampMillisecond()),
    end: vector(times, new arrow.TimestampMicrosecond()),
    bytes: vector(ROWS.map((r) => (r.bytes === undefined ? null : BigInt(r.bytes))), new arrow.Uint64()),
    packets: vector(ROWS.map((r) => value(r, "packets")), new arrow.Uint32()),
    srcport: vector(ROWS.map((r) => value(r, "srcport")), new arrow.Uint16()),
    protocol: vector(ROWS.map((r) => value(r, "protocol")), new arrow.Uint8()),
    "Dst-Addr": vector(ROWS.map((r) => value(r, "dstaddr")), new arrow.Utf8()),
  }), (p) => p);
  writeArrow("nanos", new arrow.Table({
    srcaddr: vector(ROWS.map((r) => value(r, "srcaddr")), new arrow.Utf8()),
    start: vector(times, new arrow.TimestampNanosecond()),
    end: vector(ROWS.map(() => Date.UTC(2026, 2, 9)), new arrow.DateDay()),
    dstaddr: vector(ROWS.map((r) => value(r, "dstaddr")), new arrow.Utf8()),
  }), (p) => p);
}

// --- hyparquet -----------------------------------------------------------------------------------------------------
function writeHyparquet(name, options, encoding = () => undefined) {
  const columnData = FIELDS.map((f) => ({
    name: f, type: INT64.has(f) ? "INT64" : INT32.has(f) ? "INT32" : "STRING", encoding: encoding(f),
    data: ROWS.map((r) => value(r, f)).map((v) => (v !== null && INT64.has(f) ? BigInt(v) : v)),
  }));
  const bytes = hyparquet.parquetWriteBuffer({ columnData, rowGroupSize: 40, pageSize: 200, compressors: { GZIP: (b) => gzipSync(b) }, ...options });
  writeFileSync(`hyparquet-${name}.parquet`, new Uint8Array(bytes));
}
writeHyparquet("none", { codec: "UNCOMPRESSED" });
writeHyparquet("snappy", { codec: "SNAPPY" });
writeHyparquet("gzip", { codec: "GZIP" });
// The bytes of a page as two members of gzip, as some writers make them.
writeHyparquet("members", { codec: "GZIP", compressors: { GZIP: (b) => Buffer.concat([gzipSync(b.subarray(0, b.length >> 1)), gzipSync(b.subarray(b.length >> 1))]) } });
writeHyparquet("delta", { codec: "SNAPPY" }, (f) => (isText(f) ? "DELTA_BYTE_ARRAY" : "DELTA_BINARY_PACKED"));
writeHyparquet("delta-length", { codec: "GZIP" }, (f) => (isText(f) ? "DELTA_LENGTH_BYTE_ARRAY" : "DELTA_BINARY_PACKED"));
writeHyparquet("split", { codec: "UNCOMPRESSED" }, (f) => (isText(f) ? "PLAIN" : "BYTE_STREAM_SPLIT"));

// --- DuckDB --------------------------------------------------------------------------------------------------------
const connection = await (await DuckDBInstance.create(":memory:")).connect();
const types = FIELDS.map((f) => `'${f}': '${INT64.has(f) ? "BIGINT" : INT32.has(f) ? "INTEGER" : "VARCHAR"}'`).join(", ");
const source = `read_csv('records.log', delim = ' ', header = true, auto_detect = false, nullstr = '-', columns = {${types}})`;
const copy = (query, name, options) => connection.run(`COPY (${query}) TO 'duckdb-${name}.parquet' (FORMAT parquet, ${options})`);
for (const codec of ["uncompressed", "snappy", "gzip"])
  for (const version of ["V1", "V2"])
    await copy(`SELECT * FROM ${source}`, `${codec}-${version.toLowerCase()}`, `COMPRESSION ${codec}, PARQUET_VERSION ${version}`);
// Columns that are no fields, of types that can't be read, and of values within others.
await copy(`SELECT *, bytes / 2 AS ratio, action = 'REJECT' AS rejected, [srcport, dstport] AS ports, {'a': srcaddr} AS inner,
  'b"\\' || srcport AS "x-note", dstport AS number FROM ${source}`, "odd", "COMPRESSION gzip");
await copy(`SELECT srcaddr, dstaddr, bytes::DOUBLE AS bytes, packets, start FROM ${source}`, "double", "COMPRESSION gzip");
await copy(`SELECT srcaddr, dstaddr, -1 * packets AS packets, start, CASE WHEN srcport % 2 = 0 THEN 'PERHAPS' ELSE action END AS action FROM ${source}`,
  "wrong", "COMPRESSION gzip");
await copy("SELECT range AS id, 'x' || range AS name FROM range(5)", "other", "COMPRESSION gzip");
