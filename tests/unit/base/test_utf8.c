/* SPDX-License-Identifier: MIT */
/*
** Characters of each length, bytes that are none, and cuts at each place.
*/
#include "helpers.h"

#include "base/err.h"
#include "base/utf8.h"

/* Each number as Unicode's bit pattern has it: exactly the characters are accepted. */
static void test_all_numbers(void **state) {
  (void)state;
  for (uint32_t c = 0; c < 0x120000; c++) {
    char four[4] = {(char)(0xf0 | c >> 18), (char)(0x80 | (c >> 12 & 63)), (char)(0x80 | (c >> 6 & 63)),
                    (char)(0x80 | (c & 63))};
    char three[3] = {(char)(0xe0 | c >> 12), four[2], four[3]}, two[2] = {(char)(0xc0 | c >> 6), four[3]};
    int is_half = c >= 0xd800 && c < 0xe000;
    CHECK(utf8_character(four, 4) == (c >= 0x10000 && c < 0x110000 ? 4 : 0), "U+%X", c);
    if (c < 0x10000) CHECK(utf8_character(three, 3) == (c >= 0x800 && !is_half ? 3 : 0), "U+%X", c);
    if (c < 0x800) CHECK(utf8_character(two, 2) == (c >= 0x80 ? 2 : 0), "U+%X", c);
    if (c < 0x100) CHECK(utf8_character(&four[3], 1) == 0, "%x", (unsigned char)four[3]);
  }
  for (int c = 0; c < 0x80; c++) assert_int_equal(utf8_character((char[]){(char)c}, 1), 1);
  assert_int_equal(utf8_character("", 0), 0);
  assert_int_equal(utf8_character("\xe2\x82\xac", 2), 0); /* cut off */
  assert_int_equal(utf8_character("\xe2\x82x", 3), 0);
}

static void test_texts(void **state) {
  static const struct {
    const char *text;
    size_t valid;
    const char *replaced;
  } cases[] = {
      {"", 0, ""},
      {"plain text of more than eight bytes", 35, "plain text of more than eight bytes"},
      {"gr\xc3\xb6\xc3\x9f"
       "e",
       7,
       "gr\xc3\xb6\xc3\x9f"
       "e"},
      {"caf\xe9 au lait, sans sucre", 3, "caf? au lait, sans sucre"},
      {"\xed\xa0\x80\xf0\x9f\x98\x80\xff", 0, "???\xf0\x9f\x98\x80?"},
      {"12345678\xe2\x82", 8, "12345678??"},
  };
  (void)state;
  for (size_t i = 0; i < COUNT(cases); i++) {
    char copy[64];
    strcpy(copy, cases[i].text);
    assert_int_equal(utf8_valid(copy, strlen(copy)), cases[i].valid);
    utf8_replace(copy, strlen(copy));
    assert_string_equal(copy, cases[i].replaced);
    assert_int_equal(utf8_valid(copy, strlen(copy)), strlen(copy));
  }
}

static void test_cut(void **state) {
  static const char text[] = "a\xc3\xb6\xe2\x82\xac\xf0\x9f\x98\x80z"; /* characters of 1, 2, 3, 4 and 1 bytes */
  static const size_t kept[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 11, 11};
  (void)state;
  for (size_t max = 0; max < COUNT(kept); max++) assert_int_equal(utf8_cut(text, 11, max), kept[max]);
  assert_int_equal(utf8_cut("\x80\x80\x80\x80\x80", 5, 4), 4);
}

/* A message that is too long is cut between characters, and has no byte that is none. */
static void test_messages(void **state) {
  char text[2 * ERR_TEXT];
  (void)state;
  for (size_t before = 0; before < 4; before++) {
    struct err e = {0};
    size_t n = before;
    memset(text, 'x', before);
    while (n + 4 < sizeof text) {
      memcpy(text + n, "\xf0\x9f\x98\x80", 4);
      n += 4;
    }
    text[n] = 0;
    err_set(&e, ERR_LINE, 1, "%s", text);
    assert_int_equal(strlen(e.text), before + (ERR_TEXT - 1 - before) / 4 * 4);
    assert_memory_equal(e.text, text, strlen(e.text));
  }
  struct err e = {0};
  err_set(&e, ERR_LINE, 1, "the field %s", "caf\xe9");
  assert_string_equal(e.text, "the field caf?");
  e.code = ERR_NONE;
  err_set(&e, ERR_LINE, 1, "the field %s", "\x1b[2J\n\xc2\x9b\x7f");
  assert_string_equal(e.text, "the field \\x1b[2J\\x0a\\x9b\\x7f");
  e.code = ERR_NONE; /* an escape is not cut */
  memset(text, 'x', sizeof text);
  text[ERR_TEXT - 4] = '\x1b';
  text[sizeof text - 1] = 0;
  err_set(&e, ERR_LINE, 1, "%s", text);
  assert_int_equal(strlen(e.text), ERR_TEXT - 4);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_all_numbers),
      cmocka_unit_test(test_texts),
      cmocka_unit_test(test_cut),
      cmocka_unit_test(test_messages),
  };
  return finish(cmocka_run_group_tests(tests, NULL, NULL));
}
