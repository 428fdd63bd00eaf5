/* SPDX-License-Identifier: MIT */
/*
** What the three tables have in common as virtual tables: the struct, how it is made and unmade.
*/
#ifndef TABLES_TABLE_H
#define TABLES_TABLE_H

#include "base/fingerprint.h"
#include "tables/rowid_base.h"
#include "tables/options.h"
#include "sqlite/sqlite.h"
#include "functions/scan_stats.h"

struct row_cache;

struct table {
  sqlite3_vtab base;
  sqlite3 *db;
  struct options options; /* of a CREATE; all unset for a table-valued function */
  struct rowid_base numbers;
  struct fingerprint_key fingerprint_key; /* of payloads */
  struct row_cache *row_cache;            /* owned; NULL until a cursor needs it */
  struct scan_stats *stats;               /* the connection's; not owned */
};

/*
** The end of an xConnect: declares the schema and makes *out.  Takes the options over, also when it fails.  The table
** is SQLITE_VTAB_DIRECTONLY: it reads files, and no view or trigger of a database that came from elsewhere may do that
** on its own.
*/
int table_declare(sqlite3 *db, const char *schema, struct options *options, struct scan_stats *stats,
                  sqlite3_vtab **out);

/* xDisconnect and xDestroy. */
int table_disconnect(sqlite3_vtab *table);

#endif
