// SPDX-License-Identifier: MIT
// Where the extension is, and how a connection loads it. The library for this platform is in a package
// of its own, which npm installs as an optional dependency.
"use strict";

const { existsSync } = require("node:fs");
const { dirname, join } = require("node:path");

const platform = `${process.platform}-${process.arch}`;

function find() {
  let folder;
  try {
    folder = dirname(require.resolve(`flowlogs-${platform}/package.json`));
  } catch {
    throw new Error(
      `flowlogs: the package flowlogs-${platform} is not installed. npm installs it with flowlogs where it ` +
        "exists, unless optional dependencies are omitted; elsewhere, build the extension with make and pass its " +
        "path to loadExtension()"
    );
  }
  return join(folder, process.platform === "darwin" ? "flowlogs.dylib" : "flowlogs.so");
}

exports.version = "@VERSION@";
exports.path = find();
exports.sqlPath = join(__dirname, "sql");

// The scripts read each other by relative paths, which anywhere.sh makes absolute.
exports.script = function script(name) {
  if (!existsSync(join(exports.sqlPath, name))) throw new Error(`flowlogs: there is no script '${name}' in ${exports.sqlPath}`);
  return `.read '|sh "${exports.sqlPath}/anywhere.sh" ${name}'`;
};

// The callback is for connections of the package sqlite3, which load in the background.
exports.load = function load(db, callback) {
  if (typeof db?.loadExtension !== "function")
    throw new TypeError("flowlogs: load(db) takes a connection of better-sqlite3, node:sqlite or sqlite3");
  try {
    return callback ? db.loadExtension(exports.path, callback) : db.loadExtension(exports.path);
  } catch (error) {
    if (/not allowed/.test(error.message)) error.message = `flowlogs: ${error.message}; open the database with { allowExtension: true }`;
    throw error;
  }
};
