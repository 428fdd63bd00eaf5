/* SPDX-License-Identifier: MIT */
/*
** A Parquet file, whatever is in it: the rows of scan/parquet_rows as tokens are the values that parquet/parquet
** gives, and as columns they are the tokens; a predicate lets the same rows pass, whether rows are left out by it or
** not; no memory stays behind.  And its small decoders: what they make
** of any bytes is what a slow and obvious one makes of them, or both refuse.
**
** Input: a byte that chooses, then the bytes of a file, or of what a decoder reads.
*/
#include "fuzz.h"
#include "mem_test.h"

#include "parquet/delta.h"
#include "parquet/rle.h"
#include "parquet/snappy.h"
#include "parquet/thrift.h"
#include "parquet_text.h"
#include "record/lines.h"
#include "predicate/predicate.h"
#include "record/path_fields.h"
#include "scan/parquet_rows.h"

#define ROWS_MOST 5000 /* rows of a file that are looked at; a file may say that it has any number */
#define OUT_MOST  (1u << 16)

/* --- a file ------------------------------------------------------------------------------------------------------ */

static void open_memory(struct input *in, const char *p, size_t n) {
  memset(in, 0, sizeof *in);
  in->fd = -1;
  input_open_memory(in, p, n);
}

static void check_error(const struct err *e) {
  PROPERTY(!e->code || e->code == ERR_DAMAGED || e->code == ERR_FORMAT, "%d %s", e->code, e->text);
}

/* The text of a number, as a token has it, is its value. */
static int is_number(const char *p, size_t n, int64_t x) {
  char text[32];
  size_t length = (size_t)snprintf(text, sizeof text, "%" PRId64, x);
  while (n > length && *p == '0') p++, n--; /* of an account */
  return n == length && !memcmp(p, text, n);
}

static void check_token(const struct rows_column *c, uint32_t row, const char *p, size_t n) {
  const struct parquet_column *column = c->column;
  const struct dictionary *d = &column->dictionary;
  if (!column->present[row]) {
    PROPERTY(n == 1 && *p == '-', "'%.*s' for a value that is missing", (int)n, p);
  } else if (column->schema->values == SCHEMA_TEXT) {
    struct parquet_text t = column->is_indexed ? d->text[column->index[row]] : column->text[row];
    int is_part = (n == 1 && *p == '-') || n > RECORD_MAX_BYTES;
    for (size_t i = 0; !is_part && i + n <= t.n; i++) is_part = !memcmp(t.p + i, p, n);
    PROPERTY(is_part, "'%.*s' is no part of '%.*s'", (int)n, p, (int)t.n, t.p);
  } else if (column->schema->values != SCHEMA_UNSIGNED) {
    int64_t x = column->is_indexed ? d->number[column->index[row]] : column->number[row];
    PROPERTY(is_number(p, n, x), "'%.*s' is not %" PRId64, (int)n, p, x);
  }
}

static void check_window(const struct parquet_rows *r, const struct tokens *t, uint32_t first_row) {
  for (uint32_t i = 0; i < t->nlines; i++) {
    const struct line line = tokens_line(t, i, 0);
    PROPERTY(line.count == r->n && line.end >= line.start, "%u tokens of %u columns", line.count, r->n);
    PROPERTY(line.text[line.end] == '\n', "a line without an end");
    for (uint32_t c = 0; c < r->n; c++) {
      size_t n;
      const char *p = token_text(&line, c, &n);
      PROPERTY(n && p >= line.text + line.start && p + n <= line.text + line.end, "a token outside of its line");
      check_token(&r->chosen[c], first_row + i, p, n);
    }
    if (r->is_checked && r->layout.ntokens == r->n)
      PROPERTY(record_check(&r->layout, &line) == RECORD_FITS || line.end - line.start > RECORD_MAX_BYTES,
               "a row that was checked does not fit");
  }
}

/* Returns the rows that were read. */
static uint64_t read_rows(const char *p, size_t n, int by_numbers, uint64_t sums[2], struct err *e) {
  struct parquet_rows r;
  struct tokens t;
  struct layout l;
  struct input in;
  struct rows_need need = {.all = !by_numbers};
  struct rows_columns numbers;
  uint64_t rows = 0, before;
  need.field[FIELD_bytes] = need.field[FIELD_start] = 1;
  open_memory(&in, p, n);
  parquet_rows_init(&r);
  if (tokens_init(&t, LINES_BUFFER + 1, e)) abort();
  if (!parquet_rows_open(&r, &in, e) && r.is_flow_log && !parquet_rows_choose(&r, &need, NULL, &l, e)) do {
      numbers.n = t.nlines = 0;
      if (by_numbers && r.has_columns && parquet_rows_columns(&r, &numbers, e)) break;
      if (!numbers.n && parquet_rows_next(&r, NULL, &t, &before, e)) break;
      check_window(&r, &t, r.row - t.nlines);
      rows += numbers.n + t.nlines;
      for (uint32_t i = 0; i < numbers.n; i++)
        for (int k = 0; k < 2; k++) {
          const uint64_t *x = numbers.number[k ? FIELD_start : FIELD_bytes];
          sums[k] += x && x[i] != RECORD_NONE ? x[i] : 0;
        }
      for (uint32_t i = 0; i < t.nlines; i++)
        for (int k = 0; k < 2; k++) {
          const struct line line = tokens_line(&t, i, 0);
          int token = l.token[k ? FIELD_start : FIELD_bytes];
          size_t length = 0;
          const char *at = token == LAYOUT_ABSENT ? NULL : token_text(&line, (uint32_t)token, &length);
          if (at && number_fits(at, length) && number_value(at, length) <= (uint64_t)KIND_COUNT_MAX)
            sums[k] += number_value(at, length);
        }
    } while ((numbers.n || t.nlines) && rows < ROWS_MOST);
  tokens_clear(&t);
  parquet_rows_clear(&r);
  return rows;
}

static void try_file(const char *p, size_t n) {
  struct parquet_text_out out = {0};
  struct input in;
  struct err e[3] = {{0}, {0}, {0}};
  uint64_t rows, sums[2][2] = {{0}, {0}};
  open_memory(&in, p, n);
  parquet_text_read(&in, &out, 1u << 20, &rows, &e[0]);
  free(out.p);
  uint64_t a = read_rows(p, n, 0, sums[0], &e[1]), b = read_rows(p, n, 1, sums[1], &e[2]);
  for (int i = 0; i < 3; i++) check_error(&e[i]);
  if (a && b && !e[1].code && !e[2].code && a < ROWS_MOST && b < ROWS_MOST) {
    PROPERTY(a == b, "%" PRIu64 " rows as tokens, %" PRIu64 " as numbers", a, b);
    PROPERTY(sums[0][0] == sums[1][0] && sums[0][1] == sums[1][1], "other sums as numbers");
  }
}

/* Makes a predicate with two terms. */
static void make_predicate(struct predicate *p) {
  struct predicate_term bytes = {.subject = FIELD_bytes, .op = PREDICATE_RANGE, .low = 0, .high = 20000},
                        addr = {.subject = SUBJECT_ADDR, .op = PREDICATE_EQUAL};
  struct err e = {0};
  predicate_init(p);
  if (predicate_set_text(&addr.text, "10.0.0.1", 8, &e) || predicate_add(p, &addr, &e) || predicate_add(p, &bytes, &e))
    abort();
  predicate_finish(p);
}

/* Statistics are believed, and these may be wrong. */
static void forget_statistics(struct footer *f) {
  for (size_t i = 0; i < (size_t)f->ngroups * f->schema.n; i++) memset(&f->chunk[i].range, 0, sizeof f->chunk[i].range);
}

/* Counts the rows that fit and pass.  is_used: row groups and rows that do not pass may be left out. */
static uint64_t count_passing(const char *p, size_t n, const struct predicate *predicate, int is_used,
                              uint64_t *records, struct err *e) {
  static struct predicate_bound bound;
  static const struct path_fields no_path;
  struct parquet_rows r;
  struct tokens t;
  struct layout l;
  struct input in;
  struct rows_need need = {.field = {[FIELD_bytes] = 1, [FIELD_srcaddr] = 1, [FIELD_dstaddr] = 1}};
  uint64_t passing = 0, before;
  *records = 0;
  open_memory(&in, p, n);
  parquet_rows_init(&r);
  if (tokens_init(&t, LINES_BUFFER + 1, e)) abort();
  if (!parquet_rows_open(&r, &in, e) && r.is_flow_log && r.file.footer.rows < ROWS_MOST &&
      !parquet_rows_choose(&r, &need, is_used ? predicate : NULL, &l, e)) {
    forget_statistics(&r.file.footer);
    predicate_bind(predicate, &l, &no_path, &bound);
    do {
      if (parquet_rows_next(&r, is_used && !bound.never ? &bound : NULL, &t, &before, e)) break;
      *records += t.nlines + r.dropped;
      for (uint32_t i = 0; i < t.nlines; i++) {
        const struct line line = tokens_line(&t, i, before + r.offset[i] - i);
        passing += record_check(&l, &line) == RECORD_FITS && predicate_keeps(&bound, &line);
      }
    } while (!r.at_end);
  }
  tokens_clear(&t);
  parquet_rows_clear(&r);
  return passing;
}

static void try_predicate(const char *p, size_t n) {
  struct predicate predicate;
  struct err e[2] = {{0}, {0}};
  uint64_t records[2];
  make_predicate(&predicate);
  uint64_t all = count_passing(p, n, &predicate, 0, &records[0], &e[0]);
  uint64_t some = count_passing(p, n, &predicate, 1, &records[1], &e[1]);
  if (!e[0].code)
    PROPERTY(!e[1].code && all == some && records[1] <= records[0], "%" PRIu64 " rows pass, and %" PRIu64 " with it",
             all, some);
  predicate_clear(&predicate);
}

/* --- decoders ---------------------------------------------------------------------------------------------------- */

/* Snappy, byte by byte.  Returns 0 if the data are refused. */
static int slow_snappy(const uint8_t *in, size_t n, uint8_t *out, size_t out_n) {
  size_t i = 0, at = 0, bytes, offset;
  while (i < n && in[i] & 0x80) i++; /* the length has been compared */
  i++;
  while (i < n) {
    unsigned tag = in[i++], kind = tag & 3,
             extra = kind == 1   ? 1
                     : kind == 2 ? 2
                     : kind == 3 ? 4
                     : tag < 240 ? 0
                                 : (tag >> 2) - 59;
    uint64_t x = 0;
    if (n - i < extra) return 0;
    for (unsigned k = 0; k < extra; k++) x |= (uint64_t)in[i++] << 8 * k;
    bytes = kind == 1 ? 4 + (tag >> 2 & 7) : kind || tag < 240 ? 1 + (tag >> 2) : (size_t)x + 1;
    offset = kind == 1 ? (size_t)((tag >> 5) << 8 | x) : (size_t)x;
    if (bytes > out_n - at) return 0;
    if (!kind && bytes > n - i) return 0;
    if (kind && (!offset || offset > at)) return 0;
    for (size_t k = 0; k < bytes; k++, at++) out[at] = kind ? out[at - offset] : in[i++];
  }
  return at == out_n;
}

static void try_snappy(const uint8_t *p, size_t n) {
  uint8_t *a = calloc(1, OUT_MOST + SNAPPY_SPARE), *b = calloc(1, OUT_MOST);
  size_t length = 0;
  unsigned shift = 0, i = 0;
  if (!a || !b) abort();
  for (; i < n && i < 3; i++, shift += 7) {
    length |= (size_t)(p[i] & 0x7f) << shift;
    if (!(p[i] & 0x80)) break;
  }
  if (i < n && i < 3 && length <= OUT_MOST) {
    char *in = copy_of((const char *)p, n, 0); /* nothing may be read behind it */
    const char *why = snappy_inflate((uint8_t *)in, n, a, length);
    int ok = slow_snappy(p, n, b, length);
    PROPERTY((why == NULL) == ok, "%s, and the slow one says %d", why ? why : "no error", ok);
    PROPERTY(!ok || !length || !memcmp(a, b, length), "other bytes");
    free(in);
  }
  free(a);
  free(b);
}

/* A bit of a run of bits, or 0 behind its end. */
static unsigned bit(const uint8_t *p, uint64_t at) { return p[at / 8] >> at % 8 & 1; }

/* Runs and packed bits, value by value and bit by bit.  Returns how many values there are, up to `most`. */
static uint32_t slow_rle(const uint8_t *p, size_t n, unsigned width, uint32_t *out, uint32_t most) {
  size_t i = 0;
  uint32_t k = 0;
  while (k < most) {
    uint64_t head = 0, value = 0;
    unsigned shift = 0, bytes = (width + 7) / 8;
    do {
      if (i == n || shift == 42) return k;
      head |= (uint64_t)(p[i] & 0x7f) << shift;
      shift += 7;
    } while (p[i++] & 0x80);
    if (!(head >> 1)) return k;
    if (head & 1) {
      uint64_t values = (head >> 1) * 8, all = (head >> 1) * width, at = 8 * i;
      for (uint64_t j = 0; j < values && k < most; j++, k++, at += width) {
        if (at + width > 8 * n) break;
        out[k] = 0;
        for (unsigned q = 0; q < width; q++) out[k] |= (uint32_t)bit(p, at + q) << q;
      }
      if (k < most && at + (width ? 0 : 1) <= 8 * n && all > n - i) return k;
      if (all > n - i) return k;
      i += all;
    } else {
      if (n - i < bytes) return k;
      for (unsigned q = 0; q < bytes; q++) value |= (uint64_t)p[i++] << 8 * q;
      for (uint64_t j = 0; j < head >> 1 && k < most; j++) out[k++] = (uint32_t)value;
    }
  }
  return k;
}

static void try_rle(struct choices *c) {
  static uint32_t a[4096], b[4096];
  unsigned width = choose(c, 33);
  uint32_t piece = 1 + choose(c, 200), na = 0;
  char *in = copy_of((const char *)c->p, c->n, RLE_PADDING);
  uint32_t nb = slow_rle((const uint8_t *)in, c->n, width, b, 4000);
  struct rle r;
  PROPERTY(rle_start(&r, (const uint8_t *)in, c->n, width), "width %u", width);
  while (na + piece <= nb) {
    uint32_t same = rle_skip_same(&r, b[na], piece);
    for (uint32_t i = 0; i < same; i++) a[na + i] = b[na];
    PROPERTY(rle_read(&r, a + na + same, piece - same), "value %u of %u is not there", na, nb);
    na += piece;
  }
  PROPERTY(!memcmp(a, b, na * sizeof *a), "other values");
  free(in);
}

static int slow_varint(const uint8_t *p, size_t n, size_t *i, uint64_t *x) {
  *x = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    if (*i == n) return 0;
    *x |= (uint64_t)(p[*i] & 0x7f) << shift;
    if (!(p[(*i)++] & 0x80)) return 1;
  }
  return 0;
}

/* Differences, bit by bit.  Returns how many values there are, up to `most`. */
static uint32_t slow_delta(const uint8_t *p, size_t n, uint64_t *out, uint32_t most) {
  size_t i = 0;
  uint64_t block, minis, total, x, last;
  if (!slow_varint(p, n, &i, &block) || !slow_varint(p, n, &i, &minis) || !slow_varint(p, n, &i, &total) ||
      !slow_varint(p, n, &i, &x) || !minis || block % minis || block / minis % 8 || block > 1u << 20 || minis > block)
    return 0;
  last = x >> 1 ^ (0 - (x & 1));
  uint32_t k = 0;
  if (total) out[k++] = last;
  while (k < total && k < most) {
    if (!slow_varint(p, n, &i, &x) || n - i < minis) return k;
    const uint8_t *widths = p + i;
    i += minis;
    for (uint64_t m = 0; m < minis && k < total && k < most; m++) {
      uint64_t per = block / minis, bytes = per / 8 * widths[m];
      if (widths[m] > 64 || bytes > n - i) return k;
      for (uint64_t j = 0; j < per && k < total && k < most; j++) {
        uint64_t d = 0;
        for (unsigned q = 0; q < widths[m]; q++) d |= (uint64_t)bit(p + i, j * widths[m] + q) << q;
        out[k++] = last += d + (x >> 1 ^ (0 - (x & 1)));
      }
      i += bytes;
    }
  }
  return k;
}

static void try_delta(struct choices *c) {
  static int64_t a[4096];
  static uint64_t b[4096];
  uint32_t piece = 1 + choose(c, 200), na = 0;
  char *in = copy_of((const char *)c->p, c->n, DELTA_PADDING);
  uint32_t nb = slow_delta((const uint8_t *)in, c->n, b, 4000);
  struct delta d;
  if (!delta_start(&d, (const uint8_t *)in, c->n))
    for (; na + piece <= nb; na += piece)
      PROPERTY(delta_read(&d, a + na, piece), "value %u of %u is not there", na, nb);
  else PROPERTY(!nb, "there are %u values", nb);
  PROPERTY(!memcmp(a, b, na * sizeof *a), "other values");
  free(in);
}

/* Whatever the bytes are, passing over a struct ends, and within them. */
static void try_thrift(const struct choices *c) {
  char *in = copy_of((const char *)c->p, c->n, 0);
  struct thrift t;
  thrift_start(&t, in, c->n);
  for (struct thrift_field f = {0}; thrift_next(&t, &f);) thrift_skip(&t, &f);
  PROPERTY((const char *)t.p >= in && (const char *)t.p <= in + c->n, "outside");
  free(in);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct choices c = {data, size};
  switch (choose_byte(&c)) {
  case 's': try_snappy(c.p, c.n); break;
  case 'r': try_rle(&c); break;
  case 'd': try_delta(&c); break;
  case 't': try_thrift(&c); break;
  default: {
    char *copy = copy_of((const char *)data, size, 0); /* a file begins with PAR1 */
    try_file(copy, size);
    try_predicate(copy, size);
    free(copy);
  }
  }
  PROPERTY(mem_test_live() == 0, "memory is left behind");
  return 0;
}
