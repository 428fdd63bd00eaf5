/* SPDX-License-Identifier: MIT */
/*
** Reads ahead: one thread reads and inflates a file while another takes its lines apart.  For a scan that has fewer
** files than processors.
**
** Call order: ahead_start() with an open source, ahead_read() until it returns 0 or less, ahead_stop(), by one thread.
** In between, the source belongs to the thread that ahead_start() makes.  Where no thread can be started, ahead_read()
** reads the source itself.
*/
#ifndef AHEAD_H
#define AHEAD_H

#include <pthread.h>

#include "crew.h"
#include "source.h"

#define AHEAD_CHUNK  (256 * 1024) /* bytes read at once */
#define AHEAD_CHUNKS 4

struct ahead {
  struct source *source; /* NULL: not started */
  struct crew crew;      /* of one thread, or none */
  char *buffer;          /* AHEAD_CHUNKS chunks, used in turn */
  pthread_mutex_t mutex; /* guards what follows */
  pthread_cond_t moved;  /* `filled` or `taken` has changed, or stop is wanted */
  uint64_t filled;       /* chunks that the thread has filled so far */
  uint64_t taken;        /* chunks that the reader is done with */
  size_t n[AHEAD_CHUNKS];
  struct err failed; /* behind the last chunk */
  int at_end;        /* no chunk will come */
  int stop;
  size_t used; /* reader's: bytes taken of its chunk */
};

/* ERR_NOMEM.  The struct is all zero at first, and after ahead_stop(). */
enum err_code ahead_start(struct ahead *a, struct source *source, struct err *e);
void ahead_stop(struct ahead *a);

/* As source_read(). */
ssize_t ahead_read(void *ahead, char *p, size_t n, struct err *e);

#endif
