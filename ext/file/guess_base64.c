/* SPDX-License-Identifier: MIT */
/*
** The beginning of a text is decoded as a stream would decode it, and what comes out is looked at.
**
** Texts that are encoded line by line are told from one text that was broken into lines by the lines:
** only the last line of the latter may have another length, and be shorter, and they do not all begin
** alike.  Gzip needs no such rule, as base64_stream.h tells.
**
** Where something stands in the beginning that is no base64, or the file ends within a group, what comes
** before it decides, if it is enough: it is base64 that is damaged, or was cut off.
*/
#include "file/guess_base64.h"

#include <string.h>

#include "base/base64.h"
#include "base/base64_stream.h"
#include "base/chars.h"

#define SURE  48 /* decoded bytes that look like text, which no bytes do by chance */
#define ALIKE 3  /* characters in which lines begin alike: 18 bits, which are two bytes and some */

int guess_is_gzip(const char *p, size_t n) { return n >= 2 && !memcmp(p, "\x1f\x8b", 2); }

int guess_is_base64_of_gzip(const char *p, size_t n) {
  size_t blank = chars_space(p, n);
  return n - blank >= 4 && !memcmp(p + blank, BASE64_OF_GZIP, 4);
}

int guess_may_be_base64(const char *p, size_t n) { return n >= 4 && !memchr(p, ' ', n) && !memchr(p, '{', n); }

/* Has the text no control character but white space? */
static int is_text(const char *p, size_t n) {
  for (size_t i = 0; i < n; i++)
    if ((unsigned char)p[i] < ' ' && !char_is_space(p[i])) return 0;
  return 1;
}

static int is_ascii(const char *p, size_t n) {
  for (size_t i = 0; i < n; i++)
    if ((unsigned char)p[i] >= 0x7f) return 0;
  return 1;
}

/* A text in which two values are divided by something else than blanks, as in a table. */
static int has_separators(const char *p, size_t n) {
  size_t count = 0;
  for (size_t i = 0; i < n; i++) count += p[i] == ',' || p[i] == ';' || p[i] == '\t';
  return count >= 2 || (count && memchr(p, '\n', n));
}

int guess_is_expected(const char *p, size_t n) {
  if (guess_is_gzip(p, n) || guess_is_base64_of_gzip(p, n)) return 1;
  size_t skip = n >= 3 && !memcmp(p, "\xef\xbb\xbf", 3) ? 3 : 0;
  skip += chars_space(p + skip, n - skip);
  if (!is_text(p, n) || skip == n) return 0;
  p += skip, n -= skip;
  return *p == '{' || *p == '[' || (is_ascii(p, n) && (memchr(p, ' ', n) || has_separators(p, n)));
}

/* The length of the line at p, without its line break; *next becomes where the next begins. */
static size_t line_length(const char *p, const char *end, const char **next) {
  const char *lf = memchr(p, '\n', (size_t)(end - p)), *stop = lf ? lf : end;
  *next = lf ? lf + 1 : end;
  while (stop > p && stop[-1] == '\r') stop--;
  return (size_t)(stop - p);
}

/*
** Is each line a value?  Then the lines have lengths that one text broken into lines cannot have, or each
** begins like the first, as records and JSON objects do.
*/
static int has_a_value_in_each_line(const char *p, size_t n) {
  const char *end = p + n, *next, *first;
  int is_alike = 1;
  p += chars_space(p, n);
  while (end > p && char_is_space(end[-1])) end--;
  if (p >= end) return 0;
  first = p;
  size_t length = line_length(p, end, &next), before = length;
  if (next == end) return 0;
  for (p = next; p < end; p = next) {
    size_t now = line_length(p, end, &next);
    if (now > length || before != length) return 1;
    is_alike &= length >= ALIKE && !memcmp(p, first, now < ALIKE ? now : ALIKE); /* the last may be cut off */
    before = now;
  }
  return is_alike;
}

int guess_base64(const char *p, size_t n, int is_whole, struct base64_form *form) {
  unsigned char decoded[GUESS_BASE64_HEAD];
  struct base64_stream s;
  struct base64_io io = {(const unsigned char *)p, n, decoded, sizeof decoded};
  struct err e = {0};
  memset(form, 0, sizeof *form);
  if (guess_is_base64_of_gzip(p, n)) return 1;
  if (!guess_may_be_base64(p, n)) return 0;
  form->each_line = has_a_value_in_each_line(p, n);
  base64_stream_begin(&s, form->each_line, 1);
  int is_damaged = base64_stream_run(&s, &io, is_whole, &e) != ERR_NONE;
  size_t made = sizeof decoded - io.n_out;
  if (is_damaged && made < SURE) return 0;
  form->is_text = !guess_is_gzip((const char *)decoded, made);
  return guess_is_expected((const char *)decoded, made);
}
