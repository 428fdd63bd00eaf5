/* SPDX-License-Identifier: MIT */
/*
** Tells one execution of a statement from another.
**
** SQLite does not say which statement a cursor serves, or whether a statement that calls xFilter
** again is still in the same execution.  What is known is which statements of the connection are
** running, and how often each has been run.
*/
#ifndef SQLITE_EXECUTION_H
#define SQLITE_EXECUTION_H

#include <stdint.h>

#include "sqlite/sqlite.h"

/*
** A number, never 0, that stays the same as long as one execution of a statement goes on and no
** other statement of the connection begins, ends or is planned.  `plans` counts the calls of
** xBestIndex of the connection's tables.  By the thread that owns the connection.
*/
uint64_t execution_number(sqlite3 *db, uint64_t plans);

#endif
