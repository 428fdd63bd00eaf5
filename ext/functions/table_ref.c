/* SPDX-License-Identifier: MIT */
/*
** Three steps, each of which decides by facts of the schema and never by the text of a message:
**
**     'main.nets', 'cidr'
**        |
**        v  find_table()    sqlite_master of each schema    which schema and table?  a view?
**        v  find_columns()  PRAGMA table_xinfo              the column? a free name of the rowid?
**        |                  sqlite3_table_column_metadata   does the table have a rowid at all?
**        v  find_kind()     EXPLAIN of the statement        virtual? does it read the column?
**        |
**        v
**     SELECT t.rowid, t."cidr" FROM "main"."nets" AS t
**
** A name with a dot has two readings, because a table's own name may contain one: first
** schema.table, and then a table that has the whole text as its name.
*/
#include "functions/table_ref.h"

#include <string.h>

#include "sqlite/report.h"

#define TEMP "temp"

#define INSTEAD "name a table, or make one with CREATE TEMP TABLE ... AS SELECT * FROM"

static int prepare(sqlite3 *db, char *sql, sqlite3_stmt **stmt) {
  int rc = sql ? sqlite3_prepare_v2(db, sql, -1, stmt, NULL) : SQLITE_NOMEM;
  sqlite3_free(sql);
  return rc;
}

int table_ref_error(sqlite3 *db, const struct table_ref *place, int rc, char **pzErr) {
  if (rc == SQLITE_NOMEM || rc == SQLITE_INTERRUPT) return rc;
  /*
  ** The message is the connection's.  A statement that was finalized after the error may have
  ** replaced it, in which case its code differs from rc.
  */
  const char *text = (sqlite3_errcode(db) & 0xff) == (rc & 0xff) ? sqlite3_errmsg(db) : sqlite3_errstr(rc);
  int reported = report_text(pzErr, "%s: %s can't be read: %s", place->who, place->name, text);
  return reported == SQLITE_NOMEM ? SQLITE_NOMEM : rc;
}

/* --- the schema --------------------------------------------------------------------------------------------------- */

/* Looks for a table or view in a schema; sets place->schema if it is there. */
static int look_in(sqlite3 *db, const char *schema, const char *table, struct table_ref *place, int *is_view) {
  sqlite3_stmt *stmt = NULL;
  int rc = prepare(db,
                   sqlite3_mprintf("SELECT type = 'view' FROM \"%w\".sqlite_master "
                                   "WHERE name = ?1 COLLATE NOCASE AND type IN ('table', 'view')",
                                   schema),
                   &stmt);
  if (!rc) rc = sqlite3_bind_text(stmt, 1, table, -1, SQLITE_STATIC);
  if (!rc && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
    *is_view = sqlite3_column_int(stmt, 0);
    place->table = table;
    place->schema = sqlite3_mprintf("%s", schema);
    rc = place->schema ? SQLITE_OK : SQLITE_NOMEM;
  } else if (rc == SQLITE_DONE) {
    rc = SQLITE_OK;
  }
  sqlite3_finalize(stmt);
  return rc;
}

/* The part of a name behind `schema.`, or NULL when the name does not begin with that. */
static const char *behind_schema(const char *name, const char *schema) {
  size_t n = strlen(schema);
  return !sqlite3_strnicmp(name, schema, (int)n) && name[n] == '.' ? name + n + 1 : NULL;
}

/*
** *schema becomes the next schema of PRAGMA database_list, or NULL at its end.  is_temp 1:
** considers temp alone; 0: all schemas but temp.
*/
static int next_schema(sqlite3_stmt *list, int is_temp, const char **schema) {
  int rc;
  do {
    rc = sqlite3_step(list);
    *schema = rc == SQLITE_ROW ? (const char *)sqlite3_column_text(list, 1) : NULL;
  } while (*schema && (sqlite3_stricmp(*schema, TEMP) == 0) != is_temp);
  if (rc == SQLITE_ROW) return *schema ? SQLITE_OK : SQLITE_NOMEM;
  return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

/*
** Looks in the schemas that the name begins with if place->is_qualified, and otherwise in all.
** temp comes first, as in SQLite itself.
*/
static int look_everywhere(sqlite3 *db, struct table_ref *place, int *is_view) {
  int rc = SQLITE_OK;
  for (int is_temp = 1; !rc && !place->schema && is_temp >= 0; is_temp--) {
    sqlite3_stmt *list = NULL;
    const char *schema = NULL;
    rc = sqlite3_prepare_v2(db, "PRAGMA database_list", -1, &list, NULL);
    while (!rc && !place->schema && !(rc = next_schema(list, is_temp, &schema)) && schema) {
      const char *table = place->is_qualified ? behind_schema(place->name, schema) : place->name;
      if (table) rc = look_in(db, schema, table, place, is_view);
    }
    sqlite3_finalize(list);
  }
  return rc;
}

static int find_table(sqlite3 *db, struct table_ref *place, char **pzErr) {
  int is_view = 0;
  place->is_qualified = strchr(place->name, '.') != NULL;
  int rc = place->is_qualified ? look_everywhere(db, place, &is_view) : SQLITE_OK;
  if (!rc && !place->schema) {
    place->is_qualified = 0;
    rc = look_everywhere(db, place, &is_view);
  }
  if (rc) return table_ref_error(db, place, rc, pzErr);
  if (!place->schema) return report_text(pzErr, "%s: no such table: %s; %s", place->who, place->name, place->usage);
  if (is_view)
    return report_text(pzErr, "%s: %s is a view%s; " INSTEAD " %s", place->who, place->name,
                       place->needs_rowid ? ", which has no rowid" : "", place->name);
  return SQLITE_OK;
}

/* --- the columns -------------------------------------------------------------------------------------------------- */

/*
** Checks whether the table has a rowid.  No column has the name place->rowid, so SQLite knows the
** name only if the table has a rowid; its answer to an unknown name is SQLITE_ERROR.
*/
static int check_rowid(sqlite3 *db, struct table_ref *place, char **pzErr) {
  if (!place->rowid && place->needs_rowid)
    return report_text(pzErr, "%s: %s has columns rowid, _rowid_ and oid, which hide its rowid", place->who,
                       place->name);
  if (!place->rowid) return SQLITE_OK;
  int rc = sqlite3_table_column_metadata(db, place->schema, place->table, place->rowid, NULL, NULL, NULL, NULL, NULL);
  if (rc && rc != SQLITE_ERROR) return table_ref_error(db, place, rc, pzErr);
  if (rc && place->needs_rowid)
    return report_text(pzErr, "%s: %s is a WITHOUT ROWID table: it has no rowid to give", place->who, place->name);
  if (rc) place->rowid = NULL;
  return SQLITE_OK;
}

/* Finds the column, and a name of the rowid that no column has. */
static int find_columns(sqlite3 *db, struct table_ref *place, char **pzErr) {
  static const char *const rowid[] = {"rowid", "_rowid_", "oid"};
  sqlite3_stmt *stmt = NULL;
  int has_column = 0, taken[3] = {0}; /* has_column: 2 if its values are generated, or a virtual table hides it */
  int rc = prepare(db, sqlite3_mprintf("PRAGMA \"%w\".table_xinfo(\"%w\")", place->schema, place->table), &stmt);
  while (!rc && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
    const char *name = (const char *)sqlite3_column_text(stmt, 1);
    rc = name ? SQLITE_OK : SQLITE_NOMEM;
    if (name && !sqlite3_stricmp(name, place->column)) has_column = 1 + (sqlite3_column_int(stmt, 6) != 0);
    for (int i = 0; name && i < 3; i++) taken[i] |= !sqlite3_stricmp(name, rowid[i]);
  }
  if (rc != SQLITE_DONE) rc = table_ref_error(db, place, rc, pzErr);
  sqlite3_finalize(stmt);
  if (rc != SQLITE_DONE) return rc;
  place->is_stored = has_column == 1;
  for (int i = 0; i < 3 && !place->rowid; i++)
    if (!taken[i]) place->rowid = rowid[i];
  if (!has_column) return report_text(pzErr, "%s: table %s has no column %s", place->who, place->name, place->column);
  return check_rowid(db, place, pzErr);
}

static int prepare_rows(sqlite3 *db, const struct table_ref *place, const char *explain, sqlite3_stmt **stmt,
                        char **pzErr) {
  /*
  ** SQLite takes "column" for a text when there is no such column.  It does not do so behind the
  ** name of a table.
  */
  int rc = prepare(db,
                   sqlite3_mprintf("%sSELECT %s%s, t.\"%w\" FROM \"%w\".\"%w\" AS t", explain, place->rowid ? "t." : "",
                                   place->rowid ? place->rowid : "NULL", place->column, place->schema, place->table),
                   stmt);
  return rc ? table_ref_error(db, place, rc, pzErr) : SQLITE_OK;
}

/*
** Finds out whether the table is virtual and whether its column is really read.  The facts come
** from the program that SQLite would execute, because the text in sqlite_master can be forged, and
** because an authorizer's SQLITE_IGNORE puts NULL in the place of the column.
*/
static int find_kind(sqlite3 *db, struct table_ref *place, char **pzErr) {
  sqlite3_stmt *stmt = NULL;
  int reads_column = 0, is_virtual = 0;
  int rc = prepare_rows(db, place, "EXPLAIN ", &stmt, pzErr);
  if (rc) return rc;
  while (!rc && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
    const char *opcode = (const char *)sqlite3_column_text(stmt, 1);
    rc = opcode ? SQLITE_OK : SQLITE_NOMEM;
    if (opcode && !strcmp(opcode, "VOpen")) is_virtual = 1;
    if (opcode && !strcmp(opcode, "Column")) reads_column = 1;
  }
  if (rc != SQLITE_DONE) rc = table_ref_error(db, place, rc, pzErr);
  sqlite3_finalize(stmt);
  if (rc != SQLITE_DONE) return rc;
  place->is_stored = place->is_stored && reads_column && !is_virtual;
  if (!is_virtual || !sqlite3_stricmp(place->schema, TEMP)) return SQLITE_OK;
  return report_text(pzErr, "%s: %s is a virtual table outside temp, which is not read by name; " INSTEAD " %s",
                     place->who, place->name, place->name);
}

/* ------------------------------------------------------------------------------------------------------------------ */

int table_ref_find(sqlite3 *db, const char *name, const char *column, struct table_ref *place, char **pzErr) {
  place->name = name;
  place->column = column;
  int rc = find_table(db, place, pzErr);
  if (!rc) rc = find_columns(db, place, pzErr);
  if (!rc) rc = find_kind(db, place, pzErr);
  return rc;
}

void table_ref_clear(struct table_ref *place) {
  sqlite3_free(place->schema);
  memset(place, 0, sizeof *place);
}

int table_ref_prepare(sqlite3 *db, const struct table_ref *place, sqlite3_stmt **stmt, char **pzErr) {
  return prepare_rows(db, place, "", stmt, pzErr);
}
