/* SPDX-License-Identifier: MIT */
/*
** What the three tables have in common as virtual tables: the struct, how it is made and unmade.
*/
#ifndef TABLE_H
#define TABLE_H

#include "identity.h"
#include "numbers.h"
#include "options.h"
#include "sqlite.h"
#include "stats.h"

struct recall;

struct table {
  sqlite3_vtab base;
  sqlite3 *db;
  struct options options; /* of a CREATE; all unset for a table-valued function */
  struct numbers numbers;
  struct identity_key identity_key; /* of payloads */
  struct recall *recall;            /* owned; NULL until a cursor needs it */
  struct stats *stats;              /* the connection's; not owned */
};

/*
** The end of an xConnect: declares the schema and makes *out.  Takes the options over, also when it fails.  The table
** is SQLITE_VTAB_DIRECTONLY: it reads files, and no view or trigger of a database that came from elsewhere may do that
** on its own.
*/
int table_declare(sqlite3 *db, const char *schema, struct options *options, struct stats *stats, sqlite3_vtab **out);

/* xDisconnect and xDestroy. */
int table_disconnect(sqlite3_vtab *table);

#endif
