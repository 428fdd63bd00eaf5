/* SPDX-License-Identifier: MIT */
/*
** Records of a file mostly have the same names in the same order, so that a name is first compared
** with the one that came next in the record before.
**
**     {"srcAddr":"10.0.0.1","note":"a b"}     header   srcAddr note
**                                             line     10.0.0.1 a%20b
**     {"srcAddr":"10.0.0.2","bytes":40}       header   srcAddr note bytes
**                                             line     10.0.0.2 - 40
**
** Names that are no names of a header, because they have other signs than letters, digits, '-' and
** '_', are written with '_' in their place: "src addr" is the field srcaddr.
*/
#include "container/named_values.h"

#include <string.h>

#include "base/bytes.h"
#include "base/chars.h"

void named_values_restart(struct named_values *v) {
  v->n = v->ncolumns = v->nknown = v->next = v->header_due = v->is_in_force = 0;
  v->text_n = 0;
  v->twice = NAMED_VALUES_NONE;
  memset(v->value, 0, sizeof v->value);
}

void named_values_drop(struct named_values *v) {
  memset(v->value, 0, (size_t)v->ncolumns * sizeof *v->value);
  v->next = 0;
  v->twice = NAMED_VALUES_NONE;
}

void named_values_set_again(struct named_values *v, int column, const char *p, size_t n) {
  const int c = column & ~NAMED_VALUES_ALIAS, is_alias = c != column;
  if (is_alias > v->value[c].is_alias) return;
  if (is_alias == v->value[c].is_alias && v->name[v->name_of[c]].field != FIELD_NONE &&
      (v->value[c].n != n || memcmp(v->value[c].p, p, n) != 0))
    v->twice = c;
  if (is_alias < v->value[c].is_alias && v->twice == c) v->twice = NAMED_VALUES_NONE;
  v->value[c].p = p;
  v->value[c].n = n;
  v->value[c].is_alias = is_alias;
}

static int is_name(const struct named_values *v, int i, const char *name, size_t n) {
  return i < v->n && v->name[i].name_n == n && !memcmp(v->text + v->name[i].at, name, n);
}

size_t named_values_spell(const char *p, size_t n, char *out) {
  size_t k = 0;
  if (!char_is_alnum(*p) || char_is_digit(*p)) out[k++] = 'x';
  for (size_t i = 0; i < n; i++) out[k++] = char_is_alnum(p[i]) || p[i] == '-' ? p[i] : '_';
  return k;
}

/*
** The column that has the field already, or whose unknown name is the same but for its spelling.
** What counts is how names are written in the header, because its readers find the fields there.
*/
static int same_column(const struct named_values *v, int field, const char *spelled, size_t n) {
  char other[NAMED_VALUES_SPELLED];
  for (int c = 0; c < v->ncolumns; c++) {
    const struct named_value *known = &v->name[v->name_of[c]];
    size_t other_n = named_values_spell(v->text + known->at, known->name_n, other);
    if (field != FIELD_NONE ? known->field == field : field_same_name(other, other_n, spelled, n)) return c;
  }
  return NAMED_VALUES_NONE;
}

#define FIELDS_TEXT 1024 /* bytes of the names of all fields */

/* Is there room for a name?  field: it is the first name of this one. */
static int has_room(const struct named_values *v, int field, size_t n) {
  int is_other = field == FIELD_NONE;
  size_t end = v->text_n + n + 2;
  return v->n < (is_other ? NAMED_VALUES_OTHERS : NAMED_VALUES_MAX) &&
         end <= (is_other ? NAMED_VALUES_TEXT - FIELDS_TEXT : NAMED_VALUES_TEXT);
}

/* The column of a name, with a mark if it is not the field's own. */
static int column_of(int column, int field, const char *spelled, size_t n) {
  if (column == NAMED_VALUES_NONE || field == FIELD_NONE) return column;
  return field_same_name(spelled, n, fields[field].name, fields[field].n) ? column : column | NAMED_VALUES_ALIAS;
}

/* Adds a name.  The columns are no more than fit into a header. */
static int add(struct named_values *v, const char *name, size_t n) {
  char spelled[NAMED_VALUES_SPELLED];
  int field = FIELD_NONE, column = NAMED_VALUES_NONE, is_new = 0;
  size_t spelled_n = 0;
  if (n > BLOCK_NAME) return NAMED_VALUES_NONE;
  if (n && *name != '@') {
    spelled_n = named_values_spell(name, n, spelled);
    field = field_find(spelled, spelled_n);
    if (field == FIELD_NONE && !has_room(v, field, n)) return NAMED_VALUES_NONE;
    column = same_column(v, field, spelled, spelled_n);
    is_new = column == NAMED_VALUES_NONE;
  }
  if (!has_room(v, is_new ? field : FIELD_NONE, n)) return column_of(column, field, spelled, spelled_n);
  if (is_new) {
    column = v->ncolumns++;
    v->name_of[column] = v->n;
    v->nknown += field != FIELD_NONE;
    v->header_due = 1;
  }
  column = column_of(column, field, spelled, spelled_n);
  v->name[v->n++] = (struct named_value){v->text_n, (uint16_t)n, column, field};
  memcpy(v->text + v->text_n, name, n);
  v->text_n = (uint16_t)(v->text_n + n);
  return column;
}

int named_values_known(struct named_values *v, const char *name, size_t n) {
  int i = v->next;
  if (!is_name(v, i, name, n))
    for (i = 0; i < v->n && !is_name(v, i, name, n);) i++;
  v->next = i + 1;
  return i < v->n ? v->name[i].column : NAMED_VALUES_NEW;
}

int named_values_find(struct named_values *v, const char *name, size_t n) {
  int column = named_values_known(v, name, n);
  return column == NAMED_VALUES_NEW ? add(v, name, n) : column;
}

static void put_header(struct named_values *v, struct block *b) {
  char *line = block_begin_line(b);
  size_t k = 0;
  for (int c = 0; c < v->ncolumns; c++) {
    const struct named_value *name = &v->name[v->name_of[c]];
    if (c) line[k++] = ' ';
    k += named_values_spell(v->text + name->at, name->name_n, line + k);
  }
  block_end_line(b, k, BLOCK_HEADER, BLOCK_NO_TIME);
  v->header_due = 0;
  v->is_in_force = 1;
}

void named_values_interrupt(struct named_values *v, struct block *b) {
  if (!v->is_in_force) return;
  block_end_names(b);
  v->is_in_force = 0;
  v->header_due = 1;
}

/* Is one of the eight bytes at p a blank or a control character?  A byte beyond ASCII may be taken for one. */
static int may_be_odd(const char *p) {
  uint64_t x = bytes_load8(p);
  return ((x - UINT64_C(0x2121212121212121)) & UINT64_C(0x8080808080808080)) != 0 || (x & UINT64_C(0x8080808080808080));
}

/* Control characters stay as they are, so that who reads the line reports them. */
static size_t put_encoded(char *out, const char *p, size_t n) {
  static const char hex[] = "0123456789ABCDEF";
  size_t k = 0;
  for (size_t i = 0; i < n; i++) {
    unsigned char c = (unsigned char)p[i];
    if (!char_is_space(p[i])) {
      out[k++] = p[i];
      continue;
    }
    out[k++] = '%';
    out[k++] = hex[c >> 4];
    out[k++] = hex[c & 15];
  }
  return k;
}

/* Writes a value as one token.  There is room for three times its bytes. */
static size_t put_value(char *out, const char *p, size_t n) {
  if (n < 8) return put_encoded(out, p, n);
  for (size_t i = 0; i + 8 < n; i += 8)
    if (may_be_odd(p + i)) return put_encoded(out, p, n);
  if (may_be_odd(p + n - 8)) return put_encoded(out, p, n);
  memcpy(out, p, n);
  return n;
}

/* The record has two values of a field. */
static void refuse_twice(struct named_values *v, struct block *b, uint64_t number) {
  char why[ERR_TEXT];
  const struct named_value *name = &v->name[v->name_of[v->twice]];
  err_print(why, "has two values of the field %s", fields[name->field].name);
  block_add_bad(b, v->value[v->twice].p, v->value[v->twice].n, number, why);
  named_values_drop(v);
}

void named_values_end(struct named_values *v, struct block *b, uint64_t number, int64_t time) {
  if (v->header_due) put_header(v, b);
  if (v->twice != NAMED_VALUES_NONE) {
    refuse_twice(v, b, number);
    return;
  }
  char *line = block_begin_line(b);
  size_t k = 0;
  for (int c = 0; c < v->ncolumns; c++) {
    const char *p = v->value[c].p;
    size_t n = v->value[c].n;
    if (k + 3 * n + 2 > BLOCK_LINE) {
      block_add_bad(b, line, k, number, "has values that are too long for one record");
      named_values_drop(v);
      return;
    }
    if (c) line[k++] = ' ';
    if (p) k += put_value(line + k, p, n);
    else line[k++] = '-';
  }
  block_end_line(b, k, number, time);
  named_values_drop(v);
}
