/* SPDX-License-Identifier: MIT */
/*
** The numbers that files have in rowids.
**
** SQLite's plans for OR make several passes over a table, perhaps with other paths or options, each with a cursor that
** is opened before the last one is closed, and tell by the rowid what they have seen already.  So each request, that
** is, path and options, has numbers of its own for its files, and finds them again, for as long as a cursor of the
** table is open.
**
** rowid_base_open() and rowid_base_close() with each cursor; rowid_base_find() for each request; all by the thread that owns the
** connection.  The struct belongs to the table, and is all zero at first.
*/
#ifndef TABLES_ROWID_BASE_H
#define TABLES_ROWID_BASE_H

#include <stddef.h>
#include <stdint.h>

#include "tables/options.h"

#define ROWID_BASE_MAX ((1u << 23) - 1) /* a rowid has 23 bits for the file, and 40 for the line */

/* A request that has been made, in a hash table. */
struct number {
  char *key;     /* its path and options; NULL: a free place */
  uint64_t base; /* number of its first file; the others follow */
  uint64_t n;    /* files that it had */
};

struct rowid_base {
  struct number *known; /* a power of two of places, half of them free at least */
  size_t nknown, cap;
  uint64_t next; /* number of the next new file */
  size_t open;   /* cursors */
};

void rowid_base_open(struct rowid_base *n);
void rowid_base_close(struct rowid_base *n); /* forgets all with the last cursor */

/*
** Sets *base to the number of the first of a request's n files.  An SQLite code; an error, with its message in *pzErr,
** when the numbers don't suffice.
*/
int rowid_base_find(struct rowid_base *numbers, const struct options *options, size_t n, uint64_t *base, char **pzErr);

#endif
