/* SPDX-License-Identifier: MIT */
/*
** The bytes of a file, for code that takes them apart: a buffer that is refilled behind what has
** not been taken yet.
**
** Call order: feed_init() once; feed_start() for each file; then f->p and f->end are the bytes at
** hand.  Take some by increasing p, and call feed_more() for more of them.  feed_clear() at the
** end.  FEED_PADDING bytes may be read behind `end`.  One thread at a time may use it.
*/
#ifndef CONTAINER_FEED_H
#define CONTAINER_FEED_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "record/lines.h"

#define FEED_BUFFER  LINES_BUFFER /* bytes at hand at most */
#define FEED_PADDING 64

struct feed {
  lines_read *read;
  void *from;        /* first argument of `read` */
  char *buffer;      /* FEED_BUFFER + FEED_PADDING bytes */
  const char *p;     /* the first byte that was not taken */
  const char *end;   /* behind the last byte at hand */
  int at_end;        /* `read` has nothing more */
  uint64_t total;    /* bytes of the file that have been read so far */
  struct err failed; /* why, if it has failed; code is ERR_NONE otherwise */
};

/* Allocates the buffer.  ERR_NOMEM; feed_clear() is due all the same. */
enum err_code feed_init(struct feed *f, struct err *e);
void feed_clear(struct feed *f);

/* Begins with the n (at most FEED_BUFFER) bytes at p, which are copied, and goes on with `read`. */
void feed_start(struct feed *f, const char *p, size_t n, lines_read *read, void *from);

/*
** Moves the bytes from p on to the front of the buffer and reads more behind them.  Returns 1 if
** there are more now; 0 if the file has ended or failed, or the buffer is full of bytes that were
** not taken.  p and end are set anew; other pointers into the buffer are void.
*/
int feed_more(struct feed *f);

/* Is the buffer full of bytes that were not taken? */
static inline int feed_is_full(const struct feed *f) { return f->end - f->p == FEED_BUFFER; }

#endif
