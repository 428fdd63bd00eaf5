/* SPDX-License-Identifier: MIT */
/*
** The two ways to load the extension:
**
**     .load ./build/flowlogs                             the tables and the functions
**     .load ./build/flowlogs sqlite3_flowlogsnofs_init   the functions that touch no file and no table, alone
**
** The second is for hosts that run SQL of other people.  The tables read files with the rights of the process.  They
** can't be reached from the views and triggers of a database (SQLITE_VTAB_DIRECTONLY), FLOWLOGS_ROOT confines them to
** one folder, and without the first entry point they don't exist.
*/
#include "flowlogs.h"
#include "functions/functions.h"
#include "functions/scan_stats.h"
#include "tables/tables.h"

SQLITE_EXTENSION_INIT1

#define EXPORT __attribute__((visibility("default")))

EXPORT int sqlite3_flowlogs_init(sqlite3 *db, char **pzErrMsg, const sqlite3_api_routines *pApi);
EXPORT int sqlite3_flowlogsnofs_init(sqlite3 *db, char **pzErrMsg, const sqlite3_api_routines *pApi);

int sqlite3_flowlogs_init(sqlite3 *db, char **pzErrMsg, const sqlite3_api_routines *pApi) {
  SQLITE_EXTENSION_INIT2(pApi)
  (void)pzErrMsg;
  int rc = functions_register(db);
  if (!rc) rc = cidr_lookup_register(db);
  struct scan_stats *stats = scan_stats_new();
  if (!stats) return SQLITE_NOMEM;
  stats->users = 1; /* this function */
  if (!rc) rc = scan_stats_register(db, stats);
  for (size_t i = 0; rc == SQLITE_OK && i < table_modules_count; i++) {
    const struct table_module *t = &table_modules[i];
    stats->users++; /* SQLite calls the destructor also when the registration fails */
    rc = sqlite3_create_module_v2(db, t->of->name, t->module, stats, scan_stats_free);
  }
  scan_stats_free(stats);
  return rc;
}

int sqlite3_flowlogsnofs_init(sqlite3 *db, char **pzErrMsg, const sqlite3_api_routines *pApi) {
  SQLITE_EXTENSION_INIT2(pApi)
  (void)pzErrMsg;
  return functions_register(db);
}
