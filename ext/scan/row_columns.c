/* SPDX-License-Identifier: MIT */
/*
** The names of the columns become a header line, of which a layout is made as of any other.
**
** A file is a flow log by the same signs as a header (layout.h): at least half of its columns are fields, or
** it has both ends of a flow.  Inventories of accounts and instances have some of the fields, too.
**
** The name of a column that is no field may have any bytes.  All but letters, digits, '-', '_' and '.' are
** written as '_', because names stand in lists with spaces between them.
*/
#include "scan/row_columns.h"

#include <stdio.h>
#include <string.h>

#include "base/chars.h"

#define NAME_MAX_BYTES 200 /* of the name of a column; those with a longer one are left out */

/* Writes the name of a column, as a header has it, and returns its length. */
static uint32_t write_name(const struct schema_column *c, char *out) {
  for (size_t i = 0; i < c->n; i++) {
    char ch = c->name[i];
    out[i] = char_is_alnum(ch) || ch == '-' || ch == '_' || ch == '.' ? ch : '_';
  }
  return (uint32_t)c->n;
}

/* Is a column of the same name in the layout already? */
static int is_repeated(const struct parquet_rows *r, uint32_t column) {
  char a[NAME_MAX_BYTES], b[NAME_MAX_BYTES];
  const struct schema_column *c = r->file.footer.schema.column;
  size_t n = write_name(&c[column], a);
  for (uint32_t i = 0; i < column; i++)
    if (r->is_named[i] && r->field[i] == FIELD_NONE && field_same_name(a, n, b, write_name(&c[i], b))) return 1;
  return 0;
}

/* Notes a column that cannot be read. */
static void add_unreadable(struct parquet_rows *r, const struct schema_column *c) {
  char before[ERR_TEXT];
  memcpy(before, r->unreadable, sizeof before);
  err_print(r->unreadable, "%s%s%.*s %s", before, before[0] ? ", " : "", c->n < 80 ? (int)c->n : 80, c->name, c->why);
}

static int is_same_group(const struct schema_column *a, const struct schema_column *b) {
  return a->is_nested && b->is_nested && a->name == b->name;
}

static enum err_code find_fields(struct parquet_rows *r, struct err *e) {
  const struct schema *s = &r->file.footer.schema;
  for (uint32_t i = 0; i < s->n; i++) {
    const struct schema_column *c = &s->column[i];
    int is_more = i && is_same_group(c, c - 1);
    int field = c->n <= NAME_MAX_BYTES ? field_find(c->name, c->n) : FIELD_NONE;
    if (field != FIELD_NONE && !is_more) {
      if (r->column_of[field] >= 0)
        return err_set(e, ERR_FORMAT, 0, "has two columns that are the field %s", fields[field].name);
      r->column_of[field] = (int16_t)i;
      r->field[i] = (int16_t)field;
    }
    if (c->why && !is_more) add_unreadable(r, c);
  }
  return ERR_NONE;
}

/* Decides which columns are in the layout: the fields first, and others as long as there is room. */
static void name_columns(struct parquet_rows *r) {
  const struct schema *s = &r->file.footer.schema;
  uint32_t n = 0;
  size_t bytes = 0;
  for (int pass = 0; pass < 2; pass++)
    for (uint32_t i = 0; i < s->n; i++) {
      const struct schema_column *c = &s->column[i];
      if (c->why || (r->field[i] == FIELD_NONE) != pass) continue;
      if (pass && (!c->n || c->n > NAME_MAX_BYTES || is_repeated(r, i))) continue;
      if (n == LAYOUT_TOKENS || bytes + c->n + 1 > LAYOUT_TEXT) continue;
      r->is_named[i] = 1;
      bytes += c->n + 1;
      n++;
    }
}

/* Says what the columns are, where they are not those of a flow log. */
static void say_columns(struct parquet_rows *r) {
  const struct schema *s = &r->file.footer.schema;
  char names[128] = "";
  size_t n = 0;
  for (uint32_t i = 0; i < s->n && n < sizeof names; i++) {
    const struct schema_column *c = &s->column[i];
    if (i && is_same_group(c, c - 1)) continue;
    n += (size_t)snprintf(names + n, sizeof names - n, "%s%.*s", n ? ", " : "", c->n < 40 ? (int)c->n : 40, c->name);
  }
  err_print(r->why, "is a Parquet file whose columns are not those of flow logs: %s%s", names,
            n >= sizeof names ? "..." : "");
}

static void judge(struct parquet_rows *r) {
  const struct schema *s = &r->file.footer.schema;
  uint32_t known = 0, columns = 0;
  for (uint32_t i = 0; i < s->n; i++) {
    columns += !(i && is_same_group(&s->column[i], &s->column[i - 1]));
    known += r->field[i] != FIELD_NONE;
  }
  int has_ends = (r->column_of[FIELD_srcaddr] >= 0 && r->column_of[FIELD_dstaddr] >= 0) ||
                 (r->column_of[FIELD_pkt_srcaddr] >= 0 && r->column_of[FIELD_pkt_dstaddr] >= 0);
  r->is_flow_log = has_ends || (known * 2 >= columns && known >= LAYOUT_SURE);
  if (!r->is_flow_log) say_columns(r);
}

enum err_code row_columns_find(struct parquet_rows *r, struct err *e) {
  memset(r->is_named, 0, sizeof r->is_named);
  memset(r->unreadable, 0, sizeof r->unreadable);
  memset(r->why, 0, sizeof r->why);
  for (int i = 0; i < SCHEMA_COLUMNS; i++) r->field[i] = FIELD_NONE;
  for (int f = 0; f < FIELD_COUNT; f++) r->column_of[f] = -1;
  if (find_fields(r, e)) return e->code;
  name_columns(r);
  judge(r);
  row_columns_layout(r, r->is_named, &r->layout);
  return ERR_NONE;
}

void row_columns_layout(const struct parquet_rows *r, const uint8_t *wanted, struct layout *l) {
  const struct schema *s = &r->file.footer.schema;
  char text[LAYOUT_TEXT + TOKENS_BLOCK];
  uint32_t at[LAYOUT_TOKENS + 1], n = 0, bytes = 0;
  for (uint32_t i = 0; i < s->n; i++) {
    if (!wanted[i] || !r->is_named[i]) continue;
    at[n++] = bytes;
    bytes += write_name(&s->column[i], text + bytes);
    text[bytes++] = ' ';
  }
  at[n] = bytes;
  memset(text + bytes, 0, TOKENS_BLOCK);
  layout_from_names(l, &(struct line){.text = text, .at = at, .count = n, .end = bytes});
}
