/* SPDX-License-Identifier: MIT */
/*
** Hash functions for the project's tables: hash_bytes() for short byte strings, eight bytes at a
** time, where lines are read (set.h, group.h, row_store.h), and hash_text() for texts that end
** with NUL elsewhere.
**
** Two different keys of w words, which are fixed before the seed is known, have the same 64 bits
** with a probability of about (w + 1) / 2^64.  So among n keys some two have the same hash with a
** probability of about (w + 1) * n^2 / 2^65: one in 7 million for a million keys of 4 words.  The
** seed is secret and differs from process to process, so that nobody can write a log whose keys
** collide.  No result may depend on it: a hash must not be shown or stored, and must not decide
** the order of anything.
**
** Call hash_seed() before the first table is made.  Without it the seed is a constant, as in the
** unit tests.  Apart from the seed the functions are pure; any thread may call them.
*/
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/bytes.h"

#define HASH_PADDING 8 /* bytes that must be readable after what is hashed or loaded */

extern uint64_t hash_secret[2]; /* the seed; changed by hash_seed() alone */

/*
** Sets the seed.  Only the first call in a process does so, because tables may exist later.  A
** thread that hashes must have called it, or be started by one that has.
*/
void hash_seed(const uint64_t seed[2]);

/*
** Combines two words into one.  The upper half of the product is folded onto the lower half, so
** that each bit of the result depends on all bits of both words.
*/
static inline uint64_t hash_mix(uint64_t a, uint64_t b) {
  __extension__ typedef unsigned __int128 wide;
  wide x = (wide)(a ^ hash_secret[0]) * (b ^ hash_secret[1]);
  return (uint64_t)x ^ (uint64_t)(x >> 64);
}

/*
** Returns n (0 to 8) bytes as a number.  Missing bytes count as zero.  HASH_PADDING bytes must be
** readable after them.
*/
static inline uint64_t hash_load(const char *p, size_t n) {
  uint64_t x = bytes_load8(p);
  return n >= 8 ? x : x & ((UINT64_C(1) << 8 * n) - 1);
}

/* Hashes whole words. */
static inline uint64_t hash_words(const uint64_t *word, uint32_t n) {
  uint64_t h = n;
  for (uint32_t i = 0; i < n; i++) h = hash_mix(h, word[i]);
  return h;
}

/*
** Hashes n bytes at p.  HASH_PADDING bytes must be readable after them; they do not influence the
** hash.
*/
static inline uint64_t hash_bytes(const char *p, size_t n) {
  uint64_t h = n;
  for (; n > 8; p += 8, n -= 8) h = hash_mix(h, hash_load(p, 8));
  return hash_mix(h, hash_load(p, n));
}

/*
** Hashes a text that ends with NUL, which needs no padding.  h is the hash of what came before
** it, or 0.
*/
static inline uint64_t hash_text(uint64_t h, const char *p) {
  size_t n = strlen(p);
  char rest[8] = {0};
  for (; n >= 8; p += 8, n -= 8) h = hash_mix(h, bytes_load8(p));
  memcpy(rest, p, n);
  return hash_mix(h, bytes_load8(rest) | (uint64_t)n << 56);
}

#endif
