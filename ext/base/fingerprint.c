/* SPDX-License-Identifier: MIT */
#include "base/fingerprint.h"

#include <stdio.h>
#include <string.h>

#define PRIME ((UINT64_C(1) << 61) - 1)
#define PIECE 7 /* bytes that are less than PRIME whatever they are */

__extension__ typedef unsigned __int128 wide;

/* h * x + y modulo PRIME; all of them are less than 2^61. */
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
