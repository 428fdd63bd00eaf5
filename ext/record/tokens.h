/* SPDX-License-Identifier: MIT */
/*
** Splits whole lines into tokens: finds where each line ends and where each of its tokens begins.
**
** This is the innermost loop.  Each byte of the logs passes through it once, 64 at a time.  It
** knows separators (space, tab, CR), line ends (LF), colons, and odd bytes, which are those that
** ASCII text does not have, and it knows nothing of formats.  Several separators in a row count as
** one, and separators at the ends of a line do not count, so that CRLF needs no special case.
**
** Call order: tokens_init(); tokens_split() for one window after another; tokens_clear().  One
** thread at a time may use a struct.  A window is the text that one call splits:
**
**     "2 123 eni-1\n\n7\n"     newline = 11, 12, 14
**      ^ ^   ^       ^         at      = 0, 2, 6, 13, 15
**                              ends    = 3, 3, 4         (tokens up to the end of the line)
**
** The ends of tokens are not stored.  token_end() goes back from the beginning of the next token
** over the separators in between, of which there is nearly always one.  The list `at` has the end
** of the window as its last entry, so that the last token has a next one, too.
**
** On processors where it is cheap, the splitter also classifies each token by its bytes, in two
** bits (see tokens_classes()), so that most lines can be checked without reading their text again.
*/
#ifndef RECORD_TOKENS_H
#define RECORD_TOKENS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/err.h"

#define TOKENS_LINES 1024 /* one call stops at about this number of lines */
#define TOKENS_BLOCK 64   /* bytes processed at once; this many must be readable after the text */
#define TOKENS_SPARE 8    /* entries of `at` that may be read after the last: zeros, or tokens beyond the window */

/* The two bits of a token.  They say nothing about its length. */
#define TOKENS_DIGITS  1u /* nothing but 0-9 */
#define TOKENS_ADDRESS 2u /* nothing but 0-9, a-f, A-F, '.', ':' */
#define TOKENS_GROUP   28 /* number of tokens whose bits tokens_classes() returns */

struct tokens {
  const char *text;  /* the window; not owned */
  uint32_t nlines;   /* lines in the window */
  uint32_t *newline; /* per line: offset of its LF */
  uint32_t *ends;    /* per line: number of tokens before its end */
  uint32_t *at;      /* per token: offset of its first byte; and one entry more */
  uint8_t *classes;  /* per token two bits, the first token's lowest */
  int classified;    /* classes is filled in for this window */
  int colons;        /* there may be a ':' in the window */
  int odd; /* there are control bytes (below 0x20, not tab, CR, LF; 0x7f) or bytes beyond ASCII in the window */
};

/*
** Allocates the lists for windows of at most `bytes` bytes.  ERR_NOMEM; the caller must call
** tokens_clear() even then.
*/
enum err_code tokens_init(struct tokens *t, size_t bytes, struct err *e);

/* Frees the lists. */
void tokens_clear(struct tokens *t);

/*
** Splits whole lines of text[0..n), which ends with LF and is followed by TOKENS_BLOCK readable
** bytes.  n is at least 1 and at most the `bytes` of tokens_init().  Returns the number of bytes
** of the lines that were split, which is at least one line; it stops when it has TOKENS_LINES
** lines.
*/
size_t tokens_split(struct tokens *t, const char *text, size_t n);

/* The same in plain C.  Tests compare the vector versions with it, and other processors run it. */
size_t tokens_split_plain(struct tokens *t, const char *text, size_t n);

#if defined(__x86_64__)
/* The same for processors without AVX-512, or without AVX2, for tests on those that have it. */
size_t tokens_split_avx2(struct tokens *t, const char *text, size_t n);
size_t tokens_split_sse2(struct tokens *t, const char *text, size_t n);
#endif

/*
** One line of a window, as most functions of the rooms record, predicate and scan take it.  It
** points into the window and into the splitter's lists, and is valid until the next
** tokens_split().  All offsets are counted from the window's first byte.
**
**     window   "2 123 eni-1\n4 5\n"      the second line:  start = 12, end = 15
**               ^ ^   ^      ^ ^                           at = {12, 14, 16}, count = 2
*/
struct line {
  const char *text;    /* the window */
  const uint32_t *at;  /* per token: offset of its first byte; and one entry more, for token_end() */
  uint32_t count;      /* tokens in the line */
  uint32_t start, end; /* offsets of the line's first byte and of its LF */
  uint64_t number;     /* of the line in its file, 1-based */
  int colons;          /* 0: there is no ':' in the window, and so no IPv6 address; 1: there may be one */
};

/* Returns line i of the window.  `before`: number of the file's lines before the window. */
static inline struct line tokens_line(const struct tokens *t, uint32_t i, uint64_t before) {
  uint32_t first = i ? t->ends[i - 1] : 0;
  return (struct line){
      .text = t->text,
      .at = t->at + first,
      .count = t->ends[i] - first,
      .start = i ? t->newline[i - 1] + 1 : 0,
      .end = t->newline[i],
      .number = before + i + 1,
      .colons = t->colons,
  };
}

/*
** Returns the bits of token k and of the TOKENS_GROUP - 1 tokens after it, those of token k
** lowest.  k counts from the beginning of the window, not of a line.  Valid if t->classified.
*/
static inline uint64_t tokens_classes(const struct tokens *t, uint32_t k) {
  uint64_t bits;
  memcpy(&bits, t->classes + k / 4, sizeof bits);
  return bits >> (k % 4 * 2);
}

static inline int token_is_separator(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

/* Returns the offset of the byte after the last byte of token k of a line. */
static inline uint32_t token_end(const struct line *line, uint32_t k) {
  const char *text = line->text;
  uint32_t end = line->at[k + 1] - 1;
  while (__builtin_expect((unsigned char)text[end - 1] <= ' ', 0) && token_is_separator(text[end - 1])) end--;
  return end;
}

/* Returns the first byte of token k of a line; *n becomes its length in bytes. */
static inline const char *token_text(const struct line *line, uint32_t k, size_t *n) {
  *n = token_end(line, k) - line->at[k];
  return line->text + line->at[k];
}

#endif
