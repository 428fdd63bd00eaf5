/* SPDX-License-Identifier: MIT */
/*
** Whole lines split into tokens: where each line ends, and where each of its tokens begins.
**
** This is the innermost loop: each byte of the logs passes through it once, 64 at a time.  It knows separators
** (space, tab, CR), line ends (LF) and control bytes, and nothing of formats.  Runs of separators count as one, those
** at a line's ends as none, so CRLF needs no case of its own.
**
** Call order: tokens_init(), tokens_split() for one window after another, tokens_clear().  One thread.
**
**     "2 123 eni-1\n\n7\n"     newline = 11, 12, 14
**      ^ ^   ^       ^         at      = 0, 2, 6, 13, 15
**                              ends    = 3, 3, 4         (tokens up to the end of the line)
**
** A token ends where the next one begins, less the separators between: token_end() goes back over them, which nearly
** always is one.  The list has the end of the window as its last entry.
**
** Where the processor makes it cheap, the splitter also says of each token what it is by its bytes, in two bits (see
** tokens_classes()), so that a line can be checked without a look at its text.
*/
#ifndef RECORD_TOKENS_H
#define RECORD_TOKENS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/err.h"

#define TOKENS_LINES 1024 /* about as many lines as one call splits */
#define TOKENS_BLOCK 64   /* bytes looked at together; as many must be readable after the text */
#define TOKENS_SPARE 8    /* entries of `at` that may be read after the last: zeros, or tokens beyond the window */

/* The two bits of a token; lengths are not looked at. */
#define TOKENS_DIGITS  1u /* nothing but 0-9 */
#define TOKENS_ADDRESS 2u /* nothing but 0-9, a-f, A-F, '.', ':' */
#define TOKENS_GROUP   28 /* tokens whose bits tokens_classes() returns */

struct tokens {
  const char *text;  /* the window; not owned */
  uint32_t nlines;   /* lines in the window */
  uint32_t *newline; /* per line: offset of its LF */
  uint32_t *ends;    /* per line: number of tokens before its end */
  uint32_t *at;      /* per token: offset of its first byte; and one entry more */
  uint8_t *classes;  /* per token two bits, the first token's lowest */
  int classified;    /* classes is filled in for this window */
  int control;       /* there may be control bytes (below 0x20, not tab, CR, LF) in the window */
};

/* text of at most `bytes` will be split at once.  ERR_NOMEM; tokens_clear() is due all the same. */
enum err_code tokens_init(struct tokens *t, size_t bytes, struct err *e);
void tokens_clear(struct tokens *t);

/*
** Splits whole lines from text[0..n), which ends with LF and is followed by TOKENS_BLOCK readable bytes.  Takes one
** line or more and returns the bytes taken; it stops early when it has TOKENS_LINES lines.
*/
size_t tokens_split(struct tokens *t, const char *text, size_t n);

/* The same in plain C: what the vector versions are tested against, and what other processors run. */
size_t tokens_split_plain(struct tokens *t, const char *text, size_t n);

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
};

/* Line i of the window; `before` lines of the file stand before the window. */
static inline struct line tokens_line(const struct tokens *t, uint32_t i, uint64_t before) {
  uint32_t first = i ? t->ends[i - 1] : 0;
  return (struct line){
      .text = t->text,
      .at = t->at + first,
      .count = t->ends[i] - first,
      .start = i ? t->newline[i - 1] + 1 : 0,
      .end = t->newline[i],
      .number = before + i + 1,
  };
}

/* The bits of token k of the window (of the window, not of a line), lowest, and of TOKENS_GROUP - 1 after it. */
static inline uint64_t tokens_classes(const struct tokens *t, uint32_t k) {
  uint64_t bits;
  memcpy(&bits, t->classes + k / 4, sizeof bits);
  return bits >> (k % 4 * 2);
}

static inline int token_is_separator(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

/* The end of token k of a line: the offset of the byte after its last. */
static inline uint32_t token_end(const struct line *line, uint32_t k) {
  const char *text = line->text;
  uint32_t end = line->at[k + 1] - 1;
  while (__builtin_expect((unsigned char)text[end - 1] <= ' ', 0) && token_is_separator(text[end - 1])) end--;
  return end;
}

/* Token k of a line: its first byte; *n becomes its length. */
static inline const char *token_text(const struct line *line, uint32_t k, size_t *n) {
  *n = token_end(line, k) - line->at[k];
  return line->text + line->at[k];
}

#endif
