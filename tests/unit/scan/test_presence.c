/* SPDX-License-Identifier: MIT */
/* Counts the files that have and lack the fields of a query. */
#include "helpers.h"

#include "scan/presence.h"

/* A file whose formats have the field srcport (1), do not (2), or both (3), for a condition and a use. */
static void add_file(struct presence_counts *counts, int formats) {
  struct presence p = {0};
  for (int has = 1; has >= 0; has--) {
    struct predicate_bound bound = {0};
    if (!(formats & (has ? 1 : 2))) continue;
    bound.finds[FIELD_srcport] = has ? PREDICATE_HAS : PREDICATE_LACKS;
    presence_add_conditions(&p, &bound);
    presence_add_use(&p, FIELD_srcport, has);
  }
  presence_count(counts, &p, 1);
}

static void test_counts(void **state) {
  struct presence_counts c = {0};
  (void)state;
  assert_int_equal(presence_find_absent(&c), -1);
  add_file(&c, 0); /* no lines: nothing is known */
  assert_int_equal(presence_find_absent(&c), -1);
  add_file(&c, 2);
  add_file(&c, 2);
  assert_int_equal(presence_find_absent(&c), FIELD_srcport);
  add_file(&c, 3); /* has it in a part of the file */
  assert_int_equal(presence_find_absent(&c), -1);
  add_file(&c, 1);
  assert_int_equal(c.condition[FIELD_srcport].have, 2);
  assert_int_equal(c.condition[FIELD_srcport].lack, 2);
  assert_int_equal(c.use[FIELD_srcport].have, 2);
  assert_int_equal(c.use[FIELD_srcport].lack, 2);
  assert_int_equal(c.use[FIELD_dstport].lack, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_counts)};
  return finish(cmocka_run_group_tests(tests, NULL, NULL));
}
