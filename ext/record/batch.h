/* SPDX-License-Identifier: MIT */
/*
** A batch: rows of one file on their way to SQLite, column by column, and the problems that were
** found between them.
**
** Call order: batch_init() with the columns that the query wants; then, any number of times,
** batch_reset(), rows put in by record_store() while batch_has_room() (which is asked before each
** window of lines), and rows taken out by the cursor; batch_clear() at the end.
**
** Ownership: a batch owns all that it shows.  Texts are copied into its arena, so that nothing
** points into a reader's buffers and a batch can travel between threads.  It belongs to one thread
** at a time.
**
** A cell has eight bytes.  It is a number, or the place of a text in the arena:
**
**     63             32 31              0
**     +----------------+----------------+
**     | length in bytes| offset in text |       or BATCH_NULL, all ones: there is no value
**     +----------------+----------------+
*/
#ifndef RECORD_BATCH_H
#define RECORD_BATCH_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "record/fields.h"
#include "record/path_fields.h"
#include "record/tokens.h"

/* Columns: one for each field, then what a record has besides.  The latter are texts. */
enum {
  COLUMN_RAW = FIELD_COUNT,
  COLUMN_EXTRA,
  COLUMN_LOG_GROUP, /* this one and the next two: scan/envelope.h */
  COLUMN_LOG_STREAM,
  COLUMN_EVENT_TIME,
  COLUMN_COUNT
};

#define BATCH_WINDOW    (TOKENS_LINES + TOKENS_BLOCK) /* rows that one window of lines may bring */
#define BATCH_ROWS      (BATCH_WINDOW + TOKENS_LINES) /* rows at most */
#define BATCH_NULL      UINT64_MAX                    /* a cell without a value, of either kind */
#define BATCH_COPY      16                            /* bytes: texts up to this size are copied in one piece of it */
#define BATCH_TEXT_FULL (1u << 20) /* bytes of text with which a batch is full, however few its rows are */
#define BATCH_TEXT_MAX  (1u << 30) /* bytes of text at most; record.c proves that rows and problems need fewer */

/* Something that could not be used. */
struct problem {
  enum err_code code;
  uint64_t line;   /* 1-based; 0 for the file as a whole */
  uint64_t reason; /* cell: what is wrong */
  uint64_t raw;    /* cell: the line, or BATCH_NULL */
};

struct batch {
  uint32_t file;                   /* number of the file in the scan's list */
  uint32_t nrows;                  /* rows in it */
  uint64_t *line;                  /* for each row: its line in the file, 1-based */
  uint64_t *cell[COLUMN_COUNT];    /* for each wanted column: its rows' cells; NULL where the column is not wanted */
  uint8_t has[COLUMN_COUNT];       /* this batch has values in the column; otherwise all its cells are NULL */
  uint64_t path_cell[PATH_FIELDS]; /* the texts of the file's path_fields, once they are needed; 0 before */
  char *text;                      /* the arena */
  size_t text_used, text_cap;      /* bytes of it; text_cap is at most BATCH_TEXT_MAX */
  uint32_t nproblems;
  struct problem *problem; /* BATCH_WINDOW of them; allocated when the first is added */
  struct batch *next;      /* the queue's: the next in a list of batches */
  size_t charged;          /* the queue's: bytes that it has counted for this batch */
};

/* wanted[c] != 0: the column is to be filled.  ERR_NOMEM; batch_clear() is due all the same. */
enum err_code batch_init(struct batch *b, const uint8_t wanted[COLUMN_COUNT], struct err *e);

/* Frees all; afterwards the batch is all zero. */
void batch_clear(struct batch *b);

/* Removes the rows and problems; the memory stays for the next ones. */
void batch_reset(struct batch *b);

/*
** Makes room for n more bytes of text, and BATCH_COPY to spare.  ERR_NOMEM, also for more than
** BATCH_TEXT_MAX.
*/
enum err_code batch_grow(struct batch *b, size_t n, struct err *e);

static inline enum err_code batch_reserve(struct batch *b, size_t n, struct err *e) {
  return b->text_used + n + BATCH_COPY <= b->text_cap ? ERR_NONE : batch_grow(b, n, e);
}

/*
** Puts a text into the room that was reserved; BATCH_COPY bytes must be readable at p.  Returns
** its cell.
*/
static inline uint64_t batch_put(struct batch *b, const char *p, size_t n) {
  uint64_t cell = (uint64_t)n << 32 | b->text_used;
  __builtin_memcpy(b->text + b->text_used, p, n <= BATCH_COPY ? BATCH_COPY : n);
  b->text_used += n;
  return cell;
}

/* Is there room for the rows of another window? */
static inline int batch_has_room(const struct batch *b) {
  return b->nrows <= BATCH_ROWS - BATCH_WINDOW && b->text_used <= BATCH_TEXT_FULL;
}

/* Bytes of memory that the batch takes, whether it has rows or not. */
size_t batch_bytes(const struct batch *b);

/* The text of a cell that is not BATCH_NULL, and its length in bytes. */
static inline const char *batch_text(const struct batch *b, uint64_t cell) { return b->text + (uint32_t)cell; }
static inline size_t batch_text_n(uint64_t cell) { return (size_t)(cell >> 32); }

/*
** The problem that ends the query whatever its policy is, because it is no fault of the file, or
** NULL.
*/
const struct problem *batch_exhausted(const struct batch *b);

/*
** Adds a problem, of a line or (line is 0) of the whole file.  raw: the line's text, of which
** bytes that are not UTF-8 are replaced by '?', or NULL. There is room for one problem for each
** line of a window.  ERR_NOMEM.
*/
enum err_code batch_problem(struct batch *b, enum err_code code, uint64_t line, const char *reason, const char *raw,
                            size_t raw_n, struct err *e);

#endif
