/* SPDX-License-Identifier: MIT */
/*
** The queue between the workers of a scan and its owner: files are given out in the order of the list, and the owner
** gets their batches in that order, whichever worker is done first.
**
**     worker:  queue_take() a file { queue_room() fill queue_push() } queue_end()      again, until there is no file
**     owner:   queue_pop() a batch, queue_recycle() it                                 again, until QUEUE_END
**
** Read-ahead is bounded: by QUEUE_BYTES of batches and by QUEUE_FILES of files.  The worker of the file that the owner
** waits for always gets a batch, so it can't come to a standstill.  One mutex guards all; a batch belongs to whoever
** holds it, and the queue when nobody does.
**
** queue_init() and queue_clear() by the owner, with no worker running; queue_stop() makes all workers return soon.
*/
#ifndef SCAN_QUEUE_H
#define SCAN_QUEUE_H

#include <pthread.h>

#include "record/batch.h"
#include "base/err.h"

#define QUEUE_BYTES (24u * 1024 * 1024) /* of batches, at most: but for one that the owner waits for */
#define QUEUE_MUCH  256                 /* rows that are worth waking the owner */
#define QUEUE_NEWS  32                  /* so many batches and ends of files are, too */
#define QUEUE_FILES 512                 /* given out beyond the one that the owner waits for */

enum queue_result {
  QUEUE_BATCH, /* here is one */
  QUEUE_WAIT,  /* none yet: look whether you want to stop, and come again */
  QUEUE_END,   /* all files have been read to their ends */
  QUEUE_ERROR, /* a worker had no memory */
};

struct queue {
  pthread_mutex_t mutex; /* guards everything that follows */
  pthread_cond_t room;   /* workers wait for: fewer bytes, or the owner at another file */
  pthread_cond_t filled; /* the owner waits for: a batch, the end of a file */
  const uint8_t *wanted; /* columns of a batch; not owned */
  size_t nfiles;
  size_t admitted;  /* all files before this one may be read, or could be but for the stop */
  size_t current;   /* file that the owner is at */
  size_t bytes;     /* of all batches that are not free */
  unsigned waiting; /* workers that wait for room */
  int owner_waits;
  unsigned news; /* batches and ends of files since then */
  int stopped, no_memory;
  struct batch *free;
  struct queue_slot { /* file f is at f % QUEUE_FILES */
    struct batch *first, *last;
    int ended;
  } slot[QUEUE_FILES];
};

/* wanted: COLUMN_COUNT flags, which must outlive the queue. */
enum err_code queue_init(struct queue *q, size_t nfiles, const uint8_t *wanted, struct err *e);
void queue_clear(struct queue *q);
void queue_stop(struct queue *q);

/* Waits until the file may be read; 0 when the queue was stopped. */
int queue_admit(struct queue *q, size_t file);

/* An empty batch for a file that the caller took; waits until there may be one.  NULL: stopped, or no memory. */
struct batch *queue_room(struct queue *q, size_t file);
void queue_push(struct queue *q, size_t file, struct batch *b);

/* The file has been read to its end; b is a batch that was not needed, or NULL. */
void queue_end(struct queue *q, size_t file, struct batch *b);

/* A worker can't go on for want of memory: QUEUE_ERROR, and the end of all work. */
void queue_fail(struct queue *q);

/* The next batch, or the news; with wait, it waits for news QUEUE_PATIENCE at most. */
#define QUEUE_PATIENCE 20 /* milliseconds */
enum queue_result queue_pop(struct queue *q, struct batch **b, int wait);
void queue_recycle(struct queue *q, struct batch *b);

#endif
