/* SPDX-License-Identifier: MIT */
/*
** Conditions that no record can meet.
**
** A value in a WHERE clause that a column can never hold (action = 'reject', protocol = 'TCP',
** start >= '2026-03-09') gives no rows, or all rows, in SQL.  Nobody would see why, so it is an
** error that shows the line to write instead.  Literals are checked when the query is planned.
** Other values are known only when the query runs.  Of these, what is compared with times, and the
** spelling of addresses, is an error as well.  All others are left to SQL, because a join with a
** list of mixed content is ordinary, but flowlogs_scan_stats() notes the first of them.
*/
#ifndef TABLES_LITERAL_CHECK_H
#define TABLES_LITERAL_CHECK_H

#include "functions/scan_stats.h"
#include "sqlite/sqlite.h"
#include "tables/columns.h"
#include "tables/sql_predicate.h"

/*
** Checks a literal that the column is compared with by `op`.  SQLITE_ERROR, with the message in
** *pzErr, when the comparison makes no sense; otherwise SQLITE_OK, or SQLITE_NOMEM.
*/
int literal_check(const struct column *column, enum term_op op, sqlite3_value *literal, char **pzErr);

/*
** Checks a value, or the values of IN, when the query runs, and notes the first one that
** literal_check() would have refused.
*/
void literal_check_later(struct scan_stats *stats, sqlite3 *db, const struct column *column, enum term_op op,
                         sqlite3_value *value);

/*
** Checks a text that a time column (SHAPE_TIME) is compared with: it must be the beginning of such
** a text, or for = the whole of it, because the comparison is one of texts.  Errors as above.
*/
int literal_check_time(const struct push *push, enum term_op op, const char *text, size_t n, char **pzErr);

/*
** Checks a text that an address column is compared with for equality: if it is an address, it must
** have the spelling that the column has.  Does nothing for other columns and texts.  Errors as
** above.
*/
int literal_check_spelling(const struct push *push, const char *text, size_t n, char **pzErr);

/*
** Checks a pattern of LIKE or GLOB for an address column: it must not begin as no IPv6 address in
** the spelling of the column does, with large letters (GLOB) or with zeros in front of a group.
** Does nothing for other columns and operators.  Errors as above.
*/
int literal_check_pattern(const struct push *push, enum term_op op, const char *pattern, char **pzErr);

/*
** Checks a number that start or end is compared with: milliseconds, and dates without quotes, are
** errors.  Does nothing for other columns and values.  Errors as above.
*/
int literal_check_seconds(const struct push *push, sqlite3_value *value, char **pzErr);

#endif
