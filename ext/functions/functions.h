/* SPDX-License-Identifier: MIT */
/*
** The SQL functions: one table of them, and how they are registered.
**
** A new function is a row of the table in functions.c and its implementation, declared in the
** header of its family. flowlogs_help and the documentation show the rows.  All functions here
** return SQLite codes and belong to the thread that owns the connection.
*/
#ifndef FUNCTIONS_FUNCTIONS_H
#define FUNCTIONS_FUNCTIONS_H

#include <stddef.h>

#include "sqlite/sqlite.h"

struct function_description {
  const char *name;
  int nargs;
  void (*call)(sqlite3_context *, int, sqlite3_value **); /* NULL: a file of its own registers it */
  const char *arguments;                                  /* as in "ip, cidr" */
  const char *type;                                       /* of the result */
  const char *doc;                                        /* in whole sentences */
  const char *example; /* an expression; that of cidr_lookup needs a table subnets(cidr) */
};

extern const struct function_description function_descriptions[];
extern const size_t function_descriptions_count;

/*
** Registers the functions that touch neither a file nor a table, and flowlogs_version() last, so that
** a connection in which it gives this version has all of them.
*/
int functions_register(sqlite3 *db);

/* Registers cidr_lookup() and is_inside(ip, inside), which read tables by their names. */
int cidr_lookup_register(sqlite3 *db);
int is_inside_register(sqlite3 *db);

/*
** An xFindFunction: tells SQLite which functions of a column and a constant a scan evaluates
** itself.
*/
int functions_find(sqlite3_vtab *table, int argc, const char *name,
                   void (**function)(sqlite3_context *, int, sqlite3_value **), void **data);

#endif
