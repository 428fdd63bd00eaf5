/* SPDX-License-Identifier: MIT */
/*
** Conditions that no record can meet.
**
** A value in a WHERE clause that a column can never hold (action = 'reject', protocol = 'TCP',
** start >= '2026-03-09') gives no rows, or all rows, in SQL.  Nobody would see why, so it is an
** error that shows the line to write instead.  Literals are checked when the query is planned.
** Other values are known only when the query runs.  Of these, what is compared with times (see
** time_check.h), the spelling of addresses, and an IN of nothing but such values are errors as well.
** All others are left to SQL, because a join with a list of mixed content is ordinary, but
** flowlogs_scan_stats() notes the first of them.
*/
#ifndef TABLES_LITERAL_CHECK_H
#define TABLES_LITERAL_CHECK_H

#include "sqlite/sqlite.h"
#include "tables/columns.h"
#include "tables/sql_predicate.h"
#include "tables/table.h"

/*
** Checks a literal that the column is compared with by `op`.  SQLITE_ERROR, with the message in
** *pzErr, when the comparison makes no sense; otherwise SQLITE_OK, or SQLITE_NOMEM.
*/
int literal_check(const struct column *column, enum term_op op, sqlite3_value *literal, char **pzErr);

/*
** The same for a value, or the values of IN, when the query runs.  What is compared with a time, an
** address in another spelling, and an IN of which no value can be met, are errors; the last of these
** only if its values are not those of another table of a join.  Of other values that literal_check()
** would have refused, the first one is noted for flowlogs_scan_stats().
*/
int literal_check_later(const struct table *table, const struct column *column, enum term_op op, sqlite3_value *value,
                        char **pzErr);

#endif
