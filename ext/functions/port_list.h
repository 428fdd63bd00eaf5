/* SPDX-License-Identifier: MIT */
/*
** Reads a set of port numbers that a user names.
*/
#ifndef FUNCTIONS_PORT_LIST_H
#define FUNCTIONS_PORT_LIST_H

#include "net/port_set.h"
#include "sqlite/sqlite.h"

/*
** Reads the set: NULL for none, which leaves *out NULL, a JSON array of numbers from 0 to 65535, or
** the name of a table with a column `port`, which holds numbers or their digits as text; see
** functions/value_list.h, also for `who`, codes and messages.  The caller frees *out with mem_free();
** it is NULL on an error.  By the thread that owns the connection, also from an xFilter.
*/
int port_list_read(sqlite3 *db, const char *who, const char *text, struct port_set **out, char **pzErr);

#endif
