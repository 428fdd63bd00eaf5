/* SPDX-License-Identifier: MIT */
/*
** The message is cut into blocks of 64 bytes.  Behind it stand a byte 0x80, zeros, and its length in
** bits as 8 bytes, so that the last block is full; when fewer than 9 bytes are left in the block in
** which the message ends, one more block follows:
**
**     ... message ... 80 00 00 ... 00 | length
**
** Each block changes the five words of the state in 80 rounds.  Its 16 words are followed by 64 that
** are made from them, of which only the last 16 are kept.
*/
#include "base/sha1.h"

#include <stdint.h>
#include <string.h>

#define BLOCK 64

static uint32_t rotate(uint32_t x, int n) { return x << n | x >> (32 - n); }

/* The word of a round: one of the block, or the next one that is made from the last 16. */
static uint32_t next_word(uint32_t w[16], int round) {
  uint32_t *word = &w[round & 15];
  if (round >= 16) *word = rotate(w[(round + 13) & 15] ^ w[(round + 8) & 15] ^ w[(round + 2) & 15] ^ *word, 1);
  return *word;
}

static void add_block(uint32_t state[5], const unsigned char *p) {
  uint32_t w[16], a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];
  for (int i = 0; i < 16; i++, p += 4)
    w[i] = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | (uint32_t)p[3];
  for (int round = 0; round < 80; round++) {
    uint32_t f, k;
    if (round < 20) f = (b & c) | (~b & d), k = 0x5a827999;
    else if (round < 40) f = b ^ c ^ d, k = 0x6ed9eba1;
    else if (round < 60) f = (b & c) | (b & d) | (c & d), k = 0x8f1bbcdc;
    else f = b ^ c ^ d, k = 0xca62c1d6;
    uint32_t next = rotate(a, 5) + f + e + k + next_word(w, round);
    e = d, d = c, c = rotate(b, 30), b = a, a = next;
  }
  state[0] += a, state[1] += b, state[2] += c, state[3] += d, state[4] += e;
}

void sha1(const void *p, size_t n, unsigned char out[SHA1_BYTES]) {
  uint32_t state[5] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
  unsigned char end[2 * BLOCK] = {0}; /* what is left of the message, and what stands behind it */
  const unsigned char *at = p;
  size_t left = n;
  for (; left >= BLOCK; left -= BLOCK, at += BLOCK) add_block(state, at);
  if (left) memcpy(end, at, left);
  end[left] = 0x80;
  size_t end_n = left + 9 <= BLOCK ? BLOCK : 2 * BLOCK;
  uint64_t bits = (uint64_t)n * 8;
  for (size_t i = 0; i < 8; i++) end[end_n - 1 - i] = (unsigned char)(bits >> 8 * i);
  for (size_t i = 0; i < end_n; i += BLOCK) add_block(state, end + i);
  for (size_t i = 0; i < SHA1_BYTES; i++) out[i] = (unsigned char)(state[i / 4] >> (24 - 8 * (i % 4)));
}
