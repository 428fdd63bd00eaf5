/* SPDX-License-Identifier: MIT */
/*
** Serves joins that ask again from memory.
**
** SQLite runs a table as the inner loop of a LEFT JOIN, of EXISTS or of a correlated subquery:
** one xFilter for each row of the outer loop, with other values.  One such xFilter is called a
** round here.  Reading all files in each round would be far too slow, so the second round reads
** them once more and keeps every row that any later round can need, and later rounds are served
** from these rows:
**
**     round 1   read the files          remember the plan, the options and the predicate
**     round 2   read the files, FILL    the predicate becomes what both rounds have in common; its rows are kept
**     round 3   SERVE                   from memory, if its predicate includes that common part
**     ...
**
** Rounds belong together when they are of the same execution of a statement (the running
** statements and how often each has been run tell that), have the same plan and options, and see
** the same files, unchanged.
**
** Kept rows are freed when the cursor that they have served several times is closed.  A
** correlated subquery opens another cursor for each round; its rows stay until the table is asked
** something else or is disconnected.  When there are more rows than the option `memory` allows,
** each round reads the files, as if there were no cache.
**
** Call row_cache_ask() for each xFilter; it says what to do.  During a FILL, call row_cache_add()
** for each batch and row_cache_finish() at the end.  The struct belongs to the table, is all zero
** at first, and is used by the thread that owns the connection.
*/
#ifndef TABLES_ROW_CACHE_H
#define TABLES_ROW_CACHE_H

#include "scan/row_store.h"
#include "tables/query.h"

#define ROW_CACHE_PLACES 4 /* uses of the table in one statement that can have rounds at the same time */

enum row_cache_answer {
  ROW_CACHE_READ,  /* read the files */
  ROW_CACHE_FILL,  /* read the files with the predicate of the place and pass all batches to row_cache_add() */
  ROW_CACHE_SERVE, /* take the rows from the store of the place */
  ROW_CACHE_NOMEM,
};

struct row_cache {
  struct row_cache_place {
    uint64_t execution;         /* 0: the place is free */
    char *key;                  /* plan and options */
    uint64_t files;             /* hash of the names, sizes and times of the files */
    struct predicate predicate; /* of the first round; after a FILL, what all kept rows satisfy */
    struct row_store keep;      /* the kept rows */
    enum { ROW_CACHE_SEEN, ROW_CACHE_KEPT, ROW_CACHE_TOO_MANY } state;
    unsigned users; /* cursors that are reading from the store */
  } place[ROW_CACHE_PLACES];
  unsigned next; /* place to be reused next */
};

/* What this xFilter is to do.  *place is set for ROW_CACHE_FILL and ROW_CACHE_SERVE. */
enum row_cache_answer row_cache_ask(struct row_cache *r, const struct query *q, const char *plan,
                                    struct row_cache_place **place);

/*
** Keeps the rows of a batch.  Nonzero when there are too many, or no memory: then nothing is kept
** any more.  Of a pipe, the rows of the batches before are kept for this round, which cannot read them
** again.
*/
int row_cache_add(struct row_cache_place *place, const struct batch *b, int is_pipe);

/* All rows are kept: indexes them by what rounds differ in.  Nonzero as above. */
int row_cache_finish(struct row_cache_place *place, const struct predicate *predicate);

/*
** The cursor that was served from the place several times is closed, so nobody will ask for its
** rows again.
*/
void row_cache_close(struct row_cache_place *place);

/* Frees everything. */
void row_cache_clear(struct row_cache *r);

#endif
