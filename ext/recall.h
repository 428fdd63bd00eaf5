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
** recall_ask() for each xFilter, which says what to do; recall_add() for each batch of a pass that is to keep, and
** recall_finish() at its end.  The struct belongs to the table and is all zero at first.
*/
#ifndef RECALL_H
#define RECALL_H

#include "keep.h"
#include "query.h"

#define RECALL_PLACES 4 /* places in one statement that come back */

enum recall_answer {
  RECALL_READ,  /* read the files, as if nothing had been */
  RECALL_FILL,  /* read the files with the place's predicate, give all batches to recall_add(), then ask again */
  RECALL_SERVE, /* take the rows from the place's keep */
  RECALL_NOMEM,
};

struct recall {
  struct recall_place {
    uint64_t execution; /* 0: the place is free */
    char *key;          /* plan and options */
    uint64_t files;     /* which files, by name, size and time */
    struct pred pred;   /* of the last round; then what all kept rows pass */
    struct keep keep;
    enum { PLACE_SEEN, PLACE_KEPT, PLACE_TOO_MANY } state;
    unsigned users; /* cursors that read from keep */
  } place[RECALL_PLACES];
  unsigned next; /* place to be given up next */
};

enum recall_answer recall_ask(struct recall *r, sqlite3 *db, const struct query *q, const char *plan,
                              struct recall_place **place);

/* Keeps the rows; nonzero when there are too many, or no memory: nothing is kept then. */
int recall_add(struct recall_place *place, const struct batch *b);
int recall_finish(struct recall_place *place, const struct pred *pred);

/* A cursor is closed that came back to this place: nobody else will. */
void recall_close(struct recall_place *place);

void recall_clear(struct recall *r);

#endif
