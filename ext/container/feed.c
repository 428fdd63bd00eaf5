/* SPDX-License-Identifier: MIT */
/*
** The buffer is filled by as few reads as possible, so that bytes that wait for the rest of a value
** are rarely moved:
**
**     buffer   |taken.............|{"timestamp":17|              p is at the brace
**     buffer   |{"timestamp":17|14521600000,"message":...|       after feed_more()
*/
#include "container/feed.h"

#include <string.h>

#include "base/mem.h"

enum err_code feed_init(struct feed *f, struct err *e) {
  memset(f, 0, sizeof *f);
  f->buffer = mem_alloc(FEED_BUFFER + FEED_PADDING);
  if (!f->buffer) return err_nomem(e);
  return ERR_NONE;
}

void feed_clear(struct feed *f) {
  mem_free(f->buffer);
  memset(f, 0, sizeof *f);
}

/* What may be read behind the bytes at hand has a value, although nothing depends on it. */
static void pad(struct feed *f) { memset(f->buffer + (f->end - f->buffer), 0, FEED_PADDING); }

void feed_start(struct feed *f, const char *p, size_t n, lines_read *read, void *from) {
  memcpy(f->buffer, p, n);
  f->p = f->buffer;
  f->end = f->buffer + n;
  pad(f);
  f->read = read;
  f->from = from;
  f->at_end = 0;
  f->total = n;
  memset(&f->failed, 0, sizeof f->failed);
}

int feed_more(struct feed *f) {
  size_t have = (size_t)(f->end - f->p), before = have;
  memmove(f->buffer, f->p, have);
  while (!f->at_end && have < FEED_BUFFER) {
    ssize_t got = f->read(f->from, f->buffer + have, FEED_BUFFER - have, &f->failed);
    if (got <= 0) f->at_end = 1;
    else have += (size_t)got;
    if (got > 0) f->total += (size_t)got;
  }
  f->p = f->buffer;
  f->end = f->buffer + have;
  pad(f);
  return have > before;
}
