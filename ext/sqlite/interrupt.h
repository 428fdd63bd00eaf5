/* SPDX-License-Identifier: MIT */
/*
** Tells whether the user wants the query to stop.
**
** SQLite looks at Ctrl-C (sqlite3_interrupt()) and at progress handlers between two rows.  A scan
** may read millions of lines without producing a row, so it must look itself.
**
** Call order: interrupt_init(), interrupt_poll() any number of times, interrupt_clear().  The
** statement that it steps is prepared when it is first used, and kept.  Only the thread that owns
** the connection may call these functions.
*/
#ifndef SQLITE_INTERRUPT_H
#define SQLITE_INTERRUPT_H

#include "sqlite/sqlite.h"

#define INTERRUPT_SECONDS 0.02 /* that pass at least before SQLite is asked again */

struct interrupt {
  sqlite3 *db;
  sqlite3_stmt *probe; /* see interrupt.c; NULL until it is needed */
  double asked;        /* when SQLite was asked last: monotonic_seconds() */
};

/* Prepares for a connection, which must stay open until interrupt_clear(). */
void interrupt_init(struct interrupt *i, sqlite3 *db);

/* Frees the statement. */
void interrupt_clear(struct interrupt *i);

/* Has the connection been interrupted?  SQLite is asked at once, without a progress handler. */
int interrupt_now(sqlite3 *db);

/*
** Returns nonzero when the query must stop.  It may be called as often as there is an occasion:
** SQLite is asked when INTERRUPT_SECONDS have passed since the last time, and the other calls cost
** a look at the clock.  The parameter is a struct interrupt; its type is that of `ask` in struct
** stop.
*/
int interrupt_poll(void *interrupt);

#endif
