/* SPDX-License-Identifier: MIT */
/*
** Reads DELTA_BINARY_PACKED, in which Parquet writes integers, and the lengths of texts.
**
** Call order: delta_start(), then delta_read() as often as there are values, `left` in all.  When all
** have been read, `p` is what follows them.  The struct is plain data and points into the bytes,
** which are followed by DELTA_PADDING readable bytes.
**
** Source: "Delta Encoding", Encodings.md of apache/parquet-format.
*/
#ifndef PARQUET_DELTA_H
#define PARQUET_DELTA_H

#include <stddef.h>
#include <stdint.h>

#define DELTA_PADDING 16

struct delta {
  const unsigned char *p, *end; /* what follows the miniblock at hand; not owned */
  uint64_t left;                /* values that have not been read */
  uint64_t last;                /* the next value, if it is the first; otherwise the one before it */
  int is_first;
  uint32_t per_mini;           /* values of a miniblock */
  uint32_t minis;              /* miniblocks of a block */
  uint32_t mini;               /* the next miniblock of the block at hand; `minis`: the next block is due */
  const unsigned char *widths; /* of the miniblocks of the block at hand, in bits */
  uint64_t least;              /* the smallest difference of the block */
  uint32_t mini_left;          /* values left in the miniblock at hand */
  unsigned width;              /* of its differences */
  const unsigned char *bits;
  uint64_t at; /* bit in it of the next difference */
};

/* Returns NULL, or what is wrong with the head, a constant text. */
const char *delta_start(struct delta *d, const unsigned char *p, size_t n);

/* Reads n values.  Returns 0 if there are fewer, or the bytes end. */
int delta_read(struct delta *d, int64_t *out, uint32_t n);

#endif
