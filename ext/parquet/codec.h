/* SPDX-License-Identifier: MIT */
/*
** Inflates a page of a Parquet file: not at all, with Snappy, or with gzip, whose data may have several
** members.
**
** Call order: a struct that is all zero is ready; codec_inflate() for each page; codec_clear() at the end.
** The struct keeps the state of inflating from page to page.  One thread at a time may use it.
**
** Source: "CompressionCodec", parquet.thrift, and Compression.md of apache/parquet-format.
*/
#ifndef PARQUET_CODEC_H
#define PARQUET_CODEC_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "file/gzip.h"
#include "parquet/snappy.h"

#define CODEC_SPARE SNAPPY_SPARE /* bytes behind the output that may be written to */

/* The codecs that are read, with Parquet's numbers. */
enum { CODEC_NONE, CODEC_SNAPPY, CODEC_GZIP };

struct codec {
  struct gzip gzip;
};

/* ERR_FORMAT, with advice, if the codec of this number is not read. */
enum err_code codec_check(int64_t number, struct err *e);

/*
** Inflates n bytes at `in` to exactly out_n bytes at `out`, behind which CODEC_SPARE bytes are writable.
** The number has passed codec_check().  ERR_DAMAGED or ERR_NOMEM.
*/
enum err_code codec_inflate(struct codec *c, int64_t number, const unsigned char *in, size_t n, unsigned char *out,
                            size_t out_n, struct err *e);

void codec_clear(struct codec *c);

#endif
