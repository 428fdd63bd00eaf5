/* SPDX-License-Identifier: MIT */
/*
**     head    values of a block | miniblocks of a block | values | the first value
**     block   the smallest difference | a byte for each miniblock: its width | miniblock | miniblock ...
**
** A miniblock has differences to the value before, less the smallest one of its block, one after the
** other in so many bits, the lowest bit first.  Miniblocks behind the last value are left out.  The
** sums wrap around at 64 bits, and the reader of 32 bits cuts them off.
*/
#include "parquet/delta.h"

#include "base/bytes.h"

#define BLOCK_MAX (1u << 20) /* values of a block; writers have 128 to 1024 */

static int get_varint(struct delta *d, uint64_t *x) {
  *x = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    if (d->p == d->end) return 0;
    unsigned b = *d->p++;
    *x |= (uint64_t)(b & 0x7f) << shift;
    if (!(b & 0x80)) return 1;
  }
  return 0;
}

static uint64_t zigzag(uint64_t x) { return x >> 1 ^ (0 - (x & 1)); }

const char *delta_start(struct delta *d, const unsigned char *p, size_t n) {
  uint64_t block, minis, first;
  *d = (struct delta){.p = p, .end = p + n, .is_first = 1};
  if (!get_varint(d, &block) || !get_varint(d, &minis) || !get_varint(d, &d->left) || !get_varint(d, &first))
    return "its delta encoding is cut off";
  if (block > BLOCK_MAX || !minis || minis > block || block % minis || block / minis % 8)
    return "its delta encoding has a block size that is not allowed";
  d->last = zigzag(first);
  d->per_mini = (uint32_t)(block / minis);
  d->minis = d->mini = (uint32_t)minis;
  return NULL;
}

/* Begins the next miniblock. */
static int next_mini(struct delta *d) {
  if (d->mini == d->minis) {
    uint64_t least;
    if (!get_varint(d, &least) || (size_t)(d->end - d->p) < d->minis) return 0;
    d->least = zigzag(least);
    d->widths = d->p;
    d->p += d->minis;
    d->mini = 0;
  }
  d->width = d->widths[d->mini++];
  uint64_t bytes = (uint64_t)d->width * (d->per_mini / 8);
  if (d->width > 64 || bytes > (uint64_t)(d->end - d->p)) return 0;
  d->bits = d->p;
  d->at = 0;
  d->p += bytes;
  d->mini_left = d->per_mini;
  return 1;
}

static uint64_t get_bits(const unsigned char *bits, uint64_t at, unsigned width) {
  const unsigned char *p = bits + at / 8;
  unsigned shift = at % 8;
  uint64_t x = bytes_load8((const char *)p) >> shift;
  if (shift + width > 64) x |= (uint64_t)p[8] << (64 - shift);
  return width == 64 ? x : x & ((UINT64_C(1) << width) - 1);
}

int delta_read(struct delta *d, int64_t *out, uint32_t n) {
  if (n > d->left) return 0;
  d->left -= n;
  if (n && d->is_first) {
    d->is_first = 0;
    *out++ = (int64_t)d->last;
    n--;
  }
  while (n) {
    if (!d->mini_left && !next_mini(d)) return 0;
    uint32_t some = d->mini_left < n ? d->mini_left : n;
    for (uint32_t i = 0; i < some; i++, d->at += d->width) {
      d->last += d->least + get_bits(d->bits, d->at, d->width);
      *out++ = (int64_t)d->last;
    }
    d->mini_left -= some;
    n -= some;
  }
  return 1;
}
