/* SPDX-License-Identifier: MIT */
/*
** What xBestIndex tells xFilter: a short printable text with a word for each of xFilter's values.
** EXPLAIN QUERY PLAN shows it.
**
**     path= action= start>= srcaddr:in used=2080
**
** - "NAME=" of an option: the value is the option's.  "NAME=!" says that SQLite will compare the
**   hidden column with the value once more.
** - NAME and an operator of sql_predicate.h: the column is compared with the value while the
**   files are read.  A "~" behind the operator says that the affinity of the value is not known, and a "*"
**   that the value is no literal, so that the rows of another table of a join may give it.
** - "NAME?": the query uses an option, or a column that has no value of its own, in a way that
**   cannot be passed on to the scan.  xFilter makes an error of it, because one scan cannot
**   answer for several values.
** - "alike=": rows with the same values in the columns of GROUP BY come one after the other, so that
**   SQLite need not sort them: the bits of these columns, in hexadecimal (sql_table.alike).
** - "used=", the last word: the mask of the SQL columns that the query uses, in hexadecimal.
*/
#ifndef TABLES_PLAN_H
#define TABLES_PLAN_H

#include "sqlite/sqlite.h"
#include "tables/columns.h"
#include "tables/query.h"

/* SQLite compares once more with the constraints from this one on, even where `omit` is set. */
#define PLAN_OMIT 16

/* SQLite 3.38 or later tells IN from = and gives the values of literals. */
static inline int plan_knows_in(void) {
  return SQLITE_VERSION_NUMBER >= 3038000 && sqlite3_libversion_number() >= 3038000;
}

/*
** xBestIndex.  has_path: the table knows its path from its CREATE statement.
**
** SQLITE_CONSTRAINT: the value of an option is not known yet in this order of a join.  A plan
** without a path is possible, so that SQLite can look for a better one (`path = 'a' OR path =
** 'b'`), and is as expensive as can be.
**
** An option takes one value, or one for each row of another table; only a path and a payload may have
** several.  IN, which SQLite also makes of OR, would show the same traffic once for each value, so it
** is not passed on, which is xFilter's error.  Two conditions that give an argument its value are
** SQLITE_ERROR, with the message in *pzErr, because SQLite would conclude by itself that no row can
** have two values, and would return nothing.  SQLite before 3.38 tells neither, and there this holds
** for options that select records alone.
*/
int plan_best_index(sqlite3 *db, sqlite3_index_info *info, const struct sql_table *table, int has_path, char **pzErr);

/*
** The part of xFilter: sets the options, the predicate, and the mask of used columns of the query
** from the values.  The predicate must be empty before.
*/
int plan_apply(struct query *q, const char *plan, int argc, sqlite3_value **argv, char **pzErr);

/*
** The error of an option, or of a column that has no value of its own, which the query uses in a way
** that cannot be passed on to the scan.
*/
int plan_open_error(const struct sql_table *table, const char *name, char **pzErr);

#endif
