/* SPDX-License-Identifier: MIT */
/*
** The buffer is filled, and a block is all of it up to the last LF.  The next call moves the rest,
** a line that has begun, to the front and fills the buffer again.  A byte is moved once at most,
** unless its line is longer than a buffer.
**
**     buffer   |line 1.|line 2.|line 3.|line 4 beg|
**              '---- the block -------'    |
**                 .------- next call ------'
**                 v
**     buffer   |line 4 beg|in.|line 5.| ...
**
** A buffer without an LF holds part of a line that is too long.  Its first LINES_HEAD bytes stay
** at the front, and the bytes behind them are read and dropped until the LF comes.  LINES_SKIPPING
** is returned for each buffer of them, so that the caller can stop in between: a line may have
** gigabytes.
*/
#include "record/lines.h"

#include <string.h>

#include "base/mem.h"

enum err_code lines_init(struct lines *l, struct err *e) {
  memset(l, 0, sizeof *l);
  l->buffer = mem_alloc(LINES_BUFFER + 1 + LINES_PADDING);
  if (!l->buffer) return err_nomem(e);
  memset(l->buffer, 0, LINES_BUFFER + 1 + LINES_PADDING);
  return ERR_NONE;
}

void lines_clear(struct lines *l) {
  mem_free(l->buffer);
  memset(l, 0, sizeof *l);
}

void lines_start(struct lines *l, lines_read *read, void *from) {
  l->read = read;
  l->from = from;
  l->total = 0;
  l->used = l->taken = 0;
  l->at_end = l->in_long = 0;
  l->failed.code = ERR_NONE;
}

/* Reads until the buffer is full or the source ends. */
static void top_up(struct lines *l) {
  while (!l->at_end && l->used < LINES_BUFFER) {
    ssize_t got = l->read(l->from, l->buffer + l->used, LINES_BUFFER - l->used, &l->failed);
    if (got <= 0) {
      l->at_end = 1;
      return;
    }
    l->used += (size_t)got;
    l->total += (size_t)got;
  }
}

void lines_peek(struct lines *l) {
  top_up(l);
  l->p = l->buffer;
  l->n = l->used;
}

static enum lines_result fail(struct lines *l, struct err *e) {
  err_set(e, l->failed.code, 0, "%s", l->failed.text);
  return LINES_ERROR;
}

/*
** Called for a full buffer without an LF: keeps the beginning of the line and drops one more
** buffer.
*/
static enum lines_result pass_over(struct lines *l, struct err *e) {
  l->used = LINES_HEAD;
  top_up(l);
  const char *newline = memchr(l->buffer + LINES_HEAD, '\n', l->used - LINES_HEAD);
  l->p = l->buffer;
  l->n = LINES_HEAD;
  l->in_long = !newline && !l->at_end;
  if (l->in_long) return LINES_SKIPPING;
  if (!newline && l->failed.code) return fail(l, e);
  l->taken = newline ? (size_t)(newline - l->buffer) + 1 : l->used;
  return LINES_LONG;
}

/* Returns the number of bytes up to the last LF, including it. */
static size_t whole_lines(const char *p, size_t n) {
  while (n > 0 && p[n - 1] != '\n') n--;
  return n;
}

enum lines_result lines_next(struct lines *l, struct err *e) {
  if (l->in_long) return pass_over(l, e);
  if (l->taken) memmove(l->buffer, l->buffer + l->taken, l->used - l->taken);
  l->used -= l->taken;
  l->taken = 0;
  top_up(l);
  size_t n = whole_lines(l->buffer, l->used);
  if (n == 0 && l->failed.code) return fail(l, e);
  if (l->used == 0) return LINES_END;
  if (n == 0 && !l->at_end) return pass_over(l, e);
  if (l->at_end && !l->failed.code && n < l->used) {
    l->buffer[l->used++] = '\n';
    n = l->used;
  }
  l->taken = n;
  l->p = l->buffer;
  l->n = n;
  return LINES_BLOCK;
}
