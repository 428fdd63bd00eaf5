/* SPDX-License-Identifier: MIT */
#include "tables/table.h"

#include <string.h>

#include "base/mem.h"
#include "tables/row_cache.h"

int table_declare(sqlite3 *db, const char *schema, struct options *options, struct scan_stats *stats,
                  sqlite3_vtab **out) {
  struct table *t = mem_alloc(sizeof *t);
  *out = NULL;
  if (!t) {
    options_clear(options);
    return SQLITE_NOMEM;
  }
  memset(t, 0, sizeof *t);
  t->db = db;
  t->options = *options;
  t->stats = stats;
  sqlite3_randomness(sizeof t->fingerprint_key, &t->fingerprint_key);
  int rc = sqlite3_declare_vtab(db, schema);
  if (!rc) rc = sqlite3_vtab_config(db, SQLITE_VTAB_DIRECTONLY);
  if (rc) table_disconnect(&t->base);
  else *out = &t->base;
  return rc;
}

int table_disconnect(sqlite3_vtab *table) {
  struct table *t = (struct table *)table;
  if (t->row_cache) row_cache_clear(t->row_cache);
  mem_free(t->row_cache);
  options_clear(&t->options);
  mem_free(t);
  return SQLITE_OK;
}
