/* SPDX-License-Identifier: MIT */
/*
** The first byte says how long a character is.  Some first bytes allow only a part of the
** continuation bytes after them, which excludes what is no character.
*/
#include "base/utf8.h"

#include "base/chars.h"

#include <stdint.h>
#include <string.h>

size_t utf8_character(const char *p, size_t n) {
  unsigned char c = n ? (unsigned char)*p : 0xff;
  size_t length = c < 0x80 ? 1 : c < 0xc2 ? 0 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : c < 0xf5 ? 4 : 0;
  if (length > n) return 0;
  for (size_t i = 1; i < length; i++)
    if (!char_is_continuation(p[i])) return 0;
  /* an overlong form, half of a surrogate pair, or a number beyond the last character */
  unsigned char next = length > 2 ? (unsigned char)p[1] : 0;
  int is_none = (c == 0xe0 && next < 0xa0) || (c == 0xed && next >= 0xa0) || (c == 0xf0 && next < 0x90) ||
                (c == 0xf4 && next >= 0x90);
  return is_none ? 0 : length;
}

size_t utf8_valid(const char *p, size_t n) {
  size_t i = 0;
  while (i < n) {
    uint64_t eight;
    if (n - i >= sizeof eight) {
      memcpy(&eight, p + i, sizeof eight);
      if (!(eight & UINT64_C(0x8080808080808080))) {
        i += sizeof eight;
        continue;
      }
    }
    size_t length = utf8_character(p + i, n - i);
    if (!length) break;
    i += length;
  }
  return i;
}

size_t utf8_cut(const char *p, size_t n, size_t max) {
  if (n <= max) return n;
  for (size_t back = 1; back <= 3 && back <= max; back++) /* does a character begin here and go beyond the cut? */
    if (utf8_character(p + max - back, n - max + back) > back) return max - back;
  return max;
}

void utf8_replace(char *p, size_t n) {
  for (size_t i = utf8_valid(p, n); i < n; i += utf8_valid(p + i, n - i)) p[i++] = '?';
}
