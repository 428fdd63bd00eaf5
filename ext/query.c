/* SPDX-License-Identifier: MIT */
#include "query.h"

#include <string.h>

#include "numbers.h"

void query_open(struct query *q, sqlite3_vtab *table) {
  struct table *t = (struct table *)table;
  memset(q, 0, sizeof *q);
  interrupt_init(&q->interrupt, t->db);
  request_init(&q->request);
  numbers_open(&t->numbers);
}

void query_close(struct query *q, sqlite3_vtab *table) {
  numbers_close(&((struct table *)table)->numbers);
  request_clear(&q->request);
  interrupt_clear(&q->interrupt);
  pred_clear(&q->pred);
  options_clear(&q->options);
}

/* What stands for the value from here on, in numbers.h and recall.h, is its identity in the place of a path. */
static int find_payload(struct query *q, const struct identity_key *key, char **pzErr) {
  int rc = request_unpack(&q->request, q->options.data, q->options.policy, key, &q->interrupt, pzErr);
  q->options.data = NULL; /* it is the caller's */
  if (rc) return rc;
  q->options.path = sqlite3_mprintf("%d %s", q->request.data_type, q->request.identity); /* a text is no blob */
  return q->options.path ? SQLITE_OK : SQLITE_NOMEM;
}

/* since and until are a term like those of the WHERE clause. */
static int add_period(const struct options *o, struct pred *pred) {
  struct err e = {0};
  struct pred_term term = {.subject = FIELD_start, .op = PRED_RANGE, .high = INT64_MAX};
  if (o->since == OPTIONS_NO_TIME && o->until == OPTIONS_NO_TIME) return SQLITE_OK;
  if (o->since > 0) term.low = (uint64_t)o->since;
  if (o->until != OPTIONS_NO_TIME) term.high = (uint64_t)o->until - 1;
  if ((o->until != OPTIONS_NO_TIME && o->until <= 0) || term.low > term.high) term.op = PRED_NEVER;
  if (pred_add(pred, &term, &e)) return SQLITE_NOMEM;
  pred_finish(pred);
  return SQLITE_OK;
}

int query_begin(struct query *q, sqlite3_vtab *table, const struct plan_table *of, const char *plan, int argc,
                sqlite3_value **argv) {
  struct table *t = (struct table *)table;
  char **pzErr = &table->zErrMsg;
  options_clear(&q->options);
  pred_clear(&q->pred);
  int rc = options_copy(&q->options, &t->options);
  if (!rc) rc = plan_apply(t->db, plan, argc, argv, of, &q->options, &q->pred, &q->used, pzErr);
  if (!rc) rc = add_period(&q->options, &q->pred);
  if (!rc && of->is_payload) rc = find_payload(q, &t->identity_key, pzErr);
  else if (!rc) rc = request_find(&q->request, q->options.path, &q->interrupt, pzErr);
  if (!rc) rc = numbers_find(&t->numbers, &q->options, q->request.files.n, &q->base, pzErr);
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
