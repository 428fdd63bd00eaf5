/* SPDX-License-Identifier: MIT */
/*
** Reads ahead: one thread reads and inflates a file while another takes its lines apart.  For a scan that has fewer
** files than processors.
**
** Call order: read_ahead_start() with an open source, read_ahead_read() until it returns 0 or less, read_ahead_stop(), by one thread.
** In between, the source belongs to the thread that read_ahead_start() makes.  Where no thread can be started, read_ahead_read()
** reads the source itself.
*/
#ifndef FILE_READ_AHEAD_H
#define FILE_READ_AHEAD_H

#include <pthread.h>

#include "base/threads.h"
#include "file/source.h"

#define READ_AHEAD_CHUNK  (256 * 1024) /* bytes read at once */
#define READ_AHEAD_CHUNKS 4

struct read_ahead {
  struct source *source;  /* NULL: not started */
  struct threads threads; /* of one thread, or none */
  char *buffer;           /* READ_AHEAD_CHUNKS chunks, used in turn */
  pthread_mutex_t mutex;  /* guards what follows */
  pthread_cond_t moved;   /* `filled` or `taken` has changed, or stop is wanted */
  uint64_t filled;        /* chunks that the thread has filled so far */
  uint64_t taken;         /* chunks that the reader is done with */
  size_t n[READ_AHEAD_CHUNKS];
  struct err failed; /* behind the last chunk */
  int at_end;        /* no chunk will come */
  int stop;
  size_t used; /* reader's: bytes taken of its chunk */
};

/* ERR_NOMEM.  The struct is all zero at first, and after read_ahead_stop(). */
enum err_code read_ahead_start(struct read_ahead *a, struct source *source, struct err *e);
void read_ahead_stop(struct read_ahead *a);

/* As source_read(). */
ssize_t read_ahead_read(void *ahead, char *p, size_t n, struct err *e);

#endif
