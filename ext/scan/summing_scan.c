/* SPDX-License-Identifier: MIT */
/*
** The sink of a scan that sums has sums for each worker, to which the worker's reader adds records
** without any lock.  They leave a worker in two ways:
**
**     at its end:     worker --+--> merged --> ... --> merged --> owner: `current`
**                     merged --+
**
**     when full:      worker --> list `full` --> owner: `current` --> emptied --> worker
**
** A worker that ends merges its own sums and `merged`, which become `merged` again.  The mutex is
** not held meanwhile.  So the last worker that ends has the sums of all, and the owner returns
** these at the end.
**
** A worker whose sums take too much memory hands them to the owner and waits until the owner has
** returned them to its caller.  Then the worker goes on with empty ones.
**
** A problem ends the scan with POLICY_FAIL.  Files are dealt out in the order of the list, so when
** a file has a problem all files before it have been dealt out.  These are read to their ends,
** because one of them might have a problem as well, and it is the earliest problem that counts.
** Files after it are given up.
*/
#include "scan/summing_scan.h"

#include <string.h>

#include "base/mem.h"

#define PATIENCE_MS 20 /* how long the owner waits before it asks whether it is to stop */

static const uint8_t no_columns[COLUMN_COUNT];

static size_t failed_file(const struct summing_scan *g) {
  return atomic_load_explicit(&g->failed_file, memory_order_relaxed);
}

/* --- the sink ---------------------------------------------------------------------------------------------------- */

static enum err_code summing_scan_begin(void *scan, struct worker *w, struct err *e) {
  struct summing_scan *g = scan;
  w->reader.summing = g->worker[w->number].summing;
  return batch_init(&g->worker[w->number].batch, no_columns, e);
}

/* A worker that takes a later file all the same, because another fails meanwhile, gives it up at once. */
static int summing_scan_admit(void *scan) {
  struct summing_scan *g = scan;
  return atomic_load_explicit(&g->workers.next, memory_order_relaxed) < failed_file(g);
}

static struct batch *summing_scan_room(void *scan, struct worker *w) {
  struct batch *b = &((struct summing_scan *)scan)->worker[w->number].batch;
  const struct summing *own = &w->reader.summing;
  batch_reset(b);
  b->file = (uint32_t)w->file;
  if (own->kind->begin_file) own->kind->begin_file(own->sums, w->file);
  return b;
}

/* The file has a problem: keeps the problem if it is the earliest one. */
static void keep_problem(struct summing_scan *g, size_t file, struct batch *b) {
  pthread_mutex_lock(&g->mutex);
  if (file < failed_file(g)) {
    struct batch kept = *b;
    *b = g->failed;
    g->failed = kept;
    atomic_store_explicit(&g->failed_file, file, memory_order_relaxed);
  }
  pthread_mutex_unlock(&g->mutex);
}

static int is_full(const struct summing_worker *own) { return own->summing.kind->is_full(own->summing.sums); }

static void clear(struct summing_worker *own) { own->summing.kind->clear(own->summing.sums); }

static int is_stopped(void *scan) { return workers_is_stopped(&((struct summing_scan *)scan)->workers); }

/* Finishes the sums in the thread of their worker.  Returns 0 if there is no memory. */
static int finish(struct summing_scan *g, const struct summing_worker *own) {
  const struct stop stop = {.ask = is_stopped, .context = g};
  struct err e = {0};
  const struct summing_kind *kind = own->summing.kind;
  return !kind->finish || kind->finish(own->summing.sums, &stop, &e) != ERR_NOMEM;
}

/* Gives the sums to the owner, and waits until it is done with them. */
static void hand_over(struct summing_scan *g, struct summing_worker *own) {
  pthread_mutex_lock(&g->mutex);
  if (summing_scan_has_failed(g)) { /* nobody will want them */
    clear(own);
  } else {
    own->is_full = 1;
    own->next = g->full;
    g->full = own;
    pthread_cond_signal(&g->news);
    while (own->is_full && !workers_is_stopped(&g->workers)) pthread_cond_wait(&g->emptied, &g->mutex);
  }
  pthread_mutex_unlock(&g->mutex);
}

/* There is no memory: the scan ends. */
static void give_up(struct summing_scan *g) {
  pthread_mutex_lock(&g->mutex);
  g->no_memory = 1;
  pthread_mutex_unlock(&g->mutex);
  workers_stop(&g->workers);
}

static int summing_scan_deliver(void *scan, struct worker *w, enum reader_result result) {
  struct summing_scan *g = scan;
  struct summing_worker *own = &g->worker[w->number];
  const struct summing_kind *kind = own->summing.kind;
  struct err e = {0};
  if (result == READER_END && kind->end_file && kind->end_file(own->summing.sums, &w->reader, &e)) {
    give_up(g);
    return 0;
  }
  if (own->batch.nproblems) keep_problem(g, w->file, &own->batch);
  if (!w->is_owner && is_full(own)) {
    if (finish(g, own)) hand_over(g, own);
    else give_up(g);
  }
  return w->file < failed_file(g);
}

static void summing_scan_end_file(void *scan, size_t file, struct batch *spare) {
  (void)scan, (void)file, (void)spare; /* the batch stays with its worker */
}

/*
** Adds the sums of the workers that ended before this one to its own, if they are to be added.
** ERR_NOMEM.
*/
static enum err_code merge(struct summing_scan *g, struct summing_worker *own, struct err *e) {
  const struct stop stop = {.ask = is_stopped, .context = g};
  pthread_mutex_lock(&g->mutex);
  while (g->merged && own->summing.kind->merge && !e->code && !workers_is_stopped(&g->workers)) {
    struct summing_worker *other = g->merged;
    g->merged = NULL;
    pthread_mutex_unlock(&g->mutex);
    own->summing.kind->merge(own->summing.sums, other->summing.sums, &stop, e);
    pthread_mutex_lock(&g->mutex);
  }
  if (!g->merged) g->merged = own;
  pthread_mutex_unlock(&g->mutex);
  return e->code;
}

static void summing_scan_end(void *scan, struct worker *w, int ok) {
  struct summing_scan *g = scan;
  struct summing_worker *own = &g->worker[w->number];
  struct err e = {0};
  batch_clear(&own->batch);
  w->batch = NULL;
  if (ok && !w->is_owner && !workers_is_stopped(&g->workers)) ok = finish(g, own);
  if (ok) ok = !merge(g, own, &e);
  if (!ok) give_up(g);
  pthread_mutex_lock(&g->mutex);
  g->ended++;
  pthread_cond_signal(&g->news);
  pthread_mutex_unlock(&g->mutex);
}

static void summing_scan_wake(void *scan) {
  struct summing_scan *g = scan;
  pthread_mutex_lock(&g->mutex);
  pthread_cond_broadcast(&g->emptied);
  pthread_mutex_unlock(&g->mutex);
}

static const struct sink summing_scan_sink = {
    .begin = summing_scan_begin,
    .admit = summing_scan_admit,
    .room = summing_scan_room,
    .deliver = summing_scan_deliver,
    .end_file = summing_scan_end_file,
    .end = summing_scan_end,
    .wake = summing_scan_wake,
};

/* --- the owner --------------------------------------------------------------------------------------------------- */

enum err_code summing_scan_open(struct summing_scan *g, const struct files *files, const struct scan_options *options,
                                struct err *e) {
  memset(g, 0, sizeof *g);
  atomic_init(&g->failed_file, files->n);
  if (threads_lock_init(&g->mutex, &g->news, &g->emptied, e)) return e->code;
  g->is_ready = 1;
  if (workers_open(&g->workers, files, options, &summing_scan_sink, g, e)) return e->code;
  unsigned n = g->workers.n;
  if (batch_init(&g->failed, no_columns, e)) return e->code;
  if (!(g->worker = mem_alloc(n * sizeof *g->worker))) return err_nomem(e);
  memset(g->worker, 0, n * sizeof *g->worker);
  return ERR_NONE;
}

enum err_code summing_scan_start(struct summing_scan *g, struct err *e) { return workers_start(&g->workers, e); }

void summing_scan_close(struct summing_scan *g, struct scan_counts *counts) {
  if (counts) memset(counts, 0, sizeof *counts);
  if (!g->is_ready) return;
  if (workers_are_lost(&g->workers)) {
    g->is_ready = 0;
    return;
  }
  workers_close(&g->workers, counts);
  mem_free(g->worker);
  batch_clear(&g->failed);
  threads_lock_clear(&g->mutex, &g->news, &g->emptied);
  g->is_ready = 0;
}

const struct batch *summing_scan_problem(const struct summing_scan *g) {
  return summing_scan_has_failed(g) ? &g->failed : NULL;
}

/* Waits for sums that a worker has handed over, or for the merged ones.  ERR_NOMEM. */
static enum err_code get_sums(struct summing_scan *g, struct err *e) {
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
** Where there are no threads: does a piece of work, and looks whether there are sums to return
** after it.
*/
static enum err_code work_oneself(struct summing_scan *g, struct err *e) {
  int more = workers_step(&g->workers, e);
  if (g->no_memory) err_nomem(e);
  if (e->code) return e->code;
  if (!more) g->is_last = 1;
  if (more && !is_full(g->worker)) return ERR_NONE;
  const struct summing *own = &g->worker->summing;
  g->current = g->worker;
  return own->kind->finish ? own->kind->finish(own->sums, &g->workers.options.reader.stop, e) : ERR_NONE;
}

/* The caller is done with the current sums: frees them, and lets their worker go on. */
static void release_sums(struct summing_scan *g) {
  struct summing_worker *own = g->current;
  g->current = NULL;
  g->is_parted |= !g->is_last;
  clear(own);
  pthread_mutex_lock(&g->mutex);
  own->is_full = 0;
  pthread_cond_broadcast(&g->emptied);
  pthread_mutex_unlock(&g->mutex);
}

enum err_code summing_scan_next(struct summing_scan *g, void **sums, struct err *e) {
  *sums = NULL;
  for (;;) {
    if (workers_check_process(&g->workers, e)) return e->code;
    if (g->current) release_sums(g);
    if (g->is_last) return ERR_NONE;
    if (workers_poll(&g->workers, e)) return e->code;
    if (workers_has_threads(&g->workers) ? get_sums(g, e) : work_oneself(g, e)) return e->code;
    int has_failed = summing_scan_has_failed(g); /* then some files were not read, and say nothing of the others */
    if (g->is_last && !has_failed && workers_check_end(&g->workers, e)) return e->code;
    if (!g->current || has_failed) continue;
    *sums = g->current->summing.sums;
    return ERR_NONE;
  }
}
