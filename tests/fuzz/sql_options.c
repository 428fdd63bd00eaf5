/* SPDX-License-Identifier: MIT */
/*
** The arguments of CREATE VIRTUAL TABLE.  A table that can be created gives the same rows when it
** is asked for them in two ways, and can be dropped.  What cannot be created is an error that says
** so.
**
** Input: a byte that chooses the table, and the arguments.
*/
#define _GNU_SOURCE
#include "fuzz_sql.h"

static const char *const tables[] = {"flowlogs", "flowlogs_rollup", "flowlogs_files", "flowlogs_errors"};

static void prepare(void) {
  static const char text[] =
      "version srcaddr dstport action start\n2 10.0.0.1 443 ACCEPT 1773046800\n2 10.0.0.2 80 REJECT 5\n";
  mkdir("d", 0777);
  write_bytes("a.log", text, sizeof text - 1);
  write_gzip("d/b.log", text, sizeof text - 1);
  if (setenv("FLOWLOGS_ROOT", fuzz_folder, 1)) abort();
}

/* The errors are those of the extension, of SQLite's parser, or of the text as such. */
static void check_error(const char *error, const char *sql) {
  static const char *const known[] = {"flowlogs",         "syntax error",   "unrecognized token",
                                      "incomplete input", "too large",      "already exists",
                                      "malformed",        "no such module", "too many"};
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (strstr(error, known[i])) return;
  PROPERTY(0, "%s: %s", sql, error);
}

/* Asks the table twice; with the rows in between read by another statement. */
static void check_rows(void) {
  struct answer a = ask("SELECT * FROM made"), b = ask("SELECT * FROM made WHERE +rowid IS NOT NULL");
  PROPERTY(!a.error == !b.error && (a.error || text_is(&a.rows, &b.rows)), "%.*s", (int)a.rows.n, a.rows.p);
  if (a.error) check_error(a.error, "SELECT");
  answer_free(&a);
  answer_free(&b);
}

static void try_input(const uint8_t *data, size_t size) {
  struct choices c = {data, size};
  const char *table = tables[choose(&c, 4)];
  if (c.n > 300 || memchr(c.p ? (const char *)c.p : "", 0, c.n) || memchr(c.p ? (const char *)c.p : "", ';', c.n))
    return;
  char *arguments = text_of((const char *)c.p, c.n);
  char *sql = sqlite3_mprintf("CREATE VIRTUAL TABLE temp.made USING %s(%s)", table, arguments);
  struct answer created = ask(sql);
  if (created.error) {
    check_error(created.error, sql);
  } else {
    check_rows();
    run("DROP TABLE temp.made");
  }
  answer_free(&created);
  sqlite3_free(sql);
  free(arguments);
}
