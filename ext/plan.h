/* SPDX-License-Identifier: MIT */
/*
** What xBestIndex tells xFilter: a short printable text, a term per argument, which EXPLAIN QUERY PLAN shows.
**
**     path= on_error= used=2080
**
** "NAME=" says that the next value of xFilter is the argument of that name, "NAME?" that the query uses this argument in
** a way that gives it no value: xFilter's error, since one scan can't answer for several values.  "used=", the last term, is the mask of
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
** SQLITE_CONSTRAINT: an argument isn't known yet in this order of the join.  A plan without a path is possible, so that
** SQLite can look for a better one (`path = 'a' OR path = 'b'`), and as dear as can be.
*/
int plan_best_index(sqlite3_index_info *info, const struct plan_arg *args, int n, int has_path);

/*
** xFilter's part: sets the options from the values; *used becomes the mask of columns.  function is the table's name,
** for the message that a path is missing.
*/
int plan_apply(const char *plan, int argc, sqlite3_value **argv, const char *function, struct options *options,
               sqlite3_uint64 *used, char **pzErr);

#endif
