/* SPDX-License-Identifier: MIT */
/*
** Reads the decimal numbers of a record: 16 bytes at a time to test whether they are digits, and
** 8 bytes at a time to compute the value.
**
** The functions read whole words, so NUMBER_PADDING bytes must be readable after the text.  For
** the value, eight bytes are loaded and shifted so that the last digit is in the highest byte;
** what follows the number is shifted out, and zero bytes take the places of the missing leading
** digits:
**
**     text    '4' '4' '3' ' ' 'x' ...            the lowest byte first
**     word     0   0   0   0   0   4   4   3     after the shift
**
** Three multiplications then add up pairs, groups of four and all eight digits.  The functions
** are pure; any thread may call them.
*/
#ifndef BASE_NUMBER_H
#define BASE_NUMBER_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/bytes.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#define NUMBER_PADDING 16
#define NUMBER_DIGITS  19 /* the number of digits of 2^63-1 */

/* Returns a mask of which of the 16 bytes at p are digits: bit i stands for byte i. */
static inline uint32_t number_digits(const char *p) {
#if defined(__SSE2__)
  __m128i v = _mm_sub_epi8(_mm_loadu_si128((const __m128i *)(const void *)p), _mm_set1_epi8('0'));
  return (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_min_epu8(v, _mm_set1_epi8(9)), v));
#else
  uint32_t mask = 0;
  for (uint32_t i = 0; i < 16; i++) mask |= (uint32_t)((unsigned char)(p[i] - '0') < 10) << i;
  return mask;
#endif
}

/* Returns a mask of which of the 16 bytes at p equal c. */
static inline uint32_t number_equal(const char *p, char c) {
#if defined(__SSE2__)
  return (uint32_t)_mm_movemask_epi8(
      _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)(const void *)p), _mm_set1_epi8(c)));
#else
  uint32_t mask = 0;
  for (uint32_t i = 0; i < 16; i++) mask |= (uint32_t)(p[i] == c) << i;
  return mask;
#endif
}

/* Returns a mask of the first n (0 to 16) bytes. */
static inline uint32_t number_mask(size_t n) { return (1u << n) - 1; }

/* Returns n (1 to 8) digits as their values, one per byte, the last digit in the highest byte. */
static inline uint64_t number_load(const char *p, size_t n) {
  return (bytes_load8(p) ^ UINT64_C(0x3030303030303030)) << (64 - 8 * n);
}

/*
** Returns the value of eight digits, one per byte, of which the first one is in the lowest byte.
*/
static inline uint64_t number_add_up(uint64_t x) {
  x = x * 10 + (x >> 8);
  return (((x & UINT64_C(0x000000ff000000ff)) * UINT64_C(0x000f424000000064)) +
          (((x >> 16) & UINT64_C(0x000000ff000000ff)) * UINT64_C(0x0000271000000001))) >>
         32;
}

/* Are the n (> 0) bytes at p 1 to 19 digits of a number that is at most 2^63-1? */
static inline int number_fits(const char *p, size_t n) {
  if (n <= 16) return !(~number_digits(p) & number_mask(n));
  return n <= NUMBER_DIGITS && number_digits(p) == 0xffff && !(~number_digits(p + 16) & number_mask(n - 16)) &&
         (n < NUMBER_DIGITS || memcmp(p, "9223372036854775807", NUMBER_DIGITS) <= 0);
}

/* Returns the value of a text that number_fits() accepts. */
static inline uint64_t number_value(const char *p, size_t n) {
  if (n <= 8) return number_add_up(number_load(p, n));
  uint64_t high = number_add_up(number_load(p, 8));
  if (n <= 16) {
    static const uint32_t power[9] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000};
    return high * power[n - 8] + number_add_up(number_load(p + 8, n - 8));
  }
  uint64_t value = high * 100000000 + number_add_up(number_load(p + 8, 8));
  for (size_t i = 16; i < n; i++) value = value * 10 + (uint64_t)(p[i] - '0');
  return value;
}

#endif
