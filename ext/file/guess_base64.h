/* SPDX-License-Identifier: MIT */
/*
** Does a text look like base64 of something that is read here?  This is the one place that
** decides it, for files and for values in memory.
**
** Gzip has two magic bytes, and base64 has none: a word such as ACCEPT, or a number, may be valid
** base64 too.  Therefore a text that is base64 is taken for it only when what comes out is gzip,
** JSON, or text with a space.  A text that begins as base64 of gzip does must be base64.  The
** functions are pure; any thread may call them.
*/
#ifndef FILE_GUESS_BASE64_H
#define FILE_GUESS_BASE64_H

#include <stddef.h>

#define GUESS_BASE64_HEAD 4096 /* bytes of a text that guess_base64() looks at */

/* Do the bytes begin as gzip does? */
int guess_is_gzip(const char *p, size_t n);

/* Does the text begin as base64 of gzip does?  White space before it is passed over. */
int guess_is_base64_of_gzip(const char *p, size_t n);

/* May the text be base64 of something?  Most texts may not, which one look at them shows. */
int guess_may_be_base64(const char *p, size_t n);

/*
** Does what a base64 text was decoded to look like something that a stream sends: gzip, base64 of
** gzip, JSON, or lines of text with spaces or as in CSV?  Names and numbers may look like base64
** by chance, but what they decode to does not look like this.
*/
int guess_is_expected(const char *p, size_t n);

/* The form of a base64 text. */
struct base64_form {
  int each_line; /* each line is a value by itself */
  int is_text;   /* the values are texts, not gzip */
};

/*
** Is a text base64 that begins with the n (at most GUESS_BASE64_HEAD) bytes at p, or consists of
** them if is_whole?  Then *form says how it is to be decoded.
*/
int guess_base64(const char *p, size_t n, int is_whole, struct base64_form *form);

#endif
