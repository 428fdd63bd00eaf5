/* SPDX-License-Identifier: MIT */
#include "pass.h"

#include <string.h>

#include "columns.h"
#include "plan.h"
#include "report.h"

void pass_init(struct pass *p, sqlite3_vtab *table, sqlite3 *db) {
  memset(p, 0, offsetof(struct pass, scan));
  p->table = table;
  p->is_open = 0;
  p->batch = NULL;
  interrupt_init(&p->interrupt, db);
  request_init(&p->request);
}

/* The one way in which a scan stops: at its end, on an error, for another xFilter, on xClose. */
static void stop(struct pass *p) {
  if (p->is_open) scan_close(&p->scan);
  p->is_open = 0;
  p->batch = NULL;
}

void pass_clear(struct pass *p) {
  stop(p);
  request_clear(&p->request);
  interrupt_clear(&p->interrupt);
  options_clear(&p->options);
}

int pass_begin(struct pass *p, const struct options *defaults, const char *function, const char *plan, int argc,
               sqlite3_value **argv, enum policy policy) {
  uint8_t wanted[COLUMN_COUNT];
  sqlite3_uint64 used = 0;
  struct err e = {0};
  stop(p);
  options_clear(&p->options);
  int rc = options_copy(&p->options, defaults);
  if (!rc) rc = plan_apply(plan, argc, argv, function, &p->options, &used, &p->table->zErrMsg);
  if (!rc) rc = request_find(&p->request, p->options.path, &p->interrupt, &p->table->zErrMsg);
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
  return report_error(&p->table->zErrMsg, &e);
}

int pass_next(struct pass *p) {
  struct err e = {0};
  int rc = SQLITE_OK;
  if (p->batch && p->batch->nproblems && p->scan_options.reader.policy == POLICY_FAIL)
    rc = report_problem(&p->table->zErrMsg, pass_file(p), p->batch, &p->batch->problem[0]);
  else if (scan_next(&p->scan, &p->batch, &e)) rc = report_error(&p->table->zErrMsg, &e);
  if (rc || !p->batch) stop(p);
  return rc;
}

const char *pass_file(const struct pass *p) { return p->request.files.file[p->batch->file].path; }
