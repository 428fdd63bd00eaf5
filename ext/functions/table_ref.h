/* SPDX-License-Identifier: MIT */
/*
** Finds the table that a user named as 'subnets' or 'schema.subnets', and makes the statement that
** reads one of its columns together with the rowids.
**
** Call order: table_ref_find() on a struct of zeros, but for the members that the caller sets;
** table_ref_prepare(); table_ref_clear(), also after an error.  The texts that table_ref_find() is
** given must live as long as the struct.  Everything belongs to the thread that owns the connection.
** The functions return SQLite codes.  The message of an error is in *pzErr, which begins as NULL and
** which the caller releases with sqlite3_free().  SQLITE_NOMEM and SQLITE_INTERRUPT have no message.
*/
#ifndef FUNCTIONS_TABLE_REF_H
#define FUNCTIONS_TABLE_REF_H

#include "sqlite/sqlite.h"

struct table_ref {
  /* Set by the caller: */
  const char *who;   /* what reads the table, with which messages begin: "cidr_lookup" */
  const char *usage; /* what to write, for a name that is none of a table; not owned */
  int needs_rowid;   /* 0 or 1: a table without rowids is an error */
  /* Set by table_ref_find(): */
  const char *name;   /* the table, as the user wrote it; not owned */
  const char *column; /* the column, as the user wrote it; not owned */
  char *schema;       /* owned */
  const char *table;  /* points into `name` */
  const char *rowid;  /* "rowid", "_rowid_" or "oid": one that is not the name of a column; or NULL */
  int is_qualified;   /* 0 or 1: the name begins with that of the schema */
  int is_stored;      /* 0 or 1: the values are stored in rows, neither computed nor hidden by an authorizer */
};

/*
** Finds `schema.table`, or else a table that has the whole text as its name.  The schemas are
** searched in SQLite's order: temp, main, attached databases.  It is an error when there is no
** such table or column, or no rowid although it is needed, when the name is that of a view, and when
** the table is a virtual table outside temp.
**
** Virtual tables are refused because they may stand for files.  A database from somebody else may
** contain such a table, and SQL that calls the function; it must not read files in this way.  Such
** a database cannot have put anything into temp.
*/
int table_ref_find(sqlite3 *db, const char *name, const char *column, struct table_ref *place, char **pzErr);
void table_ref_clear(struct table_ref *place);

/*
** Makes the statement that returns the rowid, NULL if there is none, and the column of each row.  The
** caller finalizes it.
*/
int table_ref_prepare(sqlite3 *db, const struct table_ref *place, sqlite3_stmt **stmt, char **pzErr);

/* Reports that reading the table ended with rc.  Returns rc, or SQLITE_NOMEM. */
int table_ref_error(sqlite3 *db, const struct table_ref *place, int rc, char **pzErr);

#endif
