/* SPDX-License-Identifier: MIT */
/*
** Hash functions for the project's tables: hash_bytes() for short byte strings, eight bytes at a
** time, where lines are read (set.h, group.h, row_store.h), and hash_text() for texts that end
** with NUL elsewhere.  No defence against chosen keys is needed, because a log whose keys collide
** makes its own query slow but never wrong.  The functions are pure; any thread may call them.
*/
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

#define HASH_PADDING 8 /* bytes that must be readable after what is hashed or loaded */

/*
** Combines two words into one.  Half of the product is folded onto the other half, so that each
** bit of the result depends on all bits of both words.
*/
static inline uint64_t hash_mix(uint64_t a, uint64_t b) {
  uint64_t x = (a ^ UINT64_C(0x9e3779b97f4a7c15)) * (b ^ UINT64_C(0xd6e8feb86659fd93));
  return x ^ x >> 32;
}

/*
** Returns n (0 to 8) bytes as a number.  Missing bytes count as zero.  HASH_PADDING bytes must be
** readable after them.
*/
static inline uint64_t hash_load(const char *p, size_t n) {
  uint64_t x = bytes_load8(p);
  return n >= 8 ? x : x & ((UINT64_C(1) << 8 * n) - 1);
}

/*
** Hashes n bytes at p.  HASH_PADDING bytes must be readable after them; they do not influence the
** hash.
*/
static inline uint64_t hash_bytes(const char *p, size_t n) {
  uint64_t h = n;
  for (; n > 8; p += 8, n -= 8) h = hash_mix(h, hash_load(p, 8));
  h = hash_mix(h, hash_load(p, n));
  return h ^ h >> 29;
}

/*
** Hashes a text that ends with NUL, which needs no padding.  h is the hash of what came before
** it, or 0.
*/
static inline uint64_t hash_text(uint64_t h, const char *p) {
  for (; *p; p++) h = hash_mix(h, (unsigned char)*p);
  return h;
}

#endif
