/* SPDX-License-Identifier: MIT */
/*
** Numbers of 32 bits as bytes: 7 bits in each, the lowest first, and the eighth bit says that
** another byte follows.  A number below 128 takes one byte, and any takes five at most.  The
** functions are pure; any thread may call them.
*/
#ifndef INDEX_VARINT_H
#define INDEX_VARINT_H

#include <stddef.h>
#include <stdint.h>

#define VARINT_MAX 5 /* bytes of a number, at most */

/* How many bytes a number takes. */
static inline uint32_t varint_bytes(uint32_t x) {
  return 1u + (x >= 1u << 7) + (x >= 1u << 14) + (x >= 1u << 21) + (x >= 1u << 28);
}

/* Writes a number, and returns where it ends. */
static inline unsigned char *varint_write(unsigned char *out, uint32_t x) {
  for (; x >= 128; x >>= 7) *out++ = (unsigned char)(x | 128);
  *out++ = (unsigned char)x;
  return out;
}

/*
** Reads a number from the bytes up to `end`, and returns where it ends; NULL if it is cut off, has
** more than 32 bits, or is not written in as few bytes as it can be.
*/
static inline const unsigned char *varint_read(const unsigned char *p, const unsigned char *end, uint32_t *out) {
  uint64_t x = 0;
  for (uint32_t shift = 0; p < end && shift < 7 * VARINT_MAX; shift += 7) {
    unsigned char b = *p++;
    x |= (uint64_t)(b & 127) << shift;
    if (b >= 128) continue;
    *out = (uint32_t)x;
    return x <= UINT32_MAX && (b || !shift) ? p : NULL;
  }
  return NULL;
}

#endif
