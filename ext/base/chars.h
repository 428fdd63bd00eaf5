/* SPDX-License-Identifier: MIT */
/*
** What a byte is, in ASCII and UTF-8, in any locale: <ctype.h> asks the locale, and wants no negative char.  Pure; any
** thread.
*/
#ifndef BASE_CHARS_H
#define BASE_CHARS_H

#include <stddef.h>

/* White space in JSON, in base64 and between words; a line end is one too. */
static inline int char_is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

static inline int char_is_digit(char c) { return c >= '0' && c <= '9'; }

static inline int char_is_alnum(char c) { return char_is_digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

/* The value of a hexadecimal digit, or -1. */
static inline int char_hex(char c) {
  if (char_is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Does the byte go on with a character of UTF-8 that began before it? */
static inline int char_is_continuation(char c) { return ((unsigned char)c & 0xc0) == 0x80; }

/* How many of the n bytes at p are white space before the first that is none. */
static inline size_t chars_space(const char *p, size_t n) {
  size_t i = 0;
  while (i < n && char_is_space(p[i])) i++;
  return i;
}

#endif
