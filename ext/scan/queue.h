/* SPDX-License-Identifier: MIT */
/*
** The queue between the workers of a scan and its owner.  The owner gets the batches in the order
** of the files in the list, whichever worker is done first.
**
**     worker, for each of its files:  queue_admit()  { queue_room()  queue_push() } ...  queue_end()
**     owner, until QUEUE_END:         queue_pop()  queue_recycle()
**
** queue_admit() returns as often as files may be read, and the worker takes the next of the list
** after it.  Each file of the list must be taken and ended by some worker, because the owner waits for the
** end of one file before it goes on to the next.
**
** Read-ahead is bounded: by QUEUE_BYTES of batches, and by QUEUE_FILES of files.  So are the batches
** that wait to be used again, by QUEUE_BYTES.  Each worker has one more batch.  Neither bound
** can bring the scan to a standstill, because the worker of the file that the owner waits for
** always gets a batch.
**
** Threads: the owner calls queue_init() and queue_clear() while no worker runs.  All other
** functions may be called by any thread; one mutex guards the struct.
**
** Ownership: a batch belongs to the queue, except between queue_room() and queue_push() or
** queue_end(), when it belongs to a worker, and between queue_pop() and queue_recycle(), when it
** belongs to the owner.
*/
#ifndef SCAN_QUEUE_H
#define SCAN_QUEUE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

#include "base/err.h"
#include "record/batch.h"

#define QUEUE_BYTES    (24u * 1024 * 1024) /* of batches, at most; a batch that the owner waits for may exceed it */
#define QUEUE_FILES    512                 /* files that may be read at once, from the one that the owner is at */
#define QUEUE_PATIENCE 20                  /* milliseconds that queue_pop() waits at most */
#define QUEUE_NO_FILE  SIZE_MAX

/* What the owner is woken for: see queue.c. */
#define QUEUE_MUCH 256 /* rows of a batch */
#define QUEUE_NEWS 32  /* batches and ends of files, counted since the owner began to wait */

enum queue_result {
  QUEUE_BATCH, /* a batch was returned */
  QUEUE_WAIT,  /* there is none yet: look whether the scan is to stop, and call again */
  QUEUE_END,   /* all files have been read to their ends */
  QUEUE_ERROR, /* a worker had no memory */
};

struct queue {
  pthread_mutex_t mutex; /* guards everything that follows */
  pthread_cond_t next;   /* workers wait for this: the owner is done with a file, so another may be admitted */
  pthread_cond_t filled; /* the owner waits for this: a batch, or the end of a file */
  const uint8_t *wanted; /* columns of a batch; not owned */
  size_t nfiles;         /* in the list */
  size_t admitted;       /* files that have been admitted, or more when there are no more */
  size_t current;        /* the file that the owner is at */
  size_t bytes;          /* of all batches that are not in `free` */
  unsigned waiting;      /* workers that wait for a file or for room */
  struct queue_waiter *waiters, *last_waiter; /* a list of those that wait for room; see queue.c */
  atomic_size_t awaited; /* the file for whose rows the owner has waited in vain, or QUEUE_NO_FILE */
  int owner_waits;
  unsigned news; /* batches and ends of files since the owner began to wait */
  int stopped, no_memory;
  struct batch *free;           /* a list of batches that nobody uses */
  size_t free_bytes;            /* memory of these, at most QUEUE_BYTES */
  struct queue_slot {           /* file f has slot f % QUEUE_FILES */
    struct batch *first, *last; /* its batches that the owner has not had */
    int ended;                  /* no more batches come */
  } slot[QUEUE_FILES];
};

/* wanted: COLUMN_COUNT flags, which must outlive the queue.  ERR_NOMEM: nothing is due then. */
enum err_code queue_init(struct queue *q, size_t nfiles, const uint8_t *wanted, struct err *e);
void queue_clear(struct queue *q);

/* Makes all workers that wait, or would wait, return at once. */
void queue_stop(struct queue *q);

/*
** Waits until one more file of the list may be read, in the order of the list.  0: the queue was
** stopped.
*/
int queue_admit(struct queue *q);

/*
** Does the owner wait for rows of this file, so that a batch with a few should be pushed?  Any
** thread, without the mutex.
*/
static inline int queue_is_awaited(struct queue *q, size_t file) {
  return atomic_load_explicit(&q->awaited, memory_order_relaxed) == file;
}

/*
** An empty batch for an admitted file; waits until there may be one.  NULL: the queue was stopped,
** or no memory.
*/
struct batch *queue_room(struct queue *q, size_t file);

/* Hands a batch over to the owner, behind the file's earlier ones. */
void queue_push(struct queue *q, size_t file, struct batch *b);

/*
** The file has been read to its end.  b: a batch from queue_room() that was not needed, or NULL.
*/
void queue_end(struct queue *q, size_t file, struct batch *b);

/*
** A worker has no memory: all work ends, and the owner gets QUEUE_ERROR once it has had the
** batches that there are of its file.  After queue_stop() it has no effect.
*/
void queue_fail(struct queue *q);

/*
** The next batch, or what there is instead of one.  With wait, QUEUE_WAIT is returned only after
** some waiting.
*/
enum queue_result queue_pop(struct queue *q, struct batch **b, int wait);

/* Gives a batch back, from the owner or from a worker that has no use for it. */
void queue_recycle(struct queue *q, struct batch *b);

#endif
