/* SPDX-License-Identifier: MIT */
/*
** A batch: rows of one file on their way to SQLite, column by column, and what could not be read between them.
**
** Call order: batch_init() with the columns that the query wants; then, as often as there are rows, batch_reset(),
** rows put in by record_store(), a window's lines at a time while batch_has_room(), rows taken out by the cursor;
** batch_clear() at the end.  A batch owns all that it
** shows: texts are copied into its arena, so that nothing points into a reader's buffers and a batch can travel
** between threads.  It belongs to one thread at a time.
**
** A cell is eight bytes: a number, or a text's place in the arena.
*/
#ifndef RECORD_BATCH_H
#define RECORD_BATCH_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "record/fields.h"
#include "record/tokens.h"

/* Columns: one per field, then what a record has besides. */
enum { COLUMN_RAW = FIELD_COUNT, COLUMN_EXTRA, COLUMN_COUNT };

#define BATCH_WINDOW (TOKENS_LINES + TOKENS_BLOCK) /* rows that one window may bring */
#define BATCH_ROWS   (BATCH_WINDOW + TOKENS_LINES) /* rows at most */
#define BATCH_NULL   UINT64_MAX                    /* a cell without a value, of either kind */
#define BATCH_COPY   16                            /* short texts are copied in one piece of this size */

/* Something that could not be used. */
struct problem {
  enum err_code code;
  uint64_t line;   /* 1-based; 0 for the file as a whole */
  uint64_t reason; /* cell: what is wrong */
  uint64_t raw;    /* cell: the line, or BATCH_NULL */
};

struct batch {
  uint32_t file;                /* number of the file in the scan's list */
  uint32_t nrows;               /* rows in it */
  uint64_t *line;               /* per row: line in the file, 1-based */
  uint64_t *cell[COLUMN_COUNT]; /* per wanted column: its rows' cells; NULL where not wanted */
  uint8_t has[COLUMN_COUNT];    /* this batch has values in the column; otherwise all are NULL */
  char *text;                   /* arena */
  size_t text_used, text_cap;
  uint32_t nproblems;
  struct problem *problem; /* BATCH_WINDOW of them; made when the first is added */
  struct batch *next;      /* for the queue: a list of batches */
  size_t charged;          /* for the queue: bytes that were counted for it */
};

/* wanted[c] != 0: the column is to be filled.  ERR_NOMEM; batch_clear() is due all the same. */
enum err_code batch_init(struct batch *b, const uint8_t wanted[COLUMN_COUNT], struct err *e);
void batch_clear(struct batch *b);

/* Empties it. */
void batch_reset(struct batch *b);

/* Makes room for n more bytes of text, BATCH_COPY to spare.  ERR_NOMEM. */
enum err_code batch_grow(struct batch *b, size_t n, struct err *e);

static inline enum err_code batch_reserve(struct batch *b, size_t n, struct err *e) {
  return b->text_used + n + BATCH_COPY <= b->text_cap ? ERR_NONE : batch_grow(b, n, e);
}

/* Puts a text into the room that was reserved; BATCH_COPY bytes must be readable at p.  Returns its cell. */
static inline uint64_t batch_put(struct batch *b, const char *p, size_t n) {
  uint64_t cell = (uint64_t)n << 32 | b->text_used;
  __builtin_memcpy(b->text + b->text_used, p, n <= BATCH_COPY ? BATCH_COPY : n);
  b->text_used += n;
  return cell;
}

/* Is there room for another window? */
static inline int batch_has_room(const struct batch *b) { return b->nrows <= BATCH_ROWS - BATCH_WINDOW; }

/* Bytes of memory that it takes. */
size_t batch_bytes(const struct batch *b);

static inline const char *batch_text(const struct batch *b, uint64_t cell) { return b->text + (uint32_t)cell; }
static inline size_t batch_text_n(uint64_t cell) { return (size_t)(cell >> 32); }

/* Notes a problem; raw may be NULL.  There is room for one a line of a window.  ERR_NOMEM. */
enum err_code batch_problem(struct batch *b, enum err_code code, uint64_t line, const char *reason, const char *raw,
                            size_t raw_n, struct err *e);

#endif
