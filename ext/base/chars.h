/* SPDX-License-Identifier: MIT */
/*
** Classifies bytes of ASCII and UTF-8.  <ctype.h> is not used, because its answers depend on the
** locale and its behaviour is undefined for a negative char.  The functions are pure; any thread
** may call them.
*/
#ifndef BASE_CHARS_H
#define BASE_CHARS_H

#include <stddef.h>

/* White space of JSON and base64, and between words.  Line ends are white space too. */
static inline int char_is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

static inline int char_is_digit(char c) { return c >= '0' && c <= '9'; }

static inline int char_is_alnum(char c) { return char_is_digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

/* Returns the value of a hexadecimal digit, or -1 for any other byte. */
static inline int char_hex(char c) {
  if (char_is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Is the byte a continuation byte of UTF-8, which is any byte of a character but the first? */
static inline int char_is_continuation(char c) { return ((unsigned char)c & 0xc0) == 0x80; }

/* Returns the number of white space bytes at the beginning of the n bytes at p. */
static inline size_t chars_space(const char *p, size_t n) {
  size_t i = 0;
  while (i < n && char_is_space(p[i])) i++;
  return i;
}

#endif
