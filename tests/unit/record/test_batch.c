/* SPDX-License-Identifier: MIT */
/*
** Batches and errors: cells, the arena that grows and moves, problems, and the first error that
** wins.
*/
#include "helpers.h"

static void test_texts(void **state) {
  uint8_t wanted[COLUMN_COUNT] = {0};
  static uint64_t cell[20000];
  char text[64 + BATCH_COPY];
  struct batch b;
  struct err e = {0};
  (void)state;
  assert_int_equal(batch_init(&b, wanted, &e), ERR_NONE);
  for (int round = 0; round < 2; round++) {
    for (size_t i = 0; i < COUNT(cell); i++) {
      size_t n = i % 64;
      memset(text, (int)('a' + i % 26), sizeof text);
      assert_int_equal(batch_reserve(&b, n, &e), ERR_NONE);
      cell[i] = batch_put(&b, text, n);
      assert_true(b.text_used <= b.text_cap);
    }
    for (size_t i = 0; i < COUNT(cell); i++) {
      size_t n = i % 64;
      memset(text, (int)('a' + i % 26), sizeof text);
      assert_int_not_equal(cell[i], BATCH_NULL);
      assert_int_equal(batch_text_n(cell[i]), n);
      assert_memory_equal(batch_text(&b, cell[i]), text, n);
    }
    size_t cap = b.text_cap;
    batch_reset(&b);
    assert_int_equal(b.text_used, 0);
    assert_int_equal(b.text_cap, cap); /* kept for the next rows */
  }
  assert_int_equal(batch_reserve(&b, 10 << 20, &e), ERR_NONE);
  assert_true(b.text_cap >= (10u << 20) + BATCH_COPY);
  batch_clear(&b);
  batch_clear(&b); /* it is empty */
}

static void test_wanted(void **state) {
  uint8_t wanted[COLUMN_COUNT] = {0};
  struct batch b;
  struct err e = {0};
  (void)state;
  wanted[FIELD_srcaddr] = wanted[COLUMN_EXTRA] = 1;
  assert_int_equal(batch_init(&b, wanted, &e), ERR_NONE);
  for (int c = 0; c < COLUMN_COUNT; c++) {
    assert_int_equal(b.cell[c] != NULL, wanted[c]);
    if (b.cell[c]) b.cell[c][BATCH_ROWS - 1] = 1; /* for the sanitizers */
  }
  b.line[BATCH_ROWS - 1] = 1;
  assert_int_equal(b.nrows + b.nproblems, 0);
  batch_clear(&b);
}

static void test_problems(void **state) {
  uint8_t wanted[COLUMN_COUNT] = {0};
  struct batch b;
  struct err e = {0};
  (void)state;
  assert_int_equal(batch_init(&b, wanted, &e), ERR_NONE);
  for (int round = 0; round < 2; round++) {
    for (uint32_t i = 0; i < BATCH_WINDOW; i++)
      assert_int_equal(batch_problem(&b, ERR_LINE, i + 1, "a reason that takes some room in the arena",
                                     i % 2 ? "raw" : NULL, i % 2 ? 3 : 0, &e),
                       ERR_NONE);
    assert_int_equal(b.nproblems, BATCH_WINDOW);
    for (uint32_t i = 0; i < BATCH_WINDOW; i++) {
      assert_int_equal(b.problem[i].code, ERR_LINE);
      assert_int_equal(b.problem[i].line, i + 1);
      assert_true(cell_is(&b, b.problem[i].reason, "a reason that takes some room in the arena"));
      assert_true(i % 2 ? cell_is(&b, b.problem[i].raw, "raw") : b.problem[i].raw == BATCH_NULL);
    }
    batch_reset(&b);
    assert_int_equal(b.nproblems, 0);
  }
  assert_int_equal(batch_problem(&b, ERR_IO, 0, "", "", 0, &e), ERR_NONE);
  assert_true(cell_is(&b, b.problem[0].reason, "") && cell_is(&b, b.problem[0].raw, ""));
  batch_clear(&b);
}

static void test_no_memory(void **state) {
  uint8_t wanted[COLUMN_COUNT];
  size_t live = mem_test_live();
  (void)state;
  memset(wanted, 1, sizeof wanted);
  for (size_t n = 1; n <= COLUMN_COUNT + 4; n++) { /* line[], the columns, problem[], the arena; and none */
    struct batch b;
    struct err e = {0};
    mem_test_fail(n, 0);
    enum err_code rc = batch_init(&b, wanted, &e);
    if (!rc) rc = batch_problem(&b, ERR_LINE, 1, "x", NULL, 0, &e);
    batch_clear(&b);
    mem_test_fail(0, 0);
    assert_int_equal(rc, n <= COLUMN_COUNT + 3 ? ERR_NOMEM : ERR_NONE);
    assert_int_equal(e.code, rc);
    assert_int_equal(mem_test_live(), live);
  }
}

static void test_errors(void **state) {
  struct err e = {0};
  char text[2 * ERR_TEXT];
  (void)state;
  assert_int_equal(err_set(&e, ERR_LINE, 7, "%s is %d", "x", 5), ERR_LINE);
  assert_int_equal(e.line, 7);
  assert_string_equal(e.text, "x is 5");
  assert_int_equal(err_set(&e, ERR_IO, 8, "later"), ERR_LINE); /* the first one wins */
  assert_int_equal(err_nomem(&e), ERR_LINE);
  assert_int_equal(e.line, 7);
  assert_string_equal(e.text, "x is 5");
  memset(&e, 0, sizeof e);
  assert_int_equal(err_nomem(&e), ERR_NOMEM);
  memset(&e, 0, sizeof e);
  memset(text, 'x', sizeof text);
  text[sizeof text - 1] = 0;
  err_set(&e, ERR_IO, 0, "%s", text); /* longer ones are cut */
  assert_int_equal(strlen(e.text), ERR_TEXT - 1);
}

/* Offsets have 32 bits: more text than BATCH_TEXT_MAX is refused, and the batch is as it was. */
static void test_text_bound(void **state) {
  uint8_t wanted[COLUMN_COUNT] = {0};
  struct err e = {0};
  struct batch b;
  (void)state;
  assert_int_equal(batch_init(&b, wanted, &e), ERR_NONE);
  assert_int_equal(batch_reserve(&b, 100, &e), ERR_NONE);
  uint64_t cell = batch_put(&b, "0123456789abcdef", 10);
  assert_int_equal(batch_reserve(&b, BATCH_TEXT_MAX - BATCH_COPY - 9, &e), ERR_NOMEM);
  memset(&e, 0, sizeof e);
  assert_int_equal(batch_reserve(&b, (size_t)UINT32_MAX + 1, &e), ERR_NOMEM);
  assert_true(cell_is(&b, cell, "0123456789"));
  batch_clear(&b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_texts),     cmocka_unit_test(test_wanted), cmocka_unit_test(test_problems),
      cmocka_unit_test(test_no_memory), cmocka_unit_test(test_errors), cmocka_unit_test(test_text_bound),
  };
  return finish(cmocka_run_group_tests(tests, NULL, NULL));
}
