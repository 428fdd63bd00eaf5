/* SPDX-License-Identifier: MIT */
/*
** The sink of a scan that sums has a table of groups for each worker, to which the worker's reader
** adds records without any lock.  Groups leave a worker in two ways:
**
**     at its end:     worker --+--> merged --> ... --> merged --> owner: `current`
**                     merged --+
**
**     when full:      worker --> list `full` --> owner: `current` --> emptied --> worker
**
** A worker that ends makes one table of its own and `merged`, which becomes `merged` again.  The
** smaller of the two is added to the larger one, and the mutex is not held meanwhile.  So the last
** worker that ends has the groups of all, and the owner returns these at the end.
**
** A worker whose groups take too much memory hands them to the owner and waits until the owner has
** returned them to its caller.  Then the worker goes on with an empty table.
**
** A problem ends the scan with POLICY_FAIL.  Files are dealt out in the order of the list, so when
** a file has a problem all files before it have been dealt out.  These are read to their ends,
** because one of them might have a problem as well, and it is the earliest problem that counts.
** Files after it are given up.
*/
#include "scan/rollup_scan.h"

#include <string.h>

#include "base/mem.h"

#define PATIENCE_MS 20 /* how long the owner waits before it asks whether it is to stop */

static const uint8_t no_columns[COLUMN_COUNT];

static size_t failed_file(const struct rollup_scan *g) {
  return atomic_load_explicit(&g->failed_file, memory_order_relaxed);
}

static int has_failed(const struct rollup_scan *g) { return failed_file(g) < g->workers.files->n; }

/* --- the sink ---------------------------------------------------------------------------------------------------- */

static enum err_code rollup_scan_begin(void *scan, struct worker *w, struct err *e) {
  struct rollup_scan *g = scan;
  w->reader.grouping = g->grouping;
  w->reader.groups = &g->worker[w->number].groups;
  return batch_init(&g->worker[w->number].batch, no_columns, e);
}

/* A worker that takes a later file all the same, because another fails meanwhile, gives it up at once. */
static int rollup_scan_admit(void *scan) {
  struct rollup_scan *g = scan;
  return atomic_load_explicit(&g->workers.next, memory_order_relaxed) < failed_file(g);
}

static struct batch *rollup_scan_room(void *scan, struct worker *w) {
  struct batch *b = &((struct rollup_scan *)scan)->worker[w->number].batch;
  batch_reset(b);
  b->file = (uint32_t)w->file;
  return b;
}

/* The file has a problem: keeps the problem if it is the earliest one. */
static void keep_problem(struct rollup_scan *g, size_t file, struct batch *b) {
  pthread_mutex_lock(&g->mutex);
  if (file < failed_file(g)) {
    struct batch kept = *b;
    *b = g->failed;
    g->failed = kept;
    atomic_store_explicit(&g->failed_file, file, memory_order_relaxed);
  }
  pthread_mutex_unlock(&g->mutex);
}

static int is_full(const struct rollup_scan *g, const struct rollup_scan_worker *own) {
  return group_bytes(&own->groups, BATCH_WINDOW) > g->share && own->groups.used;
}

/* Gives the groups to the owner, and waits until it is done with them. */
static void hand_over(struct rollup_scan *g, struct rollup_scan_worker *own) {
  pthread_mutex_lock(&g->mutex);
  if (has_failed(g)) { /* nobody will want them */
    groups_clear(&own->groups);
  } else {
    own->is_full = 1;
    own->next = g->full;
    g->full = own;
    pthread_cond_signal(&g->news);
    while (own->is_full && !workers_is_stopped(&g->workers)) pthread_cond_wait(&g->emptied, &g->mutex);
  }
  pthread_mutex_unlock(&g->mutex);
}

static int rollup_scan_deliver(void *scan, struct worker *w, enum reader_result result) {
  struct rollup_scan *g = scan;
  struct rollup_scan_worker *own = &g->worker[w->number];
  (void)result;
  if (own->batch.nproblems) keep_problem(g, w->file, &own->batch);
  if (!w->is_owner && is_full(g, own)) hand_over(g, own);
  return w->file < failed_file(g);
}

static void rollup_scan_end_file(void *scan, size_t file, struct batch *spare) {
  (void)scan, (void)file, (void)spare; /* the batch stays with its worker */
}

static int rollup_scan_is_stopped(void *scan) { return workers_is_stopped(&((struct rollup_scan *)scan)->workers); }

/*
** Makes one table of the worker's groups and those of the workers that ended before it.
** ERR_NOMEM.
*/
static enum err_code merge(struct rollup_scan *g, struct rollup_scan_worker *own, struct err *e) {
  pthread_mutex_lock(&g->mutex);
  while (g->merged && !e->code && !workers_is_stopped(&g->workers)) {
    struct rollup_scan_worker *other = g->merged;
    g->merged = NULL;
    pthread_mutex_unlock(&g->mutex);
    if (other->groups.used > own->groups.used) { /* the larger table is the one that stays */
      struct groups larger = other->groups;
      other->groups = own->groups;
      own->groups = larger;
    }
    groups_merge(&own->groups, &other->groups, rollup_scan_is_stopped, g, e);
    pthread_mutex_lock(&g->mutex);
  }
  if (!g->merged) g->merged = own;
  pthread_mutex_unlock(&g->mutex);
  return e->code;
}

static void rollup_scan_end(void *scan, struct worker *w, int ok) {
  struct rollup_scan *g = scan;
  struct rollup_scan_worker *own = &g->worker[w->number];
  struct err e = {0};
  batch_clear(&own->batch);
  w->batch = NULL;
  if (ok) ok = !merge(g, own, &e);
  if (!ok) {
    pthread_mutex_lock(&g->mutex);
    g->no_memory = 1;
    pthread_mutex_unlock(&g->mutex);
    workers_stop(&g->workers);
  }
  pthread_mutex_lock(&g->mutex);
  g->ended++;
  pthread_cond_signal(&g->news);
  pthread_mutex_unlock(&g->mutex);
}

static void rollup_scan_wake(void *scan) {
  struct rollup_scan *g = scan;
  pthread_mutex_lock(&g->mutex);
  pthread_cond_broadcast(&g->emptied);
  pthread_mutex_unlock(&g->mutex);
}

static const struct sink rollup_scan_sink = {
    .begin = rollup_scan_begin,
    .admit = rollup_scan_admit,
    .room = rollup_scan_room,
    .deliver = rollup_scan_deliver,
    .end_file = rollup_scan_end_file,
    .end = rollup_scan_end,
    .wake = rollup_scan_wake,
};

/* --- the owner --------------------------------------------------------------------------------------------------- */

enum err_code rollup_scan_open(struct rollup_scan *g, const struct files *files, const struct grouping *grouping,
                               const struct rollup_scan_options *options, struct err *e) {
  memset(g, 0, sizeof *g);
  g->grouping = grouping;
  atomic_init(&g->failed_file, files->n);
  if (threads_lock_init(&g->mutex, &g->news, &g->emptied, e)) return e->code;
  g->is_ready = 1;
  if (workers_open(&g->workers, files, &options->scan, &rollup_scan_sink, g, e)) return e->code;
  unsigned n = g->workers.n;
  g->share = options->memory / n;
  if (batch_init(&g->failed, no_columns, e)) return e->code;
  if (!(g->worker = mem_alloc(n * sizeof *g->worker))) return err_nomem(e);
  memset(g->worker, 0, n * sizeof *g->worker);
  return workers_start(&g->workers, e);
}

void rollup_scan_close(struct rollup_scan *g, struct scan_counts *counts) {
  if (counts) memset(counts, 0, sizeof *counts);
  if (!g->is_ready) return;
  if (workers_are_lost(&g->workers)) {
    g->is_ready = 0;
    return;
  }
  unsigned n = g->workers.n;
  workers_close(&g->workers, counts);
  for (unsigned i = 0; g->worker && i < n; i++) groups_clear(&g->worker[i].groups);
  mem_free(g->worker);
  batch_clear(&g->failed);
  threads_lock_clear(&g->mutex, &g->news, &g->emptied);
  g->is_ready = 0;
}

int rollup_scan_is_parted(const struct rollup_scan *g) {
  return g->is_parted || !g->is_last || (g->current && g->current->groups.is_split);
}

const struct batch *rollup_scan_problem(const struct rollup_scan *g) { return has_failed(g) ? &g->failed : NULL; }

/* Waits for groups that a worker has handed over, or for the merged ones.  ERR_NOMEM. */
static enum err_code get_groups(struct rollup_scan *g, struct err *e) {
  unsigned threads = g->workers.threads.n;
  pthread_mutex_lock(&g->mutex);
  if (!g->full && g->ended < threads) threads_wait(&g->news, &g->mutex, PATIENCE_MS);
  g->current = g->full;
  if (g->full) {
    g->full = g->full->next;
  } else if (g->ended == threads) {
    g->is_last = 1;
    g->current = g->merged;
    if (g->no_memory) err_nomem(e);
  }
  pthread_mutex_unlock(&g->mutex);
  return e->code;
}

/*
** Where there are no threads: does a piece of work, and looks whether there are groups to return
** after it.
*/
static enum err_code work_oneself(struct rollup_scan *g, struct err *e) {
  int more = workers_step(&g->workers, e);
  if (e->code) return e->code;
  if (!more) g->is_last = 1;
  if (!more || is_full(g, g->worker)) g->current = g->worker;
  return ERR_NONE;
}

/* The current groups have been returned: frees them, and lets their worker go on. */
static void release_groups(struct rollup_scan *g) {
  struct rollup_scan_worker *own = g->current;
  g->current = NULL;
  g->is_parted |= !g->is_last;
  memset(&g->place, 0, sizeof g->place);
  groups_clear(&own->groups);
  pthread_mutex_lock(&g->mutex);
  own->is_full = 0;
  pthread_cond_broadcast(&g->emptied);
  pthread_mutex_unlock(&g->mutex);
}

enum err_code rollup_scan_next(struct rollup_scan *g, const struct group **group, struct err *e) {
  *group = NULL;
  for (;;) {
    if (g->current && !has_failed(g) && (*group = groups_next(&g->current->groups, &g->place))) return ERR_NONE;
    if (workers_check_process(&g->workers, e)) return e->code;
    if (g->current) release_groups(g);
    if (g->is_last) return ERR_NONE;
    if (workers_poll(&g->workers, e)) return e->code;
    if (workers_has_threads(&g->workers) ? get_groups(g, e) : work_oneself(g, e)) return e->code;
    if (g->is_last && workers_check_end(&g->workers, e)) return e->code;
  }
}
