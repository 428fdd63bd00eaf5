/* SPDX-License-Identifier: MIT */
/*
** The terms of a predicate must all hold.  So a row group is left out as soon as one subject is found that
** has a value which passes in none of the fields that the subject stands for:
**
**     start >= 1000                 start: 400 to 900               no record can pass
**     port = 22                     srcport: 1024 to 60000          one of the two may pass
**                                   dstport: 22 to 443
**
** A number is compared with the predicate's own rules.  Of texts, only the terms for equality are, and of
** those that stand for addresses only for IPv4, and where no value can be an IPv6 address that stands for
** one, because these may be written in many ways, and are compared in one.  A text may have spaces around it in the file that are not part
** of the value; text_is_outside() sees to it that they make no difference.
**
** A row group with a number that its field cannot have is read, because that is an error.
*/
#include "scan/row_groups.h"

#include <string.h>

#include "parquet/plain.h"

static int compare(const char *p, size_t n, const struct thrift_text *limit) {
  int order = memcmp(p, limit->p, n < limit->n ? n : limit->n);
  return order ? order : n < limit->n ? -1 : n > limit->n;
}

/* Does the limit begin with the n bytes at p and a space? */
static int is_padded(const struct thrift_text *limit, const char *p, size_t n) {
  return limit->n > n && !memcmp(limit->p, p, n) && limit->p[n] <= ' ';
}

/* Does the text p, with spaces around it or not, lie outside of what the values of the column are? */
static int text_is_outside(const struct footer_range *r, const char *p, size_t n) {
  if (!r->from.n || r->from.p[0] <= ' ') return 0; /* there may be values that begin with a space */
  return compare(p, n, &r->to) > 0 || (compare(p, n, &r->from) < 0 && !is_padded(&r->from, p, n));
}

/* Can the texts of this range pass the term? */
static int texts_may_pass(const struct predicate_term *t, const struct footer_range *r, enum kind kind) {
  if (t->op != PREDICATE_EQUAL || t->negated || t->null_passes || !r->from.p || !r->to.p) return 1;
  int has_mapped = !r->from.n || r->from.p[0] <= '0' || !r->to.n || r->to.p[0] > '9'; /* ::ffff:a.b.c.d, 0:0:... */
  if (kind == KIND_ADDR && (has_mapped || memchr(t->text.p, ':', t->text.n))) return 1;
  return !text_is_outside(r, t->text.p, t->text.n);
}

/* The smallest and the largest number of the field.  Returns 0 if they are not known, or not ones that it can have. */
static int numbers_of(enum kind kind, const struct schema_column *c, const struct footer_range *r, int64_t *low,
                      int64_t *high) {
  if (!r->has_numbers) return 0;
  *low = plain_second(c, r->low);
  *high = plain_second(c, r->high);
  return *low >= 0 && *high >= *low && (uint64_t)*high <= kind_max(kind);
}

/* Can a number of the field pass all terms about the subject? */
static int numbers_may_pass(const struct predicate *p, int subject, enum kind kind, const struct schema_column *c,
                            const struct footer_range *r) {
  int64_t low, high;
  return !numbers_of(kind, c, r, &low, &high) || predicate_allows_numbers(p, subject, (uint64_t)low, (uint64_t)high);
}

int row_groups_all_pass(const struct predicate *p, const struct footer *f, uint32_t group, int field, uint32_t column,
                        int64_t *number) {
  const struct schema_column *c = &f->schema.column[column];
  const struct footer_range *r = &footer_chunk(f, group, column)->range;
  const enum kind kind = fields[field].kind;
  uint64_t from, to;
  int64_t high;
  size_t i = 0, n = 0;
  if (!kind_is_int(kind) || c->values == SCHEMA_TEXT || c->values == SCHEMA_UNREADABLE) return 0;
  while (i < p->n && p->term[i].subject != field) i++;
  while (i + n < p->n && p->term[i + n].subject == field) n++;
  return r->all_present && numbers_of(kind, c, r, number, &high) &&
         predicate_is_range(p->term + i, (uint32_t)n, &from, &to) && from <= (uint64_t)*number && (uint64_t)high <= to;
}

/* Can a value of the field pass all terms about the subject, which are n from t on? */
static int field_may_pass(const struct predicate *p, const struct predicate_term *t, size_t n, int field,
                          const struct footer *f, uint32_t group, int column) {
  const struct schema_column *c = &f->schema.column[column];
  const struct footer_range *r = &footer_chunk(f, group, (uint32_t)column)->range;
  enum kind kind = fields[field].kind;
  if (c->values == SCHEMA_UNREADABLE) return 1;
  if (c->values != SCHEMA_TEXT) return !kind_is_int(kind) || numbers_may_pass(p, t->subject, kind, c, r);
  if (kind_is_int(kind)) return 1; /* numbers that are written as texts */
  for (size_t i = 0; i < n; i++)
    if (!texts_may_pass(&t[i], r, kind)) return 0;
  return 1;
}

static int subject_may_pass(const struct predicate *p, const struct predicate_term *t, size_t n, const struct footer *f,
                            uint32_t group, const int16_t *column_of) {
  uint8_t wanted[COLUMN_COUNT] = {0};
  uint64_t first = f->group[group].first;
  int columns = 0, may_pass = 0;
  if (t->subject == SUBJECT_LINE)
    return predicate_allows_numbers(p, SUBJECT_LINE, first + 1, first + f->group[group].rows);
  predicate_subject_columns(t->subject, wanted);
  for (int field = 0; field < FIELD_COUNT && !may_pass; field++) {
    if (!wanted[field] || column_of[field] < 0) continue;
    columns++;
    may_pass = field_may_pass(p, t, n, field, f, group, column_of[field]);
  }
  return may_pass || !columns; /* what no column has, the path may give */
}

int row_groups_may_pass(const struct predicate *p, const struct footer *f, uint32_t group, const int16_t *column_of) {
  for (size_t i = 0, next; i < p->n; i = next) {
    for (next = i; next < p->n && p->term[next].subject == p->term[i].subject;) next++;
    if (p->term[i].subject == SUBJECT_FILE) continue;
    if (!subject_may_pass(p, &p->term[i], next - i, f, group, column_of)) return 0;
  }
  return 1;
}
