/* SPDX-License-Identifier: MIT */
/*
** cidr_lookup() keeps a table in memory and must notice every change of it.  Whatever two
** connections have done to the table, in transactions or not, it finds what a search through the
** table finds.
**
** Input: steps, a byte each, some with a second one.
*/
#include "fuzz_sql.h"

static sqlite3 *other; /* another connection to the same database */

static const char *const prefixes[] = {"10.0.0.0/8",  "10.0.0.0/24",   "10.0.0.5",     "0.0.0.0/0", "2001:db8::/32",
                                       "10.0.0.0/16", "2001:db8::/48", "10.0.0.4/31",  "::/0",      "10.128.0.0/9",
                                       "10.0.1.0/24", "2001:db8::1",   "10.0.0.128/25"};
#define PREFIXES (sizeof prefixes / sizeof *prefixes)

static void prepare(void) {
  sqlite3_close(db);
  if (sqlite3_open("file.db", &db) || sqlite3_open("file.db", &other)) abort();
  run("PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY; ATTACH ':memory:' AS more");
}

/*
** A step may fail: there is no transaction, the other connection has a lock, or the table is not
** there.
*/
static void attempt(sqlite3 *connection, const char *sql) { sqlite3_exec(connection, sql, NULL, NULL, NULL); }

static void attempt_with(sqlite3 *connection, const char *format, const char *value, uint32_t number) {
  char *sql = sqlite3_mprintf(format, value, number);
  attempt(connection, sql);
  sqlite3_free(sql);
}

static void look_up(const char *table) {
  char *sql = sqlite3_mprintf(
      "WITH asked(ip) AS (VALUES ('10.0.0.5'), ('10.0.0.200'), ('10.0.1.7'), ('10.200.0.1'), ('2001:db8::1'), "
      "('2001:db8:0:1::'), ('9.9.9.9'), ('::1')) SELECT ip, cidr_lookup('%s', 'cidr', ip), "
      "(SELECT rowid FROM %s WHERE cidr_match(cidr, ip) ORDER BY CAST(substr(cidr, instr(cidr || '/128', '/') + 1) AS "
      "INTEGER) DESC, rowid LIMIT 1) FROM asked",
      table, table);
  sqlite3_stmt *stmt = NULL;
  if (!sqlite3_prepare_v2(db, sql, -1, &stmt, NULL)) /* the table may not be there */
    while (sqlite3_step(stmt) == SQLITE_ROW)
      PROPERTY(sqlite3_column_type(stmt, 1) == sqlite3_column_type(stmt, 2) &&
                   sqlite3_column_int64(stmt, 1) == sqlite3_column_int64(stmt, 2),
               "%s in %s: %s instead of %s", sqlite3_column_text(stmt, 0), table, sqlite3_column_text(stmt, 1),
               sqlite3_column_text(stmt, 2));
  sqlite3_finalize(stmt);
  sqlite3_free(sql);
}

static void take_step(struct choices *c) {
  static const char *const steps[] = {"BEGIN",
                                      "BEGIN IMMEDIATE",
                                      "COMMIT",
                                      "ROLLBACK",
                                      "SAVEPOINT a",
                                      "ROLLBACK TO a",
                                      "RELEASE a",
                                      "DROP TABLE net",
                                      "CREATE TABLE net(cidr TEXT)",
                                      "CREATE TABLE net(id INTEGER PRIMARY KEY, cidr TEXT)",
                                      "CREATE TEMP TABLE net AS SELECT '10.0.0.0/7' AS cidr",
                                      "DROP TABLE temp.net",
                                      "VACUUM",
                                      "DELETE FROM net",
                                      "CREATE TABLE more.net(cidr TEXT)",
                                      "INSERT INTO more.net VALUES ('10.0.0.0/9')",
                                      "DROP TABLE more.net",
                                      "DETACH more",
                                      "ATTACH ':memory:' AS more",
                                      "DELETE FROM net WHERE rowid % 2",
                                      "UPDATE net SET rowid = -rowid",
                                      "PRAGMA read_uncommitted = 1",
                                      "PRAGMA read_uncommitted = 0",
                                      "CREATE TABLE net(plain TEXT, cidr TEXT AS (plain))",
                                      "INSERT INTO net(plain) VALUES ('10.0.0.0/10')"};
  uint32_t step = choose(c, 40);
  sqlite3 *connection = step % 4 == 3 ? other : db;
  if (step < sizeof steps / sizeof *steps) attempt(db, steps[step]);
  else if (step < 32) attempt_with(connection, "INSERT INTO net(cidr) VALUES (%Q)", prefixes[choose(c, PREFIXES)], 0);
  else if (step < 35)
    attempt_with(connection, "UPDATE net SET cidr = %Q WHERE rowid = %u", prefixes[choose(c, PREFIXES)], choose(c, 8));
  else if (step < 37) attempt(other, choose(c, 2) ? "BEGIN IMMEDIATE; DELETE FROM net" : "ROLLBACK");
  else if (step == 37) attempt(other, "COMMIT");
  else look_up(step == 38 ? "net" : choose(c, 2) ? "main.net" : "more.net");
}

static void try_input(const uint8_t *data, size_t size) {
  struct choices c = {data, size};
  attempt(db, "CREATE TABLE IF NOT EXISTS net(cidr TEXT)");
  for (int steps = 0; c.n && steps < 60; steps++) {
    take_step(&c);
    look_up("net");
  }
  attempt(db, "ROLLBACK");
  attempt(other, "ROLLBACK");
  attempt(db, "DROP TABLE temp.net; DROP TABLE main.net");
  attempt(db, "DROP TABLE main.net");
  attempt(db, "DROP TABLE more.net");
  attempt(db, "PRAGMA read_uncommitted = 0; ATTACH ':memory:' AS more");
}
