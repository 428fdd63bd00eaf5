/* SPDX-License-Identifier: MIT */
/*
** A block: the lines of flow log records that were taken out of a container, on their way to the
** code that reads lines, and where each of them came from.
**
** A reader of a container fills a block line by line.  The text of the lines is as it would stand
** in a file of lines, so that nothing behind the block needs to know of containers.  Beside the
** text there is a place for each line:
**
**     text    2 123456789010 eni-1 ... OK\n2 123456789010 eni-2 ... OK\n
**     place   | number 1, time, stream 0 | number 2, time, stream 1 |
**     stream  | /vpc/flow, eni-1-all | /vpc/flow, eni-2-all |
**
** What cannot be used is a line as well, in its place among the others, with the reason: the line
** is then a problem whatever its text is.
**
** Call order: block_init() once; block_reset(); then, while block_has_room(), block_set_stream()
** where it changes and either block_begin_line() and block_end_line(), or block_add_bad();
** block_clear() at the end.  A block is valid until the next block_reset().  One thread at a time
** may use it.
*/
#ifndef CONTAINER_BLOCK_H
#define CONTAINER_BLOCK_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "file/files.h"
#include "record/lines.h"
#include "record/record.h"
#include "record/tokens.h"

#define BLOCK_LINES   TOKENS_LINES            /* lines at most: no more than a window has */
#define BLOCK_TEXT    LINES_BUFFER            /* bytes of lines at most, so that it is no more than a window has */
#define BLOCK_LINE    (RECORD_MAX_BYTES + 16) /* bytes of one line at most, without its LF; more than a record may have */
#define BLOCK_SHOWN   1024                    /* bytes that are kept of what cannot be used */
#define BLOCK_NAMES   (64 * 1024)             /* bytes of names of streams, and of reasons */
#define BLOCK_NAME    512                     /* bytes of the name of a log group or log stream; AWS's limit */
#define BLOCK_NO_TIME FILE_NO_TIME
#define BLOCK_NO_TEXT UINT32_MAX
#define BLOCK_HEADER  0 /* in the place of a number: the line names the fields of those that follow, or it has no name */

/* A log stream.  BLOCK_NO_TEXT for a name that the container does not have. */
struct block_stream {
  uint32_t group, group_n; /* the log group: offset in names, and bytes */
  uint32_t name, name_n;   /* the log stream */
};

/* Where a line came from. */
struct block_place {
  uint64_t number; /* of the record in its file, from 1: its line, or its count; or BLOCK_HEADER */
  int64_t time;    /* of the event, in milliseconds since 1970; BLOCK_NO_TIME if it has none */
  uint32_t stream; /* in stream[] */
  uint32_t why; /* why the line cannot be used: offset in names of a text that ends with NUL; BLOCK_NO_TEXT: it can */
};

struct block {
  char *text; /* n bytes, whole lines that each end with LF; LINES_PADDING bytes may be read behind them */
  size_t n;
  uint32_t nlines;
  struct block_place *place;   /* of each line */
  struct block_stream *stream; /* BLOCK_LINES of them; the last is the present one */
  uint32_t nstreams;
  char *names; /* BLOCK_NAMES bytes */
  uint32_t names_n;
};

/* Allocates all at once.  ERR_NOMEM; block_clear() is due all the same. */
enum err_code block_init(struct block *b, struct err *e);

/* Frees all; the struct is all zero afterwards, as it may be before. */
void block_clear(struct block *b);

/* Removes the lines.  The present stream stays. */
void block_reset(struct block *b);

/* Removes the lines and the present stream: another file begins. */
void block_restart(struct block *b);

/*
** Is there room for a header, a line of BLOCK_LINE bytes, a reason and another stream?  A reader
** asks before each of the calls below, a header and its first line apart, and returns the block if
** there is none.
*/
static inline int block_has_room(const struct block *b) {
  return b->nlines + 2 <= BLOCK_LINES && b->n + 2 * (BLOCK_LINE + 1) <= BLOCK_TEXT &&
         b->names_n + ERR_TEXT + 2 * BLOCK_NAME <= BLOCK_NAMES;
}

/*
** The lines that follow are those of this log group and log stream.  A name is NULL if the
** container lacks it; longer ones than BLOCK_NAME are cut, and what is not printable UTF-8 in them
** becomes '?'.
*/
void block_set_stream(struct block *b, const char *group, size_t group_n, const char *name, size_t name_n);

/*
** Returns where the next line is to be written, at most BLOCK_LINE bytes.  It is added by
** block_end_line(), or forgotten.
*/
static inline char *block_begin_line(struct block *b) { return b->text + b->n; }

/* Adds the line of n bytes that was written there.  They have no LF. */
static inline void block_end_line(struct block *b, size_t n, uint64_t number, int64_t time) {
  b->text[b->n + n] = '\n';
  b->n += n + 1;
  b->place[b->nlines++] = (struct block_place){number, time, b->nstreams - 1, BLOCK_NO_TEXT};
}

/*
** The names of the last header do not hold for the lines that follow: each of them is in a format
** of its own.  An empty line that is no record says so.
*/
static inline void block_end_names(struct block *b) { block_end_line(b, 0, BLOCK_HEADER, BLOCK_NO_TIME); }

/*
** Adds a line that cannot be used.  why: the reason, as it follows "FILE:NUMBER: ".  The n bytes at
** p are what is shown of it; line breaks among them become spaces.  p may be what
** block_begin_line() has returned.
*/
void block_add_bad(struct block *b, const char *p, size_t n, uint64_t number, const char *why);

/* Why the line of this place cannot be used, or NULL. */
static inline const char *block_why(const struct block *b, const struct block_place *place) {
  return place->why == BLOCK_NO_TEXT ? NULL : b->names + place->why;
}

#endif
