/* SPDX-License-Identifier: MIT */
/*
** Loads little-endian numbers, of which the first byte is the lowest, on machines of either byte
** order.  The bytes need not be aligned.  The functions are pure; any thread may call them.
*/
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <stdint.h>
#include <string.h>

static inline uint32_t bytes_load4(const char *p) {
  uint32_t x;
  memcpy(&x, p, sizeof x);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  x = __builtin_bswap32(x);
#endif
  return x;
}

/* A word whose first byte in memory is the lowest of x: the reverse of bytes_load8(). */
static inline uint64_t bytes_in_order(uint64_t x) {
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  return __builtin_bswap64(x);
#else
  return x;
#endif
}

static inline uint64_t bytes_load8(const char *p) {
  uint64_t x;
  memcpy(&x, p, sizeof x);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  x = __builtin_bswap64(x);
#endif
  return x;
}

#endif
