/* SPDX-License-Identifier: MIT */
/*
** Plain loops over the arrays.  They run once for a connection or a query, never for a row;
** xColumn goes straight to the result function of its column (table.c).
*/
#include "tables/columns.h"

#include <string.h>

#include "sqlite/report.h"
#include "tables/query.h"

const char *column_type(const struct column *column) {
  return column->type ? column->type : option_table[column->ref].type;
}

const char *column_doc(const struct column *column) {
  if (column->doc) return column->doc;
  if (column->role == COLUMN_OPTION) return option_table[column->ref].doc;
  return column->role == COLUMN_CELL && column->ref < FIELD_COUNT ? fields[column->ref].doc : NULL;
}

static int is_field(const struct column *column) { return column->role == COLUMN_CELL && column->ref < FIELD_COUNT; }

static int has_underscore(const struct column *column) { return strchr(column->name, '_') != NULL; }

/* Writes the declaration of the column in whose name '-' stands where this one has '_'. */
static void declare_misspelled(sqlite3_str *sql, const struct column *column) {
  sqlite3_str_appendall(sql, ", \"");
  for (const char *p = column->name; *p; p++) sqlite3_str_appendchar(sql, 1, *p == '_' ? '-' : *p);
  sqlite3_str_appendall(sql, "\" HIDDEN");
}

const struct column *columns_find_meant(const struct sql_table *table, int i) {
  int k = table->ncolumns;
  for (int c = 0; i >= k && c < table->ncolumns; c++)
    if (has_underscore(&table->column[c]) && k++ == i) return &table->column[c];
  return NULL;
}

char *columns_declare(const struct sql_table *table, const uint8_t visible[FIELD_COUNT]) {
  sqlite3_str *sql = sqlite3_str_new(NULL);
  sqlite3_str_appendall(sql, "CREATE TABLE x(");
  for (int i = 0; i < table->ncolumns; i++) {
    const struct column *c = &table->column[i];
    int hidden = visible && is_field(c) ? !visible[c->ref] : c->is_hidden;
    sqlite3_str_appendf(sql, "%s\"%w\" %s%s", i ? ", " : "", c->name, column_type(c), hidden ? " HIDDEN" : "");
  }
  for (int i = 0; i < table->ncolumns; i++)
    if (has_underscore(&table->column[i])) declare_misspelled(sql, &table->column[i]);
  sqlite3_str_appendall(sql, ")");
  return sqlite3_str_finish(sql);
}

void columns_wanted(const struct sql_table *table, sqlite3_uint64 used, uint8_t wanted[COLUMN_COUNT]) {
  memset(wanted, 0, COLUMN_COUNT);
  for (int i = 0; i < table->ncolumns; i++) {
    const struct column *c = &table->column[i];
    if ((c->role == COLUMN_CELL || c->role == COLUMN_TIME) && columns_is_used(used, i)) wanted[c->ref] = 1;
  }
}

const struct column *columns_find_push(const struct sql_table *table, const char *name) {
  for (int i = 0; i < table->ncolumns; i++) {
    const struct push *push = &table->column[i].push;
    if (push->name && !strcmp(push->name, name)) return &table->column[i];
  }
  return NULL;
}

int columns_take_data(const struct sql_table *table) {
  int found = 0;
  for (int i = 0; i < table->ncolumns; i++) found |= table->column[i].role == COLUMN_DATA;
  return found;
}

void column_result_option(sqlite3_context *ctx, sqlite3_vtab_cursor *cursor, const struct column *column) {
  options_result(ctx, &((const struct query *)cursor)->options, (enum option)column->ref);
}

void column_result_data(sqlite3_context *ctx, sqlite3_vtab_cursor *cursor, const struct column *column) {
  const struct file_list *list = &((const struct query *)cursor)->list;
  (void)column;
  if (!list->data || list->data_type == SQLITE_NULL) return;
  if (list->data_type == SQLITE_BLOB) sqlite3_result_blob64(ctx, list->data, list->data_n, SQLITE_TRANSIENT);
  else sqlite3_result_text64(ctx, list->data, list->data_n, SQLITE_TRANSIENT, SQLITE_UTF8);
}

void column_result_either(sqlite3_context *ctx, sqlite3_vtab_cursor *cursor, const struct column *column) {
  (void)cursor;
  report_either(ctx, column->name);
}
