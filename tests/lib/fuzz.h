/* SPDX-License-Identifier: MIT */
/*
** What the fuzz targets of tests/fuzz share: the interface that libFuzzer calls, a way to take an
** input apart, copies of texts behind which nothing may be read, and a check.
**
** A target asserts a property of a parser with PROPERTY(), for example that it agrees with a slow
** and obvious one.  libFuzzer (`make fuzz`) and replay.c (`make test`) call the same function.
*/
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* Runs one input.  Returns 0.  It ends the process when the property does not hold. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the process, and says what is wrong, unless the condition holds. */
#define PROPERTY(condition, ...)                                                                                       \
  do {                                                                                                                 \
    if (!(condition)) {                                                                                                \
      fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition);                                   \
      fprintf(stderr, __VA_ARGS__);                                                                                    \
      fputc('\n', stderr);                                                                                             \
      abort();                                                                                                         \
    }                                                                                                                  \
  } while (0)

/* --- an input, from which choices are taken at its beginning, and a text from what is left --- */

struct choices {
  const uint8_t *p;
  size_t n;
};

/* The next byte; 0 at the end. */
static inline uint32_t choose_byte(struct choices *c) {
  if (!c->n) return 0;
  c->n--;
  return *c->p++;
}

/* 0 to n - 1 (n <= 65536). */
static inline uint32_t choose(struct choices *c, uint32_t n) {
  uint32_t x = choose_byte(c);
  return (n > 256 ? x << 8 | choose_byte(c) : x) % n;
}

static inline uint64_t choose_word(struct choices *c) {
  uint64_t x = 0;
  for (int i = 0; i < 8; i++) x = x << 8 | choose_byte(c);
  return x;
}

/* The bytes up to the next `end` byte, which is taken, too, or all that is left. */
static inline const char *choose_text(struct choices *c, char end, size_t *n) {
  const char *p = (const char *)c->p, *at = c->n ? memchr(p, end, c->n) : NULL;
  *n = at ? (size_t)(at - p) : c->n;
  size_t taken = *n + (at != NULL);
  c->p += taken;
  c->n -= taken;
  return p;
}

/* --- memory ---------------------------------------------------------------------------------- */

/* A copy of n bytes, with so many bytes of junk behind it and nothing else; to be freed. */
static inline char *copy_of(const char *p, size_t n, size_t padding) {
  char *copy = calloc(n + padding + !(n + padding), 1);
  if (!copy) abort();
  if (n) memcpy(copy, p, n);
  memset(copy + n, '7', padding);
  return copy;
}

/* A copy that ends with NUL. */
static inline char *text_of(const char *p, size_t n) {
  char *copy = copy_of(p, n, 1);
  copy[n] = 0;
  return copy;
}

/* A text that grows. */
struct text {
  char *p;
  size_t n, cap;
};

static inline void text_add(struct text *t, const void *p, size_t n) {
  if (t->n + n > t->cap) {
    t->cap = (t->n + n) * 2;
    t->p = realloc(t->p, t->cap);
    if (!t->p) abort();
  }
  if (n) memcpy(t->p + t->n, p, n);
  t->n += n;
}

/* Appends the n bytes at p as z compresses them, and ends z, which deflateInit2() has begun. */
static inline void text_deflate(struct text *t, z_stream *z, const void *p, size_t n) {
  char piece[4096];
  z->next_in = (Bytef *)(uintptr_t)p;
  z->avail_in = (uInt)n;
  for (int rc = Z_OK; rc != Z_STREAM_END;) {
    z->next_out = (Bytef *)piece;
    z->avail_out = sizeof piece;
    rc = deflate(z, Z_FINISH);
    text_add(t, piece, sizeof piece - z->avail_out);
  }
  deflateEnd(z);
}

static inline int text_is(const struct text *a, const struct text *b) {
  return a->n == b->n && (!a->n || !memcmp(a->p, b->p, a->n));
}

/* Up to three changes of a file, whose bytes come first, and which are made when the file is complete. */
struct changes {
  struct choices from;
  uint32_t n;
};

static inline struct changes choose_changes(struct choices *c) {
  struct changes changes = {.from = *c};
  changes.n = choose(c, 4);
  for (uint32_t i = 0; i < 3 * changes.n; i++) choose_byte(c);
  return changes;
}

/* Changes bits of a byte, or cuts the file there. */
static inline void make_changes(struct changes *changes, struct text *file) {
  choose_byte(&changes->from);
  for (uint32_t i = 0; i < changes->n && file->n; i++) {
    size_t at = choose(&changes->from, 65536) % file->n;
    uint32_t bits = choose_byte(&changes->from);
    if (bits) file->p[at] = (char)(file->p[at] ^ (char)bits);
    else file->n = at;
  }
}

#endif
