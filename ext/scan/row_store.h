/* SPDX-License-Identifier: MIT */
/*
** Rows that are kept in memory, for a join that asks for them again and again: LEFT JOIN, EXISTS,
** and other places where SQLite makes a table the inner loop.  One pass over the files fills the
** store; each round of the join then looks up its rows.
**
** Call order: row_store_init(); row_store_add() for each batch of the pass; row_store_index();
** then for each round row_store_find(), and row_store_next() until it returns NULL;
** row_store_clear().
**
** Ownership: the store owns copies of the rows, which take no more room than the rows need.  A
** batch that row_store_next() returns belongs to the store and stays until row_store_clear().  One
** thread.
*/
#ifndef SCAN_ROW_STORE_H
#define SCAN_ROW_STORE_H

#include "predicate/predicate.h"
#include "record/batch.h"

_Static_assert(BATCH_ROWS < 1 << 12, "a row's number fits ROW_STORE_ROW_BITS");

#define ROW_STORE_ROW_BITS 12 /* a row's reference: the number of its batch above these bits, its number there below */

struct row_store {
  struct batch *batch;     /* copies, in the order of the pass */
  size_t n, cap;           /* batches */
  size_t bytes, max_bytes; /* of the copies, with what an index of them needs */
  int subject;             /* what is indexed, as predicate.h numbers it, or ROW_STORE_NO_SUBJECT */
  uint32_t *head;          /* for each hash: the number of its first entry, or ROW_STORE_END */
  size_t nheads;           /* a power of two */
  struct row_store_entry {
    uint32_t row;  /* a reference */
    uint32_t next; /* the next entry of the same list, of a row later in the pass, or ROW_STORE_END */
  } * entry;
  size_t nentries;
};

#define ROW_STORE_NO_SUBJECT (-1)
#define ROW_STORE_END        UINT32_MAX
#define ROW_STORE_MAX        (1u << (32 - ROW_STORE_ROW_BITS)) /* batches */

/* How far a round has come. */
struct row_store_cursor {
  const struct predicate *predicate; /* what the rows must meet; not owned */
  uint32_t entry;                    /* with the index: the entry to look at next */
  uint32_t row;                      /* without it: the reference of the row to look at next */
  int indexed;
};

/* max_bytes: how much memory the rows and their index may take. */
void row_store_init(struct row_store *k, size_t max_bytes);

/* Frees all; the store is then as after row_store_init(). */
void row_store_clear(struct row_store *k);

/*
** Copies the rows.  ERR_NOMEM; ERR_ARGUMENT when they would take more than max_bytes, the index
** included.
*/
enum err_code row_store_add(struct row_store *k, const struct batch *b, struct err *e);

/*
** Makes an index of a subject that rounds will ask for with =; ROW_STORE_NO_SUBJECT makes none.
** For so many rows that their entries could not be numbered there is no index either, which costs
** time only.  ERR_NOMEM.
*/
enum err_code row_store_index(struct row_store *k, int subject, struct err *e);

/* Begins a round for the rows that meet the predicate, which must outlive the round. */
void row_store_find(const struct row_store *k, const struct predicate *predicate, struct row_store_cursor *c);

/*
** The next row that meets the predicate: returns its batch, and sets *row to its number there.
** NULL at the end.  Conditions on the path of the row's file are not looked at here, because the
** pass met them already.
*/
const struct batch *row_store_next(const struct row_store *k, struct row_store_cursor *c, uint32_t *row);

/* Does a row of a batch, which need not be in a store, meet the predicate?  As in row_store_next(). */
int row_store_meets(const struct predicate *p, const struct batch *b, uint32_t row);

/* Does a term ask for one value, so that an index of its subject serves it? */
int row_store_asks_for_one(const struct predicate_term *t);

#endif
