/* SPDX-License-Identifier: MIT */
/*
** A message is a polynomial over GF(2), and its CRC is the remainder of a division by the
** polynomial P, which has degree 32.  Folding makes the message shorter and keeps the remainder:
** the first 128 bits, H * x^64 + L, which stand d bits before the end of a block, can be replaced
** by H * (x^(d+64) mod P) + L * (x^d mod P).  This is short enough to be added to the 128 bits
** that stand d bits later.  Four lanes of 128 bits are folded by 512 bits at a time, so that the
** processor can work on four products at once:
**
**     message   | a | b | c | d | a'| b'| c'| d'| ...       each cell has 16 bytes
**                 +---------------^                         a is folded onto a', b onto b', ...
**
** Where the processor has carry-less multiplication on 512 bits, each lane has four times as many,
** and is folded by 2048 bits at a time.
**
** At the end the four lanes are folded into one, and that lane over the rest of the message, 128
** bits at a time.  The 16 bytes that remain have the same remainder as everything that was folded
** into them.  zlib computes the CRC of these and of the last bytes, which are fewer than 16.
**
** This CRC reflects its bits: the lowest bit of a byte comes first.  A product of reflected
** factors comes out one bit too low, so the constants are x^(n-1) where the text above says x^n.
*/
#include "base/crc.h"

#include <zlib.h>

#if defined(__x86_64__)

#include <immintrin.h>

#define CRC_MIN  128  /* folding is faster from this many bytes on; it needs at least 64 */
#define WIDE_MIN 1024 /* the same for lanes of 512 bits, which need at least 256 */
#define CLMUL    __attribute__((target("pclmul,sse4.1")))
#define WIDE     __attribute__((target("pclmul,sse4.1,avx512f,vpclmulqdq")))

/*
** x^n mod P, reflected, in the upper half of 64 bits, which is where a factor of a carry-less
** product must stand.  The values were computed by division: r = 1 << 31, and then n times r = r
** & 1 ? r >> 1 ^ 0xedb88320 : r >> 1.
*/
#define X511  ((long long)0xcad38e8f00000000)
#define X575  ((long long)0x653d982200000000)
#define X127  ((long long)0x9ba54c6f00000000)
#define X191  ((long long)0x65673b4600000000)
#define X2047 ((long long)0x03f9f86300000000)
#define X2111 ((long long)0x7cc8e1e700000000)

/*
** Returns the lane, folded by the distance for which the constants are, plus `next`, which stands
** at that distance.
*/
CLMUL static inline __m128i fold(__m128i lane, __m128i constants, __m128i next) {
  __m128i low = _mm_clmulepi64_si128(lane, constants, 0x00), high = _mm_clmulepi64_si128(lane, constants, 0x11);
  return _mm_xor_si128(_mm_xor_si128(low, high), next);
}

CLMUL static inline __m128i load(const unsigned char *p) { return _mm_loadu_si128((const __m128i *)(const void *)p); }

/* Folds a lane over the n bytes at p, which follow it, and returns the remainder. */
CLMUL static inline uint32_t finish(__m128i a, const unsigned char *p, size_t n) {
  const __m128i by128 = _mm_set_epi64x(X127, X191);
  unsigned char rest[16];
  for (; n >= 16; p += 16, n -= 16) a = fold(a, by128, load(p));
  _mm_storeu_si128((__m128i *)(void *)rest, a);
  /* zlib inverts its argument, so UINT32_MAX stands for a register of zeros. */
  uint32_t crc = (uint32_t)crc32(UINT32_MAX, rest, sizeof rest);
  return (uint32_t)crc32(crc, p, (uInt)n);
}

/* n must be at least CRC_MIN. */
CLMUL static uint32_t update_clmul(uint32_t crc, const unsigned char *p, size_t n) {
  /* The half that comes first in the message is in the low 64 bits. */
  const __m128i by512 = _mm_set_epi64x(X511, X575), by128 = _mm_set_epi64x(X127, X191);
  __m128i a = _mm_xor_si128(load(p), _mm_cvtsi32_si128((int)~crc)); /* the CRC so far is added to the first 32 bits */
  __m128i b = load(p + 16), c = load(p + 32), d = load(p + 48);
  for (p += 64, n -= 64; n >= 64; p += 64, n -= 64) {
    a = fold(a, by512, load(p));
    b = fold(b, by512, load(p + 16));
    c = fold(c, by512, load(p + 32));
    d = fold(d, by512, load(p + 48));
  }
  return finish(fold(fold(fold(a, by128, b), by128, c), by128, d), p, n);
}

/* fold(), for four lanes of 128 bits side by side. */
WIDE static inline __m512i fold_wide(__m512i lane, __m512i constants, __m512i next) {
  __m512i low = _mm512_clmulepi64_epi128(lane, constants, 0x00), high = _mm512_clmulepi64_epi128(lane, constants, 0x11);
  return _mm512_xor_si512(_mm512_xor_si512(low, high), next);
}

WIDE static inline __m512i load_wide(const unsigned char *p) { return _mm512_loadu_si512((const void *)p); }

/* n must be at least WIDE_MIN. */
WIDE static uint32_t update_wide(uint32_t crc, const unsigned char *p, size_t n) {
  const __m512i by2048 = _mm512_broadcast_i32x4(_mm_set_epi64x(X2047, X2111));
  const __m512i by512 = _mm512_broadcast_i32x4(_mm_set_epi64x(X511, X575));
  const __m128i by128 = _mm_set_epi64x(X127, X191);
  __m512i a = _mm512_xor_si512(load_wide(p), _mm512_zextsi128_si512(_mm_cvtsi32_si128((int)~crc)));
  __m512i b = load_wide(p + 64), c = load_wide(p + 128), d = load_wide(p + 192);
  for (p += 256, n -= 256; n >= 256; p += 256, n -= 256) {
    a = fold_wide(a, by2048, load_wide(p));
    b = fold_wide(b, by2048, load_wide(p + 64));
    c = fold_wide(c, by2048, load_wide(p + 128));
    d = fold_wide(d, by2048, load_wide(p + 192));
  }
  a = fold_wide(fold_wide(fold_wide(a, by512, b), by512, c), by512, d);
  for (; n >= 64; p += 64, n -= 64) a = fold_wide(a, by512, load_wide(p));
  __m128i lane = fold(_mm512_castsi512_si128(a), by128, _mm512_extracti32x4_epi32(a, 1));
  lane = fold(lane, by128, _mm512_extracti32x4_epi32(a, 2));
  return finish(fold(lane, by128, _mm512_extracti32x4_epi32(a, 3)), p, n);
}

uint32_t crc_update(uint32_t crc, const void *p, size_t n) {
  if (n < CRC_MIN || !__builtin_cpu_supports("pclmul") || !__builtin_cpu_supports("sse4.1"))
    return (uint32_t)crc32_z(crc, p, n);
  if (n >= WIDE_MIN && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("vpclmulqdq"))
    return update_wide(crc, p, n);
  return update_clmul(crc, p, n);
}

#else

uint32_t crc_update(uint32_t crc, const void *p, size_t n) { return (uint32_t)crc32_z(crc, p, n); }

#endif
