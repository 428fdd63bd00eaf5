/* SPDX-License-Identifier: MIT */
#include "pass.h"

#include <string.h>

#include "columns.h"
#include "mem.h"
#include "plan.h"
#include "report.h"
#include "table.h"

int pass_open(sqlite3_vtab *table, sqlite3_vtab_cursor **out) {
  struct pass *p = mem_alloc(sizeof *p);
  *out = NULL;
  if (!p) return SQLITE_NOMEM;
  memset(p, 0, offsetof(struct pass, scan));
  interrupt_init(&p->interrupt, ((struct table *)table)->db);
  request_init(&p->request);
  numbers_open(&((struct table *)table)->numbers);
  *out = &p->cursor;
  return SQLITE_OK;
}

/* The one way in which a scan stops: at its end, on an error, for another xFilter, on xClose. */
static void stop(struct pass *p) {
  if (p->is_open) scan_close(&p->scan);
  p->is_open = 0;
  p->batch = NULL;
}

int pass_close(sqlite3_vtab_cursor *cursor) {
  struct pass *p = (struct pass *)cursor;
  stop(p);
  numbers_close(&((struct table *)cursor->pVtab)->numbers);
  request_clear(&p->request);
  interrupt_clear(&p->interrupt);
  options_clear(&p->options);
  mem_free(p);
  return SQLITE_OK;
}

int pass_begin(struct pass *p, const char *function, const char *plan, int argc, sqlite3_value **argv,
               enum policy policy) {
  uint8_t wanted[COLUMN_COUNT];
  sqlite3_uint64 used = 0;
  struct err e = {0};
  stop(p);
  p->count = 0;
  options_clear(&p->options);
  struct table *table = (struct table *)p->cursor.pVtab;
  int rc = options_copy(&p->options, &table->options);
  if (!rc) rc = plan_apply(plan, argc, argv, function, &p->options, &used, &p->cursor.pVtab->zErrMsg);
  if (!rc) rc = request_find(&p->request, p->options.path, &p->interrupt, &p->cursor.pVtab->zErrMsg);
  if (!rc) rc = numbers_find(&table->numbers, &p->options, p->request.files.n, &p->base, &p->cursor.pVtab->zErrMsg);
  if (rc) return rc;
  columns_wanted(policy == POLICY_COLLECT ? 0 : used, wanted);
  p->scan_options.reader.confine = &p->request.confine;
  p->scan_options.reader.format = p->options.format;
  p->scan_options.reader.policy = policy == POLICY_COLLECT ? policy : p->options.policy;
  p->scan_options.stop = interrupt_poll;
  p->scan_options.context = &p->interrupt;
  p->is_open = 1;
  if (!scan_open(&p->scan, &p->request.files, wanted, &p->scan_options, &e)) return SQLITE_OK;
  stop(p);
  return report_error(&p->cursor.pVtab->zErrMsg, &e);
}

int pass_next(struct pass *p) {
  struct err e = {0};
  int rc = SQLITE_OK;
  p->at = 0;
  if (p->batch && p->batch->nproblems && p->scan_options.reader.policy == POLICY_FAIL)
    rc = report_problem(&p->cursor.pVtab->zErrMsg, pass_file(p), p->batch, &p->batch->problem[0]);
  else if (scan_next(&p->scan, &p->batch, &e)) rc = report_error(&p->cursor.pVtab->zErrMsg, &e);
  if (rc || !p->batch) stop(p);
  return rc;
}

const char *pass_file(const struct pass *p) { return p->request.files.file[p->batch->file].path; }
