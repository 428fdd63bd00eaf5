/* SPDX-License-Identifier: MIT */
/*
** The options of the table are copied and then overridden, so that a created table keeps its own.
** since and until become a term of the predicate, like a condition on `start`.
*/
#include "tables/query.h"

#include <string.h>

#include "base/hash.h"
#include "sqlite/report.h"
#include "tables/columns.h"
#include "tables/payload_decode.h"
#include "tables/plan.h"
#include "tables/rowid_base.h"

void query_open(struct query *q, sqlite3_vtab *table) {
  struct table *t = (struct table *)table;
  memset(q, 0, sizeof *q);
  q->cursor.pVtab = table; /* SQLite does the same, but only after xOpen */
  watch_init(&q->watch, t->db);
  file_list_init(&q->list);
  rowid_base_open(&t->numbers);
}

void query_close(struct query *q) {
  rowid_base_close(&query_table(q)->numbers);
  index_use_clear(&q->index);
  file_list_clear(&q->list);
  watch_clear(&q->watch);
  predicate_clear(&q->predicate);
  options_clear(&q->options);
}

/*
** From here on, in rowid_base.h and row_cache.h, the fingerprint of the value stands in the place
** of a path.
*/
static int find_payload(struct query *q, const struct fingerprint_key *key, char **pzErr) {
  int rc = file_list_unpack(&q->list, q->options.data, q->options.policy, key, &q->watch.interrupt, pzErr);
  q->options.data = NULL; /* it is the caller's */
  if (rc) return rc;
  q->options.path = sqlite3_mprintf("%d %s", q->list.data_type, q->list.identity); /* a text is no blob */
  return q->options.path ? SQLITE_OK : SQLITE_NOMEM;
}

/* since and until become a term, as a condition on start would. */
static int add_period(const struct options *o, struct predicate *predicate, char **pzErr) {
  struct err e = {0};
  struct predicate_term term = {.subject = FIELD_start, .op = PREDICATE_RANGE, .high = INT64_MAX};
  if (o->since == OPTION_UNSET && o->until == OPTION_UNSET) return SQLITE_OK;
  if (o->since != OPTION_UNSET && o->until != OPTION_UNSET && o->since >= o->until)
    return report_text(pzErr, "no record can start between since and until, because since is not before until");
  if (o->since > 0) term.low = (uint64_t)o->since;
  if (o->until != OPTION_UNSET) term.high = (uint64_t)o->until - 1;
  if ((o->until != OPTION_UNSET && o->until <= 0) || term.low > term.high) term.op = PREDICATE_NEVER;
  if (predicate_add(predicate, &term, &e)) return SQLITE_NOMEM;
  predicate_finish(predicate);
  return SQLITE_OK;
}

/* A value in memory is read too fast for its progress to be shown. */
static int begin_watch(struct query *q, char **pzErr) {
  enum progress_mode mode = PROGRESS_OFF;
  int rc = columns_take_data(query_of(q)) ? SQLITE_OK : options_progress(&q->options, &mode, pzErr);
  watch_begin(&q->watch, mode);
  return rc;
}

/* Reads what the index knows of the files, if the query names one. */
static int find_in_index(struct query *q, char **pzErr) {
  const struct options *o = &q->options;
  const struct stop stop = watch_stop(&q->watch);
  if (!o->index_file) return index_use_clear(&q->index), SQLITE_OK;
  return index_use_begin(&q->index, o->index_file, o->format ? o->format : "", &q->list.files, q->list.number,
                         &q->list.guard, &stop, pzErr);
}

int query_begin(struct query *q, const char *plan, int argc, sqlite3_value **argv) {
  struct table *t = query_table(q);
  char **pzErr = &t->base.zErrMsg;
  options_clear(&q->options);
  predicate_clear(&q->predicate);
  int rc = options_copy(&q->options, &t->options);
  scan_stats_begin_values(t->stats, t->db);
  if (!rc) rc = plan_apply(q, plan, argc, argv, pzErr);
  if (!rc) rc = add_period(&q->options, &q->predicate, pzErr);
  if (!rc) rc = begin_watch(q, pzErr);
  if (!rc && columns_take_data(t->of)) rc = find_payload(q, &t->fingerprint_key, pzErr);
  else if (!rc) rc = file_list_find(&q->list, q->options.path, query_threads(&q->options), &q->watch, pzErr);
  if (!rc && !query_of(q)->writes_index) rc = find_in_index(q, pzErr);
  if (!rc) rc = rowid_base_find(&t->numbers, &q->options, q->list.files.n, &q->base, pzErr);
  if (rc) watch_end(&q->watch);
  else watch_pause(&q->watch);
  return rc;
}

_Static_assert(OPTION_UNSET == SCAN_STATS_NO_LIMIT, "a limit that was not given is no limit");

void query_begin_scan(struct query *q) {
  scan_stats_begin(query_table(q)->stats, query_of(q)->name, q->options.since, q->options.until);
}

/*
** A use of columns that share a bit in SQLite's mask says nothing about each of them, so it makes
** no note.
*/
void query_note_scan(struct query *q, struct scan_counts *counts, int finished) {
  const struct sql_table *of = query_of(q);
  for (int i = COLUMNS_ONE_BIT; i < of->ncolumns; i++)
    if (of->column[i].role == COLUMN_CELL && of->column[i].ref < FIELD_COUNT)
      memset(&counts->presence.use[of->column[i].ref], 0, sizeof *counts->presence.use);
  scan_stats_note(query_table(q)->stats, counts, finished);
  watch_end(&q->watch);
}

sqlite3_int64 query_sum_rowid(const struct query *q, uint64_t hash) {
  return (sqlite3_int64)(hash_mix(hash_mix(hash, q->base), (uint64_t)q->options.late) >> 1);
}

const char *query_advice(const struct query *q, enum err_code code) {
  if (!columns_take_data(query_of(q))) return REPORT_SKIP;
  if (code != ERR_FORMAT) return "on_error=skip skips it";
  return file_list_may_be_path(&q->list) ? PAYLOAD_DECODE_TAKES_PATH : PAYLOAD_DECODE_TAKES;
}

/*
** Is SQLite used without mutexes?  It may be compiled so, or the host has chosen
** SQLITE_CONFIG_SINGLETHREAD; then all mutexes are the same object.
*/
static int is_single_threaded(void) {
  if (!sqlite3_threadsafe()) return 1;
  sqlite3_mutex *a = sqlite3_mutex_alloc(SQLITE_MUTEX_FAST), *b = sqlite3_mutex_alloc(SQLITE_MUTEX_FAST);
  int same = a == b;
  sqlite3_mutex_free(a);
  sqlite3_mutex_free(b);
  return same;
}

/* A host that uses SQLite in one thread only expects that nobody else calls its allocator. */
int query_threads(const struct options *o) {
  if (is_single_threaded()) return 0;
  return o->threads == OPTION_UNSET ? -1 : (int)o->threads;
}

/*
** Does the query read a payload, or the files of a path, for each row of another table?  Then each of
** them is a part of what it reads.
*/
static int reads_parts(const struct query *q) {
  const struct sql_table *of = query_of(q);
  for (int i = 0; i < of->ncolumns; i++)
    if (of->column[i].role == COLUMN_OPTION && of->column[i].ref == OPTION_path)
      return table_is_joined(query_table(q), &of->column[i]);
  return 1;
}

int query_scan_options(struct query *q, const struct predicate *predicate, struct scan_options *out) {
  memset(out, 0, sizeof *out);
  out->reader.guard = &q->list.guard;
  out->reader.formats = q->options.formats;
  out->reader.policy = q->options.policy;
  out->reader.predicate = predicate;
  out->reader.filter = q->options.pattern;
  out->reader.stop = watch_stop(&q->watch);
  out->progress = &q->watch.progress;
  out->late = q->options.late;
  out->may_lack = reads_parts(q);
  out->threads = query_threads(&q->options);
  if (!q->options.index_file || query_of(q)->writes_index) return SQLITE_OK;
  return index_use_spare(&q->index, &q->list.files, predicate, q->options.pattern, query_of(q)->fits, &out->spared,
                         &query_table(q)->base.zErrMsg);
}
