/* SPDX-License-Identifier: MIT */
/*
** A run begins with a varint.  If its lowest bit is 0, the rest is how often the value that follows, in
** as many whole bytes as the width needs, is repeated.  If it is 1, the rest is the number of groups
** of eight values, which follow one after the other without a gap, the lowest bit first:
**
**     width 3    | varint 2k | value |              k times the value
**                | varint 2k+1 | 3 bytes | 3 bytes | ...            8 k values
**
** The last group may stand for fewer values than eight, and is padded; some writers leave out the
** padding, which is noticed only by a value that would lie behind the end.
*/
#include "parquet/rle.h"

#include "base/bytes.h"

int rle_start(struct rle *r, const unsigned char *p, size_t n, unsigned width) {
  *r = (struct rle){.p = p, .end = p + n, .width = width};
  return width <= 32;
}

static int get_varint(struct rle *r, uint64_t *x) {
  *x = 0;
  for (unsigned shift = 0; shift < 42; shift += 7) {
    if (r->p == r->end) return 0;
    unsigned b = *r->p++;
    *x |= (uint64_t)(b & 0x7f) << shift;
    if (!(b & 0x80)) return 1;
  }
  return 0;
}

/* Begins the next run.  Returns 0 if there is none, or it is not whole. */
static int next_run(struct rle *r) {
  uint64_t head, left = 0;
  if (!get_varint(r, &head)) return 0;
  size_t rest = (size_t)(r->end - r->p);
  r->is_packed = head & 1;
  if (r->is_packed) {
    uint64_t bytes = (head >> 1) * r->width;
    left = (head >> 1) * 8;
    if (bytes > rest) {
      bytes = rest;
      left = bytes * 8 / r->width;
    }
    r->bits = r->p;
    r->at = 0;
    r->p += bytes;
  } else {
    unsigned bytes = (r->width + 7) / 8;
    if (bytes > rest) return 0;
    left = head >> 1;
    r->value = 0;
    for (unsigned i = 0; i < bytes; i++) r->value |= (uint32_t)r->p[i] << 8 * i;
    r->p += bytes;
  }
  r->left = left;
  return left > 0; /* an empty run would let a file of any length say nothing */
}

static void unpack(struct rle *r, uint32_t *out, uint32_t n) {
  const uint64_t mask = (UINT64_C(1) << r->width) - 1;
  const char *bits = (const char *)r->bits;
  uint64_t at = r->at;
  for (uint32_t i = 0; i < n; i++, at += r->width) out[i] = (uint32_t)(bytes_load8(bits + at / 8) >> at % 8 & mask);
  r->at = at;
}

int rle_read(struct rle *r, uint32_t *out, uint32_t n) {
  while (n) {
    if (!r->left && !next_run(r)) return 0;
    uint32_t some = r->left < n ? (uint32_t)r->left : n;
    if (r->is_packed) unpack(r, out, some);
    else
      for (uint32_t i = 0; i < some; i++) out[i] = r->value;
    r->left -= some;
    out += some;
    n -= some;
  }
  return 1;
}

uint32_t rle_skip_same(struct rle *r, uint32_t value, uint32_t n) {
  if (!n || (!r->left && !next_run(r)) || r->is_packed || r->value != value) return 0;
  uint32_t some = r->left < n ? (uint32_t)r->left : n;
  r->left -= some;
  return some;
}
