/* SPDX-License-Identifier: MIT */
/*
** Base64 is compared with a slow encoder that is written here, and each way in which a text can
** be wrong is tried.
*/
#include "helpers.h"

#include "base/base64.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static struct bytes encode(const unsigned char *p, size_t n) {
  struct bytes out = {0};
  bytes_add(&out, "", 0);
  for (size_t bit = 0; bit < n * 8; bit += 6) {
    unsigned value = 0;
    for (size_t i = bit; i < bit + 6; i++) value = value << 1 | (i < n * 8 ? p[i / 8] >> (7 - i % 8) & 1u : 0);
    bytes_add(&out, &alphabet[value], 1);
  }
  while (out.n % 4) bytes_add(&out, "=", 1);
  return out;
}

/*
** Decodes a text that ends at an unmapped page into a buffer that ends at one too, so that a read
** or write too far crashes.
*/
static enum err_code decode(const char *text, size_t n, struct bytes *out, struct err *e) {
  struct guarded in, room;
  size_t got = 99;
  guarded_init(&in, n + 1);
  guarded_init(&room, base64_room(n));
  memcpy(in.end - n, text, n);
  memset(e, 0, sizeof *e);
  unsigned char *to = (unsigned char *)room.end - base64_room(n);
  enum err_code rc = base64_decode(in.end - n, n, to, &got, e);
  memset(out, 0, sizeof *out);
  bytes_add(out, to, got);
  if (rc) assert_int_equal(got, 0);
  guarded_clear(&in);
  guarded_clear(&room);
  return rc;
}

static void test_round_trip(void **state) {
  unsigned char bytes[200];
  struct err e;
  (void)state;
  for (size_t n = 0; n < sizeof bytes; n++) {
    for (size_t i = 0; i < n; i++) bytes[i] = (unsigned char)random_u32();
    struct bytes text = encode(bytes, n), got;
    CHECK(decode(text.p, text.n, &got, &e) == ERR_NONE && got.n == n && !memcmp(got.p, bytes, n), "%s: %s", text.p,
          e.text);
    bytes_free(&got);
    struct guarded room;
    guarded_init(&room, BASE64_LENGTH(n) + 1);
    char *ours = room.end - BASE64_LENGTH(n);
    base64_encode(bytes, n, ours);
    CHECK(BASE64_LENGTH(n) == text.n && !memcmp(ours, text.p, text.n), "%.*s", (int)text.n, ours);
    guarded_clear(&room);
    size_t pads = (3 - n % 3) % 3;
    for (size_t cut = 1; cut < text.n && cut < 4;
         cut++) { /* a text without all of its padding is whole; any shorter part is not */
      enum err_code rc = decode(text.p, text.n - cut, &got, &e);
      if (cut == pads) CHECK(!rc && got.n == n && !memcmp(got.p, bytes, n), "%zu of %s", text.n - cut, text.p);
      else CHECK(rc == ERR_FORMAT || got.n < n, "%zu of %s", text.n - cut, text.p);
      bytes_free(&got);
    }
    for (char *p = text.p; *p; p++) *p = *p == '+' ? '-' : *p == '/' ? '_' : *p;
    CHECK(decode(text.p, text.n, &got, &e) == ERR_NONE && got.n == n && !memcmp(got.p, bytes, n), "%s: %s", text.p,
          e.text);
    bytes_free(&got);
    bytes_free(&text);
  }
}

static void test_texts(void **state) {
  static const struct {
    const char *text, *bytes, *error;
  } cases[] = {
      {"", "", NULL},
      {"  \r\n\t", "", NULL},
      {"Zg==", "f", NULL},
      {"Zm8=", "fo", NULL},
      {"Zm9v", "foo", NULL},
      {"\n Zm9vYmFy\r\n", "foobar", NULL},
      {"Zm9v\r\nYmFy\n", "foobar", NULL},
      {"Zg=\n=", "f", NULL},
      {"Zm9v YmFy", NULL, "byte 5 is 0x20"},
      {"Zm9v\tYmFy", NULL, "byte 5 is 0x09"},
      {"Zm9v_mFy", "foo\xfe\x61\x72", NULL},
      {"-_-_", "\xfb\xff\xbf", NULL},
      {"+/+/", "\xfb\xff\xbf", NULL},
      {"+_+_", NULL, "byte 2 is '_'"},
      {"-/+_", NULL, "byte 2 is '/'"},
      {"Zm9v*mFy", NULL, "byte 5 is '*'"},
      {"Zm9v\xc3\xa9", NULL, "byte 5 is 0xc3"},
      {"Z", NULL, "cut off, 1 char"},
      {"Zg", "f", NULL},
      {"Zh", NULL, "cut off, 2 char"},
      {"Zg=", NULL, "cut off, 3 char"},
      {"Zm8", "fo", NULL},
      {"Zm9vZm8\n", "foofo", NULL},
      {"Zm9", NULL, "cut off, 3 char"},
      {"Zm9vZ", NULL, "cut off, 1 char"},
      {"Z===", NULL, "byte 2 is '='"},
      {"====", NULL, "byte 1 is '='"},
      {"Zg===", NULL, "byte 5 is '='"},
      {"Zg==Zg==", NULL, "byte 5 is 'Z'"},
      {"Zg=v", NULL, "byte 4 is 'v'"},
      {"Zh==", NULL, "bits left over"},
      {"Zm9=", NULL, "bits left over"},
  };
  (void)state;
  for (size_t i = 0; i < COUNT(cases); i++) {
    struct bytes got;
    struct err e;
    enum err_code rc = decode(cases[i].text, strlen(cases[i].text), &got, &e);
    if (cases[i].error) CHECK(rc == ERR_FORMAT && strstr(e.text, cases[i].error), "%s: %s", cases[i].text, e.text);
    else
      CHECK(!rc && got.n == strlen(cases[i].bytes) && !strcmp(got.p, cases[i].bytes), "%s: %s", cases[i].text, got.p);
    bytes_free(&got);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_round_trip), cmocka_unit_test(test_texts)};
  return finish(cmocka_run_group_tests(tests, NULL, NULL));
}
