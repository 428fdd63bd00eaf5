/* SPDX-License-Identifier: MIT */
/*
** A block begins with the number of its uncompressed bytes, a varint.  Then there are elements, whose kind
** is in the two lowest bits of their first byte:
**
**     00  literal     n - 1 in the upper six bits, or, from 60 on, in the next 1 to 4 bytes; then n bytes
**     01  copy        n - 4 in three bits, the offset in the upper three bits and the next byte
**     10  copy        n - 1 in the upper six bits, the offset in the next two bytes
**     11  copy        likewise, the offset in the next four bytes
**
** A copy repeats n bytes that begin `offset` bytes before the end of the output.  It may reach into
** what it writes itself, so that short offsets repeat a pattern.
**
** Most elements are short.  Where there is room, they are copied in pieces of 16 bytes, which writes
** beyond their ends; the next element writes over it.  take_short() does so without a look at each byte.
*/
#include "parquet/snappy.h"

#include <stdint.h>
#include <string.h>

#include "base/bytes.h"

#define PIECE        16
#define PAIR_LITERAL 4 /* bytes: with them, and the two tags and the offset, a pair takes a word */

static int get_length(const unsigned char **p, const unsigned char *end, uint64_t *n) {
  *n = 0;
  for (unsigned shift = 0; shift < 35; shift += 7) {
    if (*p == end) return 0;
    unsigned b = *(*p)++;
    *n |= (uint64_t)(b & 0x7f) << shift;
    if (!(b & 0x80)) return *n <= UINT32_MAX;
  }
  return 0;
}

/* Copies n bytes from `offset` bytes before; SNAPPY_SPARE bytes behind them are writable. */
static void copy_back(unsigned char *out, size_t offset, size_t n) {
  const unsigned char *from = out - offset;
  if (offset >= PIECE) {
    for (size_t i = 0; i < n; i += PIECE) memcpy(out + i, from + i, PIECE);
  } else if (offset >= 8) {
    for (size_t i = 0; i < n; i += 8) memcpy(out + i, from + i, 8);
  } else {
    for (size_t i = 0; i < n; i++) out[i] = from[i];
  }
}

static void copy_literal(unsigned char *out, const unsigned char *in, size_t n, size_t readable) {
  if (n <= PIECE && readable >= PIECE) memcpy(out, in, PIECE);
  else memcpy(out, in, n);
}

/* The length of a literal whose first byte is `tag`, or 0 if the bytes have ended. */
static uint64_t literal_length(unsigned tag, const unsigned char **in, const unsigned char *end) {
  uint64_t n = tag >> 2;
  if (n < 60) return n + 1;
  size_t more = (size_t)n - 59;
  if ((size_t)(end - *in) < more) return 0;
  n = 0;
  for (size_t i = 0; i < more; i++) n |= (uint64_t)(*in)[i] << 8 * i;
  *in += more;
  return n + 1;
}

/* The length and the offset of a copy; 0 if the bytes have ended. */
static size_t copy_length(unsigned tag, const unsigned char **in, const unsigned char *end, size_t *offset) {
  static const uint8_t more[4] = {0, 1, 2, 4};
  const unsigned char *p = *in;
  size_t n = more[tag & 3];
  if ((size_t)(end - p) < n) return 0;
  *in += n;
  if (n == 1) {
    *offset = (size_t)(tag >> 5) << 8 | p[0];
    return 4 + (tag >> 2 & 7);
  }
  *offset = p[0] | (size_t)p[1] << 8;
  if (n == 4) *offset |= (size_t)p[2] << 16 | (size_t)p[3] << 24;
  return 1 + (tag >> 2);
}

/*
** What the first byte of a copy of the kinds 01 and 10 says: its length, and the upper bits of its offset in the bits
** from 8 on.  0 for other elements.
*/
#define NEAR(tag)   (4 + ((tag) >> 2 & 7) + ((tag) >> 5 << 8))
#define FAR(tag)    (1 + ((tag) >> 2))
#define FOUR(tag)   0, NEAR((tag) + 1), FAR((tag) + 2), 0
#define TAGS16(tag) FOUR(tag), FOUR((tag) + 4), FOUR((tag) + 8), FOUR((tag) + 12)
#define TAGS64(tag) TAGS16(tag), TAGS16((tag) + 16), TAGS16((tag) + 32), TAGS16((tag) + 48)
static const uint16_t copies[256] = {TAGS64(0), TAGS64(64), TAGS64(128), TAGS64(192)};

/*
** Takes elements that need no care, as long as there are any: copies, and literals of at most PIECE bytes, that are
** not close to the end of the input.  Returns where the output ends then.  What is left, or wrong, is for the
** loop of snappy_inflate().
**
** Numbers of 8 bytes become pairs of a short literal and a copy, whose kinds and lengths nobody can predict.  So a
** pair is taken apart in one word, without a branch.  A copy without a literal is a pair with a literal of no bytes.
*/
static size_t take_short(const unsigned char **input, const unsigned char *end, unsigned char *out, size_t at,
                         size_t out_n) {
  static const uint64_t offset_mask[4] = {0, 0xff, 0xffff, 0};
  const unsigned char *in = *input;
  while (end - in > PIECE) {
    uint64_t word = bytes_load8((const char *)in);
    size_t tag = word & 0xff, is_literal = !(tag & 3), literal = 1 + (tag >> 2);
    if (is_literal && literal > PAIR_LITERAL) {
      if (literal > PIECE || literal > out_n - at) break;
      memcpy(out + at, in + 1, PIECE);
      in += 1 + literal;
      at += literal;
      continue;
    }
    literal &= 0 - is_literal; /* no bytes if it is none */
    memcpy(out + at, in + 1, PAIR_LITERAL);
    word >>= 8 * (literal + is_literal);
    size_t kind = word & 3, copy = copies[word & 0xff], n = copy & 0xff, to = at + literal;
    size_t offset = (word >> 8 & offset_mask[kind]) + (copy & 0x700);
    if (!n || offset - 1 >= to || n + literal > out_n - at) break;
    if (n <= PIECE && offset >= 8) {
      memcpy(out + to, out + to - offset, 8);
      memcpy(out + to + 8, out + to + 8 - offset, 8);
    } else {
      copy_back(out + to, offset, n);
    }
    in += literal + is_literal + 1 + kind; /* the kind is the number of the bytes of the offset */
    at = to + n;
  }
  *input = in;
  return at;
}

const char *snappy_inflate(const unsigned char *in, size_t n, unsigned char *out, size_t out_n) {
  const unsigned char *end = in + n;
  size_t at = 0;
  uint64_t length;
  if (!get_length(&in, end, &length)) return "has no length at its beginning";
  if (length != out_n) return "says another length than its page";
  while ((at = take_short(&in, end, out, at, out_n)), in < end) {
    unsigned tag = *in++;
    if (!(tag & 3)) {
      uint64_t bytes = literal_length(tag, &in, end);
      if (!bytes || bytes > (uint64_t)(end - in)) return "is cut off";
      if (bytes > out_n - at) return "has more bytes than it says";
      copy_literal(out + at, in, (size_t)bytes, (size_t)(end - in));
      in += bytes;
      at += (size_t)bytes;
      continue;
    }
    size_t offset, bytes = copy_length(tag, &in, end, &offset);
    if (!bytes) return "is cut off";
    if (!offset || offset > at) return "repeats bytes that are not there";
    if (bytes > out_n - at) return "has more bytes than it says";
    copy_back(out + at, offset, bytes);
    at += bytes;
  }
  return at == out_n ? NULL : "has fewer bytes than it says";
}
