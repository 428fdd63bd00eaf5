/* SPDX-License-Identifier: MIT */
/* Tests the keys of an index: one for all spellings, in their order, and ranges of prefixes. */
#include "helpers.h"

#include "index/key.h"

static struct index_key address(const char *text) {
  struct index_key k;
  key_of_address(&k, text, strlen(text));
  return k;
}

static struct index_key interface(const char *text) {
  struct index_key k;
  key_of_interface(&k, text, strlen(text));
  return k;
}

static struct index_key port(uint64_t x) {
  struct index_key k;
  key_of_port(&k, x);
  return k;
}

static int sign(int x) { return (x > 0) - (x < 0); }

static void test_spellings(void **state) {
  static const struct {
    const char *text;
    enum key_kind kind;
    uint8_t n;
    const char *same;
  } table[] = {
      {"10.0.0.1", KEY_ADDRESS_V4, 5, "::ffff:10.0.0.1"},
      {"10.0.0.1", KEY_ADDRESS_V4, 5, "::FFFF:0a00:0001"},
      {"255.255.255.255", KEY_ADDRESS_V4, 5, NULL},
      {"2001:db8::1", KEY_ADDRESS_V6, 17, "2001:DB8:0:0:0::0.0.0.1"},
      {"::", KEY_ADDRESS_V6, 17, "0:0:0:0:0:0:0:0"},
      {"10.0.0.256", KEY_ADDRESS_TEXT, 11, NULL},
      {"010.0.0.1", KEY_ADDRESS_TEXT, 10, NULL},
      {"-", KEY_ADDRESS_TEXT, 2, NULL},
      {"", KEY_ADDRESS_TEXT, 1, NULL},
  };
  struct index_key k;
  (void)state;
  for (size_t i = 0; i < COUNT(table); i++) {
    struct index_key a = address(table[i].text);
    CHECK(a.b[0] == table[i].kind && a.n == table[i].n, "%s: kind %d, %d bytes", table[i].text, a.b[0], a.n);
    if (!table[i].same) continue;
    struct index_key b = address(table[i].same);
    CHECK(!key_compare(&a, &b), "%s and %s", table[i].text, table[i].same);
  }
  key_of_address(&k, NULL, 0);
  assert_int_equal(k.n, 1);
  key_of_interface(&k, NULL, 0);
  assert_int_equal(k.n, 1);
  k = address("10.1.2.3");
  assert_memory_equal(k.b, "\1\12\1\2\3", 5);
}

/* Each key is less than the ones after it. */
static void test_order(void **state) {
  const struct index_key table[] = {
      address("0.0.0.0"),
      address("9.255.0.1"),
      address("10.0.0.0"),
      address("128.0.0.1"),
      address("::"),
      address("::1"),
      address("::fffe:0:0"),
      address("::1:0:0:0"),
      address("fe80::"),
      address(""),
      address("10.0.0."),
      address("10.0.0.256"),
      address("10.0.0.2560"),
      address("\xff"),
      interface(""),
      interface("eni-1"),
      interface("eni-10"),
      interface("eni-2"),
      port(0),
      port(1),
      port(255),
      port(256),
      port(443),
      port(65535),
  };
  (void)state;
  for (size_t i = 0; i < COUNT(table); i++)
    for (size_t k = 0; k < COUNT(table); k++)
      CHECK(sign(key_compare(&table[i], &table[k])) == (i > k) - (i < k), "%zu, %zu", i, k);
}

/* What is too long is cut alike, and all numbers above the ports are one. */
static void test_limits(void **state) {
  char text[200];
  struct index_key a, b;
  (void)state;
  memset(text, 'x', sizeof text);
  for (size_t n = 0; n < sizeof text; n++) {
    key_of_interface(&a, text, n);
    assert_int_equal(a.n, n < KEY_MAX - 1 ? n + 1 : KEY_MAX);
    key_of_address(&b, text, n);
    assert_int_equal(b.n, a.n);
    assert_memory_equal(a.b + 1, b.b + 1, a.n - 1u);
  }
  a = port(65536);
  b = port(65535);
  assert_int_equal(key_compare(&a, &b), 0);
  a = port(UINT64_MAX);
  assert_int_equal(key_compare(&a, &b), 0);
}

static struct ip random_ip(void) {
  struct ip a = {(uint64_t)random_u32() << 32 | random_u32(), (uint64_t)random_u32() << 32 | random_u32()};
  if (random_below(2)) a = (struct ip){0, UINT64_C(0xffff) << 32 | random_u32()};
  else if (random_below(2)) a.high = 0;
  return a;
}

/*
** An address is in a prefix if its key is in the range of the prefix, and keys sort as addresses
** do.
*/
static void test_prefixes(void **state) {
  uint32_t inside = 0;
  (void)state;
  for (uint32_t i = 0; i < 100000; i++) {
    struct ip net = random_ip(), a = random_ip();
    struct ip_prefix p = ip_prefix_of(&net, random_below(ip_bits(&net) + 1));
    struct index_key least, greatest, k, other;
    if (random_below(2)) {
      a = p.net;
      a.low ^= (uint64_t)random_below(3) << random_below(64);
    }
    key_range_of_prefix(&least, &greatest, &p);
    key_of_ip(&k, &a);
    key_of_ip(&other, &net);
    int in = key_compare(&least, &k) <= 0 && key_compare(&k, &greatest) <= 0;
    CHECK(in == ip_in_prefix(&a, &p), "step %u", i);
    if (ip_is_v4(&a) == ip_is_v4(&net)) assert_int_equal(sign(key_compare(&k, &other)), sign(ip_compare(&a, &net)));
    inside += (uint32_t)in;
  }
  assert_in_range(inside, 20000, 80000);
  struct ip_prefix all;
  struct index_key least, greatest, k = address("10.0.0.1");
  assert_true(ip_parse_prefix("::/0", 4, &all));
  key_range_of_prefix(&least, &greatest, &all);
  assert_true(key_compare(&k, &least) < 0);
  k = address("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
  assert_int_equal(key_compare(&k, &greatest), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_spellings),
      cmocka_unit_test(test_order),
      cmocka_unit_test(test_limits),
      cmocka_unit_test(test_prefixes),
  };
  return finish(cmocka_run_group_tests(tests, NULL, NULL));
}
