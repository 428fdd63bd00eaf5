/* SPDX-License-Identifier: MIT */
/*
** tokens_split(): the vector versions find the same lines and tokens as a loop over the bytes, the
** classes of the tokens are those that their bytes have, and the flags of the window hold.
**
** Input: the text of the window.
*/
#include "fuzz.h"
#include "mem_test.h"

#include "record/tokens.h"

static int is_digit(char c) { return c >= '0' && c <= '9'; }

static int is_address_letter(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == '.' || c == ':';
}

static void check_token(const struct tokens *t, uint32_t k, const char *p, size_t n) {
  uint32_t class = TOKENS_DIGITS | TOKENS_ADDRESS;
  for (size_t i = 0; i < n; i++) {
    if (!is_digit(p[i])) class &= ~TOKENS_DIGITS;
    if (!is_address_letter(p[i])) class &= ~TOKENS_ADDRESS;
  }
  PROPERTY(t->at[k] == p - t->text, "token %u begins at %u", k, t->at[k]);
  if (t->classified && !memchr(p, 0x7f, n)) /* which may count as a letter of an address: see record/tokens.c */
    PROPERTY((tokens_classes(t, k) & 3) == class, "class of token %u: %u", k, (unsigned)(tokens_classes(t, k) & 3));
}

/* Compares a window of n bytes with what a loop finds in it. */
static void check_window(const struct tokens *t, size_t n) {
  const char *p = t->text, *end = t->text + n;
  uint32_t token = 0, row = 0;
  int odd = 0, colon = 0;
  for (const char *start = p; p < end; p++) {
    odd |= (unsigned char)*p >= 0x80 || ((unsigned char)*p < 0x20 && !token_is_separator(*p));
    colon |= *p == ':';
    if (token_is_separator(*p)) {
      if (p > start) check_token(t, token++, start, (size_t)(p - start));
      start = p + 1;
    }
    if (*p != '\n') continue;
    PROPERTY(row < t->nlines && t->newline[row] == p - t->text, "line %u ends at %zd", row, p - t->text);
    PROPERTY(t->ends[row] == token, "line %u has %u tokens", row, t->ends[row]);
    row++;
  }
  PROPERTY(row == t->nlines, "%u lines instead of %u", t->nlines, row);
  PROPERTY(!odd || t->odd, "an odd byte was overlooked");
  PROPERTY(!colon || t->colons, "a colon was overlooked");
}

/* The texts of the tokens, by the functions that everybody uses. */
static void check_lines(const struct tokens *t) {
  for (uint32_t i = 0; i < t->nlines; i++) {
    struct line line = tokens_line(t, i, 0);
    for (uint32_t k = 0; k < line.count; k++) {
      size_t n;
      const char *p = token_text(&line, k, &n);
      PROPERTY(n > 0 && p + n <= t->text + line.end, "token %u of line %u has %zu bytes", k, i, n);
      PROPERTY(!memchr(p, ' ', n) && !token_is_separator(p[n - 1]) && token_is_separator(p[n]), "token %u", k);
    }
  }
}

static void split(size_t (*function)(struct tokens *, const char *, size_t), const char *text, size_t n) {
  struct tokens t;
  struct err e = {0};
  if (tokens_init(&t, n, &e)) abort();
  for (size_t taken; n; text += taken, n -= taken) {
    taken = function(&t, text, n);
    PROPERTY(taken > 0 && taken <= n && text[taken - 1] == '\n', "%zu bytes of %zu", taken, n);
    check_window(&t, taken);
    check_lines(&t);
  }
  tokens_clear(&t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct text text = {0};
  text_add(&text, data, size);
  text_add(&text, "\n", 1);
  char *copy = copy_of(text.p, text.n, TOKENS_BLOCK);
  split(tokens_split, copy, text.n);
#if defined(__x86_64__)
  split(tokens_split_avx2, copy, text.n);
#endif
  split(tokens_split_plain, copy, text.n);
  PROPERTY(mem_test_live() == 0, "memory is left behind");
  free(copy);
  free(text.p);
  return 0;
}
