/* SPDX-License-Identifier: MIT */
/*
** The name of a function stands in the text that calls it, in quotes or not, in any case of letters.
** SQLite keeps the text of a statement, and in temp only the user has put anything.
*/
#include "sqlite/caller.h"

#include <string.h>

static int mentions(const char *sql, const char *name) {
  int n = (int)strlen(name);
  for (; *sql; sql++)
    if (!sqlite3_strnicmp(sql, name, n)) return 1;
  return 0;
}

static int temp_mentions(sqlite3 *db, const char *name) {
  sqlite3_stmt *stmt = NULL;
  int found = 0;
  if (!sqlite3_prepare_v2(db, "SELECT sql FROM temp.sqlite_master WHERE sql IS NOT NULL", -1, &stmt, NULL))
    while (!found && sqlite3_step(stmt) == SQLITE_ROW) {
      const char *sql = (const char *)sqlite3_column_text(stmt, 0);
      found = !sql || mentions(sql, name); /* no memory: nobody knows */
    }
  sqlite3_finalize(stmt);
  return found;
}

int caller_is_user(sqlite3 *db, const char *function) {
  for (sqlite3_stmt *s = sqlite3_next_stmt(db, NULL); s; s = sqlite3_next_stmt(db, s)) {
    const char *sql = sqlite3_stmt_busy(s) ? sqlite3_sql(s) : "";
    if (!sql || mentions(sql, function)) return 1;
  }
  return temp_mentions(db, function);
}
