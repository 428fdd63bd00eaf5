/* SPDX-License-Identifier: MIT */
/*
** Compares the vector versions with the plain one, and that one with a simple loop over bytes.
** The texts are random, of every alignment, and of sizes around that of a block.  Each text is
** placed so that readable memory ends TOKENS_BLOCK bytes behind it.
*/
#include "helpers.h"

#include "record/tokens.h"

#define TEXT_MAX (256 * 1024)

typedef size_t splitter(struct tokens *, const char *, size_t);

static struct guarded memory;
static struct tokens tokens;

/* The text, with other bytes behind it that must not change the result. */
static const char *place(const void *text, size_t n, char after) {
  char *p = memory.end - TOKENS_BLOCK - n;
  memmove(p, text, n);
  memset(p + n, after, TOKENS_BLOCK);
  return p;
}

static int is_separator(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

/* Compares the window that a splitter took with a loop over its bytes. */
static void check_window(const struct tokens *t, const char *p, size_t taken, const char *what) {
  uint32_t i_line = 0, begin = 0;
  int odd = 0, colons = 0;
  struct line line = {0};
  if (t->nlines) line = tokens_line(t, 0, 7);
  CHECK(t->text == p && taken > 0 && p[taken - 1] == '\n' && t->nlines > 0, "%s", what);
  for (uint32_t i = 0, seen = 0; i < taken; i++) {
    if (p[i] == '\n') {
      CHECK(seen == line.count, "%s: line %u has %u tokens, not %u", what, i_line, seen, line.count);
      CHECK(line.text == p && line.end == i && line.start == begin, "%s: line %u at %u", what, i_line, i);
      CHECK(line.number == 8 + i_line, "%s: line %u", what, i_line);
      begin = i + 1;
      seen = 0;
      if (++i_line < t->nlines) line = tokens_line(t, i_line, 7);
    } else if (!is_separator(p[i])) {
      uint32_t end = i + 1;
      while (!is_separator(p[end])) end++;
      CHECK(seen < line.count && line.at[seen] == i, "%s: a token begins at %u", what, i);
      CHECK(token_end(&line, seen) == end, "%s: the token at %u ends at %u", what, i, end);
      for (; i < end; i++) {
        odd |= (unsigned char)p[i] < ' ' || (unsigned char)p[i] >= 0x7f;
        colons |= p[i] == ':';
      }
      i--;
      seen++;
    }
  }
  CHECK(i_line == t->nlines, "%s: %u lines, not %u", what, i_line, t->nlines);
  CHECK(t->at[t->ends[i_line - 1]] == taken, "%s: the list ends with the window's end", what);
  CHECK(!odd || t->odd, "%s: there are odd bytes", what);
  CHECK(!colons || t->colons, "%s: there are colons", what);
}

/* Checks all windows of a text.  Returns their number. */
static int check_text(const char *p, size_t n, splitter *split, const char *what) {
  int windows = 0;
  while (n > 0) {
    size_t taken = split(&tokens, p, n);
    check_window(&tokens, p, taken, what);
    assert_in_range(taken, 1, n);
    assert_true(taken == n || tokens.nlines >= TOKENS_LINES);
    assert_true(tokens.nlines < TOKENS_LINES + TOKENS_BLOCK);
    p += taken;
    n -= taken;
    windows++;
  }
  return windows;
}

static int check_both(const void *text, size_t n) {
  int windows = check_text(place(text, n, 'x'), n, tokens_split, "vectors");
  check_text(place(text, n, '\n'), n, tokens_split, "vectors");
#if defined(__x86_64__)
  check_text(place(text, n, 'x'), n, tokens_split_avx2, "AVX2");
  assert_int_equal(check_text(place(text, n, '\n'), n, tokens_split_avx2, "AVX2"), windows);
  check_text(place(text, n, 'x'), n, tokens_split_sse2, "SSE2");
  assert_int_equal(check_text(place(text, n, '\n'), n, tokens_split_sse2, "SSE2"), windows);
#endif
  check_text(place(text, n, 'x'), n, tokens_split_plain, "plain");
  assert_int_equal(check_text(place(text, n, '\n'), n, tokens_split_plain, "plain"), windows);
  return windows;
}

/* Alphabets of texts; a character that is to be frequent stands several times. */
static const char *const mixtures[] = {
    "ab \n",
    "abcdefghijklmnopqrstuvwxyz0123456789.:- \n",
    "a   \t\r\n",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa \n",
    "\n\n\n\n\n\n\n\n\n\n\n\na",
    "abc \x01\x02\x0b\x0c\x0e\x1f\x7f\x80\x89\x8a\x8d\xa0\xff\n", /* control bytes, and bytes like separators */
    "abc/?O_o\x7f\n",                                             /* one byte with another half of 0x7f */
    "0)*-:M]\t\r\n ",                                             /* have a half byte in common with a separator */
};

static void fill(char *text, size_t n, const char *mixture) {
  uint32_t kinds = (uint32_t)strlen(mixture);
  for (size_t i = 0; i < n; i++) text[i] = mixture[random_below(kinds)];
  text[n - 1] = '\n';
}

static void test_every_size(void **state) {
  char text[600];
  (void)state;
  for (size_t n = 1; n <= sizeof text; n++)
    for (size_t k = 0; k < COUNT(mixtures); k++) {
      fill(text, n, mixtures[k]);
      check_both(text, n);
    }
}

/* The same text at each alignment.  More bytes follow it, up to the end of the memory. */
static void test_every_alignment(void **state) {
  char text[400], room[400 + 64];
  (void)state;
  for (size_t shift = 0; shift < 64; shift++)
    for (size_t k = 0; k < COUNT(mixtures); k++) {
      size_t n = 1 + random_below(sizeof text);
      fill(text, n, mixtures[k]);
      memcpy(room, text, n);
      memset(room + n, 'x', shift);
      const char *p = place(room, n + shift, ' ');
      check_text(p, n, tokens_split, "vectors");
      check_text(p, n, tokens_split_plain, "plain");
#if defined(__x86_64__)
      check_text(p, n, tokens_split_sse2, "SSE2");
#endif
    }
}

static void test_every_byte(void **state) {
  (void)state;
  for (int c = 0; c < 256; c++)
    for (size_t at = 0; at < 70; at++) {
      char text[80];
      memset(text, 'a', sizeof text);
      text[79] = '\n';
      text[at] = (char)c;
      check_both(text, sizeof text);
    }
}

/*
** One token over many blocks, lines that end and begin at the borders of blocks, and one kind of
** byte alone.
*/
static void test_borders(void **state) {
  static const char only[] = "a \t\r\n\x01";
  char text[4 * TOKENS_BLOCK];
  (void)state;
  for (size_t at = 0; at < sizeof text - 1; at++) {
    memset(text, 'a', sizeof text);
    text[sizeof text - 1] = text[at] = '\n';
    check_both(text, sizeof text);
    text[at] = ' ';
    check_both(text, sizeof text);
  }
  for (size_t k = 0; k < sizeof only - 1; k++)
    for (size_t n = 1; n <= sizeof text; n++) {
      memset(text, only[k], n);
      text[n - 1] = '\n';
      check_both(text, n);
    }
}

/*
** Several windows: long texts, and the largest numbers of tokens and lines that a text can have.
*/
static void test_large(void **state) {
  char *text = malloc(TEXT_MAX);
  (void)state;
  if (!text) abort();
  for (size_t k = 0; k < COUNT(mixtures); k++) {
    fill(text, TEXT_MAX, mixtures[k]);
    check_both(text, TEXT_MAX);
  }
  for (size_t i = 0; i < TEXT_MAX; i++) text[i] = i % 2 ? ' ' : 'a';
  text[TEXT_MAX - 1] = '\n';
  assert_int_equal(check_both(text, TEXT_MAX), 1);
  memset(text, '\n', TEXT_MAX);
  assert_in_range(check_both(text, TEXT_MAX), 2, TEXT_MAX / TOKENS_LINES);
  free(text);
}

/* The example in the opening comment of tokens.h. */
static void test_example(void **state) {
  static const char text[] = "2 123 eni-1\n\n7\n";
  static const uint32_t newline[] = {11, 12, 14}, ends[] = {3, 3, 4}, at[] = {0, 2, 6, 13, 15};
  (void)state;
  const char *p = place(text, sizeof text - 1, 'x');
  assert_int_equal(tokens_split(&tokens, p, sizeof text - 1), 15);
  assert_int_equal(tokens.nlines, 3);
  assert_false(tokens.odd || tokens.colons);
  assert_memory_equal(tokens.newline, newline, sizeof newline);
  assert_memory_equal(tokens.ends, ends, sizeof ends);
  assert_memory_equal(tokens.at, at, sizeof at);
}

static void test_no_memory(void **state) {
  (void)state;
  for (size_t n = 1;; n++) {
    struct tokens t;
    struct err e = {0};
    mem_test_fail(n, 0);
    enum err_code rc = tokens_init(&t, 1000, &e);
    size_t calls = mem_test_calls();
    tokens_clear(&t);
    mem_test_fail(0, 0);
    assert_int_equal(rc, n <= calls ? ERR_NOMEM : ERR_NONE);
    assert_int_equal(rc, e.code);
    if (!rc) break;
  }
}

static int set_up(void **state) {
  struct err e = {0};
  (void)state;
  guarded_init(&memory, TEXT_MAX + TOKENS_BLOCK);
  return tokens_init(&tokens, TEXT_MAX, &e) != ERR_NONE;
}

static int tear_down(void **state) {
  (void)state;
  tokens_clear(&tokens);
  guarded_clear(&memory);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_every_size), cmocka_unit_test(test_every_alignment), cmocka_unit_test(test_every_byte),
      cmocka_unit_test(test_borders),    cmocka_unit_test(test_large),           cmocka_unit_test(test_example),
      cmocka_unit_test(test_no_memory),
  };
  return finish(cmocka_run_group_tests(tests, set_up, tear_down));
}
