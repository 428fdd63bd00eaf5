/* SPDX-License-Identifier: MIT */
/*
** A part of row_groups.h: which row groups are left out because of their dictionaries.
**
** A row group is left out if there is a subject of which no value in any of its columns passes.  A dictionary is
** looked through until a value is found that passes, or that is an error, which has to be seen.
*/
#include "parquet/plain.h"
#include "record/address.h"
#include "record/record.h"
#include "scan/parquet_rows.h"
#include "scan/row_groups.h"

/* Can one of the numbers pass the n terms? */
static int numbers_may_pass(const struct predicate_term *t, size_t n, enum kind kind, const struct dictionary *d) {
  for (uint32_t i = 0; i < d->n; i++) {
    uint64_t x = (uint64_t)d->number[i];
    if (x > kind_max(kind) || predicate_passes_number(t, (uint32_t)n, x)) return 1;
  }
  return 0;
}

static int texts_may_pass(const struct predicate_term *t, size_t n, enum kind kind, const struct dictionary *d) {
  for (uint32_t i = 0; i < d->n; i++) {
    struct rows_word w;
    rows_word_of_text(kind, &d->text[i], &w);
    if (w.is_bad || w.is_odd || rows_word_passes(t, (uint32_t)n, kind == KIND_ADDR, &w)) return 1;
  }
  return 0;
}

/* Can a value of the field pass the n terms about its subject? */
static enum err_code field_may_pass(const struct predicate_term *t, size_t n, int field, struct parquet *file,
                                    uint32_t group, uint32_t column, int *may_pass, struct err *e) {
  const struct schema_column *c = &file->footer.schema.column[column];
  const enum kind kind = fields[field].kind;
  const struct dictionary *d = NULL;
  *may_pass = 1;
  if (c->values == SCHEMA_UNREADABLE || (c->values == SCHEMA_TEXT) == kind_is_int(kind)) return ERR_NONE;
  if (parquet_dictionary(file, group, column, &d, e)) return e->code;
  if (d) *may_pass = c->values == SCHEMA_TEXT ? texts_may_pass(t, n, kind, d) : numbers_may_pass(t, n, kind, d);
  return ERR_NONE;
}

static enum err_code subject_may_pass(const struct predicate_term *t, size_t n, struct parquet *file, uint32_t group,
                                      const int16_t *column_of, int *may_pass, struct err *e) {
  uint8_t wanted[COLUMN_COUNT] = {0};
  int columns = 0;
  *may_pass = t->subject == SUBJECT_LINE || t->subject == SUBJECT_FILE || predicate_passes_null(t, (uint32_t)n);
  if (*may_pass) return ERR_NONE;
  predicate_subject_columns(t->subject, wanted);
  for (int field = 0; field < FIELD_COUNT && !*may_pass; field++) {
    if (!wanted[field] || column_of[field] < 0) continue;
    columns++;
    if (field_may_pass(t, n, field, file, group, (uint32_t)column_of[field], may_pass, e)) return e->code;
  }
  *may_pass |= !columns;
  return ERR_NONE;
}

enum err_code row_groups_dictionaries(const struct predicate *p, struct parquet *file, uint32_t group,
                                      const int16_t *column_of, int *may_pass, struct err *e) {
  *may_pass = 1;
  for (size_t i = 0, next; i < p->n && *may_pass; i = next) {
    for (next = i; next < p->n && p->term[next].subject == p->term[i].subject;) next++;
    if (subject_may_pass(&p->term[i], next - i, file, group, column_of, may_pass, e)) return e->code;
  }
  return ERR_NONE;
}
