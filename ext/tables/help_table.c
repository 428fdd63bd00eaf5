/* SPDX-License-Identifier: MIT */
/*
** flowlogs_help: what there is, from the descriptions that the schema, the planner and the
** functions are made of.
**
**     SELECT name, arguments, description FROM flowlogs_help WHERE kind = 'function';
**
** kind is 'table', 'column', 'option' or 'function'.  arguments says what a table or a function
** takes, which values an option takes, and which table a column belongs to.  example is a query
** for a table, an expression for a function, a condition for a column or an option; options that
** belong into CREATE show the statement.
**
** The rows come in four sections, and the cursor is a place in one of them.  The table takes no
** argument and reads no file, so it is SQLITE_VTAB_INNOCUOUS.
*/
#include <string.h>

#include "base/mem.h"
#include "functions/functions.h"
#include "tables/columns.h"
#include "tables/options.h"
#include "tables/tables.h"

/* --- the rows ---------------------------------------------------------------------------------------------------- */

enum help_value { HELP_KIND, HELP_NAME, HELP_ARGUMENTS, HELP_TYPE, HELP_DESCRIPTION, HELP_EXAMPLE, HELP_VALUES };

enum section { SECTION_TABLES, SECTION_COLUMNS, SECTION_OPTIONS, SECTION_FUNCTIONS, SECTION_END };

struct help_cursor {
  sqlite3_vtab_cursor cursor;
  sqlite3_int64 row;
  enum section section;
  size_t table;                   /* of table_modules: the table, or the table that the column belongs to */
  size_t item;                    /* the column, the option or the function */
  const char *value[HELP_VALUES]; /* of this row; NULL for SQL's NULL */
};

static void set(struct help_cursor *c, const char *kind, const char *name, const char *arguments, const char *type,
                const char *description, const char *example) {
  const char *value[HELP_VALUES] = {kind, name, arguments, type, description, example};
  memcpy(c->value, value, sizeof value);
}

/* Items of the section, of its present table for columns. */
static size_t section_size(const struct help_cursor *c) {
  switch (c->section) {
  case SECTION_TABLES: return table_modules_count;
  case SECTION_COLUMNS: return (size_t)table_modules[c->table].of->ncolumns;
  case SECTION_OPTIONS: return OPTION_COUNT;
  case SECTION_FUNCTIONS: return function_descriptions_count;
  case SECTION_END: break;
  }
  return 0;
}

/* Goes on to the next place that exists, if this one does not. */
static void settle(struct help_cursor *c) {
  while (c->section != SECTION_END && c->item >= section_size(c)) {
    c->item = 0;
    if (c->section != SECTION_COLUMNS || ++c->table == table_modules_count) c->section++;
  }
}

/*
** Fills in the row of the present place.  Columns that are options are described among the
** options.
*/
static int show(struct help_cursor *c) {
  const struct sql_table *table =
      table_modules[c->section == SECTION_TABLES ? c->item : c->table % table_modules_count].of;
  const struct column *column;
  const struct option_info *option;
  const struct function_description *function;
  switch (c->section) {
  case SECTION_TABLES: set(c, "table", table->name, table->arguments, NULL, table->doc, table->example); return 1;
  case SECTION_COLUMNS:
    column = &table->column[c->item];
    if (column->role == COLUMN_OPTION) return 0;
    set(c, "column", column->name, table->name, column_type(column), column_doc(column), column->example);
    return 1;
  case SECTION_OPTIONS:
    option = &option_table[c->item];
    set(c, "option", option->name, option->values, option->type, option->doc, option->example);
    return 1;
  case SECTION_FUNCTIONS:
    function = &function_descriptions[c->item];
    set(c, "function", function->name, function->arguments, function->type, function->doc, function->example);
    return 1;
  case SECTION_END: break;
  }
  return 1;
}

/* --- the columns ------------------------------------------------------------------------------------------------- */

static void result_value(sqlite3_context *ctx, sqlite3_vtab_cursor *cursor, const struct column *column) {
  const char *text = ((const struct help_cursor *)cursor)->value[column->ref];
  if (text && *text) sqlite3_result_text(ctx, text, -1, SQLITE_STATIC);
}

#define HELP_COLUMN(name_, ref_, doc_)                                                                                 \
  { .name = name_, .type = "TEXT", .role = COLUMN_OTHER, .ref = ref_, .result = result_value, .doc = doc_ }

static const struct column columns[HELP_VALUES] = {
    HELP_COLUMN("kind", HELP_KIND, "`table`, `column`, `option` or `function`"),
    HELP_COLUMN("name", HELP_NAME, "its name"),
    HELP_COLUMN("arguments", HELP_ARGUMENTS,
                "what a table or function takes; the values of an option; the table of a column"),
    HELP_COLUMN("type", HELP_TYPE, "type of a column or option, or of what a function returns; NULL: any"),
    HELP_COLUMN("description", HELP_DESCRIPTION, "what it is"),
    HELP_COLUMN("example", HELP_EXAMPLE, "a query, an expression or a condition; NULL where the name says it all"),
};

const struct sql_table flowlogs_help_table = {
    .name = "flowlogs_help",
    .arguments = "",
    .column = columns,
    .ncolumns = HELP_VALUES,
    .doc = "All tables, columns, options and functions of this extension, one row for each.",
    .example = "SELECT name, arguments, description FROM flowlogs_help WHERE kind = 'function'",
};

/* --- the module -------------------------------------------------------------------------------------------------- */

static int help_connect(sqlite3 *db, void *aux, int argc, const char *const *argv, sqlite3_vtab **out, char **pzErr) {
  (void)aux, (void)argc, (void)argv, (void)pzErr;
  sqlite3_vtab *table = mem_alloc(sizeof *table);
  char *sql = columns_declare(&flowlogs_help_table, NULL);
  int rc = table && sql ? sqlite3_declare_vtab(db, sql) : SQLITE_NOMEM;
  if (!rc) rc = sqlite3_vtab_config(db, SQLITE_VTAB_INNOCUOUS);
  if (!rc) memset(table, 0, sizeof *table);
  else mem_free(table);
  *out = rc ? NULL : table;
  sqlite3_free(sql);
  return rc;
}

static int help_disconnect(sqlite3_vtab *table) {
  mem_free(table);
  return SQLITE_OK;
}

static int help_best_index(sqlite3_vtab *table, sqlite3_index_info *info) {
  (void)table;
  info->estimatedRows = 400;
  info->estimatedCost = 400;
  return SQLITE_OK;
}

static int help_open(sqlite3_vtab *table, sqlite3_vtab_cursor **out) {
  struct help_cursor *c = mem_alloc(sizeof *c);
  (void)table;
  if (c) memset(c, 0, sizeof *c);
  *out = c ? &c->cursor : NULL;
  return c ? SQLITE_OK : SQLITE_NOMEM;
}

static int help_close(sqlite3_vtab_cursor *cursor) {
  mem_free(cursor);
  return SQLITE_OK;
}

/* Shows the present place, or the first one behind it that has a row. */
static void advance(struct help_cursor *c) {
  for (settle(c); !show(c); settle(c)) c->item++;
}

static int help_filter(sqlite3_vtab_cursor *cursor, int idx, const char *plan, int argc, sqlite3_value **argv) {
  struct help_cursor *c = (struct help_cursor *)cursor;
  (void)idx, (void)plan, (void)argc, (void)argv;
  c->row = 1;
  c->section = SECTION_TABLES;
  c->table = c->item = 0;
  advance(c);
  return SQLITE_OK;
}

static int help_next(sqlite3_vtab_cursor *cursor) {
  struct help_cursor *c = (struct help_cursor *)cursor;
  c->row++;
  c->item++;
  advance(c);
  return SQLITE_OK;
}

static int help_eof(sqlite3_vtab_cursor *cursor) { return ((struct help_cursor *)cursor)->section == SECTION_END; }

static int help_column(sqlite3_vtab_cursor *cursor, sqlite3_context *ctx, int column) {
  columns[column].result(ctx, cursor, &columns[column]);
  return SQLITE_OK;
}

static int help_rowid(sqlite3_vtab_cursor *cursor, sqlite3_int64 *out) {
  *out = ((struct help_cursor *)cursor)->row;
  return SQLITE_OK;
}

const sqlite3_module flowlogs_help_module = {
    .iVersion = 0,
    .xCreate = NULL, /* a table without a CREATE */
    .xConnect = help_connect,
    .xBestIndex = help_best_index,
    .xDisconnect = help_disconnect,
    .xOpen = help_open,
    .xClose = help_close,
    .xFilter = help_filter,
    .xNext = help_next,
    .xEof = help_eof,
    .xColumn = help_column,
    .xRowid = help_rowid,
};
