/* SPDX-License-Identifier: MIT */
/*
** Which bytes are UTF-8, as the Unicode standard defines it: no overlong forms, no halves of
** surrogate pairs, nothing beyond U+10FFFF.  Hosts such as Python refuse a text that is anything
** else, and raise an error about the text in place of the text.  The functions are pure; any
** thread may call them.
*/
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stddef.h>

/* The length of the character that the n bytes at p begin with; 0 when they begin with none. */
size_t utf8_character(const char *p, size_t n);

/* How many of the n bytes at p are UTF-8 before the first that is not: n when all are. */
size_t utf8_valid(const char *p, size_t n);

/*
** How many of the n bytes at p to keep, so that they are at most `max` and no character is cut.
** Bytes that are not UTF-8 may be cut anywhere.
*/
size_t utf8_cut(const char *p, size_t n, size_t max);

/* Makes '?' of each of the n bytes at p that does not belong to a character. */
void utf8_replace(char *p, size_t n);

#endif
