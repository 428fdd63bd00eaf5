/* SPDX-License-Identifier: MIT */
/*
** What a SQL table is to this extension: a name and one array of column descriptions.  The CREATE
** TABLE text, the arguments that a plan passes on, the conditions that are pushed down, the
** columns that a batch must have, the output, the documentation and flowlogs_help follow from
** that array, so a column is described in one place.
**
** The order of the rows is the order of the SQL columns.  SQLite gives the arguments of a
** table-valued function to the hidden columns in their order, so the options come first among
** these.  SQLite's mask of used columns has one bit for all columns from 63 on, so the rarest
** fields come last.
*/
#ifndef TABLES_COLUMNS_H
#define TABLES_COLUMNS_H

#include "record/batch.h"
#include "record/fields.h"
#include "record/layout.h"
#include "sqlite/sqlite.h"
#include "tables/options.h"
#include "tables/sql_predicate.h"

enum column_role {
  COLUMN_CELL,    /* read from the record as it is; ref: a column of a batch, which for a field is enum field */
  COLUMN_TIME,    /* a time as text; ref: the field with its seconds; push.unit: how far it is rounded down */
  COLUMN_OPTION,  /* an option; ref: enum option */
  COLUMN_DATA,    /* the payload itself, the first argument of a table that reads no files */
  COLUMN_EITHER,  /* either end of a flow: only in conditions */
  COLUMN_MEASURE, /* a sum of the rollup; ref: the table's own number for it */
  COLUMN_OTHER,   /* anything else; ref: as the table's own code uses it */
};

struct column {
  const char *name;
  const char *type; /* as it is declared: "TEXT", "INTEGER", "" for values of any type; NULL: the option's */
  enum column_role role;
  int is_hidden;
  int ref;
  struct push push; /* how it is pushed down; push.name is NULL for a column that is not */
  void (*result)(sqlite3_context *ctx, sqlite3_vtab_cursor *cursor, const struct column *column);
  unsigned alike;           /* sql_table.alike: the bits of it that a GROUP BY of this column needs */
  const char *const *words; /* the only values that a text has, ending with NULL; NULL: the field's, or any */
  const char *doc;          /* one line of Markdown; NULL: the field's or the option's */
  const char *example;      /* a condition or an expression; may be NULL */
};

struct sql_table {
  const char *name;
  const char *arguments; /* for messages and the documentation: "path", "data" */
  const struct column *column;
  int ncolumns;
  unsigned alike;                      /* bits that a GROUP BY needs for plan_groups(); 0: there is none */
  const char *doc;                     /* in whole sentences */
  const char *example;                 /* a query on the sample logs */
  int writes_index;                    /* it makes the file that index_file names, which the other tables read */
  int (*fits)(const struct layout *l); /* has it rows of files of this layout?  NULL: yes; otherwise they are errors */
};

/* --- rows of the arrays ------------------------------------------------------------------------------------------ */

/*
** Fields of the record, from the rows of fields.h: DEFAULT_FIELDS(SHOWN_FIELD),
** LATER_FIELDS(HIDDEN_FIELD).  A file that uses them defines result_text() and result_number(),
** which output a field.
*/
#define SHOWN_FIELD(name, kind, since, doc)  FIELD_COLUMN(name, kind, 0)
#define HIDDEN_FIELD(name, kind, since, doc) FIELD_COLUMN(name, kind, 1)

#define FIELD_COLUMN(name_, kind_, hidden_)                                                                            \
  {.name = #name_,                                                                                                     \
   .type = FIELD_TYPE_##kind_,                                                                                         \
   .role = COLUMN_CELL,                                                                                                \
   .is_hidden = hidden_,                                                                                               \
   .ref = FIELD_##name_,                                                                                               \
   .push = {.name = #name_, .subject = FIELD_##name_, .shape = FIELD_SHAPE_##kind_},                                   \
   .result = FIELD_RESULT_##kind_},

/* What follows from the kind of a field. */
#define FIELD_TYPE_TEXT     "TEXT"
#define FIELD_TYPE_INT      "INTEGER"
#define FIELD_TYPE_TIME     "INTEGER"
#define FIELD_TYPE_COUNT    "INTEGER"
#define FIELD_TYPE_ADDR     "TEXT"
#define FIELD_TYPE_ACTION   "TEXT"
#define FIELD_TYPE_STATUS   "TEXT"
#define FIELD_SHAPE_TEXT    SHAPE_TEXT
#define FIELD_SHAPE_INT     SHAPE_NUMBER
#define FIELD_SHAPE_TIME    SHAPE_NUMBER
#define FIELD_SHAPE_COUNT   SHAPE_NUMBER
#define FIELD_SHAPE_ADDR    SHAPE_TEXT
#define FIELD_SHAPE_ACTION  SHAPE_TEXT
#define FIELD_SHAPE_STATUS  SHAPE_TEXT
#define FIELD_RESULT_TEXT   result_text
#define FIELD_RESULT_INT    result_number
#define FIELD_RESULT_TIME   result_number
#define FIELD_RESULT_COUNT  result_number
#define FIELD_RESULT_ADDR   result_text
#define FIELD_RESULT_ACTION result_text
#define FIELD_RESULT_STATUS result_text

/* An option, under its own name or another. */
#define OPTION_COLUMN_AS(column_, option_)                                                                             \
  { .name = column_, .role = COLUMN_OPTION, .is_hidden = 1, .ref = OPTION_##option_, .result = column_result_option }
#define OPTION_COLUMN(option_) OPTION_COLUMN_AS(#option_, option_)

/*
** The options of tables that read files, with the comma in front of them, and what stands in their
** place in tables of a value.
*/
#define FILES_OPTIONS , OPTION_COLUMN(late), OPTION_COLUMN(progress), OPTION_COLUMN(index_file)
#define NO_OPTIONS

/* The first argument of a table that reads a value and no files. */
#define DATA_COLUMN                                                                                                    \
  {                                                                                                                    \
    .name = "data", .type = "", .role = COLUMN_DATA, .is_hidden = 1, .result = column_result_data,                     \
    .doc = "the payload: TEXT or BLOB", .example = "flowlogs_payload(queue.body)"                                      \
  }

/* A time of the record as text. */
#define TIME_COLUMN(name_, field_, unit_, result_, doc_, example_)                                                     \
  {                                                                                                                    \
    .name = name_, .type = "TEXT", .role = COLUMN_TIME, .is_hidden = 1, .ref = FIELD_##field_,                         \
    .push = {.name = name_, .subject = FIELD_##field_, .shape = SHAPE_TIME, .unit = unit_}, .result = result_,         \
    .doc = doc_, .example = example_                                                                                   \
  }

/* Either end of a flow. */
#define ADDR_COLUMN                                                                                                    \
  {                                                                                                                    \
    .name = "addr", .type = "TEXT", .role = COLUMN_EITHER, .is_hidden = 1,                                             \
    .push = {.name = "addr", .subject = SUBJECT_ADDR, .shape = SHAPE_TEXT, .must = 1}, .result = column_result_either, \
    .doc = "either end, only in conditions: any of `srcaddr`, `dstaddr`, `pkt_srcaddr`, `pkt_dstaddr`",                \
    .example = "addr = '10.0.0.10'"                                                                                    \
  }
#define PORT_COLUMN                                                                                                    \
  {                                                                                                                    \
    .name = "port", .type = "INTEGER", .role = COLUMN_EITHER, .is_hidden = 1,                                          \
    .push = {.name = "port", .subject = SUBJECT_PORT, .shape = SHAPE_NUMBER, .must = 1},                               \
    .result = column_result_either, .doc = "either end, only in conditions: `srcport` or `dstport`",                   \
    .example = "port = 22"                                                                                             \
  }

/* Output that all tables share.  The cursor begins with a struct query (query.h). */
void column_result_option(sqlite3_context *ctx, sqlite3_vtab_cursor *cursor, const struct column *column);
void column_result_data(sqlite3_context *ctx, sqlite3_vtab_cursor *cursor, const struct column *column);
void column_result_either(sqlite3_context *ctx, sqlite3_vtab_cursor *cursor, const struct column *column);

/* --- what follows from an array ---------------------------------------------------------------------------------- */

/* Is the value of the column an argument of xFilter: an option, or the payload? */
static inline int column_is_argument(const struct column *c) {
  return c->role == COLUMN_OPTION || c->role == COLUMN_DATA;
}

/* How a plan names it. */
static inline const char *column_argument_name(const struct column *c) {
  return c->role == COLUMN_OPTION ? option_table[c->ref].name : c->name;
}

/* Is it an option with that flag? */
static inline int column_has_flag(const struct column *c, unsigned flag) {
  return c->role == COLUMN_OPTION && option_table[c->ref].flags & flag;
}

/* Is it an option of which a query has one value? */
static inline int column_takes_one(const struct column *c) {
  return c->role == COLUMN_OPTION && !column_has_flag(c, OPTION_HAS_ROWS);
}

/* The declared type and the description of a column, whichever table they stand in. */
const char *column_type(const struct column *column);
const char *column_doc(const struct column *column);

/*
** The CREATE TABLE text for sqlite3_declare_vtab().  visible[f] != 0 shows field f and hides it
** otherwise; NULL: as the array says.  The caller frees it with sqlite3_free(); NULL when there
** is no memory.
**
** Behind the columns of the array stand hidden ones for what has no value and must not be
** overlooked: SQLite takes a name in double quotes that is no column, such as AWS's
** "pkt-src-aws-service", for a text.  So there is a column with '-' for each that has '_' in its
** name, and to use it is an error that gives the name with '_'.
*/
char *columns_declare(const struct sql_table *table, const uint8_t visible[FIELD_COUNT]);

/*
** Returns the column that was meant by SQL column i, if that is one of those behind the columns
** of the array; otherwise NULL.
*/
const struct column *columns_find_meant(const struct sql_table *table, int i);

#define COLUMNS_ONE_BIT 63 /* columns from this number on share the last bit of a mask of used columns */

/* Is the column in a mask of used columns? */
static inline int columns_is_used(sqlite3_uint64 used, int column) {
  return (int)(used >> (column < COLUMNS_ONE_BIT ? column : COLUMNS_ONE_BIT) & 1);
}

/*
** Sets wanted[c] for each column c that a batch must have for a mask of used columns; sets the
** others to 0.
*/
void columns_wanted(const struct sql_table *table, sqlite3_uint64 used, uint8_t wanted[COLUMN_COUNT]);

/* The column that is pushed down under that name, or NULL. */
const struct column *columns_find_push(const struct sql_table *table, const char *name);

/* Does the table read a value that it is given, and no files? */
int columns_take_data(const struct sql_table *table);

#endif
