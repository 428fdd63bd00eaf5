/* SPDX-License-Identifier: MIT */
/*
** Hashes for the project's tables: of short byte strings, eight bytes at a time, where lines are read (set.h, group.h,
** row_store.h); of texts that end with NUL, byte by byte, elsewhere.  No defence against chosen keys is needed: a log that
** makes keys collide makes its own query slow, never wrong.  Pure; any thread.
*/
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

#define HASH_PADDING 8 /* bytes that must be readable behind what is hashed, and behind what hash_load() loads */

/* Two words into one: the halves of the product know of all bits of both. */
static inline uint64_t hash_mix(uint64_t a, uint64_t b) {
  uint64_t x = (a ^ UINT64_C(0x9e3779b97f4a7c15)) * (b ^ UINT64_C(0xd6e8feb86659fd93));
  return x ^ x >> 32;
}

/* n (0 to 8) bytes as a number; the bytes beyond count as zero. */
static inline uint64_t hash_load(const char *p, size_t n) {
  uint64_t x = bytes_load8(p);
  return n >= 8 ? x : x & ((UINT64_C(1) << 8 * n) - 1);
}

static inline uint64_t hash_bytes(const char *p, size_t n) {
  uint64_t h = n;
  for (; n > 8; p += 8, n -= 8) h = hash_mix(h, hash_load(p, 8));
  h = hash_mix(h, hash_load(p, n));
  return h ^ h >> 29;
}

/* Of a text that ends with NUL, which needs no padding; h is what was hashed before it, or 0. */
static inline uint64_t hash_text(uint64_t h, const char *p) {
  for (; *p; p++) h = hash_mix(h, (unsigned char)*p);
  return h;
}

#endif
