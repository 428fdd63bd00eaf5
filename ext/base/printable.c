/* SPDX-License-Identifier: MIT */
/*
** A character at a time.  This is the way of messages and of lines that cannot be used, never of
** records.
*/
#include "base/printable.h"

#include <string.h>

#include "base/utf8.h"

size_t printable_control(const char *p, size_t n) {
  unsigned char c = n ? (unsigned char)*p : ' ';
  if (c < ' ' || c == 0x7f) return 1;
  return c == 0xc2 && n > 1 && (unsigned char)p[1] >= 0x80 && (unsigned char)p[1] < 0xa0 ? 2 : 0;
}

/* Do the n bytes at p begin with a line separator or a character of direction?  Each has three bytes. */
static int reorders(const char *p, size_t n) {
  const unsigned char *u = (const unsigned char *)p;
  if (n < 3 || u[0] != 0xe2) return 0;
  return (u[1] == 0x80 && u[2] >= 0xa8 && u[2] <= 0xae) || (u[1] == 0x81 && u[2] >= 0xa6 && u[2] <= 0xa9);
}

/* The length of the character that the n bytes at p begin with, if it is not shown as it is; 0 otherwise. */
static size_t escaped(const char *p, size_t n) { return reorders(p, n) ? 3 : printable_control(p, n); }

/* Writes how such a character is shown.  Returns its length. */
static size_t escape(const char *p, size_t length, char out[6]) {
  static const char digits[] = "0123456789abcdef";
  unsigned char last = (unsigned char)p[length - 1]; /* of U+0080 to U+009F, its number */
  if (length == 3) last = (unsigned char)(((unsigned char)p[1] & 3) << 6 | (last & 63));
  size_t n = length == 3 ? 4 : 2;
  memcpy(out, length == 3 ? "\\u20" : "\\x", n);
  out[n] = digits[last >> 4];
  out[n + 1] = digits[last & 15];
  return n + 2;
}

size_t printable_write(const char *p, size_t n, char *out, size_t max) {
  size_t used = 0;
  for (size_t i = 0; i < n;) {
    char shown[6];
    size_t odd = escaped(p + i, n - i), length = odd ? odd : utf8_character(p + i, n - i);
    const char *from = odd ? shown : length ? p + i : "?";
    size_t from_n = odd ? escape(p + i, odd, shown) : length ? length : 1;
    if (from_n > max - used) break;
    memcpy(out + used, from, from_n);
    used += from_n;
    i += length ? length : 1;
  }
  return used;
}

int printable_is(const char *p, size_t n) {
  if (utf8_valid(p, n) < n) return 0;
  for (size_t i = 0; i < n; i++)
    if (escaped(p + i, n - i)) return 0;
  return 1;
}

void printable_replace(char *p, size_t n) {
  utf8_replace(p, n);
  for (size_t i = 0; i < n; i++)
    for (size_t odd = escaped(p + i, n - i); odd > 0; odd--) p[i + odd - 1] = '?';
}
