/* SPDX-License-Identifier: MIT */
#include "tables/query.h"

#include <string.h>

#include "tables/rowid_base.h"

void query_open(struct query *q, sqlite3_vtab *table) {
  struct table *t = (struct table *)table;
  memset(q, 0, sizeof *q);
  interrupt_init(&q->interrupt, t->db);
  file_list_init(&q->list);
  rowid_base_open(&t->numbers);
}

void query_close(struct query *q, sqlite3_vtab *table) {
  rowid_base_close(&((struct table *)table)->numbers);
  file_list_clear(&q->list);
  interrupt_clear(&q->interrupt);
  predicate_clear(&q->predicate);
  options_clear(&q->options);
}

/* What stands for the value from here on, in rowid_base.h and row_cache.h, is its identity in the place of a path. */
static int find_payload(struct query *q, const struct fingerprint_key *key, char **pzErr) {
  int rc = file_list_unpack(&q->list, q->options.data, q->options.policy, key, &q->interrupt, pzErr);
  q->options.data = NULL; /* it is the caller's */
  if (rc) return rc;
  q->options.path = sqlite3_mprintf("%d %s", q->list.data_type, q->list.identity); /* a text is no blob */
  return q->options.path ? SQLITE_OK : SQLITE_NOMEM;
}

/* since and until are a term like those of the WHERE clause. */
static int add_period(const struct options *o, struct predicate *predicate) {
  struct err e = {0};
  struct predicate_term term = {.subject = FIELD_start, .op = PREDICATE_RANGE, .high = INT64_MAX};
  if (o->since == OPTIONS_NO_TIME && o->until == OPTIONS_NO_TIME) return SQLITE_OK;
  if (o->since > 0) term.low = (uint64_t)o->since;
  if (o->until != OPTIONS_NO_TIME) term.high = (uint64_t)o->until - 1;
  if ((o->until != OPTIONS_NO_TIME && o->until <= 0) || term.low > term.high) term.op = PREDICATE_NEVER;
  if (predicate_add(predicate, &term, &e)) return SQLITE_NOMEM;
  predicate_finish(predicate);
  return SQLITE_OK;
}

int query_begin(struct query *q, sqlite3_vtab *table, const struct plan_table *of, const char *plan, int argc,
                sqlite3_value **argv) {
  struct table *t = (struct table *)table;
  char **pzErr = &table->zErrMsg;
  options_clear(&q->options);
  predicate_clear(&q->predicate);
  int rc = options_copy(&q->options, &t->options);
  if (!rc) rc = plan_apply(t->db, plan, argc, argv, of, &q->options, &q->predicate, &q->used, pzErr);
  if (!rc) rc = add_period(&q->options, &q->predicate);
  if (!rc && of->is_payload) rc = find_payload(q, &t->fingerprint_key, pzErr);
  else if (!rc) rc = file_list_find(&q->list, q->options.path, &q->interrupt, pzErr);
  if (!rc) rc = rowid_base_find(&t->numbers, &q->options, q->list.files.n, &q->base, pzErr);
  return rc;
}

/* SQLite without mutexes, as it was compiled or by SQLITE_CONFIG_SINGLETHREAD: then all mutexes are the same one. */
static int is_single_threaded(void) {
  if (!sqlite3_threadsafe()) return 1;
  sqlite3_mutex *a = sqlite3_mutex_alloc(SQLITE_MUTEX_FAST), *b = sqlite3_mutex_alloc(SQLITE_MUTEX_FAST);
  int same = a == b;
  sqlite3_mutex_free(a);
  sqlite3_mutex_free(b);
  return same;
}

int query_threads(const struct query *q) { return is_single_threaded() ? 0 : q->options.threads; }
