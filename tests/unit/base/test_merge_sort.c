/* SPDX-License-Identifier: MIT */
/*
** Tests the sort that can be stopped against qsort(); that it is stopped wherever it asks; no memory.
*/
#include "helpers.h"

#include "base/merge_sort.h"

static const struct stop never;

static int by_first(const void *a, const void *b) {
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return (x > y) - (x < y);
}

/* n items of three numbers, of which the last two tell whether an item was kept whole. */
struct item {
  uint32_t key, number, again;
};

static struct item *make_items(size_t n, uint32_t keys) {
  struct item *items = malloc((n + 1) * sizeof *items);
  for (size_t i = 0; i < n; i++) items[i] = (struct item){random_below(keys), (uint32_t)i, (uint32_t)i};
  return items;
}

static void check_sorted(const struct item *items, size_t n) {
  uint8_t *seen = calloc(n + 1, 1);
  for (size_t i = 0; i < n; i++) {
    CHECK(!i || items[i - 1].key <= items[i].key, "item %zu of %zu", i, n);
    CHECK(items[i].number == items[i].again && !seen[items[i].number]++, "item %zu of %zu", i, n);
  }
  free(seen);
}

static void test_all_lengths(void **state) {
  (void)state;
  static const size_t lengths[] = {0, 1, 2, 4095, 4096, 4097, 8191, 8192, 8193, 12289, 40000, 65537};
  for (size_t i = 0; i < COUNT(lengths); i++)
    for (uint32_t keys = 1; keys < 4000000000u; keys = keys * 97 + 1) {
      struct err e = {0};
      struct item *items = make_items(lengths[i], keys);
      assert_int_equal(merge_sort(items, lengths[i], sizeof *items, by_first, &never, &e), ERR_NONE);
      check_sorted(items, lengths[i]);
      free(items);
      if (keys > 40000000) break;
    }
  assert_int_equal(mem_test_live(), 0);
}

static int count_down(void *left) {
  size_t *n = left;
  return *n == 0 || --*n == 0;
}

static void test_it_stops_wherever_it_asks(void **state) {
  (void)state;
  size_t asked = 0;
  for (size_t at = 1;; at++, asked++) {
    size_t left = at;
    struct err e = {0};
    const struct stop stop = {count_down, &left};
    struct item *items = make_items(50000, 1000);
    enum err_code code = merge_sort(items, 50000, sizeof *items, by_first, &stop, &e);
    assert_int_equal(mem_test_live(), 0);
    if (code == ERR_NONE) check_sorted(items, 50000);
    free(items);
    if (code == ERR_NONE) break;
    assert_int_equal(code, ERR_INTERRUPT);
  }
  assert_true(asked >= 50000 / MERGE_SORT_CHUNK * 4);
}

static void test_no_memory(void **state) {
  (void)state;
  struct err e = {0};
  struct item *items = make_items(50000, 1000);
  mem_test_fail(1, 0);
  assert_int_equal(merge_sort(items, 50000, sizeof *items, by_first, &never, &e), ERR_NOMEM);
  mem_test_fail(0, 0);
  free(items);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_all_lengths),
                                     cmocka_unit_test(test_it_stops_wherever_it_asks),
                                     cmocka_unit_test(test_no_memory)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
