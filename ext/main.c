/* SPDX-License-Identifier: MIT */
/*
** The two ways to load the extension:
**
**     .load ./build/flowlogs                             the tables and the functions
**     .load ./build/flowlogs sqlite3_flowlogsnofs_init   only the functions that touch neither files nor tables
**
** The second is for hosts that run SQL of other people.  The tables read files with the rights of
** the process.  They cannot be reached from the views and triggers of a database
** (SQLITE_VTAB_DIRECTONLY), FLOWLOGS_ROOT confines them to one folder, and with the second entry
** point they do not exist.
**
** An older SQLite than SQLITE_OLDEST is refused before anything else is asked of it, because the
** table of functions that it passes ends before some that are called here.
**
** Loading again what a connection has already does nothing.  Registering it anew would fail while
** a statement uses it, and would disconnect its tables.
*/
#include <pthread.h>
#include <string.h>

#include "flowlogs.h"
#include "base/hash.h"
#include "functions/functions.h"
#include "functions/scan_stats.h"
#include "functions/scan_summary.h"
#include "sqlite/mem.h"
#include "tables/tables.h"

SQLITE_EXTENSION_INIT1

#define EXPORT __attribute__((visibility("default")))

/*
** 3.31 has SQLITE_INNOCUOUS and SQLITE_VTAB_DIRECTONLY, on which the promises about databases of
** other people rest.  What later versions have is asked for where it is used.
*/
#define SQLITE_OLDEST      3031000
#define SQLITE_OLDEST_TEXT "3.31"
#if defined(SQLITE_VERSION_NUMBER) && SQLITE_VERSION_NUMBER < SQLITE_OLDEST
#error "flowlogs needs the headers of SQLite 3.31 or later"
#endif

/* The function that each entry point registers last. */
#define LAST_FUNCTION "flowlogs_version"
#define LAST_OF_ALL   "flowlogs_scan_stats"

EXPORT int sqlite3_flowlogs_init(sqlite3 *db, char **pzErrMsg, const sqlite3_api_routines *pApi);
EXPORT int sqlite3_flowlogsnofs_init(sqlite3 *db, char **pzErrMsg, const sqlite3_api_routines *pApi);

/*
** Keeps the functions of SQLite, as SQLITE_EXTENSION_INIT2 does.  They are written once, because
** threads of another connection may use them meanwhile.  In a process with two copies of SQLite,
** memory of one would be freed by the other, so the second is refused.
*/
static int use_sqlite(const sqlite3_api_routines *functions, char **pzErrMsg) {
#if !defined(SQLITE_CORE)
  static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  pthread_mutex_lock(&mutex);
  if (!sqlite3_api) sqlite3_api = functions;
  int is_other = sqlite3_api != functions;
  pthread_mutex_unlock(&mutex);
  if (is_other) {
    *pzErrMsg = functions->mprintf("flowlogs: another copy of SQLite in this process has loaded it; make a copy of the "
                                   "file, and load that");
    return SQLITE_ERROR;
  }
#else
  (void)functions, (void)pzErrMsg;
#endif
  return SQLITE_OK;
}

/* Has a statement a row with that text in its first column? */
static int has_row(sqlite3 *db, const char *sql, const char *text) {
  sqlite3_stmt *stmt = NULL;
  int found = 0;
  if (!sqlite3_prepare_v2(db, sql, -1, &stmt, NULL))
    while (!found && sqlite3_step(stmt) == SQLITE_ROW) {
      const char *value = (const char *)sqlite3_column_text(stmt, 0);
      found = value && !strcmp(value, text);
    }
  sqlite3_finalize(stmt);
  return found;
}

/*
** Is this version of the extension loaded, up to that function?  The list of functions is asked
** first, because a call of a function that does not exist would leave a line in the host's error
** log.  The statement PRAGMA reads no schema, as the table pragma_function_list would: SQLite checks
** SQLITE_DIRECTONLY in generated columns and indexes when it reads the schema, and only for functions
** that it knows then.
*/
static int is_loaded(sqlite3 *db, const char *function) {
  return has_row(db, "PRAGMA function_list", function) && has_row(db, "SELECT flowlogs_version()", FLOWLOGS_VERSION);
}

/* Says why something could not be registered, because SQLite itself would show an empty text. */
static int finish(sqlite3 *db, int rc, char **pzErrMsg) {
  if (rc == SQLITE_BUSY)
    *pzErrMsg = sqlite3_mprintf("flowlogs: another version of it is loaded, and a statement that uses it is running; "
                                "end the statement, then load again");
  else if (rc && rc != SQLITE_NOMEM) *pzErrMsg = sqlite3_mprintf("flowlogs: %s", sqlite3_errmsg(db));
  return rc;
}

/* Says so if the host's SQLite is too old.  It calls nothing that an old SQLite may not have. */
static int require_version(char **pzErrMsg) {
  if (sqlite3_libversion_number() >= SQLITE_OLDEST) return SQLITE_OK;
  *pzErrMsg =
      sqlite3_mprintf("flowlogs: this program has SQLite %s; flowlogs needs SQLite " SQLITE_OLDEST_TEXT " or later",
                      sqlite3_libversion());
  return SQLITE_ERROR;
}

/* Both entry points begin with it, because a table must not be made with another seed. */
static void begin(void) {
  uint64_t random[2];
  mem_init();
  sqlite3_randomness(sizeof random, random);
  hash_seed(random);
}

static int register_tables(sqlite3 *db, struct scan_stats *stats) {
  int rc = SQLITE_OK;
  for (size_t i = 0; !rc && i < table_modules_count; i++) {
    const struct table_module *t = &table_modules[i];
    stats->users++; /* SQLite calls the destructor also when the registration fails */
    rc = sqlite3_create_module_v2(db, t->of->name, t->module, stats, scan_stats_free);
  }
  return rc;
}

int sqlite3_flowlogs_init(sqlite3 *db, char **pzErrMsg, const sqlite3_api_routines *pApi) {
  if (use_sqlite(pApi, pzErrMsg) || require_version(pzErrMsg)) return SQLITE_ERROR;
  begin();
  if (is_loaded(db, LAST_OF_ALL)) return SQLITE_OK;
  struct scan_stats *stats = scan_stats_new();
  if (!stats) return SQLITE_NOMEM;
  stats->users = 1; /* this function */
  int rc = functions_register(db);
  if (!rc) rc = cidr_lookup_register(db);
  if (!rc) rc = is_inside_register(db);
  if (!rc) rc = register_tables(db, stats);
  if (!rc) rc = scan_summary_register(db, stats);
  if (!rc) rc = scan_stats_register(db, stats);
  scan_stats_free(stats);
  return finish(db, rc, pzErrMsg);
}

int sqlite3_flowlogsnofs_init(sqlite3 *db, char **pzErrMsg, const sqlite3_api_routines *pApi) {
  if (use_sqlite(pApi, pzErrMsg) || require_version(pzErrMsg)) return SQLITE_ERROR;
  begin();
  return is_loaded(db, LAST_FUNCTION) ? SQLITE_OK : finish(db, functions_register(db), pzErrMsg);
}
