/* SPDX-License-Identifier: MIT */
/*
** The bytes that are UTF-8 are those that a decoder by the letter of the standard accepts; what
** utf8_replace() leaves is UTF-8, and a text that was UTF-8 before is left alone; utf8_cut() cuts
** no character; and a message that err_set() makes is UTF-8, whatever its arguments are.
**
** Input: a text.
*/
#include "fuzz.h"

#include "base/err.h"
#include "base/utf8.h"

/* Encodes every code point of a length, and looks whether the bytes are one of them. */
static size_t slow_character(const unsigned char *p, size_t n) {
  static const uint32_t low[] = {0, 0, 0x80, 0x800, 0x10000}, high[] = {0, 0x7f, 0x7ff, 0xffff, 0x10ffff};
  static const unsigned char mark[] = {0, 0, 0xc0, 0xe0, 0xf0}, mask[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
  for (size_t k = 1; k <= 4 && k <= n; k++) {
    if ((p[0] & ~mask[k] & 0xff) != mark[k]) continue;
    uint32_t c = p[0] & mask[k];
    size_t i = 1;
    for (; i < k && (p[i] & 0xc0) == 0x80; i++) c = c << 6 | (p[i] & 0x3f);
    if (i == k && c >= low[k] && c <= high[k] && !(c >= 0xd800 && c <= 0xdfff)) return k;
  }
  return 0;
}

static size_t slow_valid(const char *p, size_t n) {
  size_t i = 0, k;
  while (i < n && (k = slow_character((const unsigned char *)p + i, n - i)) > 0) i += k;
  return i;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  char *text = copy_of((const char *)data, size, 0), *shown = text_of(text, size);
  size_t valid = utf8_valid(text, size);
  struct err e = {0};
  PROPERTY(valid == slow_valid(text, size), "%zu bytes of %zu", valid, size);
  for (size_t i = 0; i < size; i++)
    PROPERTY(utf8_character(text + i, size - i) == slow_character(data + i, size - i), "at %zu", i);
  for (size_t max = 0; max <= size + 1; max++) {
    size_t n = utf8_cut(text, size, max);
    PROPERTY(n <= max && n <= size && (max < size || n == size), "%zu of %zu at most", n, max);
    if (valid == size) PROPERTY(slow_valid(text, n) == n && n + 4 > (max < size ? max : size), "cut at %zu", n);
  }
  err_set(&e, ERR_FORMAT, 0, "%s is '%s'", shown, shown);
  PROPERTY(strlen(e.text) < ERR_TEXT && slow_valid(e.text, strlen(e.text)) == strlen(e.text), "message: %s", e.text);
  utf8_replace(text, size);
  PROPERTY(slow_valid(text, size) == size, "replaced: %.*s", (int)size, text);
  if (valid == size) PROPERTY(!memcmp(text, data, size), "%.*s was changed", (int)size, text);
  free(text);
  free(shown);
  return 0;
}
