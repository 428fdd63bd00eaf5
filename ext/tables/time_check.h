/* SPDX-License-Identifier: MIT */
/*
** Conditions on times that no record can meet, or that hold by accident.
**
** start_time, end_time, minute, hour and day are texts and are compared as texts, so a value must
** have their form, or be the beginning of one.  start and end are numbers of seconds.  A text, a
** number of milliseconds, or a date without quotes is compared with them without any sense.  These
** are errors that show what to write, also when the value is known only when the query runs.
**
** The functions return SQLITE_OK, SQLITE_ERROR with the message in *pzErr, or SQLITE_NOMEM.
*/
#ifndef TABLES_TIME_CHECK_H
#define TABLES_TIME_CHECK_H

#include "sqlite/sqlite.h"
#include "tables/sql_predicate.h"

/* Is it a column of seconds: start or end? */
int time_check_is_seconds(const struct push *push);

/*
** Checks a value that a time column (SHAPE_TIME) is compared with: a text that is the beginning of
** such a time, or for = the whole of one that the column can have.
*/
int time_check_text(const struct push *push, enum term_op op, sqlite3_value *value, char **pzErr);

/* Checks a value that start or end is compared with.  Does nothing for other columns. */
int time_check_seconds(const struct push *push, enum term_op op, sqlite3_value *value, char **pzErr);

/* Checks a number of seconds, by the name of its column. */
int time_check_number(const char *name, sqlite3_value *value, char **pzErr);

/*
** Checks the beginning of a pattern of LIKE or GLOB, up to its first wildcard, for a time column.
*/
int time_check_pattern(const struct push *push, const char *pattern, size_t n, char **pzErr);

#endif
