/* SPDX-License-Identifier: MIT */
/*
** flowlogs: the records.  A table-valued function, and a module to create tables with:
**
**     SELECT srcaddr, sum(bytes) FROM flowlogs('AWSLogs/') GROUP BY srcaddr;
**     CREATE VIRTUAL TABLE temp.web USING flowlogs('AWSLogs/', on_error=skip);
**
** The path and options of a created table are its defaults.  Its hidden columns override them, so
** that a table that is itself called flowlogs can be given other paths.
**
** flowlogs_payload: the same for a value that a stream has delivered, its first argument, instead
** of files (payload_decode.h).  It exists only as a function:
**
**     SELECT * FROM queue, flowlogs_payload(queue.body) WHERE action = 'REJECT';
**
** It reads no file, but stored views and triggers may not use it either, because a database that
** came from elsewhere must not make this process unpack megabytes.
**
** The rowid consists of the number of the file (rowid_base.h) and the line.  It is unique, and
** the same in every pass that a statement makes with the same path and options, which SQLite's
** plans for OR rely on.
*/
#include <string.h>

#include "base/calendar.h"
#include "functions/functions.h"
#include "file/pipe.h"
#include "scan/header_survey.h"
#include "sqlite/report.h"
#include "tables/columns.h"
#include "tables/record_cursor.h"
#include "tables/table.h"
#include "tables/tables.h"

/* --- the columns ------------------------------------------------------------------------------------------------- */

static void result_text(sqlite3_context *ctx, sqlite3_vtab_cursor *cursor, const struct column *column) {
  const struct record_cursor *p = (const struct record_cursor *)cursor;
  const struct batch *b = p->batch;
  uint64_t cell = b->has[column->ref] ? b->cell[column->ref][p->at] : BATCH_NULL;
  if (cell != BATCH_NULL) sqlite3_result_text(ctx, batch_text(b, cell), (int)batch_text_n(cell), SQLITE_TRANSIENT);
}

static void result_number(sqlite3_context *ctx, sqlite3_vtab_cursor *cursor, const struct column *column) {
  const struct record_cursor *p = (const struct record_cursor *)cursor;
  const struct batch *b = p->batch;
  uint64_t cell = b->has[column->ref] ? b->cell[column->ref][p->at] : BATCH_NULL;
  if (cell != BATCH_NULL) sqlite3_result_int64(ctx, (sqlite3_int64)cell);
}

static void result_time(sqlite3_context *ctx, sqlite3_vtab_cursor *cursor, const struct column *column) {
  const struct record_cursor *p = (const struct record_cursor *)cursor;
  char text[CALENDAR_TEXT];
  const struct batch *b = p->batch;
  uint64_t cell = b->has[column->ref] ? b->cell[column->ref][p->at] : BATCH_NULL;
  size_t n = cell == BATCH_NULL ? 0 : calendar_format_unit((int64_t)cell, column->push.unit, text);
  if (n) sqlite3_result_text(ctx, text, (int)n, SQLITE_TRANSIENT);
}

static void result_file(sqlite3_context *ctx, sqlite3_vtab_cursor *cursor, const struct column *column) {
  (void)column;
  sqlite3_result_text(ctx, record_cursor_file((const struct record_cursor *)cursor), -1, SQLITE_TRANSIENT);
}

static void result_line(sqlite3_context *ctx, sqlite3_vtab_cursor *cursor, const struct column *column) {
  const struct record_cursor *p = (const struct record_cursor *)cursor;
  (void)column;
  sqlite3_result_int64(ctx, (sqlite3_int64)p->batch->line[p->at]);
}

/* What CloudWatch knows of a record (scan/envelope.h). */
#define ENVELOPE_COLUMN(name_, ref_, doc_, example_)                                                                   \
  {                                                                                                                    \
    .name = name_, .type = "TEXT", .role = COLUMN_CELL, .is_hidden = 1, .ref = ref_, .result = result_text,            \
    .doc = doc_, .example = example_                                                                                   \
  }

/*
** The columns of a table of records.  first: its first argument, path or data.  files_options:
** FILES_OPTIONS for a table of files, or NO_OPTIONS.
*/
#define RECORD_COLUMNS(first, files_options)                                                                           \
  DEFAULT_FIELDS(SHOWN_FIELD)                                                                                          \
  first, OPTION_COLUMN(on_error), OPTION_COLUMN(format), OPTION_COLUMN(threads), OPTION_COLUMN(columns),               \
      OPTION_COLUMN(filter), OPTION_COLUMN(since), OPTION_COLUMN(until) files_options,                                 \
      {.name = "file",                                                                                                 \
       .type = "TEXT",                                                                                                 \
       .role = COLUMN_OTHER,                                                                                           \
       .is_hidden = 1,                                                                                                 \
       .push = {.name = "file", .subject = SUBJECT_FILE, .shape = SHAPE_TEXT},                                         \
       .result = result_file,                                                                                          \
       .doc = "path of the file that holds the record, and - for standard input",                                      \
       .example = "file GLOB '*us-east-1*'"},                                                                          \
      {.name = "line",                                                                                                 \
       .type = "INTEGER",                                                                                              \
       .role = COLUMN_OTHER,                                                                                           \
       .is_hidden = 1,                                                                                                 \
       .push = {.name = "line", .subject = SUBJECT_LINE, .shape = SHAPE_NUMBER},                                       \
       .result = result_line,                                                                                          \
       .doc = "number of the record's line in the file, from 1, with the header counted"},                             \
      {.name = "raw",                                                                                                  \
       .type = "TEXT",                                                                                                 \
       .role = COLUMN_CELL,                                                                                            \
       .is_hidden = 1,                                                                                                 \
       .ref = COLUMN_RAW,                                                                                              \
       .result = result_text,                                                                                          \
       .doc = "the line as it stands in the file"},                                                                    \
      {.name = "extra",                                                                                                \
       .type = "TEXT",                                                                                                 \
       .role = COLUMN_CELL,                                                                                            \
       .is_hidden = 1,                                                                                                 \
       .ref = COLUMN_EXTRA,                                                                                            \
       .result = result_text,                                                                                          \
       .doc = "a JSON object of the fields that this version does not know; NULL when there are none",                 \
       .example = "extra ->> 'new_field'"},                                                                            \
      TIME_COLUMN("start_time", start, CALENDAR_SECOND, result_time, "`start` as `YYYY-MM-DD HH:MM:SS`, UTC",          \
                  "start_time >= '2026-03-09 12:00:00'"),                                                              \
      TIME_COLUMN("end_time", end, CALENDAR_SECOND, result_time, "`end` as `YYYY-MM-DD HH:MM:SS`, UTC",                \
                  "end_time < '2026-03-10'"),                                                                          \
      ADDR_COLUMN, PORT_COLUMN,                                                                                        \
      LATER_FIELDS(HIDDEN_FIELD) TGW_FIELDS(HIDDEN_FIELD)                                                              \
          ENVELOPE_COLUMN("log_group", COLUMN_LOG_GROUP, "log group of CloudWatch, where the file tells it", NULL),    \
      ENVELOPE_COLUMN("log_stream", COLUMN_LOG_STREAM, "log stream of CloudWatch, where the file tells it",            \
                      "log_stream LIKE 'eni-%'"),                                                                      \
      ENVELOPE_COLUMN("event_time", COLUMN_EVENT_TIME,                                                                 \
                      "time that CloudWatch gave the record, as `YYYY-MM-DD HH:MM:SS.SSS`, UTC, where the file "       \
                      "tells it",                                                                                      \
                      NULL)

static const struct column flowlogs_columns[] = {RECORD_COLUMNS(OPTION_COLUMN(path), FILES_OPTIONS)};
static const struct column payload_columns[] = {RECORD_COLUMNS(DATA_COLUMN, NO_OPTIONS)};

const struct sql_table flowlogs_table = {
    .name = "flowlogs",
    .arguments = "path",
    .column = flowlogs_columns,
    .ncolumns = (int)(sizeof flowlogs_columns / sizeof *flowlogs_columns),
    .doc = "The records of flow log files, one row for each.  A table-valued function, and a module for CREATE VIRTUAL "
           "TABLE.",
    .example = "SELECT srcaddr, dstaddr, dstport FROM flowlogs('tests/data/AWSLogs') WHERE action = 'REJECT' LIMIT 5",
};

const struct sql_table flowlogs_payload_table = {
    .name = "flowlogs_payload",
    .arguments = "data",
    .column = payload_columns,
    .ncolumns = (int)(sizeof payload_columns / sizeof *payload_columns),
    .doc = "The records in a value that a stream has delivered: an event of Lambda, Kinesis or Firehose, base64, gzip, "
           "JSON, or lines.",
    .example = "SELECT srcaddr, dstaddr, dstport FROM flowlogs_payload('2 123456789012 eni-1 10.0.0.1 10.0.0.2 1025 22 "
               "6 1 40 1773046800 1773046803 REJECT OK')",
};

/* --- making the tables ------------------------------------------------------------------------------------------- */

/*
** Is this xCreate or xConnect?  One function serves both, because SQLite offers a table-valued
** function only when the two are the same.  xCreate is called by a CREATE statement that is
** running.  The difference matters when the path is wrong: that is an error for CREATE, but a
** table that was created earlier must still connect, since it could not be dropped otherwise.
*/
static int is_being_created(sqlite3 *db) {
  for (sqlite3_stmt *s = sqlite3_next_stmt(db, NULL); s; s = sqlite3_next_stmt(db, s))
    if (sqlite3_stmt_busy(s) && !sqlite3_stmt_readonly(s) && sqlite3_sql(s) &&
        !sqlite3_strlike("%create%virtual%table%", sqlite3_sql(s), 0))
      return 1;
  return 0;
}

/* A table reads its files when it is made, and in each query. */
static int check_no_pipe(const struct files *files, char **pzErr) {
  const struct file *pipe = files_pipe(files);
  return pipe ? report_text(pzErr,
                            "'%s' is a pipe, which can be read only once, and a virtual table reads its files in each "
                            "query; " PIPE_ADVICE,
                            pipe->path)
              : SQLITE_OK;
}

/*
** Finds the fields that the files of a created table have.  *visible stays all zero when there
** are none.
*/
static int look_at_files(sqlite3 *db, const struct options *options, int must_exist, uint8_t visible[FIELD_COUNT],
                         char **pzErr) {
  struct watch watch;
  enum progress_mode mode;
  struct file_list list;
  struct err e = {0};
  int rc = options_progress(options, &mode, pzErr);
  watch_init(&watch, db);
  watch_begin(&watch, mode);
  file_list_init(&list);
  if (!rc) rc = file_list_find(&list, options->path, query_threads(options), &watch, pzErr);
  const struct scan_options scan = {
      .reader = {.guard = &list.guard, .formats = options->formats, .policy = POLICY_SKIP, .stop = watch_stop(&watch)},
      .progress = &watch.progress};
  if (!rc) rc = check_no_pipe(&list.files, pzErr);
  if (!rc && header_survey(&list.files, &scan, visible, &e)) rc = report_error(pzErr, &e);
  if (rc == SQLITE_ERROR && !must_exist) { /* a query will report it */
    sqlite3_free(*pzErr);
    *pzErr = NULL;
    rc = SQLITE_OK;
  }
  file_list_clear(&list);
  watch_clear(&watch);
  return rc;
}

static int choose_columns(sqlite3 *db, const struct options *options, int creating, uint8_t visible[FIELD_COUNT],
                          char **pzErr) {
  int found = 0, rc = SQLITE_OK;
  memset(visible, 0, FIELD_COUNT);
  if (options->path) rc = look_at_files(db, options, creating, visible, pzErr);
  if (options->shown == COLUMNS_DEFAULT) memset(visible, 0, FIELD_COUNT);
  for (int f = 0; f < FIELD_COUNT; f++) found |= visible[f];
  if (!found) memset(visible, 1, FIELD_DEFAULT_COUNT);
  if (options->shown == COLUMNS_ALL) memset(visible, 1, FIELD_COUNT);
  return rc;
}

/*
** May a table of that schema and name read files?  argv and argc: xConnect's.  The table-valued
** function has its module's name and no arguments of its own.
*/
static int may_read(int argc, const char *const *argv) {
  return !sqlite3_stricmp(argv[1], "temp") || (argc == 3 && !sqlite3_stricmp(argv[2], argv[0]));
}

/*
** SQLite has no words for an interrupt here, and makes SQLITE_ERROR of one that comes while it takes
** the declaration.
*/
static int if_interrupted(sqlite3 *db, int rc, char **pzErr) {
  if (rc == SQLITE_ERROR && interrupt_now(db)) rc = SQLITE_INTERRUPT;
  if (rc == SQLITE_INTERRUPT) *pzErr = sqlite3_mprintf("interrupted");
  return rc;
}

static int flowlogs_connect(sqlite3 *db, void *aux, int argc, const char *const *argv, sqlite3_vtab **out,
                            char **pzErr) {
  uint8_t visible[FIELD_COUNT];
  struct options options;
  int rc = SQLITE_OK, creating = is_being_created(db);
  options_init(&options);
  if (!may_read(argc, argv)) {
    if (creating)
      return report_text(
          pzErr,
          "write CREATE VIRTUAL TABLE temp.%s USING flowlogs(…); a table that is stored in a database file "
          "would read files of whoever opens it",
          argv[2]);
    memset(visible, 1, sizeof visible);
    rc = table_declare(db, &flowlogs_table, visible, &options, aux, out);
    if (!rc) ((struct table *)*out)->is_stored = 1;
    return rc;
  }
  for (int i = 3; i < argc && !rc; i++) rc = options_parse(&options, argv[i], pzErr);
  if (!rc && creating && !options.path && sqlite3_stricmp(argv[2], argv[0]) != 0)
    rc = report_text(pzErr, "which files? write CREATE VIRTUAL TABLE temp.%s USING flowlogs('AWSLogs/')", argv[2]);
  if (!rc) rc = choose_columns(db, &options, creating, visible, pzErr);
  if (!rc) rc = table_declare(db, &flowlogs_table, visible, &options, aux, out);
  else options_clear(&options);
  return *pzErr ? rc : if_interrupted(db, rc, pzErr);
}

static int payload_connect(sqlite3 *db, void *aux, int argc, const char *const *argv, sqlite3_vtab **out,
                           char **pzErr) {
  (void)argc, (void)argv, (void)pzErr;
  return table_connect(db, &flowlogs_payload_table, aux, out);
}

/* --- the cursor -------------------------------------------------------------------------------------------------- */

/*
** Most of the time of a query without a condition is spent row by row, in SQLite and here.  So what is
** known of a number for all rows of a batch is found out once: where its cells are.
*/
static void choose_numbers(struct record_cursor *p) {
  const struct sql_table *of = query_of(&p->query);
  memset(p->number, 0, sizeof p->number);
  p->nnumbers = 0;
  for (int i = 0; i < of->ncolumns && i < COLUMNS_ONE_BIT; i++)
    if (of->column[i].result == result_number && columns_is_used(p->query.used, i))
      p->numbers[p->nnumbers++] = (uint8_t)i;
}

static void find_numbers(struct record_cursor *p) {
  const struct sql_table *of = query_of(&p->query);
  for (int i = 0; i < p->nnumbers; i++) {
    int field = of->column[p->numbers[i]].ref;
    p->number[p->numbers[i]] = p->batch->has[field] ? p->batch->cell[field] : NULL;
  }
}

/* Goes to the next batch that has a row. */
static int next_batch(struct record_cursor *p) {
  int rc;
  if (p->served) return record_cursor_next_kept(p);
  do rc = record_cursor_next(p);
  while (!rc && p->batch && !p->batch->nrows);
  if (!rc && p->batch) find_numbers(p);
  return rc;
}

static int flowlogs_filter(sqlite3_vtab_cursor *cursor, int idx, const char *plan, int argc, sqlite3_value **argv) {
  struct record_cursor *p = (struct record_cursor *)cursor;
  (void)idx;
  int rc = record_cursor_begin(p, plan, argc, argv, POLICY_FAIL);
  choose_numbers(p);
  return rc ? rc : next_batch(p);
}

static int flowlogs_next(sqlite3_vtab_cursor *cursor) {
  struct record_cursor *p = (struct record_cursor *)cursor;
  return !p->served && ++p->at < p->batch->nrows ? SQLITE_OK : next_batch(p);
}

static int flowlogs_column(sqlite3_vtab_cursor *cursor, sqlite3_context *ctx, int column) {
  const struct record_cursor *p = (const struct record_cursor *)cursor;
  const uint64_t *number = column < COLUMNS_ONE_BIT ? p->number[column] : NULL;
  if (!number) return table_column(cursor, ctx, column);
  if (number[p->at] != BATCH_NULL) sqlite3_result_int64(ctx, (sqlite3_int64)number[p->at]);
  return SQLITE_OK;
}

static int flowlogs_eof(sqlite3_vtab_cursor *cursor) { return ((struct record_cursor *)cursor)->batch == NULL; }

static int flowlogs_rowid(sqlite3_vtab_cursor *cursor, sqlite3_int64 *out) {
  const struct record_cursor *p = (const struct record_cursor *)cursor;
  uint64_t line = p->batch->line[p->at];
  if (line >> RECORD_CURSOR_LINE_BITS)
    return report_text(&cursor->pVtab->zErrMsg,
                       "%s:%lld: a rowid has no room for a line beyond 2^%d; split the file, or write the conditions "
                       "without OR, such as IN (…)",
                       record_cursor_file(p), (long long)line, RECORD_CURSOR_LINE_BITS);
  *out = (sqlite3_int64)((p->query.base + p->batch->file) << RECORD_CURSOR_LINE_BITS | line);
  return SQLITE_OK;
}

const sqlite3_module flowlogs_module = {
    .iVersion = 0,
    .xCreate = flowlogs_connect, /* the same as xConnect: the table-valued function exists without a CREATE */
    .xConnect = flowlogs_connect,
    .xBestIndex = table_best_index,
    .xDisconnect = table_disconnect,
    .xDestroy = table_disconnect,
    .xOpen = record_cursor_open,
    .xClose = record_cursor_close,
    .xFilter = flowlogs_filter,
    .xNext = flowlogs_next,
    .xEof = flowlogs_eof,
    .xColumn = flowlogs_column,
    .xRowid = flowlogs_rowid,
    .xFindFunction = functions_find,
};

const sqlite3_module flowlogs_payload_module = {
    .iVersion = 0,
    .xCreate = NULL, /* a table-valued function only */
    .xConnect = payload_connect,
    .xBestIndex = table_best_index,
    .xDisconnect = table_disconnect,
    .xOpen = record_cursor_open,
    .xClose = record_cursor_close,
    .xFilter = flowlogs_filter,
    .xNext = flowlogs_next,
    .xEof = flowlogs_eof,
    .xColumn = flowlogs_column,
    .xRowid = flowlogs_rowid,
    .xFindFunction = functions_find,
};
