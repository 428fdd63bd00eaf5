/* SPDX-License-Identifier: MIT */
/*
** The numbers that files have in rowids.
**
** For OR, SQLite makes several passes over a table, perhaps with other paths or options in each,
** and recognizes by the rowid the rows that it has seen already.  It opens the cursor of a pass
** before it closes the last one.  So a rowid must be the same in each pass over the same path
** with the same options, and different for different ones.  Each request, that is, a path with
** its options, gets numbers of its own for its files, and gets the same ones again as long as a
** cursor of the table is open.
**
** Call rowid_base_open() and rowid_base_close() with each cursor, and rowid_base_find() for each
** request.  The struct belongs to the table, is all zero at first, and is used by the thread that
** owns the connection.
*/
#ifndef TABLES_ROWID_BASE_H
#define TABLES_ROWID_BASE_H

#include <stddef.h>
#include <stdint.h>

#include "tables/options.h"

#define ROWID_BASE_MAX ((1u << 23) - 1) /* a rowid has 23 bits for the file, and 40 for the line */

/* A request that has been made. */
struct number {
  char *key;     /* its path and options, as options_key() writes them; NULL: a free slot */
  uint64_t base; /* the number of its first file; the numbers of the others follow */
  uint64_t n;    /* how many files it had */
};

struct rowid_base {
  struct number *known; /* cap slots, a power of two; at least half of them are free */
  size_t nknown, cap;
  uint64_t next; /* the next number that is free */
  size_t open;   /* cursors that are open */
};

void rowid_base_open(struct rowid_base *n);
void rowid_base_close(struct rowid_base *n); /* forgets all with the last cursor */

/*
** Sets *base to the number of the first of the n files of a request.  Returns an SQLite code;
** SQLITE_ERROR, with its message in *pzErr, when the numbers do not suffice.
*/
int rowid_base_find(struct rowid_base *numbers, const struct options *options, size_t n, uint64_t *base, char **pzErr);

#endif
