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

size_t printable_write(const char *p, size_t n, char *out, size_t max) {
  static const char digits[] = "0123456789abcdef";
  size_t used = 0;
  for (size_t i = 0; i < n;) {
    size_t control = printable_control(p + i, n - i), length = control ? control : utf8_character(p + i, n - i);
    unsigned char last = (unsigned char)p[i + (control ? control - 1 : 0)]; /* of U+0080 to U+009F, its number */
    char escape[PRINTABLE_GROWTH] = {'\\', 'x', digits[last >> 4], digits[last & 15]};
    const char *from = control ? escape : length ? p + i : "?";
    size_t from_n = control ? sizeof escape : length ? length : 1;
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
    if (printable_control(p + i, n - i)) return 0;
  return 1;
}

void printable_replace(char *p, size_t n) {
  utf8_replace(p, n);
  for (size_t i = 0; i < n; i++)
    for (size_t control = printable_control(p + i, n - i); control > 0; control--) p[i + control - 1] = '?';
}
