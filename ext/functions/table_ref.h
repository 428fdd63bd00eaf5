/* SPDX-License-Identifier: MIT */
/*
** Which table is meant: from the text that a user gave, 'subnets' or 'schema.subnets', to a
** statement that reads a column of it with the rowids.
**
** Call order: table_ref_find() on a struct of zeros, table_ref_prepare(), table_ref_clear() also
** after an error.  The texts that table_ref_find() was given must live as long as the struct.
** Functions return SQLite codes; an error's message is in *pzErr, which begins as NULL and is
** sqlite3_free()d by the caller.  SQLITE_NOMEM and SQLITE_INTERRUPT have none.
*/
#ifndef FUNCTIONS_TABLE_REF_H
#define FUNCTIONS_TABLE_REF_H

#include "sqlite/sqlite.h"

struct table_ref {
  const char *name;   /* what the user called it */
  const char *column; /* and the column */
  char *schema;       /* owned */
  const char *table;  /* within `name` */
  const char *rowid;  /* a name of the rowid that no column has */
  int is_qualified;   /* 0 or 1: the name begins with the schema's */
  int is_stored; /* 0 or 1: the column is read from the table's rows, neither computed nor hidden by an authorizer */
};

/*
** Finds `schema.table`, or else a table that has the whole text as its name, in SQLite's order:
** temp, main, attached ones.  Error: there is none, or no such column, or no rowid; it is a
** virtual table outside temp.
**
** Those may stand for files.  A function that reads tables by name must not be the way in which a
** database that came from elsewhere, with such a table and with SQL that calls the function, gets
** at files; into temp it can have put nothing.
*/
int table_ref_find(sqlite3 *db, const char *name, const char *column, struct table_ref *place, char **pzErr);
void table_ref_clear(struct table_ref *place);

/* A statement with the rowid and the column of all rows. */
int table_ref_prepare(sqlite3 *db, const struct table_ref *place, sqlite3_stmt **stmt, char **pzErr);

/* The error of a statement on the table that ended with this code. */
int table_ref_error(sqlite3 *db, const struct table_ref *place, int rc, char **pzErr);

#endif
