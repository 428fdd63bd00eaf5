/* SPDX-License-Identifier: MIT */
/*
** Tells what the user wrote from what a database holds.
*/
#ifndef SQLITE_CALLER_H
#define SQLITE_CALLER_H

#include "sqlite/sqlite.h"

/*
** Does the user call that function?  It is so if its name stands in the text of a running statement,
** or in a view or trigger of temp.  Otherwise a database calls it: SQLite (3.40) lets a CHECK call
** functions that are SQLITE_DIRECTONLY, and lets generated columns and indexes do so if they were
** read before the function was registered.  A statement that mentions the function itself may run
** such a CHECK as well; that is not noticed.  By the thread that owns the connection.
*/
int caller_is_user(sqlite3 *db, const char *function);

#endif
