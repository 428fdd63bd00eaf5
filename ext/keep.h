/* SPDX-License-Identifier: MIT */
/*
** Rows that are kept in memory, for a join that asks for them again and again: LEFT JOIN, EXISTS and other places where
** SQLite makes a table the inner loop.  One pass over the files fills it; then each round looks up its rows.
**
** Call order: keep_init(), keep_add() for each batch of the pass, keep_index(); then for each round keep_find() and
** keep_next() until it returns nothing; keep_clear().  Copies take no more room than the rows need.  One thread.
*/
#ifndef KEEP_H
#define KEEP_H

#include "batch.h"
#include "pred.h"

_Static_assert(BATCH_ROWS < 1 << 12, "a row's number fits KEEP_ROW_BITS");

#define KEEP_ROW_BITS 12 /* a reference: the batch's number above, the row's below */

struct keep {
  struct batch *batch; /* copies, in the order of the pass */
  size_t n, cap;
  size_t bytes, max_bytes;
  int subject;    /* that is indexed, or KEEP_NO_SUBJECT */
  uint32_t *head; /* per hash: the number of its first entry, or KEEP_END */
  size_t nheads;  /* a power of two */
  struct keep_entry {
    uint32_t row;  /* reference */
    uint32_t next; /* entry of the same hash, later in the pass */
  } * entry;
  size_t nentries;
};

#define KEEP_NO_SUBJECT (-1)
#define KEEP_END        UINT32_MAX
#define KEEP_MAX        (1u << (32 - KEEP_ROW_BITS)) /* batches */

/* Where a round is. */
struct keep_cursor {
  const struct pred *pred; /* what the rows must pass */
  uint32_t entry;          /* next to look at; of an index */
  uint32_t row;            /* next to look at; without one */
  int indexed;
};

void keep_init(struct keep *k, size_t max_bytes);
void keep_clear(struct keep *k);

/* Copies the rows.  ERR_NOMEM; ERR_ARGUMENT when they would take more than max_bytes, the index included. */
enum err_code keep_add(struct keep *k, const struct batch *b, struct err *e);

/* Makes an index of a subject that rounds will ask for with =, or none. */
enum err_code keep_index(struct keep *k, int subject, struct err *e);

/* Begins a round: rows that pass, which must outlive it. */
void keep_find(const struct keep *k, const struct pred *pred, struct keep_cursor *c);

/* The next row that passes (its file's path is taken for granted): its batch, and its number there; NULL at the end. */
const struct batch *keep_next(const struct keep *k, struct keep_cursor *c, uint32_t *row);

/* Does a term ask for one value, so that an index of its subject serves it? */
int keep_asks_for_one(const struct pred_term *t);

#endif
