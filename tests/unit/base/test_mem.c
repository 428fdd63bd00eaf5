/* SPDX-License-Identifier: MIT */
/* mem_grow(): which capacities it chooses, and that a failure changes nothing. */
#include "helpers.h"

#include "base/mem.h"
#include "mem_test.h"

static void test_an_array_grows_by_doubling(void **state) {
  (void)state;
  uint32_t *array = NULL;
  size_t cap = 0, seen[] = {4, 8, 16, 32};
  for (uint32_t i = 0, k = 0; i < 32; i++) {
    size_t before = cap;
    assert_int_equal(mem_grow(&array, &cap, i + 1, 4, sizeof *array), 0);
    if (cap != before) assert_int_equal(cap, seen[k++]);
    array[i] = i;
  }
  for (uint32_t i = 0; i < 32; i++) assert_int_equal(array[i], i);
  mem_free(array);
}

static void test_a_large_request_is_met_at_once(void **state) {
  (void)state;
  char *array = NULL;
  size_t cap = 0;
  assert_int_equal(mem_grow(&array, &cap, 1000, 64, 1), 0);
  assert_int_equal(cap, 1024);
  assert_int_equal(mem_grow(&array, &cap, 1024, 64, 1), 0);
  assert_int_equal(cap, 1024);
  mem_free(array);
}

static void test_without_memory_nothing_changes(void **state) {
  (void)state;
  char *array = NULL, *before;
  size_t cap = 0;
  mem_test_fail(1, 0);
  assert_int_equal(mem_grow(&array, &cap, 1, 8, 1), -1);
  assert_null(array);
  assert_int_equal(cap, 0);
  mem_test_fail(0, 0);
  assert_int_equal(mem_grow(&array, &cap, 1, 8, 1), 0);
  memcpy(array, "kept", 5);
  before = array;
  mem_test_fail(1, 0);
  assert_int_equal(mem_grow(&array, &cap, 9, 8, 1), -1);
  mem_test_fail(0, 0);
  assert_ptr_equal(array, before);
  assert_int_equal(cap, 8);
  assert_string_equal(array, "kept");
  mem_free(array);
}

static void test_a_size_that_overflows_is_no_memory(void **state) {
  (void)state;
  char *array = NULL;
  size_t cap = 0;
  assert_int_equal(mem_grow(&array, &cap, SIZE_MAX, 8, 1), -1);
  assert_int_equal(mem_grow(&array, &cap, SIZE_MAX / 4, 8, 16), -1);
  assert_null(array);
  assert_int_equal(cap, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_an_array_grows_by_doubling),
      cmocka_unit_test(test_a_large_request_is_met_at_once),
      cmocka_unit_test(test_without_memory_nothing_changes),
      cmocka_unit_test(test_a_size_that_overflows_is_no_memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
