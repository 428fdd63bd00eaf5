/* SPDX-License-Identifier: MIT */
/*
** Base64 in pieces of all sizes, with room for pieces of all sizes, is what base64_decode() makes of the
** whole; several values are joined; and what is wrong is found wherever it stands.
*/
#include "base64_encode.h"
#include "helpers.h"

#include "base/base64.h"
#include "base/base64_stream.h"

/* Decodes in pieces of at most that many bytes each, chosen at random. */
static enum err_code decode(const struct bytes *text, int each_line, int is_text, uint32_t in_most, uint32_t out_most,
                            struct bytes *out, struct err *e) {
  static unsigned char room[1 << 16];
  struct base64_stream s;
  struct base64_io io = {(const unsigned char *)text->p, 0, room, 0};
  size_t left = text->n;
  memset(out, 0, sizeof *out);
  memset(e, 0, sizeof *e);
  bytes_add(out, "", 0);
  base64_stream_begin(&s, each_line, is_text);
  do {
    size_t more = io.n_in ? 0 : 1 + random_below(in_most);
    if (more > left) more = left;
    io.n_in += more;
    left -= more;
    io.out = room;
    io.n_out = 1 + random_below(out_most);
    base64_stream_run(&s, &io, !left, e);
    bytes_add(out, room, (size_t)(io.out - room));
  } while (!io.n_out || (!e->code && (left || io.n_in)));
  return e->code;
}

static void check(const struct bytes *text, int each_line, int is_text, const void *p, size_t n) {
  static const uint32_t most[] = {1, 2, 3, 5, 100, 60000};
  for (size_t i = 0; i < COUNT(most) * COUNT(most); i++) {
    struct bytes got;
    struct err e;
    decode(text, each_line, is_text, most[i / COUNT(most)], most[i % COUNT(most)], &got, &e);
    CHECK(!e.code && got.n == n && !memcmp(got.p, p, n), "%.60s: %s", text->p, e.text);
    bytes_free(&got);
  }
}

static void test_one_value(void **state) {
  static const size_t widths[] = {0, 1, 2, 3, 4, 5, 7, 19, 64, 75, 76, 77, 1000};
  char bytes[400];
  (void)state;
  for (size_t i = 0; i < 26 * COUNT(widths); i++) {
    struct bytes text = {0};
    size_t n = i % 26 < 13 ? i % 26 : 100 + random_below(300);
    for (size_t k = 0; k < n; k++) bytes[k] = (char)random_u32();
    struct base64_style style = {
        .is_url = i % 2, .has_no_pads = i % 3 == 1, .width = widths[i / 26], .end = i % 5 ? "\n" : "\r\n"};
    if (i % 7 == 0) bytes_add(&text, " \t\n", 3);
    base64_add(&text, bytes, n, &style);
    if (i % 4 == 0) bytes_add(&text, "\n \n", 3);
    check(&text, 0, 0, bytes, n);
    check(&text, 0, 1, bytes, n);
    bytes_free(&text);
  }
}

/* Values that begin as gzip does, one in a line or in several: the padding, or the next H4sI, ends each. */
static void test_values_of_gzip(void **state) {
  (void)state;
  for (size_t i = 0; i < 400; i++) {
    struct bytes text = {0}, all = {0};
    struct base64_style style = {.has_no_pads = i % 2, .end = i % 3 ? "\n" : "\r\n"};
    style.width = style.has_no_pads ? 0 : i % 5 == 0 ? 76 : i % 5 == 1 ? 75 : 0;
    for (size_t k = 0, last = 1 + random_below(6); k < last; k++) {
      char bytes[200] = "\x1f\x8b\x08";
      size_t n = 3 + random_below(190);
      for (size_t b = 3; b < n; b++) bytes[b] = (char)random_u32();
      if (k) bytes_add(&text, style.end ? style.end : "\n", strlen(style.end));
      base64_add(&text, bytes, n, &style);
      bytes_add(&all, bytes, n);
    }
    check(&text, 0, 0, all.p, all.n);
    bytes_free(&text);
    bytes_free(&all);
  }
}

/* H4sI at the beginning of a line of one value that has odd lines, of which one before has shown that it goes on. */
static void test_probe_in_one_value(void **state) {
  struct bytes text = {0}, value = {0};
  (void)state;
  bytes_add(&text, "H4sIAAA\nAAAAAAA\nH4sIAAA\nH4s\nIA==", 32);
  for (size_t i = 0; i < text.n; i++)
    if (text.p[i] != '\n') bytes_add(&value, &text.p[i], 1);
  struct err e = {0};
  unsigned char expected[64];
  size_t n;
  assert_int_equal(base64_decode(value.p, value.n, expected, &n, &e), ERR_NONE);
  check(&text, 0, 0, expected, n);
  bytes_free(&text);
  bytes_free(&value);
}

/* Texts are joined with a line break between two, where the first has none at its end. */
static void test_values_of_text(void **state) {
  static const char *const lines[] = {"2 a OK", "2 ab OK\n", "2 abc OK", "", "2 a OK", "2 abcd OK", "2 OK\n"};
  struct bytes text = {0}, all = {0};
  (void)state;
  for (int form = 0; form < 4; form++) {
    struct base64_style style = {.has_no_pads = form & 1};
    for (size_t i = 0; i < COUNT(lines); i++) {
      if (i) bytes_add(&text, form & 2 ? "\r\n" : "\n", form & 2 ? 2 : 1);
      base64_add(&text, lines[i], strlen(lines[i]), &style);
      bytes_add(&all, lines[i], strlen(lines[i]));
      if (i + 1 < COUNT(lines) && all.p[all.n - 1] != '\n') bytes_add(&all, "\n", 1);
    }
    check(&text, 1, 1, all.p, all.n);
    bytes_free(&text);
    bytes_free(&all);
  }
}

static void test_errors(void **state) {
  static const struct {
    const char *text, *bytes, *error;
    int each_line;
  } cases[] = {
      {"QUJD!", "ABC", "is corrupt: byte 5 of it is '!'", 0},
      {"QUJD\nQU.", "ABC", "is corrupt: byte 8 of it is '.'", 0},
      {"QUJD\x01", "ABC", "is corrupt: byte 5 of it is 0x01", 0},
      {"QUJD QUJD", "ABC", "is corrupt: byte 6 of it is 'Q'", 0},
      {"QUI=QUI=", "AB", "is corrupt: byte 5 of it is 'Q'", 0},
      {"QUI=\nQUI=", "ABAB", NULL, 0},
      {"QUI==", "AB", "is corrupt: byte 5 of it is '='", 0},
      {"QUJ=", "", "is corrupt: the group that ends at byte 4 of it has bits left over", 0},
      {"Q=", "", "is corrupt: byte 2 of it is '='", 0},
      {"+A/A", "\xf8\x0f\xc0", NULL, 0},
      {"+A_A", "", "is corrupt: byte 3 of it is '_'", 0},
      {"QUJD+AAA-AAA", "ABC\xf8\0\0", "is corrupt: byte 9 of it is '-'", 0},
      {"QUJDQ", "ABC", "is cut off, 1 characters more than whole groups of four", 0},
      {"QUJDQW", "ABCA", "is cut off, 2 characters more than whole groups of four", 0},
      {"QUJDQQ=", "ABCA", "is cut off, 3 characters more than whole groups of four", 0},
      {"QUJDQUI\nQW\nQUJD", "ABCABA", "is cut off, 2 characters more than whole groups of four", 1},
      {"", "", NULL, 0},
      {"\n\n", "", NULL, 1},
  };
  (void)state;
  for (size_t i = 0; i < COUNT(cases); i++)
    for (uint32_t most = 1; most < 6; most++) {
      struct bytes text = {0}, got;
      struct err e;
      bytes_add(&text, cases[i].text, strlen(cases[i].text));
      decode(&text, cases[i].each_line, 0, most, 6 - most, &got, &e);
      CHECK(cases[i].error ? e.code == ERR_FORMAT && !strcmp(e.text, cases[i].error) : !e.code, "%s: %s", cases[i].text,
            e.text);
      size_t n = i == 11 ? 6 : strlen(cases[i].bytes);
      CHECK(got.n == n && !memcmp(got.p, cases[i].bytes, n), "%s: %zu bytes", cases[i].text, got.n);
      bytes_free(&text);
      bytes_free(&got);
    }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_one_value),
      cmocka_unit_test(test_values_of_gzip),
      cmocka_unit_test(test_probe_in_one_value),
      cmocka_unit_test(test_values_of_text),
      cmocka_unit_test(test_errors),
  };
  return finish(cmocka_run_group_tests(tests, NULL, NULL));
}
