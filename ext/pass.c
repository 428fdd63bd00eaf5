/* SPDX-License-Identifier: MIT */
#include "pass.h"

#include <string.h>

#include "columns.h"
#include "mem.h"
#include "report.h"
#include "unpack.h"

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
  if (p->served) p->served->users--;
  p->served = NULL;
  p->is_open = 0;
  p->batch = NULL;
}

int pass_close(sqlite3_vtab_cursor *cursor) {
  struct pass *p = (struct pass *)cursor;
  stop(p, 0);
  if (p->rounds > 1 && p->looped) recall_close(p->looped);
  query_close(&p->query, cursor->pVtab);
  mem_free(p);
  return SQLITE_OK;
}

static int open_scan(struct pass *p, enum policy policy, const struct pred *pred) {
  struct err e = {0};
  struct scan_options *o = &p->scan_options;
  o->reader.confine = &p->query.request.confine;
  o->reader.format = p->query.options.format;
  o->reader.policy = policy == POLICY_COLLECT ? policy : p->query.options.policy;
  o->reader.pred = pred;
  o->reader.filter = p->query.options.filter;
  o->threads = query_threads(&p->query);
  o->stop = interrupt_poll;
  o->context = &p->query.interrupt;
  p->is_open = 1;
  stats_begin(((struct table *)p->cursor.pVtab)->stats, p->of->name);
  if (!scan_open(&p->scan, &p->query.request.files, p->wanted, o, &e)) return SQLITE_OK;
  stop(p, 0);
  return report_error(&p->cursor.pVtab->zErrMsg, &e);
}

/* Reads all that rounds of this place can want into memory.  *kept becomes 0 when it is too much. */
static int fill(struct pass *p, struct recall_place *place, int *kept) {
  for (size_t i = 0; i < p->query.pred.n; i++) pred_subject_columns(p->query.pred.term[i].subject, p->wanted);
  int rc = open_scan(p, POLICY_FAIL, &place->pred);
  *kept = 1;
  while (!rc && *kept && !(rc = pass_next(p)) && p->batch) *kept = !recall_add(place, p->batch);
  stop(p, !rc && *kept);
  if (!rc && *kept) *kept = !recall_finish(place, &p->query.pred);
  return rc;
}

static int begin_records(struct pass *p, const char *plan) {
  struct table *t = (struct table *)p->cursor.pVtab;
  struct recall_place *place;
  if (!t->recall) {
    t->recall = mem_alloc(sizeof *t->recall);
    if (!t->recall) return SQLITE_NOMEM;
    memset(t->recall, 0, sizeof *t->recall);
  }
  int rc, kept = 0;
  switch (recall_ask(t->recall, t->db, &p->query, plan, &place)) {
  case RECALL_NOMEM: return SQLITE_NOMEM;
  case RECALL_READ: break;
  case RECALL_SERVE: kept = 1; break;
  case RECALL_FILL:
    rc = fill(p, place, &kept);
    if (rc) return rc;
    break;
  }
  if (!kept) return open_scan(p, POLICY_FAIL, &p->query.pred);
  p->served = p->looped = place;
  place->users++;
  keep_find(&place->keep, &p->query.pred, &p->round);
  return SQLITE_OK;
}

int pass_begin(struct pass *p, const struct plan_table *of, const char *plan, int argc, sqlite3_value **argv,
               enum policy policy) {
  stop(p, 0);
  p->count = 0;
  p->rounds++;
  p->of = of;
  int rc = query_begin(&p->query, p->cursor.pVtab, of, plan, argc, argv);
  if (rc) return rc;
  columns_wanted(policy == POLICY_COLLECT ? 0 : p->query.used, p->wanted);
  return policy == POLICY_COLLECT ? open_scan(p, policy, &p->query.pred) : begin_records(p, plan);
}

int pass_next_kept(struct pass *p) {
  p->batch = keep_next(&p->served->keep, &p->round, &p->at);
  if (!p->batch) stop(p, 1);
  return SQLITE_OK;
}

/* What to do about the batch's problem. */
static const char *advice(const struct pass *p) {
  if (!p->of->is_payload) return REPORT_SKIP;
  if (p->batch->problem[0].code != ERR_FORMAT) return "on_error=skip skips it";
  return request_may_be_path(&p->query.request) ? UNPACK_TAKES_PATH : UNPACK_TAKES;
}

int pass_next(struct pass *p) {
  struct err e = {0};
  int rc = SQLITE_OK;
  p->at = 0;
  if (p->batch && p->batch->nproblems && p->scan_options.reader.policy != POLICY_COLLECT)
    rc = report_problem(&p->cursor.pVtab->zErrMsg, pass_file(p), p->batch, &p->batch->problem[0], advice(p));
  else if (scan_next(&p->scan, &p->batch, &e)) rc = report_error(&p->cursor.pVtab->zErrMsg, &e);
  if (rc || !p->batch) stop(p, !rc);
  return rc;
}

const char *pass_file(const struct pass *p) { return p->query.request.files.file[p->batch->file].path; }
