/* SPDX-License-Identifier: MIT */
/*
** The SQL columns of the flowlogs table: their numbers, and the CREATE TABLE text that declares them.
**
**     0..13   the default fields
**     14..21  the arguments, HIDDEN: SQLite gives a table-valued function's arguments to the hidden columns in order
**     22..29  what a record has besides its fields, HIDDEN
**     30..    the later fields; HIDDEN unless a CREATE VIRTUAL TABLE finds them in the files' headers
**
** SQLite's mask of used columns has one bit for all columns from 63 on, so the rarest fields come last.
*/
#ifndef TABLES_COLUMNS_H
#define TABLES_COLUMNS_H

#include "record/batch.h"
#include "record/fields.h"
#include "sqlite/sqlite.h"
#include "tables/sql_predicate.h"

enum {
  SQL_PATH = FIELD_DEFAULT_COUNT, /* arguments: keep them together and in this order, as options.h names them */
  SQL_ON_ERROR,
  SQL_FORMAT,
  SQL_THREADS,
  SQL_COLUMNS,
  SQL_FILTER,
  SQL_SINCE,
  SQL_UNTIL,
  SQL_FILE,
  SQL_LINE,
  SQL_RAW,
  SQL_EXTRA,
  SQL_START_TIME,
  SQL_END_TIME,
  SQL_ADDR, /* either end: in conditions alone */
  SQL_PORT,
  SQL_LATER, /* the field FIELD_DEFAULT_COUNT, and on */
};

/* The field of an SQL column, or FIELD_NONE. */
static inline int columns_field(int column) {
  if (column < FIELD_DEFAULT_COUNT) return column;
  return column < SQL_LATER ? FIELD_NONE : column - SQL_LATER + FIELD_DEFAULT_COUNT;
}

/*
** The CREATE TABLE text for sqlite3_declare_vtab(); first declares the first argument ("path TEXT"), visible[f] != 0
** shows field f, the others are HIDDEN.  The caller frees it with sqlite3_free(); NULL when there is no memory.
*/
char *columns_declare(const char *first, const uint8_t visible[FIELD_COUNT]);

/* Which columns a batch must have for a mask of used SQL columns. */
void columns_wanted(sqlite3_uint64 used, uint8_t wanted[COLUMN_COUNT]);

/* What of a column can be decided while the files are read; 0: nothing. */
int columns_push(int column, struct push *out);

/* The same of a field. */
void columns_push_field(int field, struct push *out);

#define SQL_COUNT (SQL_LATER + FIELD_COUNT - FIELD_DEFAULT_COUNT)

#endif
