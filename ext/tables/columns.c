/* SPDX-License-Identifier: MIT */
#include "tables/columns.h"

#include <string.h>

static const char besides[] = "HIDDEN, on_error TEXT HIDDEN, format TEXT HIDDEN, threads INTEGER HIDDEN, "
                              "columns TEXT HIDDEN, filter TEXT HIDDEN, since HIDDEN, until HIDDEN, "
                              "file TEXT HIDDEN, line INTEGER HIDDEN, raw TEXT HIDDEN, extra TEXT HIDDEN, "
                              "start_time TEXT HIDDEN, end_time TEXT HIDDEN, addr TEXT HIDDEN, port INTEGER HIDDEN";

char *columns_declare(const char *first, const uint8_t visible[FIELD_COUNT]) {
  sqlite3_str *sql = sqlite3_str_new(NULL);
  sqlite3_str_appendall(sql, "CREATE TABLE x(");
  for (int f = 0; f < FIELD_COUNT; f++) {
    if (f == FIELD_DEFAULT_COUNT) sqlite3_str_appendf(sql, ", %s %s", first, besides);
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

void columns_push_field(int field, struct push *out) {
  memset(out, 0, sizeof *out);
  out->name = fields[field].name;
  out->subject = field;
  out->shape = fields[field].kind == KIND_INT ? SHAPE_NUMBER : SHAPE_TEXT;
}

int columns_push(int column, struct push *out) {
  static const struct {
    int column;
    struct push push;
  } others[] = {
      {SQL_FILE, {.name = "file", .subject = SUBJECT_FILE, .shape = SHAPE_TEXT}},
      {SQL_LINE, {.name = "line", .subject = SUBJECT_LINE, .shape = SHAPE_NUMBER}},
      {SQL_START_TIME, {.name = "start_time", .subject = FIELD_start, .shape = SHAPE_TIME}},
      {SQL_END_TIME, {.name = "end_time", .subject = FIELD_end, .shape = SHAPE_TIME}},
      {SQL_ADDR, {.name = "addr", .subject = SUBJECT_ADDR, .shape = SHAPE_TEXT, .must = 1}},
      {SQL_PORT, {.name = "port", .subject = SUBJECT_PORT, .shape = SHAPE_NUMBER, .must = 1}},
  };
  if (columns_field(column) != FIELD_NONE) {
    columns_push_field(columns_field(column), out);
    return 1;
  }
  for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
    if (others[i].column != column) continue;
    *out = others[i].push;
    return 1;
  }
  return 0;
}
