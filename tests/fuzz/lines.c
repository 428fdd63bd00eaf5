/* SPDX-License-Identifier: MIT */
/*
** lines_next(): whatever the sizes of the pieces in which a source delivers its bytes, the lines
** are the same, and they are those that a search for line ends finds in the whole text.
**
** Input: bytes that choose the pieces; then the text, in which a byte 1 stands for a run of many
** times the byte after the next one, so that lines become longer than the buffer.
*/
#include "fuzz.h"
#include "mem_test.h"

#include "record/lines.h"

#define TEXT_MAX (3 * LINES_BUFFER)

struct pieces {
  const char *p;
  size_t n, sizes[4];
  unsigned next;
  int fails; /* at the end */
};

static ssize_t read_piece(void *from, char *p, size_t n, struct err *e) {
  struct pieces *s = from;
  size_t take = s->sizes[s->next++ % 4];
  if (take > n) take = n;
  if (take > s->n) take = s->n;
  if (!take && s->fails) return err_set(e, ERR_DAMAGED, 0, "cut off"), -1;
  if (!take) return 0;
  memcpy(p, s->p, take);
  s->p += take;
  s->n -= take;
  return (ssize_t)take;
}

/* A line that is too long is shown as its first bytes and a NUL in place of the LF. */
static void add_long(struct text *out, const char *p) {
  text_add(out, p, LINES_HEAD);
  text_add(out, "", 1);
}

static void add_lines(struct text *out, struct lines *l, struct pieces *s) {
  struct err e = {0};
  enum lines_result rc;
  lines_start(l, read_piece, s);
  while ((rc = lines_next(l, &e)) != LINES_END && rc != LINES_ERROR) {
    if (rc == LINES_BLOCK) {
      PROPERTY(l->n && l->p[l->n - 1] == '\n', "a block of %zu bytes", l->n);
      text_add(out, l->p, l->n);
    } else {
      PROPERTY(l->n == LINES_HEAD, "%zu bytes of a long line", l->n);
      if (rc == LINES_LONG) add_long(out, l->p);
    }
  }
  PROPERTY((rc == LINES_ERROR) == s->fails, "result %d", rc);
}

/* The same from the whole text. */
static void add_expected(struct text *out, const char *p, size_t n, int fails) {
  for (const char *end = n ? p + n : p; p < end;) {
    const char *lf = memchr(p, '\n', (size_t)(end - p));
    size_t length = (size_t)((lf ? lf : end) - p);
    if (!lf && fails) return;
    if (length >= LINES_BUFFER) {
      add_long(out, p);
    } else {
      text_add(out, p, length);
      text_add(out, "\n", 1);
    }
    p += length + 1;
  }
}

static void expand(struct text *out, struct choices *c) {
  while (c->n && out->n < TEXT_MAX) {
    char byte = (char)choose_byte(c);
    size_t count = 1;
    if (byte == 1) {
      count = 1 + choose_byte(c) * 1031;
      byte = (char)choose_byte(c);
      if (byte == '\n') count = 1 + count / 64;
    }
    for (char run[1024]; count;) {
      size_t n = count < sizeof run ? count : sizeof run;
      memset(run, byte, n);
      text_add(out, run, n);
      count -= n;
    }
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct choices c = {data, size};
  struct pieces s = {.fails = choose_byte(&c) & 1};
  struct text whole = {0}, got = {0}, expected = {0};
  struct lines l;
  struct err e = {0};
  for (int i = 0; i < 4; i++) s.sizes[i] = 1 + (size_t)choose(&c, 65536) * (i % 2 ? 1 : 7);
  expand(&whole, &c);
  if (whole.n > 4096 && s.sizes[0] < 512) s.sizes[0] += 512; /* a million pieces would take too long */
  s.p = whole.p;
  s.n = whole.n;
  if (lines_init(&l, &e)) abort();
  add_lines(&got, &l, &s);
  add_expected(&expected, whole.p, whole.n, s.fails);
  PROPERTY(text_is(&got, &expected), "%zu bytes instead of %zu", got.n, expected.n);
  lines_clear(&l);
  PROPERTY(mem_test_live() == 0, "memory is left behind");
  free(whole.p);
  free(got.p);
  free(expected.p);
  return 0;
}
