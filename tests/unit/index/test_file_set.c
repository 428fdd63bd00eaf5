/* SPDX-License-Identifier: MIT */
/* Tests sets of files against arrays of flags: random calls, limits, and no memory. */
#include "helpers.h"

#include "index/file_set.h"

#define IDS 400 /* ids of the model, from `base` on */

struct model {
  struct file_set set;
  uint64_t base;
  unsigned char has[IDS];
};

static void model_init(struct model *m, uint64_t base, uint32_t least, uint32_t greatest) {
  memset(m, 0, sizeof *m);
  m->base = base;
  file_set_init(&m->set, base + least, base + greatest);
}

static void check(const struct model *m) {
  uint64_t count = 0, id = m->base;
  for (uint32_t i = 0; i < IDS; i++) {
    assert_int_equal(file_set_has(&m->set, m->base + i), m->has[i]);
    count += m->has[i];
  }
  assert_int_equal(file_set_count(&m->set), count);
  for (uint32_t i = 0; i < IDS; i++) {
    if (!m->has[i]) continue;
    assert_true(file_set_next(&m->set, &id));
    assert_int_equal(id, m->base + i);
    id++;
  }
  assert_false(file_set_next(&m->set, &id));
}

static int fits(const struct model *m, uint32_t i) {
  return m->base + i >= m->set.least && m->base + i <= m->set.greatest;
}

static void add(struct model *m, uint32_t i) {
  struct err e = {0};
  enum err_code expected = fits(m, i) ? ERR_NONE : ERR_FORMAT;
  assert_int_equal(file_set_add(&m->set, m->base + i, &e), expected);
  assert_int_equal(e.code, expected);
  if (!expected) m->has[i] = 1;
}

/* Adds a list, of which all or nothing is added. */
static void add_list(struct model *m) {
  uint32_t list[IDS], n = 0, first = random_below(IDS), odds = 1 + random_below(9);
  struct err e = {0};
  enum err_code expected = ERR_NONE;
  for (uint32_t i = first; i < IDS; i++)
    if (random_below(odds) == 0) list[n++] = i - first;
  for (uint32_t k = 0; k < n; k++)
    if (!fits(m, first + list[k])) expected = ERR_FORMAT;
  assert_int_equal(file_set_add_list(&m->set, m->base + first, list, n, &e), expected);
  for (uint32_t k = 0; k < n && !expected; k++) m->has[first + list[k]] = 1;
}

static void combine(struct model *m, const struct model *with) {
  struct err e = {0};
  if (random_below(2)) {
    file_set_intersect(&m->set, &with->set);
    for (uint32_t i = 0; i < IDS; i++) m->has[i] &= with->has[i];
    return;
  }
  enum err_code expected = ERR_NONE;
  for (uint32_t i = 0; i < IDS; i++)
    if (with->has[i] && !fits(m, i)) expected = ERR_FORMAT;
  assert_int_equal(file_set_unite(&m->set, &with->set, &e), expected);
  for (uint32_t i = 0; i < IDS && !expected; i++) m->has[i] |= with->has[i];
}

static void step(struct model *m, const struct model *with) {
  uint32_t i = random_below(IDS);
  switch (random_below(12)) {
  case 0: add_list(m); break;
  case 1: combine(m, with); break;
  case 2:
    file_set_remove(&m->set, m->base + i);
    m->has[i] = 0;
    break;
  case 3:
    if (i > 30) break;
    if (i & 1) file_set_clear(&m->set);
    else file_set_empty(&m->set);
    memset(m->has, 0, sizeof m->has);
    break;
  default: add(m, i);
  }
}

static void test_random(void **state) {
  static const uint64_t bases[] = {0, 1, 63, 64, 1000, UINT32_MAX - 100, INT64_MAX - 7, UINT64_MAX - IDS};
  (void)state;
  for (uint32_t round = 0; round < 200; round++) {
    uint64_t base = bases[random_below(COUNT(bases))];
    struct model m[2];
    for (int i = 0; i < 2; i++) {
      uint32_t least = random_below(3) ? 0 : random_below(IDS);
      model_init(&m[i], base, least, random_below(3) ? IDS - 1 : least + random_below(IDS - least));
    }
    for (uint32_t i = 0; i < 100; i++) {
      step(&m[i & 1], &m[!(i & 1)]);
      check(&m[i & 1]);
    }
    file_set_clear(&m[0].set);
    file_set_clear(&m[1].set);
  }
  assert_int_equal(mem_test_live(), 0);
}

/* Ids that are damaged take no memory, and the message says which files there are. */
static void test_limits(void **state) {
  const uint32_t list[] = {5, UINT32_MAX};
  struct file_set s, zero = {0}, none, wide;
  struct err e = {0};
  (void)state;
  file_set_init(&s, 10, 20);
  mem_test_fail(0, 0);
  assert_int_equal(file_set_add(&s, UINT64_MAX, &e), ERR_FORMAT);
  assert_string_equal(e.text, "the index is damaged: it names file 18446744073709551615, and its files are 10 to 20");
  assert_int_equal(file_set_add_list(&s, UINT64_MAX - 5, list, 2, &(struct err){0}), ERR_FORMAT);
  assert_int_equal(file_set_add_list(&s, 10, list, 2, &(struct err){0}), ERR_FORMAT);
  assert_int_equal(file_set_add_list(&s, 10, list, 0, &(struct err){0}), ERR_NONE);
  file_set_init(&none, 5, 4);
  assert_int_equal(file_set_add(&none, 5, &(struct err){0}), ERR_FORMAT);
  file_set_init(&wide, 0, UINT64_C(1) << 33); /* the sum of a list's last id exceeds 64 bits, and would be in it */
  assert_int_equal(file_set_add_list(&wide, UINT64_MAX - 5, list, 2, &(struct err){0}), ERR_FORMAT);
  assert_int_equal(mem_test_calls(), 0);
  assert_int_equal(file_set_count(&s), 0);
  assert_int_equal(file_set_add(&zero, 0, &(struct err){0}), ERR_NONE);
  assert_true(file_set_has(&zero, 0));
  assert_int_equal(file_set_add(&zero, 1, &(struct err){0}), ERR_FORMAT);
  file_set_clear(&zero);
}

/* Where there is no memory, the set is what it was. */
static void test_no_memory(void **state) {
  struct model m, with;
  (void)state;
  model_init(&m, 0, 0, IDS);
  model_init(&with, 0, 0, UINT32_MAX);
  add(&m, 7);
  assert_int_equal(file_set_add(&with.set, 100000, &(struct err){0}), ERR_NONE);
  m.set.greatest = UINT64_MAX;
  mem_test_fail(1, 1);
  assert_int_equal(file_set_add(&m.set, 100000, &(struct err){0}), ERR_NOMEM);
  assert_int_equal(file_set_add_list(&m.set, 90000, &(uint32_t){10000}, 1, &(struct err){0}), ERR_NOMEM);
  assert_int_equal(file_set_unite(&m.set, &with.set, &(struct err){0}), ERR_NOMEM);
  assert_int_equal(file_set_add(&m.set, UINT64_MAX, &(struct err){0}), ERR_NOMEM);
  mem_test_fail(0, 0);
  check(&m);
  file_set_clear(&m.set);
  file_set_clear(&with.set);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_random),
      cmocka_unit_test(test_limits),
      cmocka_unit_test(test_no_memory),
  };
  return finish(cmocka_run_group_tests(tests, NULL, NULL));
}
