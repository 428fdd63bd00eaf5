/* SPDX-License-Identifier: MIT */
/*
** The values of the rows that have been read, as columns: for sums that take them so, and to find out which of
** the rows are wanted before any of them becomes a line.
**
** A condition on a text asks each value of a dictionary once: the first group of terms about a column keeps the
** answers.  A second group about the same column, as of addr beside srcaddr, asks for each row.
*/
#include "scan/row_values.h"

#include <string.h>

#include "base/mem.h"

#define LONG_ROW (RECORD_MAX_BYTES / 2) /* bytes of texts in a row that might be a line that is too long */

/* Sets c->number to the values of the window.  Returns 0 if one of them is not what the field can have. */
static int read_numbers(struct rows_column *c, uint32_t n) {
  const struct parquet_column *column = c->column;
  const uint64_t most = kind_max(c->kind);
  uint64_t over = 0;
  if (column->is_indexed && column->all_present)
    for (uint32_t i = 0; i < n; i++) c->number[i] = (uint64_t)column->dictionary.number[column->index[i]];
  else if (column->is_indexed)
    for (uint32_t i = 0; i < n; i++)
      c->number[i] = column->present[i] ? (uint64_t)column->dictionary.number[column->index[i]] : 0;
  else
    for (uint32_t i = 0; i < n; i++) c->number[i] = column->present[i] ? (uint64_t)column->number[i] : 0;
  for (uint32_t i = 0; i < n; i++) over |= c->number[i] > most;
  for (uint32_t i = 0; i < n && !column->all_present; i++)
    if (!column->present[i]) c->number[i] = RECORD_NONE;
  return !over;
}

enum err_code parquet_rows_columns(struct parquet_rows *r, struct rows_columns *out, struct err *e) {
  int are_right = 1, has_texts = 0;
  memset(out, 0, sizeof *out);
  if (r->row == r->nrows && row_values_next(r, e)) return e->code;
  if (r->has_words) return ERR_NONE;
  r->is_bad = r->is_odd = r->colons = 0;
  for (uint32_t i = 0; i < r->n; i++) has_texts |= !kind_is_int(r->chosen[i].kind);
  if (has_texts) memset(r->row_bytes, 0, r->nrows * sizeof *r->row_bytes);
  for (uint32_t i = 0; i < r->n; i++) {
    struct rows_column *c = &r->chosen[i];
    if (kind_is_int(c->kind)) {
      are_right &= read_numbers(c, r->nrows);
      out->number[c->field] = c->number;
    } else {
      if (row_values_read(r, c, r->nrows, e)) return e->code;
      out->word[c->field] = c->word;
    }
  }
  for (uint32_t i = 0; i < r->nrows && has_texts; i++) are_right &= r->row_bytes[i] < LONG_ROW;
  if (!are_right || r->is_bad || r->is_odd) return ERR_NONE;
  out->n = r->nrows;
  out->before = r->first;
  r->row = r->nrows;
  return ERR_NONE;
}

/* Can the columns alone answer the group?  A filter may ask about the whole line, or about the digits of a number. */
static int is_about_values(const struct parquet_rows *r, const struct predicate_group *g) {
  for (uint32_t t = 0; t < g->ntokens; t++) {
    const struct rows_column *c = &r->chosen[g->token[t]];
    if (kind_is_int(c->kind) && (!g->is_int || c->column->schema->values == SCHEMA_TEXT)) return 0;
  }
  return g->about != PREDICATE_MESSAGE;
}

int parquet_rows_can_keep(const struct parquet_rows *r, const struct predicate_bound *wanted) {
  for (uint32_t k = 0; k < wanted->ngroups; k++)
    if (!is_about_values(r, &wanted->group[k])) return 0;
  return 1;
}

/* Decides which values of the dictionary pass the group, unless that has been done.  Returns 0 for another group. */
static int ask_dictionary(struct rows_column *c, const struct predicate_group *g, struct err *e) {
  if (!c->column->is_indexed) return 0;
  if (!c->asked) c->asked = g;
  if (c->asked != g) return 0;
  if (c->passes_of == c->dictionary) return 1;
  uint32_t n = c->column->dictionary.n;
  if (mem_grow(&c->passes, &c->passes_cap, n + 1u, 256, 1)) return err_nomem(e), 0;
  for (uint32_t i = 0; i < n; i++)
    c->passes[i] = (uint8_t)rows_word_passes(g->term, g->nterms, g->is_addr, &c->words[i]);
  c->passes_of = c->dictionary;
  return 1;
}

/* Adds to passes[] which of the numbers pass the group. */
static void ask_numbers(const uint64_t *number, const struct predicate_group *g, uint32_t n, uint8_t *passes) {
  const int null = predicate_passes_null(g->term, g->nterms);
  uint64_t low, high;
  if (predicate_is_range(g->term, g->nterms, &low, &high))
    for (uint32_t i = 0; i < n; i++) passes[i] |= (uint8_t)(number[i] - low <= high - low);
  else
    for (uint32_t i = 0; i < n; i++)
      passes[i] |= (uint8_t)(number[i] == RECORD_NONE ? null : predicate_passes_number(g->term, g->nterms, number[i]));
}

/* Adds to passes[] which rows pass the group by their value in this column. */
static enum err_code ask_column(struct rows_column *c, const struct predicate_group *g, uint32_t n, uint8_t *passes,
                                struct err *e) {
  const struct parquet_column *column = c->column;
  const int null = predicate_passes_null(g->term, g->nterms);
  if (kind_is_int(c->kind)) {
    ask_numbers(c->number, g, n, passes);
  } else if (ask_dictionary(c, g, e)) {
    for (uint32_t i = 0; i < n; i++) passes[i] |= column->present[i] ? c->passes[column->index[i]] : (uint8_t)null;
  } else {
    for (uint32_t i = 0; i < n; i++)
      passes[i] |= (uint8_t)rows_word_passes(g->term, g->nterms, g->is_addr, &c->word[i]);
  }
  return e->code;
}

/* Sets keep[i] to 0 for each of n rows that does not pass the group. */
static enum err_code keep_rows(struct parquet_rows *r, const struct predicate_group *g, uint64_t before, uint32_t n,
                               uint8_t *keep, struct err *e) {
  uint8_t passes[COLUMN_WINDOW] = {0};
  for (uint32_t i = 0; i < n && g->about == PREDICATE_LINE; i++)
    passes[i] = (uint8_t)predicate_passes_number(g->term, g->nterms, before + i + 1);
  for (uint32_t t = 0; t < g->ntokens; t++)
    if (ask_column(&r->chosen[g->token[t]], g, n, passes, e)) return e->code;
  for (uint32_t i = 0; i < n; i++) keep[i] &= passes[i];
  return ERR_NONE;
}

enum err_code parquet_rows_keep(struct parquet_rows *r, const struct rows_columns *rows,
                                const struct predicate_group *g, uint8_t *keep, struct err *e) {
  return keep_rows(r, g, rows->before, rows->n, keep, e);
}

/* Makes the values of the columns that the group is about.  Returns 0 if one of them is an error, or they can't answer. */
static int read_asked(struct parquet_rows *r, const struct predicate_group *g, struct err *e) {
  if (!is_about_values(r, g)) return 0;
  for (uint32_t t = 0; t < g->ntokens && !e->code; t++) {
    struct rows_column *c = &r->chosen[g->token[t]];
    if (!kind_is_int(c->kind)) row_values_read(r, c, r->nrows, e);
    else if (!read_numbers(c, r->nrows)) return 0;
  }
  return !e->code && !r->is_bad && !r->is_odd;
}

/*
** Finds out which of the rows that have been read are wanted, from the columns that the predicate is about alone,
** and counts them.  Where one of these has an error, all rows are kept.
*/
enum err_code row_values_drop(struct parquet_rows *r, const struct predicate_bound *wanted, uint64_t *kept,
                              struct err *e) {
  r->is_bad = r->is_odd = r->colons = 0;
  for (uint32_t k = 0; k < wanted->ngroups; k++) {
    const struct predicate_group *g = &wanted->group[k];
    if (!read_asked(r, g, e)) return e->code;
    if (keep_rows(r, g, r->first, r->nrows, r->keep, e)) return e->code;
  }
  *kept = 0;
  for (uint32_t i = 0; i < r->nrows; i++) *kept += r->keep[i];
  return ERR_NONE;
}
