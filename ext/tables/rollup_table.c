/* SPDX-License-Identifier: MIT */
/*
** flowlogs_rollup: the records, summed by the worker threads before SQLite sees them.
**
**     SELECT dstport, sum(flows), sum(bytes) FROM flowlogs_rollup('AWSLogs/') WHERE action = 'REJECT' GROUP BY dstport;
**
** All columns but the measures are dimensions: a row stands for all records that agree in the
** dimensions that the query names.  A combination may come in several rows (when memory or the 63
** bits of a sum run out, or when the query names more columns than it seems), so what is right is
** always the sum of flows, packets and bytes, and the least first_seen. The rows come in no
** particular order.
**
** SQLite's mask of used columns has one bit for all columns from 63 on: a query that names one of
** them gets groups by all of them, which is more rows and never a wrong sum.
**
** The rowid is made from the values of the dimensions, and from the path and options.  SQLite's
** plans for OR go through the table several times, and tell by the rowid what they have seen
** already.  A counter would not do, because the rows come in any order, and other rows come when
** there is another predicate.
**
** flowlogs_payload_rollup: the same for the records in a value (payload_decode.h):
**
**     SELECT q.id, dstport, sum(bytes) FROM queue q, flowlogs_payload_rollup(q.body) GROUP BY q.id, dstport;
*/
#include <string.h>

#include "base/calendar.h"
#include "base/hash.h"
#include "base/mem.h"
#include "functions/functions.h"
#include "scan/rollup_scan.h"
#include "sqlite/report.h"
#include "tables/columns.h"
#include "tables/query.h"
#include "tables/table.h"
#include "tables/tables.h"

#define NO_DIM (-1)

struct rollup_cursor {
  struct query query; /* the options in force, the records that are wanted, and the files */
  struct grouping grouping;
  int dim[FIELD_COUNT];      /* per field: its place in the grouping, or NO_DIM */
  int is_open;               /* scan is open */
  const struct group *group; /* this row; NULL at the end */
  struct group_value value[FIELD_COUNT];
  struct rollup_scan scan;
};

/* --- the columns ------------------------------------------------------------------------------------------------- */

enum measure { MEASURE_FLOWS, MEASURE_PACKETS, MEASURE_BYTES, MEASURE_FIRST_SEEN, MEASURE_LAST_SEEN };

static const struct group_value *value_of(const sqlite3_vtab_cursor *cursor, const struct column *column) {
  const struct rollup_cursor *c = (const struct rollup_cursor *)cursor;
  return &c->value[c->dim[column->ref]];
}

static void result_number(sqlite3_context *ctx, sqlite3_vtab_cursor *cursor, const struct column *column) {
  uint64_t number = value_of(cursor, column)->number;
  if (number != GROUP_NULL) sqlite3_result_int64(ctx, (sqlite3_int64)number);
}

static void result_text(sqlite3_context *ctx, sqlite3_vtab_cursor *cursor, const struct column *column) {
  const struct group_value *v = value_of(cursor, column);
  if (v->number != GROUP_NULL) sqlite3_result_text(ctx, v->text, (int)v->n, SQLITE_TRANSIENT);
}

static void result_time(sqlite3_context *ctx, sqlite3_vtab_cursor *cursor, const struct column *column) {
  char text[CALENDAR_TEXT];
  uint64_t start = value_of(cursor, column)->number;
  size_t n = start == GROUP_NULL ? 0 : calendar_format_unit((int64_t)start, column->push.unit, text);
  if (n) sqlite3_result_text(ctx, text, (int)n, SQLITE_TRANSIENT);
}

static void result_measure(sqlite3_context *ctx, sqlite3_vtab_cursor *cursor, const struct column *column) {
  const struct group *g = ((const struct rollup_cursor *)cursor)->group;
  const uint64_t measure[] = {[MEASURE_FLOWS] = g->flows,
                              [MEASURE_PACKETS] = g->packets,
                              [MEASURE_BYTES] = g->bytes,
                              [MEASURE_FIRST_SEEN] = g->first_seen,
                              [MEASURE_LAST_SEEN] = g->last_seen};
  if (measure[column->ref] != GROUP_NULL) sqlite3_result_int64(ctx, (sqlite3_int64)measure[column->ref]);
}

#define MEASURE_COLUMN(name_, measure_, doc_)                                                                          \
  {                                                                                                                    \
    .name = name_, .type = "INTEGER", .role = COLUMN_MEASURE, .ref = MEASURE_##measure_, .result = result_measure,     \
    .doc = doc_                                                                                                        \
  }

/*
** The columns of a rollup.  first: its first argument, path or data.  files_options: FILES_OPTIONS
** for a table of files, or NO_OPTIONS.  Conditions on measures are left to SQLite.
*/
#define ROLLUP_COLUMNS(first, files_options)                                                                           \
  ENDPOINT_FIELDS(SHOWN_FIELD)                                                                                         \
  OUTCOME_FIELDS(SHOWN_FIELD)                                                                                          \
  first, OPTION_COLUMN(on_error), OPTION_COLUMN(format), OPTION_COLUMN(threads), OPTION_COLUMN(memory),                \
      OPTION_COLUMN(since), OPTION_COLUMN(until), OPTION_COLUMN(filter) files_options,                                 \
      TIME_COLUMN("minute", start, CALENDAR_MINUTE, result_time, "minute of `start`, as `YYYY-MM-DD HH:MM:SS`",        \
                  "minute >= '2026-03-09 12:00:00'"),                                                                  \
      TIME_COLUMN("hour", start, CALENDAR_HOUR, result_time, "hour of `start`, as `YYYY-MM-DD HH:MM:SS`",              \
                  "hour = '2026-03-09 12:00:00'"),                                                                     \
      TIME_COLUMN("day", start, CALENDAR_DAY, result_time, "day of `start`, as `YYYY-MM-DD`", "day = '2026-03-09'"),   \
      ADDR_COLUMN, PORT_COLUMN, MEASURE_COLUMN("flows", FLOWS, "records"),                                             \
      MEASURE_COLUMN("packets", PACKETS, "sum of the packets"), MEASURE_COLUMN("bytes", BYTES, "sum of the bytes"),    \
      MEASURE_COLUMN("first_seen", FIRST_SEEN, "least `start`, Unix seconds"),                                         \
      MEASURE_COLUMN("last_seen", LAST_SEEN, "greatest `end`, Unix seconds"),                                          \
      LATER_FIELDS(HIDDEN_FIELD) TGW_FIELDS(HIDDEN_FIELD)

static const struct column rollup_columns[] = {ROLLUP_COLUMNS(OPTION_COLUMN(path), FILES_OPTIONS)};
static const struct column payload_columns[] = {ROLLUP_COLUMNS(DATA_COLUMN, NO_OPTIONS)};

const struct sql_table flowlogs_rollup_table = {
    .name = "flowlogs_rollup",
    .arguments = "path",
    .column = rollup_columns,
    .ncolumns = (int)(sizeof rollup_columns / sizeof *rollup_columns),
    .doc = "The records of flow log files, summed by the columns that the query names while they are read.  A "
           "combination may come in several rows, so always aggregate.",
    .example = "SELECT dstport, sum(flows), sum(bytes) FROM flowlogs_rollup('tests/data/AWSLogs') WHERE action = "
               "'REJECT' GROUP BY dstport",
};

const struct sql_table flowlogs_payload_rollup_table = {
    .name = "flowlogs_payload_rollup",
    .arguments = "data",
    .column = payload_columns,
    .ncolumns = (int)(sizeof payload_columns / sizeof *payload_columns),
    .doc = "The records in a value that a stream has delivered, summed like those of flowlogs_rollup.",
    .example = "SELECT action, sum(flows) FROM flowlogs_payload_rollup('2 123456789012 eni-1 10.0.0.1 10.0.0.2 1025 22 "
               "6 1 40 1773046800 1773046803 REJECT OK') GROUP BY action",
};

/* --- the cursor -------------------------------------------------------------------------------------------------- */

static int rollup_connect(sqlite3 *db, void *aux, int argc, const char *const *argv, sqlite3_vtab **out, char **pzErr) {
  (void)argc, (void)argv, (void)pzErr;
  return table_connect(db, &flowlogs_rollup_table, aux, out);
}

static int payload_rollup_connect(sqlite3 *db, void *aux, int argc, const char *const *argv, sqlite3_vtab **out,
                                  char **pzErr) {
  (void)argc, (void)argv, (void)pzErr;
  return table_connect(db, &flowlogs_payload_rollup_table, aux, out);
}

static int rollup_open(sqlite3_vtab *table, sqlite3_vtab_cursor **out) {
  struct rollup_cursor *c = mem_alloc(sizeof *c);
  *out = NULL;
  if (!c) return SQLITE_NOMEM;
  memset(c, 0, offsetof(struct rollup_cursor, scan));
  query_open(&c->query, table);
  *out = &c->query.cursor;
  return SQLITE_OK;
}

/* The one way in which a scan stops: at its end, on an error, for another xFilter, on xClose. */
static void stop(struct rollup_cursor *c, int finished) {
  struct scan_counts counts;
  if (c->is_open) {
    rollup_scan_close(&c->scan, &counts);
    query_note_scan(&c->query, &counts, finished);
  }
  c->is_open = 0;
  c->group = NULL;
}

static int rollup_close(sqlite3_vtab_cursor *cursor) {
  struct rollup_cursor *c = (struct rollup_cursor *)cursor;
  stop(c, 0);
  query_close(&c->query);
  mem_free(c);
  return SQLITE_OK;
}

/* --- what the query needs ---------------------------------------------------------------------------------------- */

/* Does the query use a measure? */
static uint8_t uses(const struct query *q, enum measure measure) {
  const struct sql_table *of = query_of(q);
  uint8_t found = 0;
  for (int i = 0; i < of->ncolumns; i++)
    found |= of->column[i].role == COLUMN_MEASURE && of->column[i].ref == (int)measure && columns_is_used(q->used, i);
  return found;
}

static uint32_t seconds_of(enum calendar_unit unit) {
  static const uint32_t seconds[] = {
      [CALENDAR_SECOND] = 1, [CALENDAR_MINUTE] = 60, [CALENDAR_HOUR] = 3600, [CALENDAR_DAY] = 86400};
  return seconds[unit];
}

/*
** Makes the field a dimension, once.  A time is told apart by the finest unit that is named;
** others follow from it.
*/
static void add_dimension(struct rollup_cursor *c, int field, uint32_t unit) {
  struct grouping *g = &c->grouping;
  if (c->dim[field] == NO_DIM) {
    c->dim[field] = (int)g->n++;
    g->dim[c->dim[field]].field = (uint8_t)field;
    g->dim[c->dim[field]].unit = unit;
  } else if (unit < g->dim[c->dim[field]].unit) {
    g->dim[c->dim[field]].unit = unit;
  }
}

/* The grouping, from the columns that the query uses. */
static void choose_grouping(struct rollup_cursor *c) {
  const struct sql_table *of = query_of(&c->query);
  struct grouping *g = &c->grouping;
  memset(g, 0, sizeof *g);
  for (int f = 0; f < FIELD_COUNT; f++) c->dim[f] = NO_DIM;
  for (int i = 0; i < of->ncolumns; i++) {
    const struct column *column = &of->column[i];
    if (!columns_is_used(c->query.used, i)) continue;
    if (column->role == COLUMN_CELL) add_dimension(c, column->ref, column->push.shape == SHAPE_NUMBER);
    if (column->role == COLUMN_TIME) add_dimension(c, column->ref, seconds_of(column->push.unit));
  }
  g->packets = uses(&c->query, MEASURE_PACKETS);
  g->bytes = uses(&c->query, MEASURE_BYTES);
  g->first_seen = uses(&c->query, MEASURE_FIRST_SEEN);
  g->last_seen = uses(&c->query, MEASURE_LAST_SEEN);
}

static int begin(struct rollup_cursor *c) {
  struct err e = {0};
  struct rollup_scan_options options = {.memory = (uint64_t)c->query.options.memory};
  int rc = query_scan_options(&c->query, &c->query.predicate, &options.scan);
  if (rc) return rc;
  c->is_open = 1;
  query_begin_scan(&c->query);
  if (!rollup_scan_open(&c->scan, &c->query.list.files, &c->grouping, &options, &e)) return SQLITE_OK;
  stop(c, 0);
  return report_error(&c->query.cursor.pVtab->zErrMsg, &e);
}

/* --- rows -------------------------------------------------------------------------------------------------------- */

static int rollup_next(sqlite3_vtab_cursor *cursor) {
  struct rollup_cursor *c = (struct rollup_cursor *)cursor;
  char **pzErr = &cursor->pVtab->zErrMsg;
  const struct batch *b;
  struct err e = {0};
  int rc = SQLITE_OK;
  if (rollup_scan_next(&c->scan, &c->group, &e)) rc = report_error(pzErr, &e);
  else if (c->group) {
    if (c->query.watch.line.is_shown) watch_rows(&c->query.watch);
    group_values(c->group, &c->grouping, c->value);
  } else if ((b = rollup_scan_problem(&c->scan)) != NULL)
    rc = report_problem(pzErr, c->query.list.files.file[b->file].path, b, &b->problem[0],
                        query_advice(&c->query, b->problem[0].code));
  if (rc || !c->group) stop(c, !rc);
  return rc;
}

static int rollup_filter(sqlite3_vtab_cursor *cursor, int idx, const char *plan, int argc, sqlite3_value **argv) {
  struct rollup_cursor *c = (struct rollup_cursor *)cursor;
  (void)idx;
  stop(c, 0);
  int rc = query_begin(&c->query, plan, argc, argv);
  if (!rc) choose_grouping(c);
  if (!rc) rc = begin(c);
  return rc ? rc : rollup_next(cursor);
}

static int rollup_eof(sqlite3_vtab_cursor *cursor) { return ((struct rollup_cursor *)cursor)->group == NULL; }

static int rollup_column(sqlite3_vtab_cursor *cursor, sqlite3_context *ctx, int column) {
  const struct query *q = (const struct query *)cursor;
  if (!columns_is_used(q->used, column)) return SQLITE_INTERNAL; /* nothing was summed by it: never a wrong answer */
  return table_column(cursor, ctx, column);
}

/*
** Conditions on addr and port, since, until and filter select records by what the dimensions do
** not show.  Two passes with different ones would give groups of the same dimensions and other
** sums, so that no rowid can be right.  The same holds where a combination of values comes in
** several rows: which records are in which of them differs from pass to pass.
*/
static int rollup_rowid(sqlite3_vtab_cursor *cursor, sqlite3_int64 *out) {
  const struct rollup_cursor *c = (const struct rollup_cursor *)cursor;
  int apart = options_select(&c->query.options);
  for (size_t i = 0; i < c->query.predicate.n; i++) apart |= c->query.predicate.term[i].subject >= FIELD_COUNT;
  if (apart)
    return report_text(&cursor->pVtab->zErrMsg,
                       "%s has no rowid with addr, port, since, until or filter; inside OR, write the %s and these "
                       "once, outside of it, or IN (…)",
                       query_of(&c->query)->name, columns_take_data(query_of(&c->query)) ? "data" : "path");
  if (rollup_scan_is_parted(&c->scan))
    return report_text(&cursor->pVtab->zErrMsg,
                       "%s has no rowid where its groups need more than `memory`, or a sum is beyond 2^63-1; give it "
                       "more memory, or write the conditions without OR, such as IN (…)",
                       query_of(&c->query)->name);
  *out = query_sum_rowid(&c->query, group_id(c->group));
  return SQLITE_OK;
}

const sqlite3_module flowlogs_rollup_module = {
    .iVersion = 0,
    .xCreate = NULL, /* a table-valued function only */
    .xConnect = rollup_connect,
    .xBestIndex = table_best_index,
    .xDisconnect = table_disconnect,
    .xOpen = rollup_open,
    .xClose = rollup_close,
    .xFilter = rollup_filter,
    .xNext = rollup_next,
    .xEof = rollup_eof,
    .xColumn = rollup_column,
    .xRowid = rollup_rowid,
    .xFindFunction = functions_find,
};

const sqlite3_module flowlogs_payload_rollup_module = {
    .iVersion = 0,
    .xCreate = NULL, /* a table-valued function only */
    .xConnect = payload_rollup_connect,
    .xBestIndex = table_best_index,
    .xDisconnect = table_disconnect,
    .xOpen = rollup_open,
    .xClose = rollup_close,
    .xFilter = rollup_filter,
    .xNext = rollup_next,
    .xEof = rollup_eof,
    .xColumn = rollup_column,
    .xRowid = rollup_rowid,
    .xFindFunction = functions_find,
};
