/* SPDX-License-Identifier: MIT */
/*
** Rows that are kept in memory, for a join that asks for them again and again: LEFT JOIN, EXISTS and other places where
** SQLite makes a table the inner loop.  One pass over the files fills it; then each round looks up its rows.
**
** Call order: row_store_init(), row_store_add() for each batch of the pass, row_store_index(); then for each round row_store_find() and
** row_store_next() until it returns nothing; row_store_clear().  Copies take no more room than the rows need.  One thread.
*/
#ifndef SCAN_ROW_STORE_H
#define SCAN_ROW_STORE_H

#include "record/batch.h"
#include "predicate/predicate.h"

_Static_assert(BATCH_ROWS < 1 << 12, "a row's number fits ROW_STORE_ROW_BITS");

#define ROW_STORE_ROW_BITS 12 /* a reference: the batch's number above, the row's below */

struct row_store {
  struct batch *batch; /* copies, in the order of the pass */
  size_t n, cap;
  size_t bytes, max_bytes;
  int subject;    /* that is indexed, or ROW_STORE_NO_SUBJECT */
  uint32_t *head; /* per hash: the number of its first entry, or ROW_STORE_END */
  size_t nheads;  /* a power of two */
  struct row_store_entry {
    uint32_t row;  /* reference */
    uint32_t next; /* entry of the same hash, later in the pass */
  } * entry;
  size_t nentries;
};

#define ROW_STORE_NO_SUBJECT (-1)
#define ROW_STORE_END        UINT32_MAX
#define ROW_STORE_MAX        (1u << (32 - ROW_STORE_ROW_BITS)) /* batches */

/* Where a round is. */
struct row_store_cursor {
  const struct predicate *predicate; /* what the rows must pass */
  uint32_t entry;                    /* next to look at; of an index */
  uint32_t row;                      /* next to look at; without one */
  int indexed;
};

void row_store_init(struct row_store *k, size_t max_bytes);
void row_store_clear(struct row_store *k);

/* Copies the rows.  ERR_NOMEM; ERR_ARGUMENT when they would take more than max_bytes, the index included. */
enum err_code row_store_add(struct row_store *k, const struct batch *b, struct err *e);

/* Makes an index of a subject that rounds will ask for with =, or none. */
enum err_code row_store_index(struct row_store *k, int subject, struct err *e);

/* Begins a round: rows that pass, which must outlive it. */
void row_store_find(const struct row_store *k, const struct predicate *predicate, struct row_store_cursor *c);

/* The next row that passes (its file's path is taken for granted): its batch, and its number there; NULL at the end. */
const struct batch *row_store_next(const struct row_store *k, struct row_store_cursor *c, uint32_t *row);

/* Does a term ask for one value, so that an index of its subject serves it? */
int row_store_asks_for_one(const struct predicate_term *t);

#endif
