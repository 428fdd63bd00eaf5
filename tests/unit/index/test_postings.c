/* SPDX-License-Identifier: MIT */
/* Tests lists of files as bytes: all small ones, random ones, limits, damage, and no memory. */
#include "helpers.h"

#include "index/postings.h"
#include "index/varint.h"

#define MOST 3000

static struct guarded page; /* texts end at an unmapped page */

static int open_page(void **state) {
  (void)state;
  guarded_init(&page, 65536);
  return 0;
}

static int close_page(void **state) {
  (void)state;
  guarded_clear(&page);
  return 0;
}

/* Writes a list, so that it ends at the unmapped page.  Returns its bytes. */
static size_t write_list(const uint32_t *id, size_t n, struct postings_form *form) {
  size_t bytes = postings_measure(form, id, n);
  unsigned char *p = (unsigned char *)page.end - bytes;
  assert_ptr_equal(postings_write(p, form, id, n), page.end);
  return bytes;
}

static const unsigned char *read_list(struct id_list *out, size_t bytes, uint32_t files, struct err *e) {
  const unsigned char *end = (const unsigned char *)page.end;
  return postings_read(out, end - bytes, end, files, e);
}

/* A list is read as it was written, and not in a run that has fewer files. */
static void check(struct id_list *list, const uint32_t *id, size_t n) {
  struct err e = {0};
  struct postings_form form;
  size_t bytes = write_list(id, n, &form);
  const unsigned char *end = (const unsigned char *)page.end;
  assert_in_range(bytes, 2, 5 + 5 * n);
  assert_in_range(bytes, 2, 10 + id[n - 1] / 8 - id[0] / 8 + 1);
  assert_ptr_equal(read_list(list, bytes, id[n - 1] + 1, &e), end);
  assert_int_equal(list->n, n);
  assert_memory_equal(list->id, id, n * sizeof *id);
  assert_ptr_equal(postings_skip(end - bytes, end, &e), end);
  assert_int_equal(e.code, ERR_NONE);
  assert_null(read_list(list, bytes, id[n - 1], &e));
  assert_int_equal(e.code, ERR_FORMAT);
}

/* All sets of numbers below 16. */
static void test_small(void **state) {
  struct id_list list = {0};
  (void)state;
  for (uint32_t bits = 1; bits < 1u << 16; bits++) {
    uint32_t id[16], n = 0;
    for (uint32_t i = 0; i < 16; i++)
      if (bits >> i & 1) id[n++] = i;
    check(&list, id, n);
  }
  id_list_clear(&list);
}

static uint32_t random_list(uint32_t *id, uint32_t most) {
  uint32_t n = 1 + random_below(random_below(2) ? most : 20), gap = 1u << random_below(20), k = 0;
  uint64_t x = random_below(3) ? random_below(1000) : random_u32();
  for (; k < n && x < UINT32_MAX; x += 1 + (random_below(4) ? 0 : random_below(gap))) id[k++] = (uint32_t)x;
  return k;
}

static void test_random(void **state) {
  static uint32_t id[MOST];
  struct id_list list = {0};
  (void)state;
  for (uint32_t i = 0; i < 20000; i++) {
    uint32_t n = random_list(id, i % 50 ? 100 : MOST);
    if (n) check(&list, id, n);
  }
  id_list_clear(&list);
}

/* The least and the greatest numbers, and those at which the form changes. */
static void test_limits(void **state) {
  static uint32_t id[MOST];
  const uint32_t most = UINT32_MAX - 1; /* a run has UINT32_MAX files at most */
  struct id_list list = {0};
  struct postings_form form;
  (void)state;
  check(&list, (uint32_t[]){0}, 1);
  check(&list, &most, 1);
  check(&list, (uint32_t[]){0, most}, 2);
  check(&list, (uint32_t[]){most - 1, most}, 2);
  for (uint32_t k = 0; k < 32; k++)
    for (int d = -1; d <= 1; d++) check(&list, (uint32_t[]){0, 1, 2 + (1u << k) + (uint32_t)d}, 3);
  for (uint32_t step = 1; step < 12; step++) {
    for (uint32_t i = 0; i < 1000; i++) id[i] = 5 + i * step;
    check(&list, id, 1000);
    postings_measure(&form, id, 1000);
    assert_int_equal(form.is_bitmap, step < 8);
  }
  id_list_clear(&list);
}

/*
** Each number is written in as few bytes as it can be, and is not read in more, nor if it is cut
** off.
*/
static void test_varints(void **state) {
  static const unsigned char wrong[][6] = {{0x80, 0},
                                           {0x80, 0x80, 0},
                                           {0xff, 0xff, 0xff, 0xff, 0x1f},
                                           {0x80, 0x80, 0x80, 0x80, 0x10},
                                           {0xff, 0xff, 0xff, 0xff, 0xff, 1}};
  unsigned char b[VARINT_MAX];
  uint32_t x = 0;
  (void)state;
  for (uint32_t k = 0; k < 32; k++)
    for (uint32_t d = 0; d < 3; d++) {
      uint32_t y = (1u << k) - 1 + d;
      size_t n = (size_t)(varint_write(b, y) - b);
      assert_int_equal(n, varint_bytes(y));
      assert_ptr_equal(varint_read(b, b + n, &x), b + n);
      assert_int_equal(x, y);
      for (size_t cut = 0; cut < n; cut++) assert_null(varint_read(b, b + cut, &x));
    }
  for (size_t i = 0; i < COUNT(wrong); i++) assert_null(varint_read(wrong[i], wrong[i] + 6, &x));
}

/*
** Bytes that were changed, cut or made at random are no list, or one with ascending numbers below
** the number of files; and a list that takes no more memory than they need.
*/
static void test_damage(void **state) {
  uint32_t id[40], lists = 0;
  struct postings_form form;
  (void)state;
  for (uint32_t round = 0; round < 60000; round++) {
    uint32_t files = 1 + random_below(random_below(2) ? 300 : 70000), n = random_list(id, 40);
    size_t bytes = n ? write_list(id, n, &form) : 3;
    unsigned char *p = (unsigned char *)page.end - bytes;
    if (round % 3 == 0) p[random_below((uint32_t)bytes)] ^= (unsigned char)(1u << random_below(8));
    else if (round % 3 == 1) memmove(p + 1, p, --bytes); /* without its last byte */
    else
      for (size_t i = 0; i < bytes; i++) p[i] = (unsigned char)random_below(random_below(2) ? 8 : 256);
    struct err e = {0};
    struct id_list list = {0};
    const unsigned char *end = read_list(&list, bytes, files, &e);
    assert_int_equal(e.code, end ? ERR_NONE : ERR_FORMAT);
    assert_in_range(list.cap, 0, files > 64 ? 2u * files : 64);
    if (end) assert_in_range(list.n, 1, files);
    if (end) assert_true(list.id[list.n - 1] < files);
    for (size_t i = 1; i < list.n && end; i++) assert_true(list.id[i - 1] < list.id[i]);
    lists += end != NULL;
    id_list_clear(&list);
  }
  assert_in_range(lists, 2000, 40000);
}

static void test_no_bytes(void **state) {
  static const struct {
    const char *bytes;
    size_t n;
  } table[] = {{"", 0},         {"\0", 1},       {"\1", 1}, {"\3\0", 2},  {"\5\0\0", 3},
               {"\7\0\1\0", 4}, {"\7\0\0\1", 4}, {"\2", 1}, {"\2\x80", 2}};
  struct id_list list = {0};
  (void)state;
  for (size_t i = 0; i < COUNT(table); i++) {
    struct err e = {0};
    memcpy(page.end - table[i].n, table[i].bytes, table[i].n);
    assert_null(read_list(&list, table[i].n, 100, &e));
    CHECK(e.code == ERR_FORMAT && strstr(e.text, "the index is damaged: a list of files ") == e.text, "%zu: %s", i,
          e.text);
  }
  id_list_clear(&list);
}

static void test_no_memory(void **state) {
  static uint32_t id[1000];
  struct id_list list = {0};
  struct postings_form form;
  (void)state;
  for (uint32_t step = 1; step <= 100; step += 99) {
    for (uint32_t i = 0; i < COUNT(id); i++) id[i] = i * step;
    size_t bytes = write_list(id, COUNT(id), &form);
    struct err e = {0};
    mem_test_fail(1, 1);
    assert_null(read_list(&list, bytes, UINT32_MAX, &e));
    mem_test_fail(0, 0);
    assert_int_equal(e.code, ERR_NOMEM);
    check(&list, id, COUNT(id));
    id_list_clear(&list);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_small),     cmocka_unit_test(test_random), cmocka_unit_test(test_limits),
      cmocka_unit_test(test_varints),   cmocka_unit_test(test_damage), cmocka_unit_test(test_no_bytes),
      cmocka_unit_test(test_no_memory),
  };
  return finish(cmocka_run_group_tests(tests, open_page, close_page));
}
