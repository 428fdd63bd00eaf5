/* SPDX-License-Identifier: MIT */
/*
** Inflates a block that was compressed with Snappy.
**
** The function allocates nothing and keeps no state: any thread may call it.  It reads nothing before or
** behind the n bytes at `in`, whatever they are.
**
** Source: "Snappy compressed format description" (format_description.txt of google/snappy).
*/
#ifndef PARQUET_SNAPPY_H
#define PARQUET_SNAPPY_H

#include <stddef.h>

#define SNAPPY_SPARE 64 /* bytes behind the output that may be written to */

/*
** Inflates n bytes at `in` to exactly out_n bytes at `out`, behind which SNAPPY_SPARE bytes are writable.
** Returns NULL, or what is wrong, a constant text.
*/
const char *snappy_inflate(const unsigned char *in, size_t n, unsigned char *out, size_t out_n);

#endif
