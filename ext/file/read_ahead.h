/* SPDX-License-Identifier: MIT */
/*
** Reading ahead: a second thread reads and inflates a file while the caller takes its lines apart.
** It is for a scan of a single file, in which other processors would be idle.
**
** Call order: read_ahead_start() with an open source; read_ahead_read() until it returns 0 or
** less; read_ahead_stop(), which may be called at any time.  All calls come from one thread.
** Between start and stop the source belongs to the second thread, and the caller must not touch
** it; counters such as source.input.total may be read after the stop.  Where no thread can be
** started, read_ahead_read() reads from the source itself.
*/
#ifndef FILE_READ_AHEAD_H
#define FILE_READ_AHEAD_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/threads.h"
#include "file/source.h"

#define READ_AHEAD_CHUNK  (256 * 1024) /* bytes that are read at once */
#define READ_AHEAD_CHUNKS 4

struct read_ahead {
  struct source *source;       /* not owned; NULL: not started */
  struct threads threads;      /* of one thread, or none */
  char *buffer;                /* READ_AHEAD_CHUNKS chunks, used in turn */
  pthread_mutex_t mutex;       /* guards what follows, down to `stop` */
  pthread_cond_t moved;        /* `filled` or `taken` has changed, or `stop` was set; both threads wait for it */
  uint64_t filled;             /* chunks that the thread has filled so far */
  uint64_t taken;              /* chunks that the reader is done with */
  size_t n[READ_AHEAD_CHUNKS]; /* bytes in each chunk */
  struct err failed;           /* the error that comes after the last chunk */
  int at_end;                  /* no more chunks will come */
  atomic_int stop;             /* the thread is to return */
  struct stop outer;           /* that of the source, which the thread asks besides */
  size_t used;                 /* the reader's: bytes that it has taken of its chunk */
};

/*
** Starts.  The struct must be all zero, as it is again after read_ahead_stop().  ERR_NOMEM: it has
** not started.
*/
enum err_code read_ahead_start(struct read_ahead *a, struct source *source, struct err *e);

/* Waits for the thread and frees all.  Does nothing to a struct that is all zero. */
void read_ahead_stop(struct read_ahead *a);

/*
** Puts up to n (> 0) bytes at p.  The results and errors are those of source_read(): the number of
** bytes, 0 at the end, -1 on an error, which comes after all bytes before it.  `ahead` is a struct
** read_ahead: the signature is lines_read's.
*/
ssize_t read_ahead_read(void *ahead, char *p, size_t n, struct err *e);

#endif
