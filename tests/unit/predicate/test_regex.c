/* SPDX-License-Identifier: MIT */
/*
** Tests the regexes of filter patterns: written tables, errors with their positions, comparison
** with a slow matcher, and the time that a search takes.
*/
#include "helpers.h"

#include "predicate/regex.h"

static int search(const char *pattern, const char *text, size_t n) {
  struct regex *r = NULL;
  struct err e = {0};
  CHECK(regex_compile(&r, pattern, strlen(pattern), &e) == ERR_NONE, "%s: %d: %s", pattern, (int)e.line, e.text);
  int found = regex_search(r, text, n);
  regex_free(r);
  return found;
}

static void test_table(void **state) {
  static const struct {
    const char *pattern, *text;
    int found;
  } table[] = {
      {"a", "a", 1},
      {"a", "", 0},
      {"a", "bab", 1},
      {"ab", "aab", 1},
      {"ab", "aa b", 0},
      {"^a", "ab", 1},
      {"^a", "ba", 0},
      {"a$", "ba", 1},
      {"a$", "ab", 0},
      {"a$", "a\n", 0},
      {"^$", "", 1},
      {"^$", "a", 0},
      {"^", "a", 1},
      {"$", "a", 1},
      {"$^", "", 1},
      {"$^", "a", 0},
      {"^^a", "a", 1},
      {"a^b", "ab", 0},
      {"a*^b", "b", 1},
      {"a*^b", "ab", 0},
      {"^a*^b", "b", 1},
      {"a$b*", "ca", 1},
      {"a$b*", "ab", 0},
      {"a$b", "ab", 0},
      {"a?$b?^", "", 1},
      {"a?$b?^", "a", 0},
      {"ab?c", "ac", 1},
      {"ab?c", "abc", 1},
      {"ab?c", "abbc", 0},
      {"ab*c", "abbbbc", 1},
      {"ab*c", "ac", 1},
      {"ab+c", "ac", 0},
      {"ab+c", "abbc", 1},
      {"^a{2}$", "aa", 1},
      {"^a{2}$", "a", 0},
      {"^a{2}$", "aaa", 0},
      {"^a{2,}$", "a", 0},
      {"^a{2,}$", "aaaa", 1},
      {"^a{0}$", "", 1},
      {"^a{0}$", "a", 0},
      {"^a{0,}b$", "aab", 1},
      {"^a{1,3}b$", "aaab", 1},
      {"^a{1,3}b$", "aaaab", 0},
      {"^a{1,3}b$", "b", 0},
      {"^[0-9]{1,3}\\.[0-9]{1,3}$", "10.255", 1},
      {"^[0-9]{1,3}\\.[0-9]{1,3}$", "10.2555", 0},
      {"a|b", "xb", 1},
      {"a|b", "c", 0},
      {"^a|b$", "ax", 1},
      {"^a|b$", "xb", 1},
      {"^a|b$", "xax", 0},
      {"ab|cd", "acd", 1},
      {"ab|cd", "ad", 0},
      {"ab|a^b|cd", "cd", 1}, /* an alternative that never matches */
      {"a^b", "", 0},
      {"a.c", "abc", 1},
      {"a.c", "a\nc", 0},
      {"a.c", "ac", 0},
      {"a.{2}c", "abbc", 1},
      {"^.$", "\xc3\xa9", 0}, /* bytes, not characters */
      {"^..$", "\xc3\xa9", 1},
      {"\\xC3\\xa9", "caf\xc3\xa9", 1},
      {"[abc]", "c", 1},
      {"[abc]", "d", 0},
      {"[^abc]", "abcabc", 0},
      {"[^abc]", "abcdabc", 1},
      {"^[a-]$", "-", 1},
      {"^[-a]$", "-", 1},
      {"^[+--]$", ",", 1}, /* from + to - */
      {"[\\]]", "]", 1},
      {"[\\d.]", "a.", 1},
      {"[\\D]", "1", 0},
      {"^[a^]$", "^", 1},
      {"[.*+?|(){}$]", "|", 1},
      {"[.]", "x", 0},
      {"[,\\]%]", "%", 1},
      {"[\\x30-\\x39]", "5", 1},
      {"[a-f0-9]{17}", "eni-1235b8ca123456789", 1},
      {"[a-f0-9]{18}", "eni-1235b8ca123456789", 0},
      {"\\d", "x7", 1},
      {"\\d", "x", 0},
      {"\\D", "7", 0},
      {"\\D", "7x", 1},
      {"\\s", "a\tb", 1},
      {"\\s", "a\vb", 1},
      {"\\s", "ab", 0},
      {"\\S", " \t\n", 0},
      {"\\w", "-_-", 1},
      {"\\w", "-.-", 0},
      {"\\w", "\xc3\xa9", 0},
      {"\\W", "aZ_09", 0},
      {"\\W", "\xc3\xa9", 1},
      {"\\.", "a", 0},
      {"\\.", "a.b", 1},
      {"\\x2e", "ab", 0},
      {"\\^\\$\\?\\[\\]\\{\\}\\|\\\\\\*\\+\\.\\(\\)", "x^$?[]{}|\\*+.()x", 1},
      {"\\-\\_\\ ", "-_ ", 1},
      {"127\\.0\\.0\\.[1-9]", "127.0.0.1", 1},
      {"127\\.0\\.0\\.[1-9]", "127.0.0.0", 0},
      {"a:_#=@/;,-b c!~", "a:_#=@/;,-b c!~", 1},
      {"a*", "", 1},
      {"a*", "b", 1},
      {"a*b*c*$", "x", 1},
      {"^a?b?c?d?e?$", "ae", 1},
      {"^a?b?c?d?e?$", "abcde", 1},
      {"^a?b?c?d?e?$", "ba", 0},
      {"a?b?c?x|y?z", "c", 0},
      {"a?b?c?x|y?z", "z", 1},
      {"^a?b?c?|y$", "qy", 1},
  };
  (void)state;
  for (size_t i = 0; i < COUNT(table); i++)
    CHECK(search(table[i].pattern, table[i].text, strlen(table[i].text)) == table[i].found, "%s in %s",
          table[i].pattern, table[i].text);
  assert_true(search("a\\x00b", "a\0b", 3));
  assert_true(search("a.b", "a\0b", 3));
  assert_int_equal(mem_test_live(), 0);
}

static void test_errors(void **state) {
  static const struct {
    const char *pattern;
    unsigned at;
    const char *text;
  } table[] = {
      {"", 1, "empty"},
      {"*a", 1, "nothing before the *"},
      {"a|*", 3, "nothing before the *"},
      {"^+", 2, "nothing before the +"},
      {"a$?", 3, "nothing before the ?"},
      {"{2}", 1, "nothing before the {"},
      {"a**", 3, "repeated already"},
      {"a*?", 3, "repeated already"},
      {"a{2}{3}", 5, "repeated already"},
      {"a{", 3, "a number belongs here"},
      {"a{x}", 3, "a number belongs here"},
      {"a{,3}", 3, "a number belongs here"},
      {"a{2", 2, "has no }"},
      {"a{2,3", 2, "has no }"},
      {"a{2,x}", 2, "has no }"},
      {"a{3,2}", 2, "smaller number comes first"},
      {"a{1001}", 2, "1000 at most"},
      {"a{1,1001}", 2, "1000 at most"},
      {"a{99999999999999999999}", 2, "1000 at most"},
      {"ab{600}c{600}", 9, "too large"},
      {"|a", 1, "nothing before the |"},
      {"a||b", 3, "nothing before the |"},
      {"a|", 2, "nothing behind the |"},
      {"a(b)", 2, "no groups"},
      {"a)", 2, "no groups"},
      {"a]", 2, "nothing was opened"},
      {"a}", 2, "nothing was opened"},
      {"[]", 2, "empty set"},
      {"[^]", 3, "empty set"},
      {"x[abc", 2, "has no ]"},
      {"x[", 2, "has no ]"},
      {"x[^", 2, "has no ]"},
      {"[a[b]]", 3, "in a set is written"},
      {"[a-[]", 4, "in a set is written"},
      {"[z-a]", 2, "ends before it begins"},
      {"[\\d-z]", 2, "a range goes"},
      {"[a-\\w]", 2, "a range goes"},
      {"ab\\", 3, "nothing follows"},
      {"[a\\", 3, "nothing follows"},
      {"\\b", 1, "not supported"},
      {"a\\1", 2, "not supported"},
      {"\\n", 1, "not supported"},
      {"\\x", 1, "two hexadecimal"},
      {"\\x2", 1, "two hexadecimal"},
      {"\\xg0", 1, "two hexadecimal"},
      {"a\xc3\xa9", 2, "ASCII"},
      {"[\xc3\xa9]", 2, "ASCII"},
      {"\\\xc3", 1, "ASCII"},
  };
  (void)state;
  for (size_t i = 0; i < COUNT(table); i++) {
    struct regex *r = NULL;
    struct err e = {0};
    enum err_code rc = regex_compile(&r, table[i].pattern, strlen(table[i].pattern), &e);
    CHECK(rc == ERR_ARGUMENT && !r, "%s is read", table[i].pattern);
    CHECK(e.line == table[i].at && strstr(e.text, table[i].text), "%s: %d: %s", table[i].pattern, (int)e.line, e.text);
  }
  struct regex *r = NULL;
  struct err e = {0};
  assert_int_equal(regex_compile(&r, "a\0b", 3, &e), ERR_ARGUMENT);
  assert_int_equal(e.line, 2);
  assert_int_equal(mem_test_live(), 0);
}

/* The largest number of states, and numbers at the borders of words. */
static void test_sizes(void **state) {
  (void)state;
  for (unsigned n = 1; n <= 1000; n += n < 140 || n > 990 ? 1 : 61) {
    struct bytes pattern = {0}, text = {0};
    bytes_print(&pattern, "^a{%u}b?c{0,3}$|^x?y?z{%u}$", n, n < 400 ? n / 2 + 1 : 5);
    bytes_repeat(&text, 'a', n - 1);
    assert_false(search(pattern.p, text.n ? text.p : "", text.n));
    bytes_add(&text, "a", 1);
    assert_true(search(pattern.p, text.p, text.n));
    bytes_add(&text, "bccc", 4);
    assert_true(search(pattern.p, text.p, text.n));
    bytes_add(&text, "c", 1);
    assert_false(search(pattern.p, text.p, text.n));
    bytes_free(&text);
    bytes_add(&text, "y", 1);
    bytes_repeat(&text, 'z', n < 400 ? n / 2 + 1 : 5);
    assert_true(search(pattern.p, text.p, text.n));
    bytes_add(&text, "z", 1);
    assert_false(search(pattern.p, text.p, text.n));
    bytes_free(&text);
    bytes_free(&pattern);

    bytes_print(&pattern, "^a{0,%u}b$", n); /* a run of optional states over many words */
    bytes_add(&text, "b", 1);
    assert_true(search(pattern.p, text.p, text.n));
    bytes_free(&text);
    bytes_repeat(&text, 'a', n);
    assert_false(search(pattern.p, text.p, text.n));
    bytes_add(&text, "b", 1);
    assert_true(search(pattern.p, text.p, text.n));
    bytes_free(&text);
    bytes_repeat(&text, 'a', n + 1);
    bytes_add(&text, "b", 1);
    assert_false(search(pattern.p, text.p, text.n));
    bytes_free(&text);
    bytes_free(&pattern);
  }
  /* REGEX_STATES - 1 items and one alternative is the most. */
  struct bytes pattern = {0}, text = {0};
  struct regex *r = NULL;
  struct err e = {0};
  bytes_repeat(&pattern, 'a', REGEX_STATES - 1);
  bytes_repeat(&text, 'a', REGEX_STATES - 1);
  assert_true(search(pattern.p, text.p, text.n));
  assert_false(search(pattern.p, text.p, text.n - 1));
  bytes_add(&pattern, "?", 1);
  assert_true(search(pattern.p, text.p, text.n - 1));
  bytes_add(&pattern, "b", 1);
  assert_int_equal(regex_compile(&r, pattern.p, pattern.n, &e), ERR_ARGUMENT);
  assert_int_equal(e.line, pattern.n);
  bytes_free(&pattern);
  bytes_free(&text);
}

/*
** --- a slow matcher: items tried one after the other, all ends of the text kept as a set
** --------------------------
*/

struct slow_item {
  char c; /* itself, or '.', '^', '$' */
  int min, max;
};

/* Finds the places at which items [i, n) can end that begin at `at`. */
static int slow_from(const struct slow_item *item, int i, int n, const char *text, int at) {
  if (i == n) return 1;
  if (item[i].c == '^') return at == 0 && slow_from(item, i + 1, n, text, at);
  if (item[i].c == '$') return !text[at] && slow_from(item, i + 1, n, text, at);
  for (int k = 0;; k++, at++) {
    if (k >= item[i].min && slow_from(item, i + 1, n, text, at)) return 1;
    if (k == item[i].max || !text[at] || (item[i].c != '.' && text[at] != item[i].c)) return 0;
  }
}

static void test_against_slow(void **state) {
  (void)state;
  for (int round = 0; round < 60000; round++) {
    struct slow_item item[3][4];
    int nitems[3], nalternatives = 1 + (int)random_below(3), text_n = (int)random_below(8);
    struct bytes pattern = {0};
    char text[16] = "";
    for (int i = 0; i < text_n; i++) text[i] = (char)('a' + random_below(3));
    for (int a = 0; a < nalternatives; a++) {
      if (a) bytes_add(&pattern, "|", 1);
      nitems[a] = 1 + (int)random_below(4);
      for (int i = 0; i < nitems[a]; i++) {
        struct slow_item *it = &item[a][i];
        *it = (struct slow_item){"aabbcc..^$"[random_below(10)], 1, 1};
        bytes_add(&pattern, &it->c, 1);
        if (it->c == '^' || it->c == '$') continue;
        switch (random_below(8)) {
        case 0: it->min = 0, bytes_add(&pattern, "?", 1); break;
        case 1: it->min = 0, it->max = 99, bytes_add(&pattern, "*", 1); break;
        case 2: it->max = 99, bytes_add(&pattern, "+", 1); break;
        case 3:
          it->min = (int)random_below(3);
          it->max = it->min + (int)random_below(3);
          bytes_print(&pattern, "{%d,%d}", it->min, it->max);
          break;
        case 4:
          it->min = (int)random_below(3);
          it->max = 99;
          bytes_print(&pattern, "{%d,}", it->min);
          break;
        }
      }
    }
    int expected = 0;
    for (int a = 0; a < nalternatives; a++)
      for (int at = 0; at <= text_n; at++) expected |= slow_from(item[a], 0, nitems[a], text, at);
    CHECK(search(pattern.p, text, strlen(text)) == expected, "%s in '%s': expected %d", pattern.p, text, expected);
    bytes_free(&pattern);
  }
}

/*
** These expressions take exponential or quadratic time in matchers that try one way after the
** other.  Here the test ends within a second; with such a matcher it would never end.  No byte
** behind the text is read.
*/
static void test_long_text(void **state) {
  static const char *const patterns[] = {"a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b",
                                         "^a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a*b$", "a{0,1000}b", ".*.*.*=.*",
                                         "a.{900}b"};
  size_t n = 1 << 20;
  struct guarded g;
  (void)state;
  guarded_init(&g, n);
  memset(g.end - n, 'a', n);
  for (size_t i = 0; i < COUNT(patterns); i++) assert_false(search(patterns[i], g.end - n, n));
  guarded_clear(&g);
}

/* Any bytes are a valid expression, or give an error with a position within them. */
static void test_random_bytes(void **state) {
  static const char letters[] = "ab^$?[]{}|\\*+.()dDx0123,-:\xc3\xa9";
  (void)state;
  for (int round = 0; round < 100000; round++) {
    char pattern[24];
    size_t n = random_below(sizeof pattern);
    for (size_t i = 0; i < n; i++)
      pattern[i] = random_below(20) ? letters[random_below(sizeof letters - 1)] : (char)random_below(256);
    struct regex *r = NULL;
    struct err e = {0};
    if (regex_compile(&r, pattern, n, &e)) assert_true(!r && e.line >= 1 && e.line <= n + 1 && *e.text);
    else regex_search(r, pattern, n);
    regex_free(r);
  }
  assert_int_equal(mem_test_live(), 0);
}

static void test_no_memory(void **state) {
  (void)state;
  for (size_t k = 1; k <= 2; k++) {
    struct regex *r = NULL;
    struct err e = {0};
    mem_test_fail(k, 0);
    assert_int_equal(regex_compile(&r, "a|b", 3, &e), ERR_NOMEM);
    assert_null(r);
    mem_test_fail(0, 0);
    assert_int_equal(mem_test_live(), 0);
  }
  regex_free(NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_table),        cmocka_unit_test(test_errors),    cmocka_unit_test(test_sizes),
      cmocka_unit_test(test_against_slow), cmocka_unit_test(test_long_text), cmocka_unit_test(test_random_bytes),
      cmocka_unit_test(test_no_memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
