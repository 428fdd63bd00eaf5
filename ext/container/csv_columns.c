/* SPDX-License-Identifier: MIT */
/*
** Each name is looked up among the roles, which are what CloudWatch has beside the message, and
** among the fields of flow logs.  Names with '@' are those that Logs Insights adds.
**
**     @timestamp,@log,srcAddr,bytes       form 'csv insights'
**     time       group field   field      line "srcaddr bytes"
**
** Where two columns are the same field by different names, such as `start` and the date that our
** own export calls `start_time`, the one with the field's own name is used.
*/
#include "container/csv_columns.h"

#include <string.h>

#include "base/chars.h"
#include "container/name_census.h"
#include "container/named_values.h"
#include "record/lookalike.h"

static const char form_messages[] = "csv messages", form_insights[] = "csv insights", form_fields[] = "csv fields";

#define NAME_BYTES 256 /* of a name that is used */

/* Names of roles, as field_same_name() compares them.  at: only with '@' in front. */
static const struct {
  const char *name;
  enum csv_role role;
  int at;
} roles[] = {
    {"message", CSV_MESSAGE, 0},      {"timestamp", CSV_EVENT_TIME, 0},
    {"eventtime", CSV_EVENT_TIME, 0}, {"logstream", CSV_STREAM, 0},
    {"logstreamname", CSV_STREAM, 0}, {"loggroup", CSV_GROUP, 0},
    {"loggroupname", CSV_GROUP, 0},   {"log", CSV_GROUP, 1},
};

static int find_role(const char *name, size_t n) {
  int at = n && *name == '@';
  for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
    if ((at || !roles[i].at) && field_same_name(name + at, n - (size_t)at, roles[i].name, strlen(roles[i].name)))
      return (int)roles[i].role;
  return CSV_ABSENT;
}

/*
** A name without blanks around it, as a header may have it.  Returns its bytes; 0 if it cannot be
** used.
*/
static size_t read_name(const struct csv_value *value, char out[NAME_BYTES]) {
  struct csv_value v = *value;
  while (v.n && char_is_space(*v.p)) v.p++, v.n--;
  while (v.n && char_is_space(v.p[v.n - 1])) v.n--;
  return v.n < NAME_BYTES - 1 ? csv_value_copy(&v, out) : 0;
}

/* The names of a header while they are read. */
struct names {
  struct csv_columns *c;
  struct name_census census;
  int field[CSV_COLUMNS];                      /* of each column; FIELD_NONE */
  int32_t of_field[FIELD_COUNT];               /* the column of each field, or CSV_ABSENT */
  uint16_t at[CSV_COLUMNS], at_n[CSV_COLUMNS]; /* the name of each column, in text */
  size_t text_n;
  char text[CSV_HEADER + CSV_COLUMNS];
  int32_t twice; /* a column whose field another column is, or CSV_ABSENT */
};

static int has_own_name(const struct names *s, uint32_t column) {
  const struct field_info *field = &fields[s->field[column]];
  return field_same_name(s->text + s->at[column], s->at_n[column], field->name, field->n);
}

/*
** The column is a field.  Another column may be the same, and the one with the field's own name
** is used.
*/
static void use_field(struct names *s, uint32_t column) {
  int field = s->field[column], other = s->of_field[field];
  int own = has_own_name(s, column);
  if (other != CSV_ABSENT && own == has_own_name(s, (uint32_t)other)) s->twice = (int32_t)column;
  if (other != CSV_ABSENT && !own) return;
  if (other != CSV_ABSENT) s->c->use[other] = CSV_UNUSED;
  s->of_field[field] = (int32_t)column;
  enum kind kind = fields[field].kind;
  s->c->use[column] = kind == KIND_TIME ? CSV_TIME : kind_is_int(kind) ? CSV_NUMBER : CSV_VALUE;
}

/* The column is no field: is its name that of a column before it?  Then it is not used. */
static int is_known_column(const struct names *s, uint32_t column) {
  for (uint32_t i = 0; i < column; i++)
    if (s->c->use[i] && field_same_name(s->text + s->at[i], s->at_n[i], s->text + s->at[column], s->at_n[column]))
      return 1;
  return 0;
}

static void add_name(struct names *s, const struct csv_value *value) {
  char name[NAME_BYTES];
  struct csv_columns *c = s->c;
  uint32_t column = c->n++;
  size_t n = read_name(value, name);
  int role = find_role(name, n);
  c->use[column] = CSV_UNUSED;
  s->field[column] = FIELD_NONE;
  s->at[column] = (uint16_t)s->text_n;
  s->at_n[column] = 0;
  s->census.is_insights |= n && *name == '@';
  s->census.has_time |= (n && *name == '@') || role == CSV_EVENT_TIME;
  if (role != CSV_ABSENT && c->role[role] == CSV_ABSENT) c->role[role] = (int32_t)column;
  if (!n || *name == '@' || role != CSV_ABSENT) return;
  s->at_n[column] = (uint16_t)named_values_spell(name, n, s->text + s->text_n);
  s->text_n += s->at_n[column];
  s->field[column] = field_find(s->text + s->at[column], s->at_n[column]);
  name_census_add(&s->census, s->field[column], name, n);
  if (s->field[column] != FIELD_NONE) use_field(s, column);
  else c->use[column] = is_known_column(s, column) ? CSV_UNUSED : CSV_VALUE;
}

/* Writes the line with the names of the columns that are used. */
static void put_line(struct names *s) {
  struct csv_columns *c = s->c;
  c->line_n = 0;
  for (uint32_t i = 0; i < c->n; i++) {
    if (c->use[i] && c->line_n + s->at_n[i] + 1u > sizeof c->line) c->use[i] = CSV_UNUSED;
    if (!c->use[i]) continue;
    if (c->line_n) c->line[c->line_n++] = ' ';
    memcpy(c->line + c->line_n, s->text + s->at[i], s->at_n[i]);
    c->line_n += s->at_n[i];
  }
}

int csv_columns_read(struct csv_columns *c, const struct csv_row *row, char separator, struct err *e) {
  struct names s;
  if (!row->nvalues || row->nvalues > CSV_COLUMNS) return 0;
  c->separator = separator;
  c->n = 0;
  for (int i = 0; i < CSV_ROLES; i++) c->role[i] = CSV_ABSENT;
  s.c = c;
  s.text_n = 0;
  s.twice = CSV_ABSENT;
  memset(&s.census, 0, sizeof s.census);
  for (int f = 0; f < FIELD_COUNT; f++) s.of_field[f] = CSV_ABSENT;
  for (uint32_t i = 0; i < row->nvalues; i++) add_name(&s, &row->value[i]);
  if (c->role[CSV_MESSAGE] != CSV_ABSENT) {
    c->form = s.census.is_insights ? form_insights : form_messages;
    return 1;
  }
  if (c->n < 2 || !name_census_is_record(&s.census)) return 0;
  c->form = s.census.is_insights ? form_insights : form_fields;
  put_line(&s);
  if (s.twice == CSV_ABSENT) return 1;
  err_set(e, ERR_FORMAT, 0, "names the field %s twice", fields[s.field[s.twice]].name);
  return -1;
}

/* Does the first column have the name of a file or a number in front of its own name, with a colon behind it? */
static int is_grepped(const struct csv_row *row) {
  char name[NAME_BYTES], spelled[NAME_BYTES];
  size_t n = read_name(&row->value[0], name), skip = n;
  while (skip > 0 && name[skip - 1] != ':') skip--;
  if (skip && n - skip > 3 && !memcmp(name + skip, "\xef\xbb\xbf", 3)) skip += 3;
  if (!skip || skip == n) return 0;
  if (find_role(name + skip, n - skip) != CSV_ABSENT) return 1;
  return field_find(spelled, named_values_spell(name + skip, n - skip, spelled)) != FIELD_NONE;
}

/* What the rows behind a header are like, of which the first ones are looked at. */
struct sample {
  uint32_t rows, fitting; /* those with as many values as the header */
  uint32_t lacking;       /* fitting rows with an empty value */
  uint32_t blanks;        /* values with blanks */
};

#define SAMPLE_ROWS 16

static void look_at_rows(struct sample *s, uint32_t ncolumns, char separator, const char *p, const char *end,
                         int is_all) {
  struct csv_row row;
  memset(s, 0, sizeof *s);
  while (p < end && s->rows < SAMPLE_ROWS && csv_row_split(&row, p, end, is_all, separator) == CSV_ROW) {
    int lacks = 0;
    for (uint32_t i = 0; i < row.nvalues && i < ncolumns; i++) {
      lacks |= !row.value[i].n;
      s->blanks += memchr(row.value[i].p, ' ', row.value[i].n) != NULL;
    }
    s->rows += row.nvalues > 0;
    s->fitting += row.nvalues == ncolumns;
    s->lacking += row.nvalues == ncolumns && lacks;
    p = row.end;
  }
}

/* Could the header be a line of a flow log, of names and blanks alone? */
static int is_plain(const char *p, const char *end) {
  for (; p < end; p++)
    if (!char_is_alnum(*p) && !char_is_space(*p) && *p != '-' && *p != '_') return 0;
  return 1;
}

/*
** Do the rows behind a header, whose columns are fields, go with it?  Where none has as many
** values, a flow log may have a header that somebody has written with commas.  Tabs also stand
** between the tokens of a flow log, which is read as one unless it lacks values.
*/
static int rows_fit(const struct csv_columns *c, const struct csv_row *row, const char *p, const char *end,
                    int is_all) {
  struct sample s;
  look_at_rows(&s, c->n, c->separator, row->end, end, is_all);
  if (c->separator == '\t' && is_plain(p, row->end)) return s.lacking && s.fitting == s.rows && !s.blanks;
  return !s.rows || s.fitting;
}

int csv_columns_find(struct csv_columns *c, struct csv_row *row, const char *p, size_t n, int is_all, struct err *e) {
  static const char separators[] = {',', ';', '\t'};
  size_t header_n = n > CSV_HEADER ? CSV_HEADER : n;
  int is_short = is_all && header_n == n;
  for (size_t i = 0; i < sizeof separators; i++) {
    if (csv_row_split(row, p, p + header_n, is_short, separators[i]) != CSV_ROW || row->nlines > 1) continue;
    char separator = row->nvalues > 1 ? separators[i] : '\n'; /* a message alone may have all of them */
    int found = csv_columns_read(c, row, separator, e);
    if (!found || !(c->role[CSV_MESSAGE] != CSV_ABSENT || rows_fit(c, row, p, p + n, is_all))) continue;
    if (!is_grepped(row)) return found;
    err_set(e, ERR_FORMAT, 0, "%s", LOOKALIKE_GREPPED);
    return -1;
  }
  return 0;
}

int csv_columns_are_same(const struct csv_columns *a, const struct csv_columns *b) {
  if (a->form != b->form || a->n != b->n || memcmp(a->role, b->role, sizeof a->role)) return 0;
  if (a->role[CSV_MESSAGE] != CSV_ABSENT) return 1;
  return a->line_n == b->line_n && !memcmp(a->line, b->line, a->line_n) && !memcmp(a->use, b->use, a->n);
}

int csv_columns_may_be(const struct csv_row *row) {
  char name[NAME_BYTES], spelled[NAME_BYTES];
  const struct csv_value *first = &row->value[0];
  if (!row->nvalues || !first->n || !(char_is_alnum(*first->p) || *first->p == '@') || char_is_digit(*first->p))
    return 0;
  size_t n = read_name(first, name);
  if (!n) return 0;
  if (*name == '@' || find_role(name, n) != CSV_ABSENT) return 1;
  n = named_values_spell(name, n, spelled);
  return field_find(spelled, n) != FIELD_NONE;
}
