/* SPDX-License-Identifier: MIT */
/*
** A text's bytes, from a source or wherever they come from, as blocks of whole lines.
**
** Call order: lines_init() once; for each file lines_start(), then lines_next() until it returns LINES_END or
** LINES_ERROR; lines_clear() at the end.  The struct owns one buffer of fixed size; a block points into it and is
** valid until the next call.  What lies between two lines of a file is never looked at twice: the rest of a block,
** a line that has begun, is moved to the buffer's front and completed.
*/
#ifndef RECORD_LINES_H
#define RECORD_LINES_H

#include <stddef.h>

#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

#define LINES_BUFFER  (256 * 1024) /* bytes of text held at once; a line must fit */
#define LINES_PADDING 64           /* readable bytes after a block, for vector loads */
#define LINES_HEAD    1024         /* bytes that are kept of a line that doesn't fit */

enum lines_result {
  LINES_BLOCK,    /* p and n are set: whole lines, the last one ends with LF too (one is added to a file's last line) */
  LINES_SKIPPING, /* in the middle of a line that doesn't fit into the buffer: call again; p and n as below */
  LINES_LONG,     /* the end of such a line: it has been passed over, p and n are its first LINES_HEAD bytes */
  LINES_END,
  LINES_ERROR, /* *e says what; a line that had begun is dropped, since nobody knows whether it is whole */
};

/* Where the bytes come from: as source_read(). */
typedef ssize_t lines_read(void *from, char *p, size_t n, struct err *e);

struct lines {
  lines_read *read;
  void *from;        /* for read; not owned */
  char *buffer;      /* LINES_BUFFER + 1 + LINES_PADDING bytes */
  size_t used;       /* bytes in the buffer */
  size_t taken;      /* of these, handed out */
  uint64_t total;    /* bytes of the text so far */
  int at_end;        /* the source has ended or failed */
  int in_long;       /* LINES_SKIPPING was returned last */
  struct err failed; /* why it failed: to be told after the lines before it */
  const char *p;     /* the block */
  size_t n;
};

enum err_code lines_init(struct lines *l, struct err *e);
void lines_clear(struct lines *l);

/* Begins a file: what read() reads must be open, and stay so. */
void lines_start(struct lines *l, lines_read *read, void *from);

enum lines_result lines_next(struct lines *l, struct err *e);

#endif
