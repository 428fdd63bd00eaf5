/* SPDX-License-Identifier: MIT */
/*
** What the fuzz targets that ask SQL share: a connection with the extension, queries whose answers
** are texts to compare, and files in a temporary folder.
**
** The extension is linked into the target, and the objects are those of the shared library:
** sqlite3_auto_extension() hands them SQLite's functions, as a host that loads them does.
*/
#ifndef FUZZ_SQL_H
#define FUZZ_SQL_H

#include <fcntl.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "flowlogs.h"
#include "fuzz.h"

static sqlite3 *db;
static char fuzz_folder[64];

/* The answer of a query: a row is its values with '|' behind each and a line end, or an error. */
struct answer {
  struct text rows;
  char *error; /* NULL: there was none */
};

static inline void answer_free(struct answer *a) {
  free(a->rows.p);
  free(a->error);
  memset(a, 0, sizeof *a);
}

static inline void add_value(struct text *out, sqlite3_stmt *stmt, int column) {
  int type = sqlite3_column_type(stmt, column);
  char mark = (char)('0' + type);
  text_add(out, &mark, 1);
  if (type != SQLITE_NULL) text_add(out, sqlite3_column_blob(stmt, column), (size_t)sqlite3_column_bytes(stmt, column));
  text_add(out, "|", 1);
}

/* Asks a query, which has up to one parameter, the n bytes at p. */
static inline struct answer ask_with(const char *sql, const void *p, size_t n, int is_blob) {
  struct answer a = {{0}, NULL};
  sqlite3_stmt *stmt = NULL;
  int rc = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL);
  if (!rc && p)
    rc = is_blob ? sqlite3_bind_blob(stmt, 1, p, (int)n, SQLITE_STATIC)
                 : sqlite3_bind_text(stmt, 1, p, (int)n, SQLITE_STATIC);
  while (!rc && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
    rc = SQLITE_OK;
    for (int i = 0; i < sqlite3_column_count(stmt); i++) add_value(&a.rows, stmt, i);
    text_add(&a.rows, "\n", 1);
  }
  if (rc != SQLITE_DONE) a.error = text_of(sqlite3_errmsg(db), strlen(sqlite3_errmsg(db)));
  sqlite3_finalize(stmt);
  return a;
}

static inline struct answer ask(const char *sql) { return ask_with(sql, NULL, 0, 0); }

static inline void run(const char *sql) {
  char *error = NULL;
  if (sqlite3_exec(db, sql, NULL, NULL, &error)) {
    fprintf(stderr, "%s: %s\n", error, sql);
    abort();
  }
}

static inline void write_bytes(const char *path, const void *p, size_t n) {
  FILE *f = fopen(path, "wb");
  if (!f || (n && fwrite(p, 1, n, f) != n) || fclose(f)) abort();
}

/* Writes a gzip file of two members. */
static inline void write_gzip(const char *path, const char *p, size_t n) {
  for (int i = 0; i < 2; i++) {
    size_t half = i ? n - n / 2 : n / 2;
    gzFile f = gzopen(path, i ? "ab1" : "wb1");
    if (!f || (half && gzwrite(f, i ? p + n / 2 : p, (unsigned)half) != (int)half) || gzclose(f)) abort();
  }
}

static inline void remove_folder(void) {
  char command[128];
  snprintf(command, sizeof command, "rm -rf '%s'", fuzz_folder);
  if (system(command)) return;
}

/* Opens the connection, and makes a temporary folder.  Returns 0 if that was done before. */
static inline int fuzz_sql_begin(void) {
  const char *tmp = getenv("TMPDIR");
  if (db) return 0;
  snprintf(fuzz_folder, sizeof fuzz_folder, "%.40s/flowlogs-fuzz-XXXXXX",
           tmp && *tmp == '/' && strlen(tmp) < 40 ? tmp : "/tmp");
  unsetenv("FLOWLOGS_ROOT");
  if (!mkdtemp(fuzz_folder) || atexit(remove_folder)) abort();
  sqlite3_auto_extension((void (*)(void))sqlite3_flowlogs_init);
  if (sqlite3_open(":memory:", &db)) abort();
  return 1;
}

/* What a target defines in place of LLVMFuzzerTestOneInput(). */
static void prepare(void); /* once, in the temporary folder: makes tables and files */
static void try_input(const uint8_t *data, size_t size);

/*
** The temporary folder is the current one while an input is tried; libFuzzer's paths may be
** relative.
*/
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  int is_first = fuzz_sql_begin(), home = open(".", O_RDONLY | O_DIRECTORY);
  if (home < 0 || chdir(fuzz_folder)) abort();
  if (is_first) prepare();
  try_input(data, size);
  if (fchdir(home) || close(home)) abort();
  return 0;
}

#endif
