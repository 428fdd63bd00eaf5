/* SPDX-License-Identifier: MIT */
/*
** A Parquet file comes in windows of rows, as a file of lines comes in windows of lines.  None of its rows
** is a header, or in another layout, so that nothing of that is looked for.
**
** Where the sums of a query take columns, rows go to them without becoming tokens: takes_columns().  That is
** several times as fast.
*/
#include "scan/reader_rows.h"

#include <string.h>

#include "record/plausible.h"
#include "scan/reader_needs.h"
#include "scan/reader_parts.h"

/* A Parquet file: is it a flow log, and which of its columns are needed? */
static enum err_code begin_rows(struct reader *r, struct batch *b, struct err *e) {
  struct rows_need need;
  struct err why = {0};
  if (parquet_rows_open(&r->table, &r->source.input, &why)) {
    if (why.code != ERR_FORMAT && why.code != ERR_DAMAGED) return reader_source_failed(r, b, why.code, 0, why.text, e);
    return reader_file_problem(r, b, why.code, 0, why.text, e);
  }
  if (!r->table.is_flow_log) {
    err_print(r->why, "%s", r->table.why);
    return reader_not_a_flow_log(r, b, 0, 0, e);
  }
  reader_needs(r, b, &need);
  if (parquet_rows_choose(&r->table, &need, r->options->predicate, &r->layout, &why))
    return reader_source_failed(r, b, why.code, 0, why.text, e);
  r->verdict = VERDICT_FLOW_LOG;
  formats_set(&r->formats, FORMATS_NONE);
  return ERR_NONE;
}

/* Nothing more can be read of the rows of a Parquet file. */
static enum err_code rows_failed(struct reader *r, struct batch *b, const struct err *why, struct err *e) {
  uint64_t line = why->code == ERR_DAMAGED ? r->table.first + r->table.row + 1 : 0;
  r->tokens.nlines = 0;
  return reader_source_failed(r, b, why->code, line, why->text, e);
}

/*
** May rows that are not wanted be left out, and does a record need no token?  The first window of a file always
** comes as tokens and as a whole, after which all is bound, and the layout is judged.
*/
static int may_drop_rows(const struct reader *r) {
  return r->is_bound && r->is_judged && r->options->policy != POLICY_COLLECT && !r->wanted.never && !r->misfit.code;
}

static int takes_columns(const struct reader *r) {
  const struct summing_kind *kind = r->summing.kind;
  return may_drop_rows(r) && kind && kind->add_columns && r->table.has_columns &&
         parquet_rows_can_keep(&r->table, &r->wanted);
}

/* Adds the next rows to the sums, as columns.  *n becomes how many, and 0 if they have to come as tokens. */
static enum err_code next_columns(struct reader *r, struct batch *b, uint32_t *n, struct err *e) {
  struct rows_columns rows;
  struct err why = {0};
  uint8_t keep[COLUMN_WINDOW];
  uint32_t kept = 0;
  *n = 0;
  if (parquet_rows_columns(&r->table, &rows, &why)) return rows_failed(r, b, &why, e);
  if (!rows.n) return ERR_NONE;
  memset(keep, 1, rows.n);
  for (uint32_t k = 0; k < r->wanted.ngroups; k++)
    if (parquet_rows_keep(&r->table, &rows, &r->wanted.group[k], keep, e)) return e->code;
  for (uint32_t i = 0; i < rows.n && r->wanted.ngroups; i++) kept += keep[i];
  rows.kept = r->wanted.ngroups ? kept : rows.n;
  r->rows += rows.kept;
  r->records += rows.n;
  *n = rows.n;
  return r->summing.kind->add_columns(r->summing.sums, &rows, keep, e);
}

/*
** No row of the file has been looked at.  Notes which fields it has, and finds out whether its rows could have been
** used at all: that does not depend on which row groups were left out.
*/
static enum err_code bind_without_rows(struct reader *r, struct batch *b, struct err *e) {
  if (reader_bind(r, b, e) || !r->misfit.code || !r->table.file.footer.rows) return e->code;
  return reader_file_problem(r, b, r->misfit.code, 0, r->misfit.text, e);
}

/* Makes the next rows of a Parquet file the window, if there are any. */
enum err_code reader_next_rows(struct reader *r, struct batch *b, struct err *e) {
  struct err why = {0};
  uint32_t n;
  if (r->verdict == VERDICT_OPEN && begin_rows(r, b, e)) return e->code;
  if (r->verdict != VERDICT_FLOW_LOG) return ERR_NONE;
  if (takes_columns(r) && (next_columns(r, b, &n, e) || n || r->done)) return e->code;
  const struct predicate_bound *wanted = may_drop_rows(r) ? &r->wanted : NULL;
  if (parquet_rows_next(&r->table, wanted, &r->tokens, &r->line, &why)) return rows_failed(r, b, &why, e);
  r->records += r->table.dropped;
  r->done = r->table.at_end;
  return r->done && !r->is_bound ? bind_without_rows(r, b, e) : ERR_NONE;
}

/* A row that does not fit the layout, or has odd bytes, or perhaps cannot be right. */
static enum err_code odd_row(struct reader *r, struct batch *b, const struct line *line, struct err *e) {
  size_t n = line->end - line->start;
  const char *p = line->text + line->start, *odd;
  struct err why = {0};
  int result = RECORD_FITS;
  if (n > RECORD_MAX_BYTES) err_set(&why, ERR_LINE, 0, "is longer than %d bytes", RECORD_MAX_BYTES);
  else if ((odd = record_odd_byte(p, n)) != NULL) reader_say_odd(odd, p, &why);
  else if ((result = record_check(&r->layout, line)) == RECORD_FITS) return reader_list_record(r, b, line, e);
  else record_explain(&r->layout, result, line, why.text);
  return reader_problem(r, b, ERR_LINE, line->number, why.text, p, n, e);
}

/* Must a row be looked at?  Where its values have been checked, only who collects problems wants to know. */
static int is_odd_row(const struct reader *r, const struct line *line) {
  if (!r->table.is_checked && (line->end - line->start > RECORD_MAX_BYTES ||
                               record_odd_byte(line->text + line->start, line->end - line->start) ||
                               record_check(&r->layout, line) != RECORD_FITS))
    return 1;
  return line->end - line->start > RECORD_MAX_BYTES ||
         (r->options->policy == POLICY_COLLECT && plausible_not_record(&r->layout, line, NULL));
}

/* The same as take_lines() for the rows of a Parquet file. */
enum err_code reader_take_rows(struct reader *r, struct batch *b, struct err *e) {
  const struct tokens *t = &r->tokens;
  const int all = !r->wanted.never && !r->wanted.ngroups;
  uint32_t records = 0, rows = 0;
  while (r->next < t->nlines && !r->done) {
    const uint32_t i = r->next++;
    const struct line line = tokens_line(t, i, r->line + r->table.offset[i] - i);
    enum err_code rc = ERR_NONE;
    if (is_odd_row(r, &line)) {
      rc = odd_row(r, b, &line, e);
    } else {
      records++;
      if (all || predicate_keeps(&r->wanted, &line)) {
        rc = reader_take_record(r, i, &line, b, e);
        rows++;
        if (__builtin_expect(rc == ERR_LINE, 0)) {
          rc = reader_refuse_line(r, b, &line, e);
          records--, rows--;
        }
      }
    }
    if (rc) return rc;
  }
  return reader_end_window(r, records, rows, b, e);
}
