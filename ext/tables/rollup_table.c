/* SPDX-License-Identifier: MIT */
/*
** flowlogs_rollup: the records, summed by the worker threads before SQLite sees them.
**
**     SELECT dstport, sum(flows), sum(bytes) FROM flowlogs_rollup('AWSLogs/') WHERE action = 'REJECT' GROUP BY dstport;
**
** The columns but the measures are dimensions: a row stands for all records that agree in those that the query names.
** A combination may come in several rows (when memory or a sum's 63 bits run out, or when the query names more columns
** than it seems), so what is right is always the sum of flows, packets and bytes, and the least first_seen.  There is no
** order.
**
**     0..11   the default fields but packets and bytes
**     12..19  the arguments, HIDDEN: keep them together and in this order, as options.h names them
**     20..22  minute, hour, day: texts, the beginning of start's; HIDDEN
**     23..24  addr, port: either end, in conditions alone; HIDDEN
**     25..29  the measures
**     30..    the later fields, HIDDEN
**
** SQLite's mask of used columns has one bit for all columns from 63 on: who names one of them gets groups by all.
**
** The rowid is made from the values of the dimensions, and from the path and options.  SQLite's plans for OR go through
** the table several times, and tell by the rowid what they have seen already; a counter would not do, since the rows
** come in any order, and other ones if there is another predicate.
*/
#include <string.h>

#include "base/calendar.h"
#include "tables/columns.h"
#include "functions/functions.h"
#include "tables/tables.h"
#include "scan/rollup_scan.h"
#include "base/hash.h"
#include "base/mem.h"
#include "tables/plan.h"
#include "tables/query.h"
#include "sqlite/report.h"
#include "functions/scan_stats.h"
#include "tables/table.h"

enum {
  ROLLUP_PATH = FIELD_DEFAULT_COUNT - 2, /* packets and bytes are measures */
  ROLLUP_ON_ERROR,
  ROLLUP_FORMAT,
  ROLLUP_THREADS,
  ROLLUP_MEMORY,
  ROLLUP_SINCE,
  ROLLUP_UNTIL,
  ROLLUP_FILTER,
  ROLLUP_MINUTE,
  ROLLUP_HOUR,
  ROLLUP_DAY,
  ROLLUP_ADDR,
  ROLLUP_PORT,
  ROLLUP_FLOWS,
  ROLLUP_PACKETS,
  ROLLUP_BYTES,
  ROLLUP_FIRST_SEEN,
  ROLLUP_LAST_SEEN,
  ROLLUP_LATER, /* the field FIELD_DEFAULT_COUNT, and on */
  ROLLUP_COLUMNS = ROLLUP_LATER + FIELD_COUNT - FIELD_DEFAULT_COUNT,
};

static const char besides[] =
    "path TEXT HIDDEN, on_error TEXT HIDDEN, format TEXT HIDDEN, threads INTEGER HIDDEN, memory HIDDEN, since HIDDEN, "
    "until HIDDEN, filter TEXT HIDDEN, minute TEXT HIDDEN, hour TEXT HIDDEN, day TEXT HIDDEN, addr TEXT HIDDEN, "
    "port INTEGER HIDDEN, flows INTEGER, packets INTEGER, bytes INTEGER, first_seen INTEGER, last_seen INTEGER";

static const struct plan_arg arguments[] = {
    {ROLLUP_PATH, "path"},     {ROLLUP_ON_ERROR, "on_error"}, {ROLLUP_FORMAT, "format"}, {ROLLUP_THREADS, "threads"},
    {ROLLUP_MEMORY, "memory"}, {ROLLUP_SINCE, "since"},       {ROLLUP_UNTIL, "until"},   {ROLLUP_FILTER, "filter"},
};

#define NO_DIM (-1)

struct cursor {
  sqlite3_vtab_cursor base;
  struct query query; /* the options in force, the records that are wanted, and the files */
  struct grouping grouping;
  int dim[FIELD_COUNT];      /* per field: its place in the grouping, or NO_DIM */
  int is_open;               /* scan is open */
  const struct group *group; /* this row; NULL at the end */
  struct group_value value[FIELD_COUNT];
  struct rollup_scan scan;
};

/* --- the table --------------------------------------------------------------------------------------------------- */

/* The field of a column, or FIELD_NONE. */
static int field_of(int column) {
  if (column < FIELD_packets) return column;
  if (column < ROLLUP_PATH) return column + 2; /* packets and bytes stand side by side */
  return column < ROLLUP_LATER ? FIELD_NONE : column - ROLLUP_LATER + FIELD_DEFAULT_COUNT;
}

_Static_assert(FIELD_bytes == FIELD_packets + 1, "field_of() passes over both");

/* What of a column is decided before the sums are made.  Conditions on measures are about the groups: SQLite's. */
static int push(int column, struct push *out) {
  static const struct push others[] = {
      [ROLLUP_MINUTE] = {.name = "minute", .subject = FIELD_start, .shape = SHAPE_TIME, .unit = CALENDAR_MINUTE},
      [ROLLUP_HOUR] = {.name = "hour", .subject = FIELD_start, .shape = SHAPE_TIME, .unit = CALENDAR_HOUR},
      [ROLLUP_DAY] = {.name = "day", .subject = FIELD_start, .shape = SHAPE_TIME, .unit = CALENDAR_DAY},
      [ROLLUP_ADDR] = {.name = "addr", .subject = SUBJECT_ADDR, .shape = SHAPE_TEXT, .must = 1},
      [ROLLUP_PORT] = {.name = "port", .subject = SUBJECT_PORT, .shape = SHAPE_NUMBER, .must = 1},
  };
  int f = field_of(column);
  if (f != FIELD_NONE) {
    columns_push_field(f, out);
    return 1;
  }
  if (column < ROLLUP_MINUTE || column > ROLLUP_PORT) return 0;
  *out = others[column];
  return 1;
}

static const struct plan_table plan_table = {.name = "flowlogs_rollup",
                                             .args = arguments,
                                             .nargs = (int)(sizeof arguments / sizeof *arguments),
                                             .first_selecting = ROLLUP_SINCE,
                                             .last_selecting = ROLLUP_FILTER,
                                             .ncolumns = ROLLUP_COLUMNS,
                                             .push = push};

static char *declare(void) {
  sqlite3_str *sql = sqlite3_str_new(NULL);
  sqlite3_str_appendall(sql, "CREATE TABLE x(");
  for (int column = 0; column < ROLLUP_COLUMNS; column++) {
    int f = field_of(column);
    if (column == ROLLUP_PATH) sqlite3_str_appendf(sql, ", %s", besides);
    if (f == FIELD_NONE) continue;
    sqlite3_str_appendf(sql, "%s\"%w\" %s%s", column ? ", " : "", fields[f].name,
                        fields[f].kind == KIND_INT ? "INTEGER" : "TEXT", f < FIELD_DEFAULT_COUNT ? "" : " HIDDEN");
  }
  sqlite3_str_appendall(sql, ")");
  return sqlite3_str_finish(sql);
}

static int connect(sqlite3 *db, void *aux, int argc, const char *const *argv, sqlite3_vtab **out, char **pzErr) {
  struct options options;
  (void)argc, (void)argv, (void)pzErr;
  char *sql = declare();
  if (!sql) return SQLITE_NOMEM;
  options_init(&options);
  int rc = table_declare(db, sql, &options, aux, out);
  sqlite3_free(sql);
  return rc;
}

static int best_index(sqlite3_vtab *table, sqlite3_index_info *info) {
  return plan_best_index(((struct table *)table)->db, info, &plan_table, 0, &table->zErrMsg);
}

static int open_cursor(sqlite3_vtab *table, sqlite3_vtab_cursor **out) {
  struct cursor *c = mem_alloc(sizeof *c);
  *out = NULL;
  if (!c) return SQLITE_NOMEM;
  memset(c, 0, offsetof(struct cursor, scan));
  query_open(&c->query, table);
  *out = &c->base;
  return SQLITE_OK;
}

/* The one way in which it stops: at its end, on an error, for another xFilter, on xClose. */
static void stop(struct cursor *c, int finished) {
  struct scan_counts counts;
  if (c->is_open) {
    rollup_scan_close(&c->scan, &counts);
    scan_stats_note(((struct table *)c->base.pVtab)->stats, &counts, finished);
  }
  c->is_open = 0;
  c->group = NULL;
}

static int close_cursor(sqlite3_vtab_cursor *base) {
  struct cursor *c = (struct cursor *)base;
  stop(c, 0);
  query_close(&c->query, base->pVtab);
  mem_free(c);
  return SQLITE_OK;
}

/* --- what the query wants ---------------------------------------------------------------------------------------- */

static int is_used(const struct cursor *c, int column) {
  return (int)(c->query.used >> (column < 63 ? column : 63) & 1);
}

/* The unit of start that the groups are told apart by: the finest one that is named, of which the others follow. */
static uint32_t time_unit(const struct cursor *c) {
  if (is_used(c, FIELD_start - 2)) return 1;
  return is_used(c, ROLLUP_MINUTE) ? 60 : is_used(c, ROLLUP_HOUR) ? 3600 : is_used(c, ROLLUP_DAY) ? 86400 : 0;
}

/* The grouping, from the columns that the query uses. */
static void choose_grouping(struct cursor *c) {
  struct grouping *g = &c->grouping;
  uint32_t unit = time_unit(c);
  memset(g, 0, sizeof *g);
  for (int f = 0; f < FIELD_COUNT; f++) c->dim[f] = NO_DIM;
  for (int column = 0; column < ROLLUP_COLUMNS; column++) {
    int f = field_of(column);
    if (f == FIELD_NONE || !(f == FIELD_start ? unit > 0 : is_used(c, column))) continue;
    c->dim[f] = (int)g->n;
    g->dim[g->n].field = (uint8_t)f;
    g->dim[g->n++].unit = f == FIELD_start ? unit : fields[f].kind == KIND_INT;
  }
  g->packets = (uint8_t)is_used(c, ROLLUP_PACKETS);
  g->bytes = (uint8_t)is_used(c, ROLLUP_BYTES);
  g->first_seen = (uint8_t)is_used(c, ROLLUP_FIRST_SEEN);
  g->last_seen = (uint8_t)is_used(c, ROLLUP_LAST_SEEN);
}

static int begin(struct cursor *c) {
  struct err e = {0};
  const struct rollup_scan_options options = {
      .scan = {.reader = {.guard = &c->query.list.guard,
                          .format = c->query.options.format,
                          .policy = c->query.options.policy,
                          .predicate = &c->query.predicate,
                          .filter = c->query.options.filter},
               .stop = interrupt_poll,
               .context = &c->query.interrupt,
               .threads = query_threads(&c->query)},
      .memory = c->query.options.memory,
  };
  c->is_open = 1;
  scan_stats_begin(((struct table *)c->base.pVtab)->stats, plan_table.name);
  if (!rollup_scan_open(&c->scan, &c->query.list.files, &c->grouping, &options, &e)) return SQLITE_OK;
  stop(c, 0);
  return report_error(&c->base.pVtab->zErrMsg, &e);
}

/* --- rows -------------------------------------------------------------------------------------------------------- */

static int next(sqlite3_vtab_cursor *base) {
  struct cursor *c = (struct cursor *)base;
  const struct batch *b;
  struct err e = {0};
  int rc = SQLITE_OK;
  if (rollup_scan_next(&c->scan, &c->group, &e)) rc = report_error(&base->pVtab->zErrMsg, &e);
  else if (c->group) group_values(c->group, &c->grouping, c->value);
  else if ((b = rollup_scan_problem(&c->scan)) != NULL)
    rc = report_problem(&base->pVtab->zErrMsg, c->query.list.files.file[b->file].path, b, &b->problem[0], REPORT_SKIP);
  if (rc || !c->group) stop(c, !rc);
  return rc;
}

static int filter(sqlite3_vtab_cursor *base, int idx, const char *plan, int argc, sqlite3_value **argv) {
  struct cursor *c = (struct cursor *)base;
  (void)idx;
  stop(c, 0);
  int rc = query_begin(&c->query, base->pVtab, &plan_table, plan, argc, argv);
  if (!rc) choose_grouping(c);
  if (!rc) rc = begin(c);
  return rc ? rc : next(base);
}

static int eof(sqlite3_vtab_cursor *base) { return ((struct cursor *)base)->group == NULL; }

static void result_number(sqlite3_context *ctx, uint64_t v) {
  if (v != GROUP_NULL) sqlite3_result_int64(ctx, (sqlite3_int64)v);
}

static void result_field(sqlite3_context *ctx, const struct cursor *c, int f) {
  const struct group_value *v = &c->value[c->dim[f]];
  if (v->number == GROUP_NULL) return;
  if (fields[f].kind == KIND_INT) sqlite3_result_int64(ctx, (sqlite3_int64)v->number);
  else sqlite3_result_text(ctx, v->text, (int)v->n, SQLITE_TRANSIENT);
}

static void result_unit(sqlite3_context *ctx, const struct cursor *c, enum calendar_unit unit) {
  char text[CALENDAR_TEXT];
  uint64_t start = c->value[c->dim[FIELD_start]].number;
  size_t n = start == GROUP_NULL ? 0 : calendar_format_unit((int64_t)start, unit, text);
  if (n) sqlite3_result_text(ctx, text, (int)n, SQLITE_TRANSIENT);
}

static void result_argument(sqlite3_context *ctx, const struct options *o, int column) {
  switch (column) {
  case ROLLUP_PATH: sqlite3_result_text(ctx, o->path, -1, SQLITE_TRANSIENT); break;
  case ROLLUP_ON_ERROR: sqlite3_result_text(ctx, options_on_error(o), -1, SQLITE_STATIC); break;
  case ROLLUP_FORMAT: sqlite3_result_text(ctx, o->format_text, -1, SQLITE_TRANSIENT); break;
  case ROLLUP_THREADS:
    if (o->threads >= 0) sqlite3_result_int(ctx, o->threads);
    break;
  case ROLLUP_MEMORY: sqlite3_result_int64(ctx, (sqlite3_int64)o->memory); break;
  case ROLLUP_SINCE: options_result_time(ctx, o->since); break;
  case ROLLUP_UNTIL: options_result_time(ctx, o->until); break;
  case ROLLUP_FILTER: sqlite3_result_text(ctx, o->filter_text, -1, SQLITE_TRANSIENT); break;
  }
}

static int column(sqlite3_vtab_cursor *base, sqlite3_context *ctx, int col) {
  const struct cursor *c = (const struct cursor *)base;
  const struct group *g = c->group;
  int f = field_of(col);
  if (!is_used(c, col)) return SQLITE_INTERNAL; /* it was not summed by this one; never a wrong answer */
  switch (col) {
  case ROLLUP_MINUTE: result_unit(ctx, c, CALENDAR_MINUTE); break;
  case ROLLUP_HOUR: result_unit(ctx, c, CALENDAR_HOUR); break;
  case ROLLUP_DAY: result_unit(ctx, c, CALENDAR_DAY); break;
  case ROLLUP_ADDR: report_either(ctx, "addr"); break;
  case ROLLUP_PORT: report_either(ctx, "port"); break;
  case ROLLUP_FLOWS: result_number(ctx, g->flows); break;
  case ROLLUP_PACKETS: result_number(ctx, g->packets); break;
  case ROLLUP_BYTES: result_number(ctx, g->bytes); break;
  case ROLLUP_FIRST_SEEN: result_number(ctx, g->first_seen); break;
  case ROLLUP_LAST_SEEN: result_number(ctx, g->last_seen); break;
  default:
    if (f != FIELD_NONE) result_field(ctx, c, f);
    else result_argument(ctx, &c->query.options, col);
  }
  return SQLITE_OK;
}

static int rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *out) {
  const struct cursor *c = (const struct cursor *)base;
  const struct options *o = &c->query.options;
  int apart = o->since != OPTIONS_NO_TIME || o->until != OPTIONS_NO_TIME || o->filter_text;
  for (size_t i = 0; i < c->query.predicate.n; i++) apart |= c->query.predicate.term[i].subject >= FIELD_COUNT;
  if (apart)
    return report_text(&base->pVtab->zErrMsg,
                       "flowlogs_rollup has no rowid with addr, port, since, until or filter; inside OR, "
                       "write the path and these once, outside of it, or IN (…)");
  *out = (sqlite3_int64)(hash_mix(group_id(c->group), c->query.base) >> 1);
  return SQLITE_OK;
}

const sqlite3_module flowlogs_rollup_module = {
    .iVersion = 0,
    .xCreate = NULL, /* a table-valued function only */
    .xConnect = connect,
    .xBestIndex = best_index,
    .xDisconnect = table_disconnect,
    .xOpen = open_cursor,
    .xClose = close_cursor,
    .xFilter = filter,
    .xNext = next,
    .xEof = eof,
    .xColumn = column,
    .xRowid = rowid,
    .xFindFunction = functions_find,
};
