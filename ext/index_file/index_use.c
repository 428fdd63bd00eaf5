/* SPDX-License-Identifier: MIT */
/*
** SQLite's `PRAGMA data_version` tells whether another connection has written to the index since the
** rows were read.  The ids of the runs are compared with the next id of the same transaction.
*/
#include "index_file/index_use.h"

#include <string.h>

#include "base/mem.h"
#include "index_file/index_build.h"
#include "index_file/index_runs.h"
#include "sqlite/report.h"

static void forget_rows(struct index_use *u) {
  index_files_clear(&u->rows);
  mem_free(u->spared);
  mem_free(u->presence);
  u->spared = NULL;
  u->presence = NULL;
  u->has_rows = 0;
}

void index_use_clear(struct index_use *u) {
  forget_rows(u);
  sqlite3_free(u->format);
  index_db_close(&u->db);
  memset(u, 0, sizeof *u);
}

static int data_version(struct index_db *d, int64_t *version) {
  int rc;
  sqlite3_stmt *s = index_db_statement(d, INDEX_VERSION_OF_DATA, &rc);
  if (!rc && (rc = sqlite3_step(s)) == SQLITE_ROW) *version = sqlite3_column_int64(s, 0);
  return index_db_done(d, INDEX_VERSION_OF_DATA, rc);
}

static int load_rows(struct index_use *u, const struct files *files, char **pzErr) {
  forget_rows(u);
  int rc = index_build_check_format(&u->db, u->format, pzErr);
  if (!rc) rc = index_files_load(&u->rows, &u->db, files, pzErr);
  if (rc) return rc;
  u->spared = mem_alloc((files->n + 1) * sizeof *u->spared);
  u->presence = mem_alloc((u->rows.nlayouts + 1) * sizeof *u->presence);
  u->has_rows = u->spared && u->presence;
  return u->has_rows ? SQLITE_OK : SQLITE_NOMEM;
}

/* Begins a transaction, and reads the rows unless those that are there still hold. */
static int begin(struct index_use *u, const struct files *files, uint64_t list, char **pzErr) {
  int64_t version = 0;
  int rc = index_db_begin(&u->db);
  if (!rc) rc = data_version(&u->db, &version);
  if (rc) return index_db_error(&u->db, rc, pzErr);
  if (u->has_rows && u->list == list && u->version == version) return SQLITE_OK;
  u->list = list;
  u->version = version;
  return load_rows(u, files, pzErr);
}

/* Ends the transaction. */
static int end(struct index_use *u, int rc, char **pzErr) {
  int ended = index_db_end(&u->db, SQLITE_OK);
  return rc ? rc : index_db_error(&u->db, ended, pzErr);
}

int index_use_begin(struct index_use *u, const char *path, const char *format, const struct files *files, uint64_t list,
                    const struct root_guard *guard, const struct stop *stop, char **pzErr) {
  if (u->db.db && (strcmp(u->db.given, path) != 0 || strcmp(u->format, format) != 0)) index_use_clear(u);
  if (!u->db.db) {
    int rc = index_db_open(&u->db, path, 0, guard, stop, pzErr);
    if (rc) return rc;
    if (!(u->format = sqlite3_mprintf("%s", format))) return index_use_clear(u), SQLITE_NOMEM;
  }
  return end(u, begin(u, files, list, pzErr), pzErr);
}

/* Within a transaction: finds the files of the clues, and decides about each file. */
static int decide(struct index_use *u, struct spare *s, const struct files *files, char **pzErr) {
  struct err e = {0};
  int64_t next_id = 0;
  for (size_t i = 0; i < u->rows.nlayouts && !e.code; i++)
    spare_add_layout(s, u->rows.layout[i].fields, strlen(u->rows.layout[i].fields), &e);
  if (e.code) return report_error(pzErr, &e);
  int rc = index_db_error(&u->db, index_db_get_number(&u->db, "next_id", &next_id), pzErr);
  if (!rc && next_id > INDEX_DB_IDS) rc = index_db_damaged(&u->db, "its next id", pzErr);
  if (!rc) rc = index_runs_find(&u->db, &s->clues, next_id - 1, pzErr);
  for (size_t i = 0; i < s->nlayouts && !rc; i++) u->presence[i] = s->layout[i].presence;
  for (size_t i = 0; i < files->n && !rc; i++) {
    const struct index_entry *entry = &u->rows.entry[i];
    if (!entry->is_current || !spare_decide(s, &files->file[i], &entry->facts, entry->layout)) continue;
    u->spared[i] = entry->layout + 1;
  }
  return rc;
}

int index_use_spare(struct index_use *u, const struct files *files, const struct predicate *p, const struct filter *f,
                    int (*fits)(const struct layout *l), struct scan_spared *out, char **pzErr) {
  struct err e = {0};
  struct spare spare;
  int rc = begin(u, files, u->list, pzErr);
  if (!rc) {
    memset(u->spared, 0, (files->n + 1) * sizeof *u->spared);
    if (spare_init(&spare, p, f, &e)) rc = report_error(pzErr, &e);
    spare.fits = fits;
    if (!rc) rc = decide(u, &spare, files, pzErr);
    spare_clear(&spare);
  }
  *out = (struct scan_spared){.file = u->spared, .presence = u->presence};
  return end(u, rc, pzErr);
}
