/* SPDX-License-Identifier: MIT */
#include "columns.h"

#include <string.h>

static const char besides[] = "path TEXT HIDDEN, on_error TEXT HIDDEN, format TEXT HIDDEN, threads INTEGER HIDDEN, "
                              "columns TEXT HIDDEN, "
                              "file TEXT HIDDEN, line INTEGER HIDDEN, raw TEXT HIDDEN, extra TEXT HIDDEN, "
                              "start_time TEXT HIDDEN, end_time TEXT HIDDEN";

char *columns_declare(const uint8_t visible[FIELD_COUNT]) {
  sqlite3_str *sql = sqlite3_str_new(NULL);
  sqlite3_str_appendall(sql, "CREATE TABLE x(");
  for (int f = 0; f < FIELD_COUNT; f++) {
    if (f == FIELD_DEFAULT_COUNT) sqlite3_str_appendf(sql, ", %s", besides);
    sqlite3_str_appendf(sql, "%s\"%w\" %s%s", f ? ", " : "", fields[f].name,
                        fields[f].kind == KIND_INT ? "INTEGER" : "TEXT", visible[f] ? "" : " HIDDEN");
  }
  sqlite3_str_appendall(sql, ")");
  return sqlite3_str_finish(sql);
}

static int is_used(sqlite3_uint64 used, int column) { return (int)(used >> (column < 63 ? column : 63) & 1); }

void columns_wanted(sqlite3_uint64 used, uint8_t wanted[COLUMN_COUNT]) {
  memset(wanted, 0, COLUMN_COUNT);
  for (int f = 0; f < FIELD_COUNT; f++)
    wanted[f] = (uint8_t)is_used(used, f < FIELD_DEFAULT_COUNT ? f : SQL_LATER + f - FIELD_DEFAULT_COUNT);
  wanted[COLUMN_RAW] = (uint8_t)is_used(used, SQL_RAW);
  wanted[COLUMN_EXTRA] = (uint8_t)is_used(used, SQL_EXTRA);
  wanted[FIELD_start] |= (uint8_t)is_used(used, SQL_START_TIME);
  wanted[FIELD_end] |= (uint8_t)is_used(used, SQL_END_TIME);
}
