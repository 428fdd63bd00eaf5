/* SPDX-License-Identifier: MIT */
/*
** flowlogs_index_build: brings an index of log files up to date, and returns a row that says what was
** done.
**
**     SELECT * FROM flowlogs_index_build('AWSLogs/', 'logs.idx');
**
** The work is done before the first row.  Files that were modified a moment ago are waited for (see
** index_build.h), and then the files are looked for once more.
*/
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "base/monotonic.h"
#include "index_file/index_build.h"
#include "sqlite/report.h"
#include "tables/columns.h"
#include "tables/query.h"
#include "tables/table.h"
#include "tables/tables.h"

struct build_cursor {
  struct query query; /* the options in force, and the files */
  struct index_build_result result;
  int is_done; /* there is no row any more */
};

/* --- the columns ------------------------------------------------------------------------------------------------- */

enum build_count {
  BUILD_FILES,
  BUILD_ADDED,
  BUILD_CHANGED,
  BUILD_FORGOTTEN,
  BUILD_LEFT,
  BUILD_RECORDS,
  BUILD_ERRORS,
  BUILD_BYTES
};

static void result_count(sqlite3_context *ctx, sqlite3_vtab_cursor *cursor, const struct column *column) {
  const struct index_build_result *r = &((const struct build_cursor *)cursor)->result;
  const uint64_t count[] = {
      [BUILD_FILES] = r->files,     [BUILD_ADDED] = r->added,
      [BUILD_CHANGED] = r->changed, [BUILD_FORGOTTEN] = r->forgotten,
      [BUILD_LEFT] = r->left,       [BUILD_RECORDS] = r->records,
      [BUILD_ERRORS] = r->errors,   [BUILD_BYTES] = (uint64_t)r->bytes,
  };
  sqlite3_result_int64(ctx, (sqlite3_int64)count[column->ref]);
}

#define COUNT_COLUMN(name_, ref_, doc_)                                                                                \
  { .name = name_, .type = "INTEGER", .role = COLUMN_OTHER, .ref = BUILD_##ref_, .result = result_count, .doc = doc_ }

static const struct column columns[] = {
    COUNT_COLUMN("files", FILES, "files that the path stands for"),
    COUNT_COLUMN("added", ADDED, "of these, read for the first time"),
    COUNT_COLUMN("changed", CHANGED, "of these, read again because their size or time was another"),
    COUNT_COLUMN("forgotten", FORGOTTEN, "files of the index that do not exist any more"),
    COUNT_COLUMN("left", LEFT,
                 "files that were not taken, because they are being written or cannot be examined; queries read them"),
    COUNT_COLUMN("records", RECORDS, "records in the files that were read"),
    COUNT_COLUMN("errors", ERRORS,
                 "what could not be used in them: flowlogs_errors lists it, and queries always read these files"),
    COUNT_COLUMN("bytes", BYTES, "size of the index file"),
    OPTION_COLUMN(path),
    OPTION_COLUMN(index_file),
    OPTION_COLUMN(format),
    OPTION_COLUMN(threads),
    OPTION_COLUMN(memory),
    OPTION_COLUMN(progress),
};

const struct sql_table flowlogs_index_build_table = {
    .name = "flowlogs_index_build",
    .arguments = "path, index_file",
    .column = columns,
    .ncolumns = (int)(sizeof columns / sizeof *columns),
    .doc = "Reads the files that are new or have changed, writes into the index what they hold, and forgets files that "
           "are gone.  One row says what was done.",
    .example = "SELECT * FROM flowlogs_index_build('tests/data/AWSLogs', 'build/logs.idx')",
    .writes_index = 1,
};

/* --- the cursor -------------------------------------------------------------------------------------------------- */

static int build_connect(sqlite3 *db, void *aux, int argc, const char *const *argv, sqlite3_vtab **out, char **pzErr) {
  (void)argc, (void)argv, (void)pzErr;
  return table_connect(db, &flowlogs_index_build_table, aux, out);
}

static int build_open(sqlite3_vtab *table, sqlite3_vtab_cursor **out) {
  struct build_cursor *c = mem_alloc(sizeof *c);
  *out = NULL;
  if (!c) return SQLITE_NOMEM;
  memset(c, 0, sizeof *c);
  query_open(&c->query, table);
  *out = &c->query.cursor;
  return SQLITE_OK;
}

static int build_close(sqlite3_vtab_cursor *cursor) {
  struct build_cursor *c = (struct build_cursor *)cursor;
  query_close(&c->query);
  mem_free(c);
  return SQLITE_OK;
}

/* Waits until no file was modified a moment ago, and looks for the files once more. */
static int find_quiet_files(struct query *q, const struct index_db *db, char **pzErr) {
  const struct stop stop = watch_stop(&q->watch);
  int seconds = index_build_waits(db, &q->list.files, (int64_t)time(NULL));
  if (!seconds) return SQLITE_OK;
  for (const double end = monotonic_seconds() + seconds; monotonic_seconds() < end;) {
    struct err e = {0};
    if (stop_check(&stop, &e)) return SQLITE_INTERRUPT;
    sqlite3_sleep(10); /* which may be a second, as where SQLite was built without usleep() */
  }
  file_list_clear(&q->list);
  return file_list_find(&q->list, q->options.path, query_threads(&q->options), &q->watch, pzErr);
}

static int build(struct build_cursor *c) {
  struct query *q = &c->query;
  char **pzErr = &q->cursor.pVtab->zErrMsg;
  struct index_db db = {0};
  struct index_build_options options = {.format = q->options.format ? q->options.format : "",
                                        .memory = (uint64_t)q->options.memory};
  int rc = query_scan_options(q, NULL, &options.scan);
  if (!rc) rc = index_db_open(&db, q->options.index_file, 1, &q->list.guard, &options.scan.reader.stop, pzErr);
  if (!rc) rc = find_quiet_files(q, &db, pzErr);
  options.now = (int64_t)time(NULL);
  if (!rc) rc = index_build(&db, &q->list.files, &options, &c->result, pzErr);
  index_db_close(&db);
  watch_end(&q->watch);
  return rc;
}

static int build_filter(sqlite3_vtab_cursor *cursor, int idx, const char *plan, int argc, sqlite3_value **argv) {
  struct build_cursor *c = (struct build_cursor *)cursor;
  (void)idx;
  c->is_done = 0;
  int rc = query_begin(&c->query, plan, argc, argv);
  if (rc) return rc;
  if (!c->query.options.index_file)
    return report_text(
        &cursor->pVtab->zErrMsg,
        "which index? write flowlogs_index_build('AWSLogs/', 'logs.idx'), with the name of the file that "
        "is to be made or brought up to date");
  const struct file *pipe = files_pipe(&c->query.list.files);
  if (pipe)
    return report_text(&cursor->pVtab->zErrMsg,
                       "'%s' is a pipe, which can be read only once; an index is for files that are asked again and "
                       "again: write it to a file",
                       pipe->path);
  return build(c);
}

static int build_next(sqlite3_vtab_cursor *cursor) {
  ((struct build_cursor *)cursor)->is_done = 1;
  return SQLITE_OK;
}

static int build_eof(sqlite3_vtab_cursor *cursor) { return ((struct build_cursor *)cursor)->is_done; }

static int build_rowid(sqlite3_vtab_cursor *cursor, sqlite3_int64 *out) {
  (void)cursor;
  *out = 1;
  return SQLITE_OK;
}

const sqlite3_module flowlogs_index_build_module = {
    .iVersion = 0,
    .xCreate = NULL, /* a table-valued function only */
    .xConnect = build_connect,
    .xBestIndex = table_best_index,
    .xDisconnect = table_disconnect,
    .xOpen = build_open,
    .xClose = build_close,
    .xFilter = build_filter,
    .xNext = build_next,
    .xEof = build_eof,
    .xColumn = table_column,
    .xRowid = build_rowid,
};
