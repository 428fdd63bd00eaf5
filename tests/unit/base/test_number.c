/* SPDX-License-Identifier: MIT */
/*
** Numbers are compared with strtoull().  Memory ends NUMBER_PADDING bytes after each text, so
** that a read too far crashes.
*/
#include "helpers.h"

#include "base/number.h"

static struct guarded page;

/* Puts the text of n bytes before the padding, which is filled with `after`. */
static const char *place(const char *text, size_t n, char after) {
  char *p = page.end - NUMBER_PADDING - n;
  memcpy(p, text, n);
  memset(p + n, after, NUMBER_PADDING);
  return p;
}

static int is_number(const char *text, size_t n, uint64_t *value) {
  char copy[64];
  for (size_t i = 0; i < n; i++)
    if (text[i] < '0' || text[i] > '9') return 0;
  if (n == 0 || n > NUMBER_DIGITS) return 0;
  memcpy(copy, text, n);
  copy[n] = 0;
  errno = 0;
  *value = strtoull(copy, NULL, 10);
  return !errno && *value <= (uint64_t)INT64_MAX;
}

static void check_number(const char *text, size_t n) {
  static const char behind[] = {' ', '0', '9', 'x', '\n', 0, '\xff', '/', ':'};
  uint64_t value = 0;
  int expected = is_number(text, n, &value);
  for (size_t i = 0; i < COUNT(behind); i++) {
    const char *p = place(text, n, behind[i]);
    CHECK(!!number_fits(p, n) == expected, "'%.*s' and then byte %d", (int)n, text, behind[i]);
    if (expected) CHECK(number_value(p, n) == value, "'%.*s' and then byte %d", (int)n, text, behind[i]);
  }
}

static void test_edges(void **state) {
  static const char *const texts[] = {"0",
                                      "1",
                                      "9",
                                      "00",
                                      "007",
                                      "10",
                                      "99",
                                      "65535",
                                      "12345678",
                                      "123456789",
                                      "99999999",
                                      "100000000",
                                      "1418530010",
                                      "4294967295",
                                      "4294967296",
                                      "9007199254740993",
                                      "999999999999999",
                                      "9999999999999999",
                                      "10000000000000000",
                                      "99999999999999999",
                                      "999999999999999999",
                                      "1000000000000000000",
                                      "0000000000000000000",
                                      "0000000000000000001",
                                      "9223372036854775799",
                                      "9223372036854775806",
                                      "9223372036854775807",
                                      "9223372036854775808",
                                      "9223372036854775810",
                                      "9223372036854776000",
                                      "9999999999999999999",
                                      "00000000000000000000",
                                      "00000000000000000001",
                                      "10000000000000000000",
                                      "18446744073709551615",
                                      "18446744073709551616",
                                      "99999999999999999999999999",
                                      "-",
                                      "-1",
                                      "+1",
                                      " 1",
                                      "1 ",
                                      "1.5",
                                      "1e3",
                                      "0x1f",
                                      "²"};
  (void)state;
  for (size_t i = 0; i < COUNT(texts); i++) check_number(texts[i], strlen(texts[i]));
}

/* Every byte is tried at every place of numbers of every length. */
static void test_each_byte_at_each_place(void **state) {
  (void)state;
  for (size_t n = 1; n <= 20; n++)
    for (size_t at = 0; at < n; at++)
      for (int c = 0; c < 256; c++) {
        char text[20];
        memset(text, '1', n);
        text[at] = (char)c;
        check_number(text, n);
      }
}

static void test_random(void **state) {
  (void)state;
  for (int round = 0; round < 100000; round++) {
    char text[24];
    size_t n = 1 + random_below(22);
    for (size_t i = 0; i < n; i++) text[i] = (char)('0' + random_below(10));
    if (random_below(8) == 0) memset(text, '0', random_below((uint32_t)n));
    check_number(text, n);
  }
}

static void test_masks(void **state) {
  (void)state;
  for (size_t n = 0; n <= 16; n++) assert_int_equal(number_mask(n), (1u << n) - 1);
  for (int c = 0; c < 256; c++)
    for (int round = 0; round < 4; round++) {
      char text[16];
      uint32_t equal = 0, digits = 0;
      for (uint32_t i = 0; i < 16; i++) {
        text[i] = (char)(random_below(3) ? (int)random_below(256) : c);
        equal |= (uint32_t)(text[i] == (char)c) << i;
        digits |= (uint32_t)(text[i] >= '0' && text[i] <= '9') << i;
      }
      assert_int_equal(number_equal(text, (char)c), equal);
      assert_int_equal(number_digits(text), digits);
    }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_edges),
      cmocka_unit_test(test_each_byte_at_each_place),
      cmocka_unit_test(test_random),
      cmocka_unit_test(test_masks),
  };
  guarded_init(&page, 4096);
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  guarded_clear(&page);
  return finish(failed);
}
