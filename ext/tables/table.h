/* SPDX-License-Identifier: MIT */
/*
** What all tables have in common as virtual tables: the struct, and the methods that follow from
** the description of the columns (columns.h).  A table's module names these methods where it has
** nothing to add.
*/
#ifndef TABLES_TABLE_H
#define TABLES_TABLE_H

#include "base/fingerprint.h"
#include "functions/scan_stats.h"
#include "sqlite/sqlite.h"
#include "tables/columns.h"
#include "tables/options.h"
#include "tables/rowid_base.h"

struct row_cache;

#define TABLE_JOINED                                                                                                   \
  128 /* columns for which table_is_joined() knows an answer; they have all arguments and most fields */

struct table {
  sqlite3_vtab base;
  sqlite3 *db;
  const struct sql_table *of;
  struct options options; /* of a CREATE; all unset for a table-valued function */
  int is_stored;          /* it comes from a database, whose author may not read files here: no query works */
  struct rowid_base numbers;
  struct fingerprint_key fingerprint_key; /* of payloads */
  struct row_cache *row_cache;            /* owned; NULL until a cursor needs it */
  struct scan_stats *stats;               /* the connection's; not owned */
  uint8_t joined[TABLE_JOINED];           /* for each SQL column: see table_is_joined() */
};

/*
** The end of an xConnect: declares the columns of the table, shown as visible says (see
** columns_declare()), and makes *out.  Takes the options over, also when it fails.  The table is
** SQLITE_VTAB_DIRECTONLY, because it reads files, and no view or trigger of a database that came
** from elsewhere may do that on its own.
*/
int table_declare(sqlite3 *db, const struct sql_table *of, const uint8_t visible[FIELD_COUNT], struct options *options,
                  struct scan_stats *stats, sqlite3_vtab **out);

/* The whole of an xConnect for a table-valued function, which has no arguments of its own. */
int table_connect(sqlite3 *db, const struct sql_table *of, struct scan_stats *stats, sqlite3_vtab **out);

/*
** Is the column compared with the values of another table of the same join, as far as the statement
** that was planned last tells?  SQLite then also asks for plans without the condition.  The answer
** decides what is said of a value, and never which rows are found.
*/
int table_is_joined(const struct table *t, const struct column *column);

/* xDisconnect and xDestroy. */
int table_disconnect(sqlite3_vtab *table);

/*
** xBestIndex.  A constraint on a column that is not in the description, which columns_declare()
** adds, is an error.
*/
int table_best_index(sqlite3_vtab *table, sqlite3_index_info *info);

/*
** xColumn: calls the result function of the column.  The value of a column that is not in the
** description is an error, too.
*/
int table_column(sqlite3_vtab_cursor *cursor, sqlite3_context *ctx, int column);

#endif
