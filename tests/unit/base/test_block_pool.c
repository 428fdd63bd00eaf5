/* SPDX-License-Identifier: MIT */
/* Tests the pool of blocks: no two that are taken overlap, and what is given back is taken again. */
#include "helpers.h"

#include "base/block_pool.h"

#define BLOCKS 100

static void test_blocks(void **state) {
  static char *block[BLOCKS];
  struct block_pool p = {0};
  struct err e = {0};
  (void)state;
  for (uint32_t round = 0; round < 20000; round++) {
    uint32_t i = random_below(BLOCKS);
    if (block[i]) {
      for (uint32_t k = 0; k < BLOCK_POOL_BLOCK; k += 64) assert_int_equal(block[i][k], (char)i);
      block_pool_give(&p, block[i]);
      block[i] = NULL;
    } else {
      assert_non_null(block[i] = block_pool_take(&p, &e));
      assert_int_equal((uintptr_t)block[i] % 8, 0);
      memset(block[i], (int)i, BLOCK_POOL_BLOCK);
    }
    size_t used = 0;
    for (uint32_t k = 0; k < BLOCKS && round % 100 == 0; k++) used += block[k] != NULL;
    if (round % 100 == 0) assert_int_equal(p.used, used);
  }
  assert_true(p.n * BLOCK_POOL_CHUNK < (BLOCKS + 32) * BLOCK_POOL_BLOCK);
  block_pool_clear(&p);
  assert_int_equal(p.used, 0);
  assert_int_equal(mem_test_live(), 0);
}

static void test_no_memory(void **state) {
  (void)state;
  for (size_t n = 1; n < 3; n++) {
    struct block_pool p = {0};
    struct err e = {0};
    mem_test_fail(n, 0);
    assert_null(block_pool_take(&p, &e));
    mem_test_fail(0, 0);
    assert_int_equal(e.code, ERR_NOMEM);
    assert_non_null(block_pool_take(&p, &e));
    assert_int_equal(p.used, 1);
    block_pool_clear(&p);
  }
  assert_int_equal(mem_test_live(), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_blocks),
      cmocka_unit_test(test_no_memory),
  };
  return finish(cmocka_run_group_tests(tests, NULL, NULL));
}
