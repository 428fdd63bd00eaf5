/* SPDX-License-Identifier: MIT */
/*
** Turns a stream of bytes into blocks of whole lines.
**
** Call order: lines_init() once; for each file lines_start(), then lines_next() until it returns
** LINES_END or LINES_ERROR; lines_clear() at the end.  The struct owns one buffer of fixed size,
** whatever the size of a file.  A block points into the buffer and is valid until the next call.
** One thread at a time may use a struct.
*/
#ifndef RECORD_LINES_H
#define RECORD_LINES_H

#include <stddef.h>

#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

#define LINES_BUFFER  (256 * 1024) /* bytes of text held at once; a longer line is passed over */
#define LINES_PADDING 64           /* readable bytes after a block, for vector loads */
#define LINES_HEAD    1024         /* bytes that are kept of a line that does not fit */

enum lines_result {
  LINES_BLOCK,    /* p and n are whole lines; the last one ends with LF, which is added if the file lacks it */
  LINES_SKIPPING, /* in the middle of a line that does not fit into the buffer: call again; p and n as below */
  LINES_LONG,     /* such a line has been passed over; p and n are its first LINES_HEAD bytes */
  LINES_END,      /* the file has ended */
  LINES_ERROR,    /* *e says why; an incomplete last line is dropped, because its rest is unknown */
};

/*
** Reads at most n bytes to p.  Returns their number, 0 at the end, or -1 with an error in *e, as
** source_read() does.
*/
typedef ssize_t lines_read(void *from, char *p, size_t n, struct err *e);

struct lines {
  lines_read *read;
  void *from;        /* first argument of `read`; not owned */
  char *buffer;      /* LINES_BUFFER + 1 + LINES_PADDING bytes */
  size_t used;       /* bytes in the buffer */
  size_t taken;      /* bytes at the front that the last block handed out */
  uint64_t total;    /* bytes read from this file so far */
  int at_end;        /* the source has ended or failed */
  int in_long;       /* the last result was LINES_SKIPPING */
  struct err failed; /* the error of `read`, reported after the lines that precede it */
  const char *p;     /* the block */
  size_t n;          /* its length in bytes */
};

/* Allocates the buffer.  ERR_NOMEM. */
enum err_code lines_init(struct lines *l, struct err *e);

/* Frees the buffer.  A struct of zeros is allowed. */
void lines_clear(struct lines *l);

/* Begins a file.  What `from` stands for must be open until the file's last lines_next(). */
void lines_start(struct lines *l, lines_read *read, void *from);

/*
** Reads the first bytes of the file without taking them, to find out what it is: l->p and l->n, which
** is LINES_BUFFER unless the file ends before.  Between lines_start() and the first lines_next().
*/
void lines_peek(struct lines *l);

/* Reads on.  Sets l->p and l->n, or *e, as described at enum lines_result. */
enum lines_result lines_next(struct lines *l, struct err *e);

#endif
