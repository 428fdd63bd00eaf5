/* SPDX-License-Identifier: MIT */
/*
** Joins that come back: when one statement asks a table the same thing again and again with other values, because
** SQLite runs it as the inner loop of a LEFT JOIN, of EXISTS or of a subquery, the second time the files are read once
** more and all rows are kept that any of these rounds can want; from then on, rounds are served from memory.
**
** The rounds of one execution are told by SQLite's running statements and how often each has been run, and by the files,
** which must not have changed.  Rows stay until the cursor that was served several times is closed; those of a subquery,
** which opens another cursor for each round, until the table is asked something else, or goes.  Too many rows for the option `memory`: the files are read in
** each round, as they would be without all this.
**
** row_cache_ask() for each xFilter, which says what to do; row_cache_add() for each batch of a pass that is to keep, and
** row_cache_finish() at its end.  The struct belongs to the table and is all zero at first.
*/
#ifndef TABLES_ROW_CACHE_H
#define TABLES_ROW_CACHE_H

#include "scan/row_store.h"
#include "tables/query.h"

#define ROW_CACHE_PLACES 4 /* places in one statement that come back */

enum row_cache_answer {
  ROW_CACHE_READ,  /* read the files, as if nothing had been */
  ROW_CACHE_FILL,  /* read the files with the place's predicate, give all batches to row_cache_add(), then ask again */
  ROW_CACHE_SERVE, /* take the rows from the place's keep */
  ROW_CACHE_NOMEM,
};

struct row_cache {
  struct row_cache_place {
    uint64_t execution;         /* 0: the place is free */
    char *key;                  /* plan and options */
    uint64_t files;             /* which files, by name, size and time */
    struct predicate predicate; /* of the last round; then what all kept rows pass */
    struct row_store keep;
    enum { ROW_CACHE_SEEN, ROW_CACHE_KEPT, ROW_CACHE_TOO_MANY } state;
    unsigned users; /* cursors that read from keep */
  } place[ROW_CACHE_PLACES];
  unsigned next; /* place to be given up next */
};

enum row_cache_answer row_cache_ask(struct row_cache *r, sqlite3 *db, const struct query *q, const char *plan,
                                    struct row_cache_place **place);

/* Keeps the rows; nonzero when there are too many, or no memory: nothing is kept then. */
int row_cache_add(struct row_cache_place *place, const struct batch *b);
int row_cache_finish(struct row_cache_place *place, const struct predicate *predicate);

/* A cursor is closed that came back to this place: nobody else will. */
void row_cache_close(struct row_cache_place *place);

void row_cache_clear(struct row_cache *r);

#endif
