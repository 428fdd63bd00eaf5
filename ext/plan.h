/* SPDX-License-Identifier: MIT */
/*
** What xBestIndex tells xFilter: a short printable text, a term per argument, which EXPLAIN QUERY PLAN shows.
**
**     path= on_error= columns=2080
**
** "NAME=" says that the next value of xFilter is the argument of that name.  "columns=", the last term, is the mask of
** the SQL columns that the query uses, in hexadecimal.
*/
#ifndef PLAN_H
#define PLAN_H

#include "options.h"
#include "sqlite.h"

/* An argument of a table-valued function: a hidden column. */
struct plan_arg {
  int column;
  const char *name; /* as options_set() knows it */
};

#define PLAN_MAX_ARGS 8

/*
** xBestIndex of a table whose only constraints are its arguments (n <= PLAN_MAX_ARGS; the first is the path).
** has_path: the table has a path of its own.  function is its name, for the message that a path is missing.
** SQLITE_CONSTRAINT: an argument isn't known yet in this order of the join.
*/
int plan_best_index(sqlite3_vtab *table, sqlite3_index_info *info, const struct plan_arg *args, int n, int has_path,
                    const char *function);

/* xFilter's part: sets the options from the values; *used becomes the mask of columns. */
int plan_apply(const char *plan, int argc, sqlite3_value **argv, struct options *options, sqlite3_uint64 *used,
               char **pzErr);

#endif
