/* SPDX-License-Identifier: MIT */
/*
** Every character, and every length of the room for the result.
*/
#include "helpers.h"

#include "base/printable.h"
#include "base/utf8.h"

static size_t encode(uint32_t c, char out[4]) {
  if (c < 0x80) return out[0] = (char)c, 1;
  if (c < 0x800) return out[0] = (char)(0xc0 | c >> 6), out[1] = (char)(0x80 | (c & 63)), 2;
  out[0] = (char)(0xe0 | c >> 12);
  out[1] = (char)(0x80 | (c >> 6 & 63));
  out[2] = (char)(0x80 | (c & 63));
  return 3;
}

static void test_every_character(void **state) {
  (void)state;
  for (uint32_t c = 0; c < 0xd800; c++) {
    char text[8] = "ab", out[32], escape[16];
    size_t n = encode(c, text + 1), out_n = printable_write(text, n + 1, out, sizeof out);
    int is_control = c < 0x20 || (c >= 0x7f && c < 0xa0);
    int reorders = (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
    CHECK(printable_is(text, n + 1) == !(is_control || reorders), "U+%04X", c);
    CHECK(printable_control(text + 1, n) == (is_control ? n : 0), "U+%04X", c);
    snprintf(escape, sizeof escape, reorders ? "a\\u%04x" : "a\\x%02x", c);
    if (is_control || reorders) CHECK(out_n == strlen(escape) && !memcmp(out, escape, out_n), "U+%04X", c);
    else CHECK(out_n == n + 1 && !memcmp(out, text, out_n), "U+%04X", c);
    printable_replace(text, n + 1);
    CHECK(printable_is(text, n + 1) && (text[n] == '?') == (is_control || reorders || c == '?'), "U+%04X", c);
  }
}

static void test_bytes_that_are_no_text(void **state) {
  char out[64];
  (void)state;
  for (unsigned c = 0x80; c < 0x100; c++) {
    char byte = (char)c;
    assert_int_equal(printable_write(&byte, 1, out, sizeof out), 1);
    assert_int_equal(out[0], '?');
    assert_false(printable_is(&byte, 1));
  }
  assert_int_equal(printable_write("\xc2\x1b", 2, out, sizeof out), 5);
  assert_memory_equal(out, "?\\x1b", 5);
  assert_int_equal(printable_write("", 0, out, sizeof out), 0);
  assert_true(printable_is("", 0));
}

/* No character and no escape is cut, and a second call changes nothing. */
static void test_every_room(void **state) {
  static const char text[] = "a\x1b\xc3\xb6\xc2\x9b\xf0\x9f\x98\x80\xff\x7f";
  static const char whole[] = "a\\x1b\xc3\xb6\\x9b\xf0\x9f\x98\x80?\\x7f";
  static const size_t kept[] = {0, 1, 1, 1, 1, 5, 5, 7, 7, 7, 7, 11, 11, 11, 11, 15, 16, 16, 16, 16, 20};
  (void)state;
  for (size_t max = 0; max < COUNT(kept); max++) {
    char out[PRINTABLE_GROWTH * sizeof text], again[sizeof out];
    size_t n = printable_write(text, sizeof text - 1, out, max);
    assert_int_equal(n, kept[max]);
    assert_memory_equal(out, whole, n);
    assert_true(printable_is(out, n));
    assert_int_equal(printable_write(out, n, again, sizeof again), n);
    assert_memory_equal(again, out, n);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_every_character),
      cmocka_unit_test(test_bytes_that_are_no_text),
      cmocka_unit_test(test_every_room),
  };
  return finish(cmocka_run_group_tests(tests, NULL, NULL));
}
