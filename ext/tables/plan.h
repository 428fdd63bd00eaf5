/* SPDX-License-Identifier: MIT */
/*
** What xBestIndex tells xFilter: a short printable text, a word for each of xFilter's values, which EXPLAIN QUERY PLAN
** shows.
**
**     path= action= start>= srcaddr:in used=2080
**
** "NAME=" of an argument (an option) says that the value is the argument's; NAME and an operator of sql_predicate.h, that the
** value is what this column is compared with while the files are read; a "~" behind the operator, that the value's
** affinity isn't known; a "=!" of an argument, that SQLite will compare with the value, too.  "NAME?" says that the query uses an argument, or a column that has no value of its own, in a
** way that can't be passed on: xFilter's error, since one scan can't answer for several values.  "used=", the last word, is
** the mask of the SQL columns that the query uses, in hexadecimal.
*/
#ifndef TABLES_PLAN_H
#define TABLES_PLAN_H

#include "tables/options.h"
#include "predicate/predicate.h"
#include "sqlite/sqlite.h"
#include "tables/sql_predicate.h"

/* An argument of a table-valued function: a hidden column. */
struct plan_arg {
  int column;
  const char *name; /* as options_set() knows it */
};

#define PLAN_MAX_ARGS 8

/* What a table is to a plan. */
struct plan_table {
  const char *name; /* for messages */
  const struct plan_arg *args;
  int nargs;                           /* <= PLAN_MAX_ARGS; the first is the path */
  int first_selecting, last_selecting; /* columns of arguments that select records: see below; 0: none */
  int ncolumns;
  int (*push)(int column, struct push *out); /* 0: the column can't be pushed down; NULL: none can */
  int is_payload; /* the first argument is the data itself, no path: read at once, and as often as one likes */
};

/*
** xBestIndex.  SQLITE_CONSTRAINT: an argument isn't known yet in this order of the join.  A plan without a path is
** possible, so that SQLite can look for a better one (`path = 'a' OR path = 'b'`), and as dear as can be.
**
** Arguments that select records (since, filter) take one value, since a scan has one.  IN, which SQLite makes of OR,
** would give those records twice that two values select: it isn't passed on, which is xFilter's error.  Two conditions
** about such an argument are SQLITE_ERROR, with the message in *pzErr: SQLite sees by itself that no row can have two
** values, and would answer with none.
*/
int plan_best_index(sqlite3 *db, sqlite3_index_info *info, const struct plan_table *table, int has_path, char **pzErr);

/*
** xFilter's part: sets the options and the predicate from the values; *used becomes the mask of columns.  The predicate
** must be empty, and is to be cleared in any case.
*/
int plan_apply(sqlite3 *db, const char *plan, int argc, sqlite3_value **argv, const struct plan_table *table,
               struct options *options, struct predicate *predicate, sqlite3_uint64 *used, char **pzErr);

#endif
