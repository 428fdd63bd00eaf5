/* SPDX-License-Identifier: MIT */
/*
** Rows come from a scan of the files, or from the row cache when SQLite runs the table as the
** inner loop of a join. begin_records() asks the cache which of the two it is.
**
** Of a pipe, the first round keeps the rows.  Where they are too many, it gets those that were kept, and
** then goes on with the scan, which has rows for all rounds, and shows those that meet its own
** predicate:
**
**     kept rows | rest.batch, the one that did not fit | what record_cursor_next() brings
**
** A later round cannot read the pipe again, which is an error.
*/
#include "tables/record_cursor.h"

#include <string.h>

#include "tables/columns.h"
#include "base/mem.h"
#include "file/pipe.h"
#include "sqlite/report.h"

int record_cursor_open(sqlite3_vtab *table, sqlite3_vtab_cursor **out) {
  struct record_cursor *p = mem_alloc(sizeof *p);
  *out = NULL;
  if (!p) return SQLITE_NOMEM;
  memset(p, 0, offsetof(struct record_cursor, scan));
  query_open(&p->query, table);
  *out = &p->query.cursor;
  return SQLITE_OK;
}

/* The one way in which a scan stops: at its end, on an error, for another xFilter, on xClose. */
static void stop(struct record_cursor *p, int finished) {
  struct scan_counts counts;
  if (p->is_open) {
    scan_close(&p->scan, &counts);
    query_note_scan(&p->query, &counts, finished);
  }
  if (p->served) p->served->users--;
  p->served = NULL;
  p->is_open = 0;
  p->batch = p->rest.batch = NULL;
}

int record_cursor_close(sqlite3_vtab_cursor *cursor) {
  struct record_cursor *p = (struct record_cursor *)cursor;
  stop(p, 0);
  if (p->rounds > 1 && p->looped) row_cache_close(p->looped);
  query_close(&p->query);
  mem_free(p);
  return SQLITE_OK;
}

static int open_scan(struct record_cursor *p, enum policy policy, const struct predicate *predicate) {
  struct err e = {0};
  struct scan_options *o = &p->scan_options;
  int rc = query_scan_options(&p->query, predicate, o);
  if (rc) return rc;
  if (policy == POLICY_COLLECT) o->reader.policy = policy;
  p->is_open = 1;
  query_begin_scan(&p->query);
  if (!scan_open(&p->scan, &p->query.list.files, p->wanted, o, &e)) return SQLITE_OK;
  stop(p, 0);
  return report_error(&p->query.cursor.pVtab->zErrMsg, &e);
}

/*
** Reads all rows that rounds of this place can need into memory.  *kept becomes 0 when there are
** too many; what is left of a pipe is the rest then.
*/
static int fill(struct record_cursor *p, struct row_cache_place *place, int *kept) {
  int is_pipe = files_pipe(&p->query.list.files) != NULL;
  for (size_t i = 0; i < p->query.predicate.n; i++)
    predicate_subject_columns(p->query.predicate.term[i].subject, p->wanted);
  int rc = open_scan(p, POLICY_FAIL, &place->predicate);
  *kept = 1;
  while (!rc && *kept && !(rc = record_cursor_next(p)) && p->batch) *kept = !row_cache_add(place, p->batch, is_pipe);
  if (!rc && !*kept && is_pipe) {
    p->rest.batch = p->batch;
    p->rest.at = 0;
    return *kept = 1, SQLITE_OK;
  }
  stop(p, !rc && *kept);
  if (!rc && *kept) *kept = !row_cache_finish(place, &p->query.predicate);
  return rc;
}

/* A round cannot read the pipe again, and the rows did not fit. */
static int too_many(struct record_cursor *p) {
  return report_text(&p->query.cursor.pVtab->zErrMsg,
                     "'%s' is a pipe, which can be read only once, and this query asks for its rows again: they take "
                     "more than %lld bytes; " PIPE_ADVICE,
                     files_pipe(&p->query.list.files)->path, (long long)p->query.options.memory);
}

static int begin_records(struct record_cursor *p, const char *plan) {
  struct table *t = query_table(&p->query);
  struct row_cache_place *place;
  if (!t->row_cache) {
    t->row_cache = mem_alloc(sizeof *t->row_cache);
    if (!t->row_cache) return SQLITE_NOMEM;
    memset(t->row_cache, 0, sizeof *t->row_cache);
  }
  int rc, kept = 0;
  switch (row_cache_ask(t->row_cache, &p->query, plan, &place)) {
  case ROW_CACHE_NOMEM: return SQLITE_NOMEM;
  case ROW_CACHE_READ:
    if (place && place->state == ROW_CACHE_TOO_MANY && files_pipe(&p->query.list.files)) return too_many(p);
    break;
  case ROW_CACHE_SERVE: kept = 1; break;
  case ROW_CACHE_FILL:
    rc = fill(p, place, &kept);
    if (rc) return rc;
    break;
  }
  if (!kept) return open_scan(p, POLICY_FAIL, &p->query.predicate);
  p->served = p->looped = place;
  place->users++;
  row_store_find(&place->keep, &p->query.predicate, &p->round);
  return SQLITE_OK;
}

int record_cursor_begin(struct record_cursor *p, const char *plan, int argc, sqlite3_value **argv, enum policy policy) {
  stop(p, 0);
  p->count = 0;
  p->rounds++;
  int rc = query_begin(&p->query, plan, argc, argv);
  if (rc) return rc;
  columns_wanted(query_of(&p->query), p->query.used, p->wanted);
  return policy == POLICY_COLLECT ? open_scan(p, policy, &p->query.predicate) : begin_records(p, plan);
}

/* The next row of what was not kept. */
static int next_rest(struct record_cursor *p) {
  for (p->batch = p->rest.batch; p->batch;) {
    while (p->rest.at < p->batch->nrows) {
      p->at = p->rest.at++;
      if (row_store_meets(&p->query.predicate, p->batch, p->at)) return SQLITE_OK;
    }
    int rc = record_cursor_next(p);
    if (rc) return rc;
    p->rest.batch = p->batch;
    p->rest.at = 0;
  }
  return SQLITE_OK;
}

int record_cursor_next_kept(struct record_cursor *p) {
  p->batch = row_store_next(&p->served->keep, &p->round, &p->at);
  if (p->batch) return SQLITE_OK;
  if (p->rest.batch) return next_rest(p);
  stop(p, 1);
  return SQLITE_OK;
}

int record_cursor_next(struct record_cursor *p) {
  struct err e = {0};
  int rc = SQLITE_OK;
  p->at = 0;
  if (p->batch && p->batch->nproblems && p->scan_options.reader.policy != POLICY_COLLECT)
    rc = report_problem(&p->query.cursor.pVtab->zErrMsg, record_cursor_file(p), p->batch, &p->batch->problem[0],
                        query_advice(&p->query, p->batch->problem[0].code));
  else if (scan_next(&p->scan, &p->batch, &e)) rc = report_error(&p->query.cursor.pVtab->zErrMsg, &e);
  else if (p->batch && batch_exhausted(p->batch))
    rc =
        report_problem(&p->query.cursor.pVtab->zErrMsg, record_cursor_file(p), p->batch, batch_exhausted(p->batch), "");
  if (rc || !p->batch) stop(p, !rc);
  else watch_rows(&p->query.watch);
  return rc;
}

const char *record_cursor_file(const struct record_cursor *p) { return p->query.list.files.file[p->batch->file].path; }
