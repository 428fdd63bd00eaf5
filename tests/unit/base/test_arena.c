/* SPDX-License-Identifier: MIT */
/* Tests the arena: items of all sizes stay where they are, and their places lead to them. */
#include "helpers.h"

#include "base/arena.h"

#define ITEMS 20000

static uint32_t place[ITEMS];
static size_t words[ITEMS];

/* An item has its own number in each of its words. */
static void put_item(struct arena *a, size_t i) {
  struct err e = {0};
  words[i] = i % 1000 ? 1 + random_below(20) : ARENA_WORDS - random_below(2);
  assert_int_equal(arena_reserve(a, words[i], &e), ERR_NONE);
  place[i] = arena_end(a);
  assert_true(place[i] > 0);
  uint64_t *item = arena_at(a, place[i]);
  for (size_t k = 0; k < words[i]; k++) item[k] = i;
  arena_take(a, words[i]);
}

static void test_items(void **state) {
  static struct arena a;
  (void)state;
  assert_int_equal(arena_bytes(&a), 0);
  for (size_t i = 0; i < ITEMS; i++) put_item(&a, i);
  for (size_t i = 0; i < ITEMS; i++) {
    const uint64_t *item = arena_at(&a, place[i]);
    for (size_t k = 0; k < words[i]; k++) assert_int_equal(item[k], i);
  }
  size_t blocks = a.n, bytes = arena_bytes(&a);
  assert_true(blocks > ITEMS / 1000);
  arena_reset(&a);
  assert_int_equal(a.n, 0);
  for (size_t i = 0; i < ITEMS; i++) put_item(&a, i);
  assert_int_equal(a.n, blocks);
  assert_int_equal(arena_bytes(&a), bytes);
  arena_shrink(&a);
  assert_int_equal(a.n, blocks - 1);
  assert_int_equal(arena_bytes(&a), bytes - ARENA_BLOCK);
  arena_clear(&a);
  assert_int_equal(arena_bytes(&a), 0);
  assert_int_equal(mem_test_live(), 0);
  put_item(&a, 0);
  arena_reset(&a);
  arena_clear(&a);
  assert_int_equal(mem_test_live(), 0);
}

/* What is reserved and not taken is given to the next item. */
static void test_reserve(void **state) {
  struct arena a = {0};
  struct err e = {0};
  (void)state;
  assert_int_equal(arena_reserve(&a, 3, &e), ERR_NONE);
  assert_int_equal(arena_end(&a), 1);
  assert_int_equal(arena_reserve(&a, ARENA_WORDS, &e), ERR_NONE);
  assert_int_equal(arena_end(&a), 1);
  arena_take(&a, ARENA_WORDS);
  assert_int_equal(arena_reserve(&a, 1, &e), ERR_NONE);
  assert_int_equal(arena_end(&a), ARENA_WORDS + 1);
  assert_int_equal(a.n, 2);
  arena_clear(&a);
}

/* More blocks than places can name are refused; the two arrays say so, without the memory. */
static void test_no_places_left(void **state) {
  struct arena a = {0};
  struct err e = {0};
  (void)state;
  assert_int_equal(arena_grow(&a, &e), ERR_NONE);
  a.n = a.cap = UINT32_MAX / ARENA_WORDS;
  size_t live = mem_test_live();
  assert_int_equal(arena_grow(&a, &e), ERR_NOMEM);
  assert_int_equal(mem_test_live(), live);
  a.n = 1;
  arena_clear(&a);
}

static void test_no_memory(void **state) {
  (void)state;
  for (size_t n = 1; n < 100; n++) {
    struct arena a = {0};
    struct err e = {0};
    size_t blocks = 0;
    mem_test_fail(n, 0);
    while (blocks < 40 && !arena_grow(&a, &e)) blocks++;
    mem_test_fail(0, 0);
    assert_int_equal(a.n, blocks);
    if (blocks < 40) {
      assert_int_equal(e.code, ERR_NOMEM);
      memset(&e, 0, sizeof e);
      while (a.n < 40) assert_int_equal(arena_grow(&a, &e), ERR_NONE);
    }
    memset(arena_at(&a, 39 * ARENA_WORDS + 1), 1, ARENA_BLOCK);
    arena_clear(&a);
    assert_int_equal(mem_test_live(), 0);
    if (blocks == 40) return;
  }
  fail();
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_items),
      cmocka_unit_test(test_reserve),
      cmocka_unit_test(test_no_places_left),
      cmocka_unit_test(test_no_memory),
  };
  return finish(cmocka_run_group_tests(tests, NULL, NULL));
}
