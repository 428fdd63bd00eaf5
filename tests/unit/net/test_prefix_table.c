/* SPDX-License-Identifier: MIT */
/*
** Tables of prefixes are compared with a search of all prefixes, bit by bit: at the addresses
** where the result may change, and at random ones.
*/
#include "helpers.h"

#include "net/ip.h"
#include "net/prefix_table.h"

#define PREFIXES 1000

struct item {
  struct ip net;
  int bits; /* of 128 */
  int is_v4;
  int64_t row;
};

static struct item item[PREFIXES];
static size_t nitems;

/* --- the slow way ------------------------------------------------------------------------------------------------- */

/* Bit 0 is the first one. */
static int bit_of(const struct ip *a, int i) { return (int)((i < 64 ? a->high : a->low) >> (63 - i % 64) & 1); }

static void set_bit(struct ip *a, int i, int value) {
  uint64_t *word = i < 64 ? &a->high : &a->low, bit = UINT64_C(1) << (63 - i % 64);
  *word = value ? *word | bit : *word & ~bit;
}

static int is_v4(const struct ip *a) {
  for (int i = 0; i < 96; i++)
    if (bit_of(a, i) != (i >= 80)) return 0;
  return 1;
}

static int holds(const struct item *x, const struct ip *a) {
  for (int i = 0; i < x->bits; i++)
    if (bit_of(a, i) != bit_of(&x->net, i)) return 0;
  return x->is_v4 == is_v4(a);
}

static const struct item *slow_find(const struct ip *a) {
  const struct item *best = NULL;
  for (size_t i = 0; i < nitems; i++)
    if (holds(&item[i], a) &&
        (!best || item[i].bits > best->bits || (item[i].bits == best->bits && item[i].row < best->row)))
      best = &item[i];
  return best;
}

/* --- both --------------------------------------------------------------------------------------------------------- */

static void add(const struct ip *a, int bits, int family4, int64_t row) {
  struct item *x = &item[nitems++];
  *x = (struct item){*a, bits, family4, row};
  for (int i = bits; i < 128; i++) set_bit(&x->net, i, 0);
}

static struct prefix_table *build(void) {
  struct prefix_table *p = prefix_table_new();
  for (size_t i = 0; i < nitems; i++) {
    struct ip_prefix prefix = {item[i].net, {0, 0}, item[i].is_v4};
    for (int b = 0; b < item[i].bits; b++) set_bit(&prefix.mask, b, 1);
    assert_int_equal(prefix_table_add(p, &prefix, item[i].row), 0);
  }
  assert_int_equal(prefix_table_finish(p), 0);
  return p;
}

static void check(const struct prefix_table *p, const struct ip *a) {
  const struct item *expected = slow_find(a);
  int64_t row = -77;
  char text[IP_TEXT];
  int found = prefix_table_find(p, a, &row);
  ip_format(a, text);
  CHECK(found == (expected != NULL) && row == (expected ? expected->row : -77), "%s among %zu: row %lld, expected %lld",
        text, nitems, (long long)row, (long long)(expected ? expected->row : -77));
}

/* Compares at the first and the last address of a prefix, and at their neighbours. */
static void check_ends(const struct prefix_table *p, const struct item *x) {
  struct ip a = x->net;
  check(p, &a);
  if (a.low-- == 0) a.high--;
  check(p, &a);
  a = x->net;
  for (int i = x->bits; i < 128; i++) set_bit(&a, i, 1);
  check(p, &a);
  if (++a.low == 0) a.high++;
  check(p, &a);
}

static void check_all(void) {
  struct prefix_table *p = build();
  for (size_t i = 0; i < nitems; i++) check_ends(p, &item[i]);
  for (size_t i = 0; i < 1000; i++) {
    struct ip a = {(uint64_t)random_u32() << 32 | random_u32(), (uint64_t)random_u32() << 32 | random_u32()};
    if (nitems && i % 4) { /* near a prefix */
      struct ip near = item[random_below((uint32_t)nitems)].net;
      int from = (int)random_below(129);
      for (int b = 0; b < from; b++) set_bit(&a, b, bit_of(&near, b));
    }
    check(p, &a);
    a = (struct ip){0, UINT64_C(0xffff) << 32 | random_u32()};
    check(p, &a);
  }
  const struct ip corners[] = {{0, 0},
                               {UINT64_MAX, UINT64_MAX},
                               {0, 0xffff00000000},
                               {0, 0xffffffffffff},
                               {0, 0xfffeffffffff},
                               {0, 0x1000000000000}};
  for (size_t i = 0; i < COUNT(corners); i++) check(p, &corners[i]);
  prefix_table_free(p);
}

/* --- tests -------------------------------------------------------------------------------------------------------- */

static void test_empty(void **state) {
  (void)state;
  nitems = 0;
  check_all();
  prefix_table_free(NULL);
  prefix_table_free(prefix_table_new());
}

/* Each length is tried alone, around a random address and at both ends of the address space. */
static void test_each_mask(void **state) {
  (void)state;
  for (int bits = 0; bits <= 128; bits++) {
    for (int where = 0; where < 3; where++) {
      struct ip a = {where == 0   ? random_u32() * UINT64_C(0x100000001)
                     : where == 1 ? 0
                                  : UINT64_MAX,
                     where == 0   ? random_u32() * UINT64_C(0x100000001)
                     : where == 1 ? 0
                                  : UINT64_MAX};
      nitems = 0;
      add(&a, bits, 0, -bits);
      check_all();
      if (bits < 96) continue;
      nitems = 0;
      a = (struct ip){0, UINT64_C(0xffff) << 32 | (uint32_t)a.low};
      add(&a, bits, 1, bits);
      check_all();
    }
  }
}

/*
** Prefixes of all lengths are nested, around the first and the last address and one between them;
** for the last one they are added from the innermost to the outermost.
*/
static void test_nested(void **state) {
  (void)state;
  for (int where = 0; where < 3; where++) {
    struct ip v6 = {where == 0   ? 0
                    : where == 1 ? UINT64_MAX
                                 : 0x20010db812345678,
                    where == 0   ? 0
                    : where == 1 ? UINT64_MAX
                                 : 0x9abcdef012345678};
    struct ip v4 = {0, UINT64_C(0xffff) << 32 | (uint32_t)v6.low};
    nitems = 0;
    for (int bits = 0; bits <= 128; bits++) add(&v6, where == 1 ? 128 - bits : bits, 0, bits);
    for (int bits = 96; bits <= 128; bits++) add(&v4, where == 1 ? 224 - bits : bits, 1, 1000 + bits);
    check_all();
  }
}

/*
** An IPv6 prefix around ::ffff:0:0/96 contains no IPv4 address, and an IPv4 prefix contains no
** IPv6 address.
*/
static void test_families(void **state) {
  (void)state;
  const char *const text[] = {"::/0", "0.0.0.0/0", "::ffff:0:0/95", "::ffff:10.0.0.0/104", "10.1.0.0/16", "::/64"};
  struct prefix_table *p = prefix_table_new();
  for (size_t i = 0; i < COUNT(text); i++) {
    struct ip_prefix prefix;
    assert_true(ip_parse_prefix(text[i], strlen(text[i]), &prefix));
    assert_int_equal(prefix_table_add(p, &prefix, (int64_t)i), 0);
  }
  assert_int_equal(prefix_table_finish(p), 0);
  const struct {
    const char *ip;
    int64_t row;
  } cases[] = {{"9.0.0.0", 1},         {"10.0.0.0", 3}, {"10.1.2.3", 4}, {"::ffff:10.1.2.3", 4}, {"255.255.255.255", 1},
               {"::fffe:0.0.0.1", 2},  {"::1", 5},      {"1::", 0},      {"::1:0:0:0", 5},       {"::ffff:9.9.9.9", 1},
               {"::fffd:10.0.0.1", 5}, {"0.0.0.0", 1},  {"ffff::", 0}};
  for (size_t i = 0; i < COUNT(cases); i++) {
    struct ip a;
    int64_t row = -1;
    assert_true(ip_parse(cases[i].ip, strlen(cases[i].ip), &a));
    CHECK(prefix_table_find(p, &a, &row) && row == cases[i].row, "%s: %lld", cases[i].ip, (long long)row);
  }
  prefix_table_free(p);
}

/*
** Random prefixes, few and many, close together and far apart, with duplicates and with rows of
** any value.
*/
static void test_random(void **state) {
  (void)state;
  const size_t sizes[] = {1, 2, 3, 10, 100, PREFIXES};
  for (size_t s = 0; s < COUNT(sizes); s++) {
    for (int spread = 2; spread <= 32; spread += 6) { /* bits of which all but these are the same */
      nitems = 0;
      while (nitems < sizes[s]) {
        int64_t row = (int64_t)((uint64_t)random_u32() << 32 | random_u32());
        if (nitems % 16 == 0) row = nitems % 32 ? INT64_MIN : INT64_MAX;
        uint32_t low = random_u32() & (UINT32_MAX >> (32 - spread));
        if (random_below(2)) { /* high bits or low ones differ */
          uint32_t by = random_below(2) ? low : low << (32 - spread);
          struct ip a = {0, UINT64_C(0xffff) << 32 | (UINT32_C(0xa5a5a5a5) ^ by)};
          add(&a, 96 + (int)random_below(33), 1, row);
        } else {
          struct ip a = {UINT64_C(0x20010db800000000) ^ low, random_below(3) ? 0 : (uint64_t)random_u32() << 40};
          add(&a, (int)random_below(129), 0, row);
        }
      }
      if (sizes[s] == PREFIXES && spread % 12 != 8) continue;
      check_all();
    }
  }
}

/* Of equal prefixes the smallest row is found, whatever the order in which they are added. */
static void test_equal(void **state) {
  (void)state;
  const int64_t rows[] = {5, 3, 9, INT64_MAX, INT64_MIN, 3};
  struct ip a = {0, 0xffff0a000000};
  for (size_t n = 1; n <= COUNT(rows); n++) {
    nitems = 0;
    for (size_t i = 0; i < n; i++) add(&a, 104, 1, rows[i]);
    struct prefix_table *p = build();
    int64_t row, least = n >= 5 ? INT64_MIN : n >= 2 ? 3 : 5;
    assert_true(prefix_table_find(p, &a, &row) && row == least);
    prefix_table_free(p);
  }
}

static void test_no_memory(void **state) {
  (void)state;
  const struct ip_prefix prefix[2] = {{{0, 0xffff0a000000}, {UINT64_MAX, 0xffffffffff000000}, 1},
                                      {{0xfd00000000000000, 0}, {0xff00000000000000, 0}, 0}};
  for (size_t at = 1;; at++) {
    size_t before = mem_test_live();
    mem_test_fail(at, 0);
    struct prefix_table *p = prefix_table_new();
    int failed = !p;
    for (int i = 0; !failed && i < 1000; i++) failed = prefix_table_add(p, &prefix[i % 2], i);
    if (!failed) failed = prefix_table_finish(p);
    size_t calls = mem_test_calls();
    mem_test_fail(0, 0);
    prefix_table_free(p);
    assert_int_equal(mem_test_live(), before);
    assert_int_equal(failed != 0, calls >= at);
    if (!failed) break;
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_empty),     cmocka_unit_test(test_each_mask), cmocka_unit_test(test_nested),
      cmocka_unit_test(test_families),  cmocka_unit_test(test_random),    cmocka_unit_test(test_equal),
      cmocka_unit_test(test_no_memory),
  };
  return finish(cmocka_run_group_tests(tests, NULL, NULL));
}
