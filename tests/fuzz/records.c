/* SPDX-License-Identifier: MIT */
/*
** A whole file through the reader.  The rows and problems are the same
**
**   - in whatever pieces the bytes come from the source;
**   - behind any number of blank lines, which cut the windows at other places, but for the numbers
**     of the lines;
**   - of two files that are appended to each other, if the second has a header;
**   - but for their order and numbers, of lines without a header in the reverse order, where the
**     option `format` is given;
**   - with each policy: skip has the rows of collect and the records that this lists because they
**     cannot be right, and fail has those of skip before the first problem, and then this problem.
**
** Input: bytes that choose the pieces, how often the text is repeated and how it is expected to
** be; a `format` option up to a zero byte, if it is not empty; the text.
*/
#include "fuzz.h"
#include "mem_test.h"

#include "scan/reader.h"

#define REPEAT_BYTES 40000 /* a text is repeated up to this length */

struct pieces {
  const char *p;
  size_t n, size;
};

static ssize_t read_piece(void *from, char *p, size_t n, struct err *e) {
  struct pieces *s = from;
  (void)e;
  if (n > s->size) n = s->size;
  if (n > s->n) n = s->n;
  if (!n) return 0;
  memcpy(p, s->p, n);
  s->p += n;
  s->n -= n;
  return (ssize_t)n;
}

/* What came of a file. */
struct outcome {
  struct text rows, problems; /* one after the other */
  struct text lines;          /* a uint64_t for each row, and for each record that cannot be right */
  struct text ends;           /* a uint64_t for each row: the bytes of the rows up to its end */
  uint64_t first_line;        /* of the first problem that ends a query with on_error = fail */
  size_t first_n;             /* bytes of that problem */
  int has_first;
  size_t nproblems; /* without the records that cannot be right */
  int is_format;    /* one of them is about the file, or the rest of it */
  enum verdict verdict;
};

static void add_cell(struct text *out, const struct batch *b, uint64_t cell) {
  text_add(out, &cell, cell == BATCH_NULL ? 1 : 0);
  if (cell != BATCH_NULL) text_add(out, batch_text(b, cell), batch_text_n(cell));
  text_add(out, "", 1);
}

static void add_row(struct outcome *o, const struct batch *b, uint32_t row, uint64_t blanks) {
  uint64_t line = b->line[row] - blanks, end;
  PROPERTY(b->line[row] > blanks, "line %llu", (unsigned long long)b->line[row]);
  text_add(&o->rows, &line, sizeof line);
  for (int c = 0; c < COLUMN_COUNT; c++) {
    uint64_t cell = b->has[c] ? b->cell[c][row] : BATCH_NULL;
    if (c < FIELD_COUNT && kind_is_int(fields[c].kind)) text_add(&o->rows, &cell, sizeof cell);
    else add_cell(&o->rows, b, cell);
  }
  end = o->rows.n;
  text_add(&o->ends, &end, sizeof end);
  text_add(&o->lines, &line, sizeof line);
}

static void add_problem(struct outcome *o, const struct batch *b, const struct problem *p, uint64_t blanks) {
  uint64_t line = p->line ? p->line - blanks : 0, from = o->problems.n;
  text_add(&o->problems, &line, sizeof line);
  text_add(&o->problems, &p->code, sizeof p->code);
  add_cell(&o->problems, b, p->reason);
  add_cell(&o->problems, b, p->raw);
  if (p->code == ERR_SUSPECT) text_add(&o->lines, &line, sizeof line);
  else o->nproblems++;
  o->is_format |= p->code == ERR_FORMAT;
  if (o->has_first || p->code == ERR_SUSPECT) return;
  o->has_first = 1;
  o->first_n = o->problems.n - from;
  o->first_line = line;
}

static struct reader reader;
static struct batch batch; /* all columns */
static int is_ready;

static void add_batch(struct outcome *o, const struct batch *b, uint64_t blanks) {
  for (uint32_t row = 0; row < b->nrows; row++) {
    PROPERTY(!row || b->line[row] > b->line[row - 1], "line %llu", (unsigned long long)b->line[row]);
    add_row(o, b, row, blanks);
  }
  for (uint32_t i = 0; i < b->nproblems; i++) add_problem(o, b, &b->problem[i], blanks);
}

static struct outcome read_text(const struct text *text, const struct reader_options *options, size_t size,
                                enum expectation expectation, uint64_t blanks) {
  struct outcome o = {.verdict = VERDICT_OPEN};
  struct pieces pieces = {text->p, text->n, size};
  struct err e = {0};
  enum reader_result rc;
  reader.options = options;
  reader_open_memory(&reader, text->p, text->n, expectation);
  lines_start(&reader.lines, read_piece, &pieces);
  batch_reset(&batch);
  while ((rc = reader_next(&reader, &batch, &e)) == READER_MORE || rc == READER_FULL)
    if (rc == READER_FULL) {
      add_batch(&o, &batch, blanks);
      batch_reset(&batch);
    }
  PROPERTY(rc == READER_END && !e.code, "result %d: %s", rc, e.text);
  add_batch(&o, &batch, blanks);
  o.verdict = reader.verdict;
  reader_close(&reader);
  return o;
}

static void drop(struct outcome *o) {
  free(o->rows.p);
  free(o->problems.p);
  free(o->lines.p);
  free(o->ends.p);
}

static void check_same(const struct outcome *a, const struct outcome *b, const char *what) {
  PROPERTY(text_is(&a->rows, &b->rows), "%s: %zu bytes of rows instead of %zu", what, b->rows.n, a->rows.n);
  if (!text_is(&a->problems, &b->problems)) {
    fwrite(a->problems.p, 1, a->problems.n, stderr);
    fwrite(b->problems.p, 1, b->problems.n, stderr);
  }
  PROPERTY(text_is(&a->problems, &b->problems), "%s: %zu bytes of problems instead of %zu", what, b->problems.n,
           a->problems.n);
  PROPERTY(a->verdict == b->verdict, "%s: %d instead of %d", what, b->verdict, a->verdict);
}

static int by_number(const void *a, const void *b) {
  uint64_t x, y;
  memcpy(&x, a, sizeof x);
  memcpy(&y, b, sizeof y);
  return (x > y) - (x < y);
}

/* The bytes of the rows before a line. */
static size_t rows_before(const struct outcome *o, uint64_t line) {
  size_t n = 0;
  for (size_t i = 0; i < o->ends.n; i += sizeof line) {
    uint64_t at, end;
    memcpy(&at, o->lines.p + i, sizeof at);
    memcpy(&end, o->ends.p + i, sizeof end);
    if (at < line) n = end;
  }
  return n;
}

static void check_policies(const struct text *text, struct reader_options options, enum expectation expectation,
                           struct outcome *all) {
  options.policy = POLICY_SKIP;
  struct outcome skip = read_text(text, &options, SIZE_MAX, expectation, 0);
  if (all->lines.n) qsort(all->lines.p, all->lines.n / sizeof(uint64_t), sizeof(uint64_t), by_number);
  PROPERTY(text_is(&skip.lines, &all->lines) && !skip.problems.n, "skip has %zu rows", skip.lines.n / sizeof(uint64_t));
  options.policy = POLICY_FAIL;
  struct outcome fail = read_text(text, &options, SIZE_MAX, expectation, 0);
  PROPERTY(fail.has_first == all->has_first && fail.first_line == all->first_line && fail.first_n == all->first_n,
           "fail: a problem of line %d, and not %d", (int)fail.first_line, (int)all->first_line);
  PROPERTY(fail.problems.n == fail.first_n, "fail: more than one problem");
  size_t n = !fail.has_first ? skip.rows.n : fail.first_line ? rows_before(&skip, fail.first_line) : fail.rows.n;
  PROPERTY(fail.rows.n == n && n <= skip.rows.n && (!n || !memcmp(fail.rows.p, skip.rows.p, n)),
           "fail has %zu bytes of rows instead of %zu", fail.rows.n, n);
  drop(&skip);
  drop(&fail);
}

static void check_blanks(const struct text *text, const struct reader_options *options, enum expectation expectation,
                         uint32_t blanks, const struct outcome *all) {
  struct text longer = {0};
  if (text->n >= 3 && !memcmp(text->p, "\xef\xbb\xbf", 3)) return; /* marks stand at the beginning only */
  if (source_magic(text->p, text->n) != SOURCE_PLAIN) return;
  for (uint32_t i = 0; i < blanks; i++) text_add(&longer, i % 3 ? "\n" : " \n", i % 3 ? 1 : 2);
  text_add(&longer, text->p, text->n);
  struct outcome o = read_text(&longer, options, SIZE_MAX, expectation, blanks);
  check_same(all, &o, "behind blank lines");
  drop(&o);
  free(longer.p);
}

/* --- lines in another order ------------------------------------------------------------------ */

static struct tokens tokens;

/* single: a single name is one, too, which is not so in the middle of most files. */
static int is_header(const char *p, size_t n, int single) {
  static struct layout l;
  struct text text = {0};
  struct err e = {0};
  if (n > LAYOUT_TEXT) return 1;
  text_add(&text, p, n);
  text_add(&text, "\n", 1);
  char *copy = copy_of(text.p, text.n, TOKENS_BLOCK);
  tokens_split(&tokens, copy, text.n);
  struct line line = tokens_line(&tokens, 0, 0);
  int is = layout_from_header(&l, &line, single, &e) != 0;
  free(text.p);
  free(copy);
  return is;
}

/* Is there something wrong with the file as a whole, or with the order of its lines? */
static int is_bad(const struct outcome *o) { return o->verdict != VERDICT_FLOW_LOG || o->is_format; }

static void check_joined(const struct text *text, const struct reader_options *options, size_t at) {
  struct text first = {text->p, at, 0}, second = {text->p + at, text->n - at, 0};
  struct outcome a = read_text(&first, options, SIZE_MAX, EXPECT_FLOW_LOG, 0);
  struct outcome b = read_text(&second, options, SIZE_MAX, EXPECT_FLOW_LOG, 0);
  struct outcome both = read_text(text, options, SIZE_MAX, EXPECT_FLOW_LOG, 0);
  if (!is_bad(&a) && !is_bad(&b) && !is_bad(&both)) {
    size_t n = a.lines.n + b.lines.n;
    PROPERTY(both.lines.n == n && both.nproblems == a.nproblems + b.nproblems, "%zu records, %zu problems; %zu and %zu",
             both.lines.n / 8, both.nproblems, a.lines.n / 8 + b.lines.n / 8, a.nproblems + b.nproblems);
  }
  drop(&a);
  drop(&b);
  drop(&both);
}

/*
** Appends the lines of the text from the last to the first.  Returns 0 if one of them is a header.
*/
static int reverse(struct text *out, const struct text *text) {
  for (size_t end = text->n, begin; end > 0; end = begin) {
    size_t n = end - (text->p[end - 1] == '\n');
    for (begin = n; begin > 0 && text->p[begin - 1] != '\n';) begin--;
    if (is_header(text->p + begin, n - begin, 1)) return 0;
    text_add(out, text->p + begin, n - begin);
    text_add(out, "\n", 1);
  }
  return 1;
}

/*
** Only where the formats are given: behind a line of AWS's format for transit gateways, which must
** name the resource type, there may be lines that do not.
*/
static void check_reversed(const struct text *text, const struct reader_options *options) {
  struct text reversed = {0};
  if (options->formats && text->n < 4096 && (text->n < 3 || memcmp(text->p, "\xef\xbb\xbf", 3)) &&
      reverse(&reversed, text)) {
    struct outcome a = read_text(text, options, SIZE_MAX, EXPECT_FLOW_LOG, 0);
    struct outcome b = read_text(&reversed, options, SIZE_MAX, EXPECT_FLOW_LOG, 0);
    if (!is_bad(&a) && !is_bad(&b))
      PROPERTY(a.lines.n == b.lines.n && a.rows.n == b.rows.n && a.nproblems == b.nproblems,
               "%zu records, %zu problems; %zu and %zu", b.lines.n / 8, b.nproblems, a.lines.n / 8, a.nproblems);
    drop(&a);
    drop(&b);
  }
  free(reversed.p);
}

/* At a line that is a header, which the choice selects. */
static void check_orders(const struct text *text, const struct reader_options *options, uint32_t choice) {
  for (size_t at = 0, end; at < text->n && text->n < 4096; at = end) {
    const char *lf = memchr(text->p + at, '\n', text->n - at);
    end = lf ? (size_t)(lf - text->p) + 1 : text->n;
    if (at && choice-- % 4 == 0 && is_header(text->p + at, end - at - (lf != NULL), 0)) check_joined(text, options, at);
  }
  check_reversed(text, options);
}

static void prepare(void) {
  static const struct reader_options none;
  uint8_t wanted[COLUMN_COUNT];
  struct err e = {0};
  if (is_ready++) return;
  memset(wanted, 1, sizeof wanted);
  if (tokens_init(&tokens, LAYOUT_TEXT + 1, &e)) abort();
  if (reader_init(&reader, &none, &e) || batch_init(&batch, wanted, &e)) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct choices c = {data, size};
  struct reader_options options = {.policy = POLICY_COLLECT};
  struct formats *formats = NULL;
  struct err e = {0};
  struct text text = {0};
  prepare();
  size_t piece = 1 + choose_byte(&c), n;
  enum expectation expectation = (enum expectation)choose(&c, 3);
  uint32_t blanks = choose(&c, 2048), times = 1 + choose(&c, 64);
  const char *format = choose_text(&c, 0, &n);
  char *option = text_of(format, n);
  if (n && !(formats = formats_new(option, &e))) PROPERTY(e.code == ERR_ARGUMENT && *e.text, "%s", option);
  options.formats = formats;
  do text_add(&text, c.p, c.n);
  while (--times && c.n && text.n < REPEAT_BYTES);
  char *copy = copy_of(text.p, text.n, 0);
  free(text.p);
  text.p = copy;
  struct outcome whole = read_text(&text, &options, SIZE_MAX, expectation, 0);
  struct outcome parts = read_text(&text, &options, piece, expectation, 0);
  check_same(&whole, &parts, "in pieces");
  check_blanks(&text, &options, expectation, blanks, &whole);
  check_policies(&text, options, expectation, &whole);
  check_orders(&text, &options, (uint32_t)piece);
  drop(&whole);
  drop(&parts);
  formats_free(formats);
  free(option);
  free(copy);
  return 0;
}
