/* SPDX-License-Identifier: MIT */
#include "query.h"

#include <string.h>

#include "numbers.h"
#include "plan.h"

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
  options_clear(&q->options);
}

int query_begin(struct query *q, sqlite3_vtab *table, const char *function, const char *plan, int argc,
                sqlite3_value **argv) {
  struct table *t = (struct table *)table;
  char **pzErr = &table->zErrMsg;
  options_clear(&q->options);
  int rc = options_copy(&q->options, &t->options);
  if (!rc) rc = plan_apply(plan, argc, argv, function, &q->options, &q->used, pzErr);
  if (!rc) rc = request_find(&q->request, q->options.path, &q->interrupt, pzErr);
  if (!rc) rc = numbers_find(&t->numbers, &q->options, q->request.files.n, &q->base, pzErr);
  return rc;
}
