/* SPDX-License-Identifier: MIT */
/* The SQL functions.  All are pure: they may be used in indexes, views and triggers. */
#include "flowlogs.h"

/* flowlogs_version(): the extension's version, as "0.1.0". */
static void version(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  (void)argc;
  (void)argv;
  sqlite3_result_text(ctx, FLOWLOGS_VERSION, -1, SQLITE_STATIC);
}

int funcs_register(sqlite3 *db) {
  const int pure = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
  return sqlite3_create_function_v2(db, "flowlogs_version", 0, pure, NULL, version, NULL, NULL, NULL);
}
