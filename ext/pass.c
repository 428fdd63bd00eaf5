/* SPDX-License-Identifier: MIT */
#include "pass.h"

#include <string.h>

#include "columns.h"
#include "mem.h"
#include "report.h"

int pass_open(sqlite3_vtab *table, sqlite3_vtab_cursor **out) {
  struct pass *p = mem_alloc(sizeof *p);
  *out = NULL;
  if (!p) return SQLITE_NOMEM;
  memset(p, 0, offsetof(struct pass, scan));
  query_open(&p->query, table);
  *out = &p->cursor;
  return SQLITE_OK;
}

/* The one way in which a scan stops: at its end, on an error, for another xFilter, on xClose. */
static void stop(struct pass *p, int finished) {
  struct scan_counts counts;
  if (p->is_open) {
    struct stats *stats = ((struct table *)p->cursor.pVtab)->stats;
    scan_close(&p->scan, &counts);
    stats_note(stats, &counts, finished);
  }
  p->is_open = 0;
  p->batch = NULL;
}

int pass_close(sqlite3_vtab_cursor *cursor) {
  struct pass *p = (struct pass *)cursor;
  stop(p, 0);
  query_close(&p->query, cursor->pVtab);
  mem_free(p);
  return SQLITE_OK;
}

int pass_begin(struct pass *p, const struct plan_table *of, const char *plan, int argc, sqlite3_value **argv,
               enum policy policy) {
  struct err e = {0};
  stop(p, 0);
  p->count = 0;
  stats_begin(((struct table *)p->cursor.pVtab)->stats, of->name);
  int rc = query_begin(&p->query, p->cursor.pVtab, of, plan, argc, argv);
  if (rc) return rc;
  columns_wanted(policy == POLICY_COLLECT ? 0 : p->query.used, p->wanted);
  p->scan_options.reader.confine = &p->query.request.confine;
  p->scan_options.reader.format = p->query.options.format;
  p->scan_options.reader.policy = policy == POLICY_COLLECT ? policy : p->query.options.policy;
  p->scan_options.reader.pred = &p->query.pred;
  p->scan_options.threads = query_threads(&p->query);
  p->scan_options.stop = interrupt_poll;
  p->scan_options.context = &p->query.interrupt;
  p->is_open = 1;
  if (!scan_open(&p->scan, &p->query.request.files, p->wanted, &p->scan_options, &e)) return SQLITE_OK;
  stop(p, 0);
  return report_error(&p->cursor.pVtab->zErrMsg, &e);
}

int pass_next(struct pass *p) {
  struct err e = {0};
  int rc = SQLITE_OK;
  p->at = 0;
  if (p->batch && p->batch->nproblems && p->scan_options.reader.policy == POLICY_FAIL)
    rc = report_problem(&p->cursor.pVtab->zErrMsg, pass_file(p), p->batch, &p->batch->problem[0]);
  else if (scan_next(&p->scan, &p->batch, &e)) rc = report_error(&p->cursor.pVtab->zErrMsg, &e);
  if (rc || !p->batch) stop(p, !rc);
  return rc;
}

const char *pass_file(const struct pass *p) { return p->query.request.files.file[p->batch->file].path; }
