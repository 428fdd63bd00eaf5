/* SPDX-License-Identifier: MIT */
/*
** The methods find the table's description in struct table, so one function serves all tables.
*/
#include "tables/table.h"

#include <string.h>

#include "base/mem.h"
#include "sqlite/report.h"
#include "sqlite/row_output.h"
#include "tables/plan.h"
#include "tables/row_cache.h"

int table_declare(sqlite3 *db, const struct sql_table *of, const uint8_t visible[FIELD_COUNT], struct options *options,
                  struct scan_stats *stats, sqlite3_vtab **out) {
  struct table *t = mem_alloc(sizeof *t);
  *out = NULL;
  if (!t) {
    options_clear(options);
    return SQLITE_NOMEM;
  }
  memset(t, 0, sizeof *t);
  t->db = db;
  t->of = of;
  t->options = *options;
  t->stats = stats;
  sqlite3_randomness(sizeof t->fingerprint_key, &t->fingerprint_key);
  char *sql = columns_declare(of, visible);
  int rc = sql ? sqlite3_declare_vtab(db, sql) : SQLITE_NOMEM;
  if (!rc) rc = sqlite3_vtab_config(db, SQLITE_VTAB_DIRECTONLY);
  if (rc) table_disconnect(&t->base);
  else *out = &t->base;
  sqlite3_free(sql);
  return rc;
}

int table_connect(sqlite3 *db, const struct sql_table *of, struct scan_stats *stats, sqlite3_vtab **out) {
  struct options options;
  options_init(&options);
  return table_declare(db, of, NULL, &options, stats, out);
}

int table_disconnect(sqlite3_vtab *table) {
  struct table *t = (struct table *)table;
  if (t->row_cache) row_cache_clear(t->row_cache);
  mem_free(t->row_cache);
  options_clear(&t->options);
  mem_free(t);
  return SQLITE_OK;
}

static int misspelled(char **pzErr, const struct column *meant) {
  return report_text(pzErr, "a column has '_' where AWS's field has '-': write %s", meant->name);
}

int table_is_joined(const struct table *t, const struct column *column) {
  ptrdiff_t i = column - t->of->column;
  return i < TABLE_JOINED && t->joined[i];
}

/* SQLite first asks for a plan with all conditions, and then, if they need other tables, without. */
static void note_joined(struct table *t, const sqlite3_index_info *info) {
  int all = 1;
  for (int i = 0; i < info->nConstraint; i++) all &= info->aConstraint[i].usable;
  if (all) memset(t->joined, 0, sizeof t->joined);
  for (int i = 0; i < info->nConstraint; i++) {
    int column = info->aConstraint[i].iColumn;
    if (!info->aConstraint[i].usable && column >= 0 && column < TABLE_JOINED) t->joined[column] = 1;
  }
}

int table_best_index(sqlite3_vtab *table, sqlite3_index_info *info) {
  struct table *t = (struct table *)table;
  if (!row_output_is_asking()) t->stats->plans++;
  note_joined(t, info);
  if (t->is_stored)
    return report_text(&table->zErrMsg,
                       "a table that is stored in a database reads no files, because the database may come from "
                       "elsewhere; drop it, and write CREATE VIRTUAL TABLE temp.NAME USING flowlogs(…)");
  for (int i = 0; i < info->nConstraint; i++) {
    const struct column *meant = columns_find_meant(t->of, info->aConstraint[i].iColumn);
    if (meant) return misspelled(&table->zErrMsg, meant);
  }
  return plan_best_index(t->db, info, t->of, t->options.path != NULL, &table->zErrMsg);
}

int table_column(sqlite3_vtab_cursor *cursor, sqlite3_context *ctx, int column) {
  const struct sql_table *of = ((const struct table *)cursor->pVtab)->of;
  if (__builtin_expect(column >= of->ncolumns, 0))
    return misspelled(&cursor->pVtab->zErrMsg, columns_find_meant(of, column));
  const struct column *c = &of->column[column];
  c->result(ctx, cursor, c);
  return SQLITE_OK;
}
