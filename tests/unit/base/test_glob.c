/* SPDX-License-Identifier: MIT */
/*
** Patterns: a table of what shells do, and a comparison with fnmatch() on random patterns and
** names.
*/
#include "helpers.h"

#include <fnmatch.h>

#include "base/glob.h"

static void test_table(void **state) {
  static const struct {
    const char *pattern, *name;
    int match;
  } table[] = {
      {"", "", 1},
      {"", "a", 0},
      {"a", "", 0},
      {"abc", "abc", 1},
      {"abc", "abcd", 0},
      {"abc", "ab", 0},
      {"*", "", 1},
      {"*", "anything at all", 1},
      {"**", "ab", 1},
      {"*.log", "x.log", 1},
      {"*.log", "x.log.gz", 0},
      {"*.log*", "x.log.gz", 1},
      {"a*b*c", "a123b456c", 1},
      {"a*b*c", "a123b456", 0},
      {"*aab", "aaaaaab", 1},
      {"*ab*ab", "abab", 1},
      {"*ab*ab", "ab", 0},
      {"?", "a", 1},
      {"?", "", 0},
      {"?", "ab", 0},
      {"a?c", "abc", 1},
      {"a?", "a", 0},
      {"*?", "a", 1},
      {"*?", "", 0},
      {"[abc]", "b", 1},
      {"[abc]", "d", 0},
      {"[a-c]x", "bx", 1},
      {"[a-c]", "-", 0},
      {"[a-]", "-", 1},
      {"[-a]", "-", 1},
      {"[!a-c]", "d", 1},
      {"[!a-c]", "b", 0},
      {"[^a-c]", "d", 1},
      {"[^a-c]", "b", 0},
      {"[]]", "]", 1},
      {"[]a]", "a", 1},
      {"[!]a]", "b", 1},
      {"[!]a]", "]", 0},
      {"[a-cx-z]", "y", 1},
      {"[a-cx-z]", "m", 0},
      {"[c-a]", "b", 0},
      {"[0-9][0-9]", "07", 1},
      {"[\x80-\xff]", "\xe9", 1}, /* bytes are unsigned */
      {"[a", "[a", 1},            /* a '[' without its ']' stands for itself */
      {"[a", "a", 0},
      {"[", "[", 1},
      {"a]", "a]", 1},
      {"*[!0-9].gz", "5x.gz", 1},
      {".*", ".hidden", 1},
      {"*", ".hidden", 0},
      {"?hidden", ".hidden", 0},
      {"[.]hidden", ".hidden", 0},
      {"[!a]hidden", ".hidden", 0},
      {".hidden", ".hidden", 1},
      {"a*", "a.b", 1},
      {"A*", "abc", 0},
      {"a\\*", "a*", 0}, /* a backslash stands for itself */
      {"a\\*", "a\\b", 1},
  };
  (void)state;
  for (size_t i = 0; i < COUNT(table); i++)
    CHECK(!!glob_match(table[i].pattern, strlen(table[i].pattern), table[i].name) == table[i].match, "'%s' on '%s'",
          table[i].pattern, table[i].name);
}

/* Only the first pattern_n bytes belong to the pattern. */
static void test_length(void **state) {
  (void)state;
  assert_true(glob_match("ab/c*", 2, "ab"));
  assert_true(glob_match("a*/c", 2, "axyz"));
  assert_false(glob_match("a*", 1, "axyz"));
  assert_false(glob_match("[a]", 2, "a"));
}

static void test_magic(void **state) {
  (void)state;
  assert_true(glob_has_magic("a*", 2));
  assert_true(glob_has_magic("?", 1));
  assert_true(glob_has_magic("a[b", 3));
  assert_false(glob_has_magic("a]b{c}\\", 7));
  assert_false(glob_has_magic("a*", 1));
  assert_false(glob_has_magic("", 0));
}

/* Random patterns are made of well-formed pieces, for which POSIX defines the result. */
static void test_against_fnmatch(void **state) {
  static const char *const pieces[] = {"a",    "b",     "c",    "-",      "]",    "*",    "*", "?",
                                       "[ab]", "[a-c]", "[!a]", "[!a-b]", "[]a]", "[a-]", "."};
  static const char letters[] = "aabbcc-].[";
  int matches = 0;
  (void)state;
  for (int round = 0; round < 300000; round++) {
    char pattern[64] = "", name[16];
    size_t n = random_below(8);
    for (uint32_t i = random_below(7); i > 0; i--) strcat(pattern, pieces[random_below(COUNT(pieces))]);
    for (size_t i = 0; i < n; i++) name[i] = letters[random_below(sizeof letters - 1)];
    name[n] = 0;
    int expected = fnmatch(pattern, name, FNM_PERIOD | FNM_NOESCAPE) == 0;
    CHECK(!!glob_match(pattern, strlen(pattern), name) == expected, "'%s' on '%s'", pattern, name);
    matches += expected;
  }
  assert_in_range(matches, 10000, 200000); /* both answers must occur often */
}

/* A pattern that takes exponential time with a recursive matcher. */
static void test_many_stars(void **state) {
  char pattern[201], name[201];
  (void)state;
  for (int i = 0; i < 100; i++) memcpy(pattern + 2 * i, "*a", 2);
  memset(name, 'a', 200);
  pattern[200] = name[200] = 0;
  assert_true(glob_match(pattern, 200, name));
  name[199] = 'b';
  assert_false(glob_match(pattern, 200, name));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_table),           cmocka_unit_test(test_length),     cmocka_unit_test(test_magic),
      cmocka_unit_test(test_against_fnmatch), cmocka_unit_test(test_many_stars),
  };
  return finish(cmocka_run_group_tests(tests, NULL, NULL));
}
