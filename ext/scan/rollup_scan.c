/* SPDX-License-Identifier: MIT */
/*
** A worker takes files in the list's order, so when one has a problem, all earlier files have been given out: they are
** read to their ends, since they might have one, too, and the later ones are given up.
*/
#include "scan/rollup_scan.h"

#include <string.h>

#include "base/mem.h"
#include "predicate/prune.h"

#define PATIENCE_MS 20 /* how long the owner waits before it asks whether it is to stop */

static int is_stopped(struct rollup_scan *g) { return atomic_load_explicit(&g->stopped, memory_order_relaxed); }
static size_t failed_file(const struct rollup_scan *g) {
  return atomic_load_explicit(&g->failed_file, memory_order_relaxed);
}

/* --- a worker ---------------------------------------------------------------------------------------------------- */

/* Takes the next file that has to be read; with the mutex. */
static int take_file(struct rollup_scan *g, size_t *file) {
  const struct predicate *predicate = g->options.scan.reader.predicate;
  for (; g->next < failed_file(g) && !is_stopped(g); g->next++) {
    if (!predicate || prune_keeps(predicate, g->files->file[g->next].path)) {
      *file = g->next++;
      return 1;
    }
    g->counts.pruned++;
  }
  return 0;
}

static int begin_file(struct rollup_scan *g, struct rollup_scan_worker *w) {
  pthread_mutex_lock(&g->mutex);
  w->is_open = take_file(g, &w->file);
  pthread_mutex_unlock(&g->mutex);
  if (!w->is_open) return 0;
  const struct file *file = &g->files->file[w->file];
  batch_reset(&w->batch);
  reader_open(&w->reader, file->path, scan_expectation(file));
  return 1;
}

static void end_file(struct rollup_scan *g, struct rollup_scan_worker *w) {
  reader_close(&w->reader);
  pthread_mutex_lock(&g->mutex);
  if (w->reader.verdict == VERDICT_OTHER && w->file == 0) memcpy(g->why, w->reader.why, sizeof g->why);
  scan_add_file(&g->counts, &w->reader);
  pthread_mutex_unlock(&g->mutex);
  w->is_open = 0;
}

/* The file has a problem: keeps it if it is the earliest one. */
static void fail_file(struct rollup_scan *g, struct rollup_scan_worker *w) {
  pthread_mutex_lock(&g->mutex);
  if (w->file < failed_file(g)) {
    struct batch kept = w->batch;
    w->batch = g->failed;
    g->failed = kept;
    atomic_store_explicit(&g->failed_file, w->file, memory_order_relaxed);
  }
  pthread_mutex_unlock(&g->mutex);
}

/* Reads a window of the worker's file.  0: no memory. */
static int work(struct rollup_scan *g, struct rollup_scan_worker *w) {
  struct err e = {0};
  w->batch.file = (uint32_t)w->file;
  enum reader_result rc = reader_next(&w->reader, &w->batch, &e);
  if (rc == READER_ERROR) return 0;
  if (w->batch.nproblems) fail_file(g, w);
  if (rc == READER_END || w->file >= failed_file(g)) end_file(g, w);
  return 1;
}

static int is_full(const struct rollup_scan *g, const struct rollup_scan_worker *w) {
  return group_bytes(&w->groups, BATCH_WINDOW) > g->share && w->groups.used;
}

/* Gives the groups to the owner, and waits until it is done with them. */
static void hand_over(struct rollup_scan *g, struct rollup_scan_worker *w) {
  pthread_mutex_lock(&g->mutex);
  if (failed_file(g) < g->files->n) { /* nobody will want them */
    groups_clear(&w->groups);
  } else {
    w->is_full = 1;
    w->next = g->full;
    g->full = w;
    pthread_cond_signal(&g->news);
    while (w->is_full && !is_stopped(g)) pthread_cond_wait(&g->emptied, &g->mutex);
  }
  pthread_mutex_unlock(&g->mutex);
}

static int stop_merge(void *scan) { return is_stopped(scan); }

/* The worker has ended: adds to its groups those of others that have; the last one to end has them all.  0: no memory. */
static int merge(struct rollup_scan *g, struct rollup_scan_worker *w) {
  struct err e = {0};
  pthread_mutex_lock(&g->mutex);
  while (g->merged && !e.code && !is_stopped(g)) {
    struct rollup_scan_worker *other = g->merged;
    g->merged = NULL;
    pthread_mutex_unlock(&g->mutex);
    if (other->groups.used > w->groups.used) { /* the larger one is the one that stays */
      struct groups larger = other->groups;
      other->groups = w->groups;
      w->groups = larger;
    }
    groups_merge(&w->groups, &other->groups, stop_merge, g, &e);
    pthread_mutex_lock(&g->mutex);
  }
  if (!g->merged) g->merged = w;
  pthread_mutex_unlock(&g->mutex);
  return !e.code;
}

static int begin_worker(struct rollup_scan *g, struct rollup_scan_worker *w) {
  static const uint8_t none[COLUMN_COUNT];
  struct err e = {0};
  reader_init(&w->reader, &g->options.scan.reader, &e);
  w->reader.grouping = g->grouping;
  w->reader.groups = &w->groups;
  return !batch_init(&w->batch, none, &e) && !e.code;
}

/* Frees all but the groups; a file that it is at counts as far as it was read. */
static void end_worker(struct rollup_scan *g, struct rollup_scan_worker *w) {
  if (w->is_open) end_file(g, w);
  reader_clear(&w->reader);
  batch_clear(&w->batch);
}

/* What a thread does: files, until there are no more. */
static void job(void *scan, unsigned number) {
  struct rollup_scan *g = scan;
  struct rollup_scan_worker *w = &g->worker[number];
  int ok = begin_worker(g, w);
  while (ok && !is_stopped(g) && (w->is_open || begin_file(g, w))) {
    ok = work(g, w);
    if (ok && is_full(g, w)) hand_over(g, w);
  }
  end_worker(g, w);
  if (ok) ok = merge(g, w);
  pthread_mutex_lock(&g->mutex);
  if (!ok) {
    g->no_memory = 1;
    atomic_store_explicit(&g->stopped, 1, memory_order_relaxed);
    pthread_cond_broadcast(&g->emptied);
  }
  g->running--;
  pthread_cond_signal(&g->news);
  pthread_mutex_unlock(&g->mutex);
}

/* --- the owner --------------------------------------------------------------------------------------------------- */

static enum err_code make_workers(struct rollup_scan *g, struct err *e) {
  static const uint8_t none[COLUMN_COUNT];
  unsigned threads = scan_threads(g->files, g->options.scan.threads);
  g->nworkers = threads ? threads : 1;
  g->share = g->options.memory / g->nworkers;
  if (batch_init(&g->failed, none, e)) return e->code;
  if (!(g->worker = mem_alloc(g->nworkers * sizeof *g->worker))) return err_nomem(e);
  memset(g->worker, 0, g->nworkers * sizeof *g->worker);
  pthread_mutex_lock(&g->mutex); /* no worker ends before they are counted */
  g->running = threads_start(&g->threads, threads, job, g);
  g->counts.threads = g->running;
  pthread_mutex_unlock(&g->mutex);
  if (g->threads.n) return ERR_NONE;
  return begin_worker(g, g->worker) ? ERR_NONE : err_nomem(e);
}

enum err_code rollup_scan_open(struct rollup_scan *g, const struct files *files, const struct grouping *grouping,
                               const struct rollup_scan_options *options, struct err *e) {
  memset(g, 0, sizeof *g);
  g->files = files;
  g->grouping = grouping;
  g->options = *options;
  g->options.scan.reader.ahead = scan_reads_ahead(files, options->scan.threads);
  g->counts.files = files->n;
  atomic_init(&g->failed_file, files->n);
  atomic_init(&g->stopped, 0);
  if (pthread_mutex_init(&g->mutex, NULL) || pthread_cond_init(&g->news, NULL) || pthread_cond_init(&g->emptied, NULL))
    return err_nomem(e); /* the one reason that there can be, and on common systems not even that */
  g->is_ready = 1;
  return make_workers(g, e);
}

void rollup_scan_close(struct rollup_scan *g, struct scan_counts *counts) {
  if (counts) memset(counts, 0, sizeof *counts);
  if (!g->is_ready) return;
  pthread_mutex_lock(&g->mutex);
  atomic_store_explicit(&g->stopped, 1, memory_order_relaxed);
  pthread_cond_broadcast(&g->emptied);
  pthread_mutex_unlock(&g->mutex);
  int own = g->worker && !g->threads.n;
  threads_join(&g->threads);
  if (own) end_worker(g, g->worker);
  if (counts) *counts = g->counts;
  for (unsigned i = 0; g->worker && i < g->nworkers; i++) groups_clear(&g->worker[i].groups);
  mem_free(g->worker);
  batch_clear(&g->failed);
  pthread_cond_destroy(&g->emptied);
  pthread_cond_destroy(&g->news);
  pthread_mutex_destroy(&g->mutex);
  g->is_ready = 0;
}

const struct batch *rollup_scan_problem(const struct rollup_scan *g) {
  return failed_file(g) < g->files->n ? &g->failed : NULL;
}

/* Looks for groups that the workers have handed over, or for the merged ones. */
static enum err_code get_groups(struct rollup_scan *g, struct err *e) {
  pthread_mutex_lock(&g->mutex);
  if (!g->full && g->running) threads_wait(&g->news, &g->mutex, PATIENCE_MS);
  g->current = g->full;
  if (g->full) {
    g->full = g->full->next;
  } else if (!g->running) {
    g->is_last = 1;
    g->current = g->merged;
    if (g->no_memory) err_nomem(e);
  }
  pthread_mutex_unlock(&g->mutex);
  return e->code;
}

/* Where there are no threads: does a piece of work. */
static enum err_code work_oneself(struct rollup_scan *g, struct err *e) {
  struct rollup_scan_worker *w = g->worker;
  if (w->is_open || begin_file(g, w)) {
    if (!work(g, w)) return err_nomem(e);
    if (is_full(g, w)) g->current = w;
  } else {
    g->is_last = 1;
    g->current = w;
  }
  return ERR_NONE;
}

/* The current groups have been returned: frees them, and lets their worker go on. */
static void release_groups(struct rollup_scan *g) {
  struct rollup_scan_worker *w = g->current;
  g->current = NULL;
  memset(&g->place, 0, sizeof g->place);
  groups_clear(&w->groups);
  pthread_mutex_lock(&g->mutex);
  w->is_full = 0;
  pthread_cond_broadcast(&g->emptied);
  pthread_mutex_unlock(&g->mutex);
}

enum err_code rollup_scan_next(struct rollup_scan *g, const struct group **group, struct err *e) {
  *group = NULL;
  for (;;) {
    if (g->current && !rollup_scan_problem(g) && (*group = groups_next(&g->current->groups, &g->place)))
      return ERR_NONE;
    if (g->current) release_groups(g);
    if (g->is_last) return ERR_NONE;
    if (g->options.scan.stop && g->options.scan.stop(g->options.scan.context))
      return err_set(e, ERR_INTERRUPT, 0, "interrupted");
    if (g->threads.n ? get_groups(g, e) : work_oneself(g, e)) return e->code;
    if (g->is_last && g->files->n && g->counts.passed_over == g->files->n)
      return scan_nothing_found(g->files, g->why, e);
  }
}
