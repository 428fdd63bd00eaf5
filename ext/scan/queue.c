/* SPDX-License-Identifier: MIT */
/*
** Slots are a ring over the list of files.  A slot has a list of the file's batches and a flag for
** its end.  Here the owner is at file 5, and QUEUE_FILES is 4:
**
**     file      8       5       6       7      file 9 is not admitted yet: it needs slot 1
**     slot    [ 0 ]   [ 1 ]   [ 2 ]   [ 3 ]
**               |       |       |       |
**             (none)   batch   ended   batch       the owner takes the batch of file 5 next
**                                      batch
**
** When the owner has had all batches of a file that has ended, the slot becomes free, `current`
** moves on, and one more file may be admitted.
**
** Workers wait for two things, and there may be a thousand of them, so nobody is woken in vain.
** Those that wait for a file are all alike: each file that the owner is done with wakes one.  Those
** that wait for a batch are in a list, each with a condition of its own.  The one that the owner
** waits for is woken, or else, when there is room, the one with the earliest file, which wakes the
** next if there is room for that one, too.
**
** Batches are used again: a batch that the owner gives back goes to the list `free`, and a worker
** gets it from there.  `bytes` counts the memory of the batches outside that list.  A batch grows
** while a worker fills it, so its bytes are counted anew when it is pushed.
**
** Waking the owner for every few rows of many small files would cost more than reading the files.
** It is woken only when there is something of its file, and either that is much, or workers wait
** for it, or all files have been admitted, or much has happened since it began to wait.  Whatever
** it misses by that, it finds after QUEUE_PATIENCE.
**
** A worker hands over a batch when it is full.  A file may have a few rows in front of gigabytes
** without any, so an owner that has waited in vain sets `awaited`, and the file's worker then hands
** over what it has.
*/
#include "scan/queue.h"

#include <string.h>

#include "base/mem.h"
#include "base/threads.h"

enum err_code queue_init(struct queue *q, size_t nfiles, const uint8_t *wanted, struct err *e) {
  memset(q, 0, sizeof *q);
  q->nfiles = nfiles;
  q->wanted = wanted;
  atomic_init(&q->awaited, QUEUE_NO_FILE);
  return threads_lock_init(&q->mutex, &q->next, &q->filled, e);
}

static void free_batches(struct batch *b) {
  while (b) {
    struct batch *next = b->next;
    batch_clear(b);
    mem_free(b);
    b = next;
  }
}

void queue_clear(struct queue *q) {
  free_batches(q->free);
  for (size_t i = 0; i < QUEUE_FILES; i++) free_batches(q->slot[i].first);
  threads_lock_clear(&q->mutex, &q->next, &q->filled);
}

static struct queue_slot *slot_of(struct queue *q, size_t file) { return &q->slot[file % QUEUE_FILES]; }

/* Notes that a batch was pushed or a file has ended, and wakes the owner if that is worth it. */
static void wake_owner(struct queue *q, int is_much) {
  const struct queue_slot *slot = slot_of(q, q->current);
  q->news++;
  if (!q->owner_waits || (!slot->first && !slot->ended)) return;
  if (is_much || q->waiting || q->admitted >= q->nfiles || q->news >= QUEUE_NEWS) pthread_cond_signal(&q->filled);
}

/* --- waiting ------------------------------------------------------------------------------------------------------ */

/* A worker that waits for a batch.  It lies on the stack of the worker's thread. */
struct queue_waiter {
  pthread_cond_t wake;
  size_t file; /* the worker's */
  int is_woken;
  struct queue_waiter *next;
};

/* The worker waits.  The owner has to know, because it may be what the worker waits for. */
static void wait_as_worker(struct queue *q, pthread_cond_t *condition) {
  q->waiting++;
  if (q->owner_waits) pthread_cond_signal(&q->filled);
  pthread_cond_wait(condition, &q->mutex);
  q->waiting--;
}

/* The list is in the order of the files.  Most come at its end, because files are dealt out in order. */
static void add_waiter(struct queue *q, struct queue_waiter *w) {
  struct queue_waiter **p = &q->waiters;
  if (*p && q->last_waiter->file < w->file) p = &q->last_waiter->next;
  while (*p && (*p)->file < w->file) p = &(*p)->next;
  w->next = *p;
  *p = w;
  if (!w->next) q->last_waiter = w;
}

/* Takes the first one out of the list, and wakes it. */
static void wake_first(struct queue *q) {
  struct queue_waiter *w = q->waiters;
  q->waiters = w->next;
  w->is_woken = 1;
  pthread_cond_signal(&w->wake);
}

static void wait_for_room(struct queue *q, size_t file) {
  struct queue_waiter w = {.wake = PTHREAD_COND_INITIALIZER, .file = file};
  add_waiter(q, &w);
  while (!w.is_woken) wait_as_worker(q, &w.wake);
  pthread_cond_destroy(&w.wake);
}

/*
** Are there enough batches, so that this file's worker must wait?  Not while the owner waits for
** this very worker.
*/
static int is_enough(struct queue *q, size_t file) {
  return q->bytes >= QUEUE_BYTES && (file != q->current || slot_of(q, file)->first);
}

/* Wakes the worker with the earliest file of those that wait for a batch, if it may have one. */
static void offer_room(struct queue *q) {
  if (q->waiters && !is_enough(q, q->waiters->file)) wake_first(q);
}

/* Wakes everybody, after the queue was stopped. */
static void wake_all(struct queue *q) {
  pthread_cond_broadcast(&q->next);
  while (q->waiters) wake_first(q);
}

/* --- the workers' side -------------------------------------------------------------------------------------------- */

void queue_stop(struct queue *q) {
  pthread_mutex_lock(&q->mutex);
  q->stopped = 1;
  wake_all(q);
  pthread_mutex_unlock(&q->mutex);
}

int queue_admit(struct queue *q) {
  pthread_mutex_lock(&q->mutex);
  while (!q->stopped && q->admitted >= q->current + QUEUE_FILES) wait_as_worker(q, &q->next);
  int is_admitted = !q->stopped;
  q->admitted++;
  pthread_mutex_unlock(&q->mutex);
  return is_admitted;
}

/* Counts a batch as so many bytes, instead of what it was counted as before. */
static void charge(struct queue *q, struct batch *b, size_t bytes) {
  q->bytes += bytes - b->charged;
  b->charged = bytes;
}

static struct batch *new_batch(const struct queue *q) {
  struct err unused = {0};
  struct batch *b = mem_alloc(sizeof *b);
  if (b && batch_init(b, q->wanted, &unused)) {
    batch_clear(b);
    mem_free(b);
    b = NULL;
  }
  return b;
}

struct batch *queue_room(struct queue *q, size_t file) {
  pthread_mutex_lock(&q->mutex);
  while (!q->stopped && is_enough(q, file)) wait_for_room(q, file);
  struct batch *b = NULL;
  if (!q->stopped) {
    b = q->free;
    if (b) q->free = b->next, q->free_bytes -= batch_bytes(b);
    else b = new_batch(q);
    if (b) charge(q, b, batch_bytes(b));
    offer_room(q);
  }
  pthread_mutex_unlock(&q->mutex);
  if (b) batch_reset(b);
  return b;
}

void queue_push(struct queue *q, size_t file, struct batch *b) {
  struct queue_slot *slot = slot_of(q, file);
  pthread_mutex_lock(&q->mutex);
  charge(q, b, batch_bytes(b));
  b->next = NULL;
  if (slot->first) slot->last->next = b;
  else slot->first = b;
  slot->last = b;
  wake_owner(q, b->nrows >= QUEUE_MUCH || b->nproblems);
  pthread_mutex_unlock(&q->mutex);
}

/*
** Batches grow with the texts that they have had, so those that wait to be used again are bounded
** as well.
*/
static void put_back(struct queue *q, struct batch *b) {
  size_t bytes = batch_bytes(b);
  charge(q, b, 0);
  if (q->free_bytes + bytes > QUEUE_BYTES) {
    batch_clear(b);
    mem_free(b);
    return;
  }
  q->free_bytes += bytes;
  b->next = q->free;
  q->free = b;
}

void queue_end(struct queue *q, size_t file, struct batch *b) {
  pthread_mutex_lock(&q->mutex);
  if (b) put_back(q, b);
  slot_of(q, file)->ended = 1;
  wake_owner(q, 0);
  pthread_mutex_unlock(&q->mutex);
}

/* --- the owner's side --------------------------------------------------------------------------------------------- */

static void wait_for_batch(struct queue *q) {
  q->owner_waits = 1;
  q->news = 0;
  threads_wait(&q->filled, &q->mutex, QUEUE_PATIENCE);
  q->owner_waits = 0;
}

/* What there is at once: also moves `current` past files whose batches the owner has had. */
static enum queue_result look(struct queue *q, struct batch **b) {
  for (; q->current < q->nfiles; q->current++) {
    struct queue_slot *slot = slot_of(q, q->current);
    if (slot->first) {
      *b = slot->first;
      slot->first = (*b)->next;
      return QUEUE_BATCH;
    }
    if (q->no_memory) return QUEUE_ERROR;
    if (!slot->ended) return QUEUE_WAIT;
    slot->ended = 0;
    pthread_cond_signal(&q->next);
  }
  return QUEUE_END;
}

void queue_fail(struct queue *q) {
  pthread_mutex_lock(&q->mutex);
  if (!q->stopped) q->no_memory = 1;
  q->stopped = 1;
  pthread_cond_signal(&q->filled);
  wake_all(q);
  pthread_mutex_unlock(&q->mutex);
}

enum queue_result queue_pop(struct queue *q, struct batch **b, int wait) {
  *b = NULL;
  pthread_mutex_lock(&q->mutex);
  enum queue_result result = look(q, b);
  if (result == QUEUE_WAIT && wait) {
    offer_room(q);
    wait_for_batch(q);
    result = look(q, b);
  }
  atomic_store_explicit(&q->awaited, result == QUEUE_WAIT ? q->current : QUEUE_NO_FILE, memory_order_relaxed);
  offer_room(q);
  pthread_mutex_unlock(&q->mutex);
  return result;
}

void queue_recycle(struct queue *q, struct batch *b) {
  pthread_mutex_lock(&q->mutex);
  put_back(q, b);
  offer_room(q);
  pthread_mutex_unlock(&q->mutex);
}
