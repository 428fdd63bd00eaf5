/* SPDX-License-Identifier: MIT */
/*
** The text is cut into pieces of 7 bytes, which are the coefficients c1, c2, ...  of a
** polynomial.  Its value is computed modulo a prime at two random places with Horner's rule, and
** the length is the last coefficient, so that zero bytes at the end count:
**
**     h = 1;   h = h * x + c1;   h = h * x + c2;   ...   h = h * x + n
**
** Two different texts have different polynomials, and these agree in at most as many places as
** their degree.  The probability in the header follows from this.  The prime 2^61 - 1 is a
** Mersenne prime, so the remainder of a product needs only a shift and an addition.
*/
#include "base/fingerprint.h"

#include <stdio.h>
#include <string.h>

#define PRIME ((UINT64_C(1) << 61) - 1)
#define PIECE 7 /* bytes of a piece: as a number, they are always less than PRIME */

__extension__ typedef unsigned __int128 wide;

/* Returns h * x + y modulo PRIME.  All three must be less than 2^61. */
static uint64_t step(uint64_t h, uint64_t x, uint64_t y) {
  wide product = (wide)h * x + y;
  uint64_t sum = (uint64_t)(product & PRIME) + (uint64_t)(product >> 61);
  return sum >= PRIME ? sum - PRIME : sum;
}

void fingerprint_text(const struct fingerprint_key *key, const void *p, size_t n, char out[FINGERPRINT_TEXT]) {
  const unsigned char *bytes = p;
  uint64_t h[2] = {1, 1}, x[2] = {key->at[0] % PRIME, key->at[1] % PRIME};
  for (size_t left = n; left; bytes += left < PIECE ? left : PIECE, left -= left < PIECE ? left : PIECE) {
    uint64_t piece = 0;
    memcpy(&piece, bytes, left < PIECE ? left : PIECE);
    for (int i = 0; i < 2; i++) h[i] = step(h[i], x[i], piece);
  }
  for (int i = 0; i < 2; i++) h[i] = step(h[i], x[i], n);
  snprintf(out, FINGERPRINT_TEXT, "%016llx%016llx", (unsigned long long)h[0], (unsigned long long)h[1]);
}
