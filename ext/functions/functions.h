/* SPDX-License-Identifier: MIT */
/*
** The SQL functions, and how they are registered.  Each function's arguments, result and errors are described where it
** is implemented.  All of them return SQLite codes, and belong to the thread that owns the connection.
*/
#ifndef FUNCTIONS_FUNCTIONS_H
#define FUNCTIONS_FUNCTIONS_H

#include <stddef.h>

#include "sqlite/sqlite.h"

/* A SQL function, for flowlogs_help and the documentation. */
struct function_description {
  const char *name;
  const char *arguments; /* as in "ip, cidr" */
  const char *type;      /* of the result */
  const char *doc;       /* in whole sentences */
  const char *example;   /* an expression that can be evaluated as it stands */
};
extern const struct function_description function_descriptions[];
extern const size_t function_descriptions_count;

/* Registers the functions that touch neither a file nor a table. */
int functions_register(sqlite3 *db);

/* Registers cwl_match(), which touches no file either.  functions_register() calls this. */
int cwl_match_register(sqlite3 *db);

/* Registers flowlogs_require().  functions_register() calls this. */
int require_register(sqlite3 *db);

/* Registers cidr_lookup(), which reads tables by their names. */
int cidr_lookup_register(sqlite3 *db);

/* An xFindFunction: tells SQLite which functions of a column and a constant a scan evaluates itself. */
int functions_find(sqlite3_vtab *table, int argc, const char *name,
                   void (**function)(sqlite3_context *, int, sqlite3_value **), void **data);

#endif
