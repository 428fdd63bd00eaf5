/* SPDX-License-Identifier: MIT */
/*
** Does the user want to stop?  Ctrl-C (sqlite3_interrupt) and progress handlers are looked at by SQLite between two
** rows; when a scan passes over millions of lines without a row, it has to look itself.
**
** SQLite can be asked since 3.41 (sqlite3_is_interrupted).  Before, a statement that is stepped anew sees both; it is
** prepared when first needed and kept.  interrupt_init(), interrupt_poll() as often as you like, interrupt_clear().
** To be called by the thread that owns the connection.
*/
#ifndef SQLITE_INTERRUPT_H
#define SQLITE_INTERRUPT_H

#include "sqlite/sqlite.h"

struct interrupt {
  sqlite3 *db;
  sqlite3_stmt *probe; /* SELECT 1, or NULL */
};

void interrupt_init(struct interrupt *i, sqlite3 *db);
void interrupt_clear(struct interrupt *i);

/* Nonzero: stop.  The parameter is a struct interrupt, typed for the lower layer's callback. */
int interrupt_poll(void *interrupt);

#endif
