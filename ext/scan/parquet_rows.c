/* SPDX-License-Identifier: MIT */
/*
** A window is made in two steps.  For each column, its values become words, which are places and lengths of
** bytes.  Then the words of a row are copied one behind the other:
**
**     column    1       2           word     "443" "10.0.0.1"  \
**               443     10.0.0.1             "53"  "-"          >  text  443 10.0.0.1\n53 -\n
**               53      (missing)                              /
**
** The words of a dictionary are made once, when the dictionary comes, and checked once; a row then costs
** a copy of 16 bytes for each column.
**
** Each value is checked when it becomes a word.  If all values of a window are ones that their fields can have,
** is_checked spares the check of each line; otherwise record_check() finds out which lines have a bad
** one, and says what is wrong as it does for a line of text.
*/
#include "scan/parquet_rows.h"

#include <string.h>

#include "base/mem.h"
#include "record/address.h"
#include "record/lines.h"
#include "scan/row_columns.h"
#include "scan/row_groups.h"
#include "scan/row_values.h"

#define ROWS_TOKENS     (LINES_BUFFER / 2) /* tokens of a window, for which tokens_init() makes room */
#define WINDOWS_AT_ONCE 64                 /* windows that are read, at most, to find one with a row that is wanted */
#define WORD_NUMBER     24                 /* bytes for a number with its sign */
#define WORD_COPY       16                 /* bytes that are copied at once */

static const struct rows_word missing = {"-               ", 1, 0, 0, 0};

_Static_assert(COLUMN_WINDOW <= TOKENS_LINES, "a window has room for the rows that are read at once");
_Static_assert(LAYOUT_TOKENS <= ROWS_TOKENS, "the splitter's list has room for the tokens of a row");
_Static_assert(COLUMN_TEXT_MAX >= RECORD_MAX_BYTES, "a text that was cut makes a line that is too long");

void parquet_rows_init(struct parquet_rows *r) {
  memset(r, 0, sizeof *r);
  parquet_init(&r->file);
}

void parquet_rows_close(struct parquet_rows *r) {
  for (uint32_t i = 0; i < r->n; i++) {
    mem_free(r->chosen[i].words);
    mem_free(r->chosen[i].word_text);
    mem_free(r->chosen[i].word);
    mem_free(r->chosen[i].text);
    mem_free(r->chosen[i].number);
    mem_free(r->chosen[i].passes);
  }
  mem_free(r->chosen);
  r->chosen = NULL;
  r->n = 0;
  r->is_open = 0;
  parquet_close(&r->file);
}

void parquet_rows_clear(struct parquet_rows *r) {
  parquet_rows_close(r);
  parquet_clear(&r->file);
  mem_free(r->text);
  r->text = NULL;
  r->text_cap = 0;
}

/* --- numbers ----------------------------------------------------------------------------------------------------- */

/* Writes a number in front of `end`, two digits at a time, and returns its first byte. */
static inline char *put_digits(char *end, uint64_t x) {
  static const char pairs[] = "00010203040506070809101112131415161718192021222324252627282930313233343536373839"
                              "40414243444546474849505152535455565758596061626364656667686970717273747576777879"
                              "8081828384858687888990919293949596979899";
  while (x >= 100) {
    end -= 2;
    memcpy(end, pairs + 2 * (x % 100), 2);
    x /= 100;
  }
  if (x < 10) *--end = (char)('0' + x);
  else memcpy(end -= 2, pairs + 2 * x, 2);
  return end;
}

/* Makes the word of a number in the WORD_NUMBER bytes at `room`. */
static inline void number_word(const struct rows_column *c, int is_unsigned, int64_t x, char *room,
                               struct rows_word *w) {
  char *end = room + WORD_NUMBER;
  int is_negative = x < 0 && !is_unsigned;
  char *p = put_digits(end, is_negative ? 0 - (uint64_t)x : (uint64_t)x);
  while (end - p < (int)c->digits) *--p = '0';
  if (is_negative) *--p = '-';
  w->p = p;
  w->n = (uint32_t)(end - p);
  w->is_odd = w->has_colon = 0;
  w->is_bad = c->kind == KIND_TEXT   ? 0
              : kind_is_int(c->kind) ? is_negative || (uint64_t)x > kind_max(c->kind)
                                     : !record_value_fits(c->kind, p, w->n);
}

/* --- texts ------------------------------------------------------------------------------------------------------- */

/* Are there control characters, or bytes beyond ASCII? */
static int is_odd(const char *p, uint32_t n) {
  unsigned odd = 0;
  for (uint32_t i = 0; i < n; i++) odd |= (unsigned char)p[i] < ' ' || (unsigned char)p[i] >= 0x7f;
  return (int)odd;
}

void rows_word_of_text(enum kind kind, const struct parquet_text *t, struct rows_word *w) {
  const char *p = (const char *)t->p;
  uint32_t n = t->n;
  while (n && token_is_separator(p[n - 1])) n--;
  while (n && token_is_separator(*p)) p++, n--;
  if (!n || (n == 1 && *p == '-')) {
    *w = missing;
    return;
  }
  if (n > RECORD_MAX_BYTES) n = RECORD_MAX_BYTES + 1; /* its line is too long, and nothing more comes of it */
  w->p = p;
  w->n = n;
  w->is_odd = (uint8_t)is_odd(p, n);
  w->is_bad = n > RECORD_MAX_BYTES || !record_value_fits(kind, p, n);
  w->has_colon = kind == KIND_ADDR && memchr(p, ':', n);
}

int rows_word_passes(const struct predicate_term *t, uint32_t n, int is_addr, const struct rows_word *w) {
  struct address_room room;
  size_t length = w->n;
  const char *p = w->p;
  if (length == 1 && *p == '-') return predicate_passes_null(t, n);
  if (is_addr && w->has_colon) p = address_spelling(p, &length, &room);
  return predicate_passes_text(t, n, p, length);
}

/* --- columns ----------------------------------------------------------------------------------------------------- */

static enum err_code make_dictionary(struct rows_column *c, struct err *e) {
  const struct dictionary *d = &c->column->dictionary;
  int is_text = c->column->schema->values == SCHEMA_TEXT, is_unsigned = c->column->schema->values == SCHEMA_UNSIGNED;
  if (mem_grow(&c->words, &c->words_cap, d->n + 1u, 256, sizeof *c->words)) return err_nomem(e);
  if (!is_text && mem_grow(&c->word_text, &c->word_text_cap, d->n * (size_t)WORD_NUMBER + TOKENS_BLOCK, 4096, 1))
    return err_nomem(e);
  for (uint32_t i = 0; i < d->n; i++)
    if (is_text) rows_word_of_text(c->kind, &d->text[i], &c->words[i]);
    else number_word(c, is_unsigned, d->number[i], c->word_text + (size_t)i * WORD_NUMBER, &c->words[i]);
  c->dictionary = c->column->dictionaries;
  return ERR_NONE;
}

/* Makes the words of the window of a column that has no dictionary. */
static void make_words(struct rows_column *c, uint32_t n) {
  const struct parquet_column *column = c->column;
  int is_unsigned = column->schema->values == SCHEMA_UNSIGNED;
  if (column->schema->values == SCHEMA_TEXT) {
    for (uint32_t i = 0; i < n; i++)
      if (column->present[i]) rows_word_of_text(c->kind, &column->text[i], &c->word[i]);
  } else {
    const uint32_t different = column->is_given && n ? 1 : n;
    for (uint32_t i = 0; i < different; i++)
      if (column->present[i])
        number_word(c, is_unsigned, column->number[i], c->text + (size_t)i * WORD_NUMBER, &c->word[i]);
    for (uint32_t i = different; i < n; i++) c->word[i] = c->word[0];
  }
}

/* Makes the words of a column in the rows that have been read. */
enum err_code row_values_read(struct parquet_rows *r, struct rows_column *c, uint32_t n, struct err *e) {
  const struct parquet_column *column = c->column;
  uint8_t bad = 0, odd = 0, colon = 0;
  if (column->is_indexed) {
    if (c->dictionary != column->dictionaries && make_dictionary(c, e)) return e->code;
    if (column->all_present)
      for (uint32_t i = 0; i < n; i++) c->word[i] = c->words[column->index[i]];
    else
      for (uint32_t i = 0; i < n; i++) c->word[i] = column->present[i] ? c->words[column->index[i]] : missing;
  } else {
    make_words(c, n);
    for (uint32_t i = 0; i < n && !column->all_present; i++)
      if (!column->present[i]) c->word[i] = missing;
  }
  for (uint32_t i = 0; i < n; i++) {
    r->row_bytes[i] += c->word[i].n + 1;
    bad |= c->word[i].is_bad;
    odd |= c->word[i].is_odd;
    colon |= c->word[i].has_colon;
  }
  r->is_bad |= bad;
  r->is_odd |= odd;
  r->colons |= colon;
  return ERR_NONE;
}

/* --- windows ----------------------------------------------------------------------------------------------------- */

/*
** Begins a row group.  A column that only the predicate asks about is not read where the statistics answer for all
** rows: each of them gets a number that passes.
*/
static enum err_code begin_group(struct parquet_rows *r, uint32_t group, struct err *e) {
  for (uint32_t i = 0; i < r->n; i++) {
    struct parquet_chosen *c = &r->file.chosen[i];
    c->is_given = r->chosen[i].only_asked &&
                  row_groups_all_pass(r->predicate, &r->file.footer, group, r->chosen[i].field, c->number, &c->given);
  }
  return parquet_begin_group(&r->file, group, e);
}

/* Reads the next rows, of the row group at hand or of the next one that is wanted.  nrows is 0 at the end. */
enum err_code row_values_next(struct parquet_rows *r, struct err *e) {
  const struct footer *f = &r->file.footer;
  r->first += r->nrows;
  r->row = r->nrows = 0;
  r->has_words = 0;
  for (;;) {
    if (r->group && parquet_window(&r->file, &r->nrows, e)) return e->code;
    if (r->nrows || r->group == f->ngroups) break;
    uint32_t group = r->group++;
    int is_wanted = !r->predicate || row_groups_may_pass(r->predicate, f, group, r->column_of);
    if (is_wanted && r->predicate &&
        row_groups_dictionaries(r->predicate, &r->file, group, r->column_of, &is_wanted, e))
      return e->code;
    r->first = f->group[group].first;
    r->skipped += !is_wanted;
    if (!is_wanted) r->file.left = 0;
    else if (begin_group(r, group, e)) return e->code;
  }
  return ERR_NONE;
}

/* Makes the words of the rows that have been read. */
static enum err_code read_words(struct parquet_rows *r, struct err *e) {
  r->has_words = 1;
  r->is_bad = r->is_odd = r->colons = 0;
  memset(r->row_bytes, 0, r->nrows * sizeof *r->row_bytes);
  for (uint32_t i = 0; i < r->n; i++)
    if (row_values_read(r, &r->chosen[i], r->nrows, e)) return e->code;
  return ERR_NONE;
}

/* How many of the rows that have been read fit into a window, and the bytes that they take; at least one does. */
static uint32_t rows_that_fit(const struct parquet_rows *r, size_t *bytes) {
  uint32_t n = 0, most = r->n ? ROWS_TOKENS / r->n : COLUMN_WINDOW;
  *bytes = 0;
  for (uint32_t row = r->row; row < r->nrows && n < most && (!n || *bytes + r->row_bytes[row] < PARQUET_ROWS_TEXT);
       row++, n++)
    *bytes += r->row_bytes[row] + 1;
  return n;
}

static inline void copy_word(char *to, const struct rows_word *w) {
  memcpy(to, w->p, WORD_COPY);
  if (__builtin_expect(w->n > WORD_COPY, 0)) memcpy(to + WORD_COPY, w->p + WORD_COPY, w->n - WORD_COPY);
}

/* Writes those of the next n rows that are kept as lines, and their places into the lists of t.  Returns how many. */
static uint32_t render(struct parquet_rows *r, struct tokens *t, uint32_t n) {
  char *text = r->text;
  uint32_t at = 0, k = 0, lines = 0;
  for (uint32_t i = 0; i < n; i++) {
    if (!r->keep[r->row + i]) continue;
    for (uint32_t c = 0; c < r->n; c++) {
      const struct rows_word *w = &r->chosen[c].word[r->row + i];
      t->at[k++] = at;
      copy_word(text + at, w);
      at += w->n;
      text[at++] = ' ';
    }
    if (r->n) at--;
    text[at] = '\n';
    r->offset[lines] = i;
    t->newline[lines] = at++;
    t->ends[lines++] = k;
  }
  t->at[k] = at;
  memset(t->at + k + 1, 0, TOKENS_SPARE * sizeof *t->at);
  memset(text + at, 0, TOKENS_BLOCK);
  return lines;
}

/* Makes the rows that have been read, as far as they fit, the window of t. */
static enum err_code make_window(struct parquet_rows *r, struct tokens *t, uint64_t *before, struct err *e) {
  size_t bytes;
  uint32_t n = rows_that_fit(r, &bytes);
  if (mem_grow(&r->text, &r->text_cap, bytes + TOKENS_BLOCK + WORD_COPY, 64 * 1024, 1)) return err_nomem(e);
  uint32_t lines = render(r, t, n);
  *t = (struct tokens){.text = r->text,
                       .nlines = lines,
                       .newline = t->newline,
                       .ends = t->ends,
                       .at = t->at,
                       .classes = t->classes,
                       .colons = r->colons,
                       .odd = r->is_odd};
  *before = r->first + r->row;
  r->is_checked = !r->is_bad && !r->is_odd;
  r->dropped += n - lines;
  r->row += n;
  return ERR_NONE;
}

enum err_code parquet_rows_next(struct parquet_rows *r, const struct predicate_bound *wanted, struct tokens *t,
                                uint64_t *before, struct err *e) {
  t->nlines = r->dropped = 0;
  for (int i = 0; i < WINDOWS_AT_ONCE && !t->nlines; i++) {
    if (r->row == r->nrows && row_values_next(r, e)) return e->code;
    if (!r->nrows) break;
    if (!r->has_words) {
      uint64_t kept = r->nrows;
      memset(r->keep, 1, r->nrows);
      if (wanted && wanted->ngroups && row_values_drop(r, wanted, &kept, e)) return e->code;
      if (kept && read_words(r, e)) return e->code;
      if (r->is_bad || r->is_odd) memset(r->keep, 1, r->nrows); /* which of them are wrong has to be seen */
      if (!kept) r->dropped += r->nrows, r->row = r->nrows;
    }
    if (r->row < r->nrows && make_window(r, t, before, e)) return e->code;
  }
  r->at_end = !r->nrows;
  return ERR_NONE;
}

/* --- choosing columns -------------------------------------------------------------------------------------------- */

static enum err_code init_column(struct rows_column *c, const struct parquet_column *column, int field, struct err *e) {
  memset(c, 0, sizeof *c);
  c->column = column;
  c->kind = field == FIELD_NONE ? KIND_TEXT : fields[field].kind;
  if (field == FIELD_account_id || field == FIELD_tgw_src_vpc_account_id || field == FIELD_tgw_dst_vpc_account_id)
    c->digits = 12;
  c->word = mem_alloc(COLUMN_WINDOW * sizeof *c->word);
  c->text = column->schema->values == SCHEMA_TEXT ? NULL : mem_alloc(COLUMN_WINDOW * WORD_NUMBER + TOKENS_BLOCK);
  c->field = field;
  c->number = mem_alloc(COLUMN_WINDOW * sizeof *c->number);
  return c->word && c->number && (c->text || column->schema->values == SCHEMA_TEXT) ? ERR_NONE : err_nomem(e);
}

enum err_code parquet_rows_choose(struct parquet_rows *r, const struct rows_need *need,
                                  const struct predicate *predicate, struct layout *l, struct err *e) {
  const struct schema *s = &r->file.footer.schema;
  uint8_t wanted[SCHEMA_COLUMNS];
  for (uint32_t c = 0; c < s->n; c++)
    wanted[c] = (r->field[c] != FIELD_NONE && need->field[r->field[c]]) || (need->all && r->is_named[c]);
  if (parquet_choose(&r->file, wanted, e)) return e->code;
  if (!(r->chosen = mem_alloc((r->file.n + 1) * sizeof *r->chosen))) return err_nomem(e);
  for (uint32_t i = 0; i < r->file.n; i++) {
    const struct parquet_chosen *chosen = &r->file.chosen[i];
    struct rows_column *c = &r->chosen[r->n++];
    if (init_column(c, &chosen->column, r->field[chosen->number], e)) return e->code;
    c->only_asked = c->field != FIELD_NONE && need->only_asked[c->field];
  }
  r->has_columns = 1;
  for (uint32_t i = 0; i < r->n; i++)
    r->has_columns &= r->chosen[i].field != FIELD_NONE &&
                      !(kind_is_int(r->chosen[i].kind) && r->chosen[i].column->schema->values == SCHEMA_TEXT);
  r->predicate = predicate && predicate->n ? predicate : NULL;
  row_columns_layout(r, wanted, l);
  return ERR_NONE;
}

enum err_code parquet_rows_open(struct parquet_rows *r, struct input *input, struct err *e) {
  parquet_rows_close(r);
  r->is_open = 1;
  r->group = r->row = r->nrows = 0;
  r->first = r->skipped = 0;
  if (parquet_open(&r->file, input, e)) return e->code;
  return row_columns_find(r, e);
}
