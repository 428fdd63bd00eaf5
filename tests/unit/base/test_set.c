/* SPDX-License-Identifier: MIT */
/*
** Sets are compared with an array that is searched from end to end.
*/
#include "helpers.h"

#include "base/hash.h"
#include "base/set.h"

#define MEMBERS 300

struct member {
  uint64_t number;
  char text[48]; /* padded */
  size_t n;
};

/* There are few different members, so that some are equal, and some begin like another one. */
static struct member random_member(void) {
  static const uint64_t edges[] = {0, 1, INT64_MAX, UINT64_MAX};
  struct member m;
  memset(&m, 0, sizeof m);
  m.number = random_below(20) ? random_below(400) : edges[random_below(COUNT(edges))];
  m.n = random_below(41 - HASH_PADDING + 7);
  memset(m.text, 'a' + (int)random_below(2), m.n);
  if (m.n) m.text[random_below((uint32_t)m.n)] = (char)random_below(3);
  for (size_t i = m.n; i < sizeof m.text; i++) m.text[i] = (char)random_u32(); /* what follows must not matter */
  return m;
}

static int is_member(const struct member *a, size_t n, const struct member *m, int as_text) {
  for (size_t i = 0; i < n; i++)
    if (as_text ? a[i].n == m->n && !memcmp(a[i].text, m->text, m->n) : a[i].number == m->number) return 1;
  return 0;
}

static int meets(const struct member *a, size_t n, uint64_t low, uint64_t high) {
  for (size_t i = 0; i < n; i++)
    if (a[i].number >= low && a[i].number <= high) return 1;
  return 0;
}

static void check(const struct set *s, const struct member *a, size_t numbers, size_t texts) {
  for (int i = 0; i < 300; i++) {
    struct member m = random_member(), other = random_member();
    CHECK(set_has_number(s, m.number) == is_member(a, numbers, &m, 0), "%llu", (unsigned long long)m.number);
    CHECK(set_has_text(s, m.text, m.n) == is_member(a, texts, &m, 1), "'%.*s'", (int)m.n, m.text);
    if (m.number <= other.number)
      assert_int_equal(set_meets(s, m.number, other.number), meets(a, numbers, m.number, other.number));
  }
  for (size_t i = 0; i < numbers; i++) assert_true(set_has_number(s, a[i].number));
  for (size_t i = 0; i < texts; i++) assert_true(set_has_text(s, a[i].text, a[i].n));
}

/* Sets of numbers, of texts and of both, with no member, with few and with many. */
static void test_random(void **state) {
  static struct member a[MEMBERS];
  (void)state;
  for (int round = 0; round < 200; round++) {
    struct set s, copy = {0};
    struct err e = {0};
    size_t n = random_below(2) ? random_below(MEMBERS) : random_below(5);
    size_t numbers = random_below(3) ? n : 0, texts = random_below(3) ? n : 0;
    set_init(&s);
    for (size_t i = 0; i < n; i++) {
      a[i] = random_member();
      if (i < numbers) assert_int_equal(set_add_number(&s, a[i].number, &e), ERR_NONE);
      if (i < texts) assert_int_equal(set_add_text(&s, a[i].text, a[i].n, &e), ERR_NONE);
    }
    check(&s, a, numbers, texts);
    assert_int_equal(set_copy(&copy, &s, &e), ERR_NONE);
    assert_true(set_is_same(&s, &copy) && set_is_same(&copy, &s));
    set_clear(&s);
    assert_false(set_has_number(&s, 0) || set_has_text(&s, a[0].text, 0)); /* the set is empty again */
    check(&copy, a, numbers, texts);
    set_clear(&copy);
  }
}

/* The order of the members does not matter to set_is_same(), but every member does. */
static void test_same(void **state) {
  struct set s, t;
  struct err e = {0};
  (void)state;
  set_init(&s);
  set_init(&t);
  assert_true(set_is_same(&s, &t));
  for (uint64_t i = 0; i < 100; i++) {
    assert_int_equal(set_add_number(&s, i, &e), ERR_NONE);
    assert_int_equal(set_add_number(&t, 99 - i, &e), ERR_NONE);
  }
  assert_true(set_is_same(&s, &t));
  assert_int_equal(set_add_text(&s, "1", 1, &e), ERR_NONE);
  assert_false(set_is_same(&s, &t));
  assert_int_equal(set_add_text(&t, "2", 1, &e), ERR_NONE);
  assert_false(set_is_same(&s, &t));
  set_clear(&s);
  set_clear(&t);
}

static void test_no_memory(void **state) {
  size_t live = mem_test_live();
  (void)state;
  for (size_t n = 1;; n++) {
    struct set s, copy = {0};
    struct err e = {0};
    char text[2000 + HASH_PADDING] = "";
    set_init(&s);
    mem_test_fail(n, 0);
    enum err_code rc = ERR_NONE;
    for (uint64_t i = 0; !rc && i < 20; i++) {
      rc = set_add_number(&s, i, &e);
      if (!rc) rc = set_add_text(&s, text, (size_t)i * 100, &e);
    }
    if (!rc) rc = set_copy(&copy, &s, &e);
    size_t calls = mem_test_calls();
    mem_test_fail(0, 0);
    assert_int_equal(rc, n <= calls ? ERR_NOMEM : ERR_NONE);
    set_clear(&s);
    set_clear(&copy);
    assert_int_equal(mem_test_live(), live);
    if (n > calls) break;
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_random),
      cmocka_unit_test(test_same),
      cmocka_unit_test(test_no_memory),
  };
  return finish(cmocka_run_group_tests(tests, NULL, NULL));
}
