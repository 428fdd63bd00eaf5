/* SPDX-License-Identifier: MIT */
#include "table.h"

#include <string.h>

#include "mem.h"
#include "recall.h"

int table_declare(sqlite3 *db, const char *schema, struct options *options, struct stats *stats, sqlite3_vtab **out) {
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
  sqlite3_randomness(sizeof t->identity_key, &t->identity_key);
  int rc = sqlite3_declare_vtab(db, schema);
  if (!rc) rc = sqlite3_vtab_config(db, SQLITE_VTAB_DIRECTONLY);
  if (rc) table_disconnect(&t->base);
  else *out = &t->base;
  return rc;
}

int table_disconnect(sqlite3_vtab *table) {
  struct table *t = (struct table *)table;
  if (t->recall) recall_clear(t->recall);
  mem_free(t->recall);
  options_clear(&t->options);
  mem_free(t);
  return SQLITE_OK;
}
