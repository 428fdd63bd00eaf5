/* SPDX-License-Identifier: MIT */
/*
** Reads the RLE/bit-packed hybrid, in which Parquet writes definition levels and the indexes of
** dictionaries.
**
** Call order: rle_start(), then rle_read() as often as there are values.  The struct is plain data and
** points into the bytes, which are followed by RLE_PADDING readable bytes.
**
** Source: "Run Length Encoding / Bit-Packing Hybrid", Encodings.md of apache/parquet-format.
*/
#ifndef PARQUET_RLE_H
#define PARQUET_RLE_H

#include <stddef.h>
#include <stdint.h>

#define RLE_PADDING 8

struct rle {
  const unsigned char *p, *end; /* what follows the run at hand; not owned */
  unsigned width;               /* bits of a value, 0 to 32 */
  uint64_t left;                /* values of the run at hand */
  int is_packed;
  uint32_t value;            /* of a run that repeats it */
  const unsigned char *bits; /* of a packed run */
  uint64_t at;               /* bit in it of the next value */
};

/* Returns 0 if the width is more than 32. */
int rle_start(struct rle *r, const unsigned char *p, size_t n, unsigned width);

/* Reads n values.  Returns 0 if there are fewer, or a run is not what it should be. */
int rle_read(struct rle *r, uint32_t *out, uint32_t n);

/*
** Returns how many of the next n values are `value` in one run that repeats it, and passes over them;
** 0 if the next run is another.
*/
uint32_t rle_skip_same(struct rle *r, uint32_t value, uint32_t n);

#endif
