/* SPDX-License-Identifier: MIT */
/*
** The header of a page: what the page is, and how large.
**
** A page has PAGE_MAX bytes at most, as it is in the file and inflated, so that a file cannot make us
** allocate more.  Writers make pages of about a megabyte.
**
** Source: "PageHeader", parquet.thrift of apache/parquet-format.
*/
#ifndef PARQUET_PAGE_H
#define PARQUET_PAGE_H

#include <stdint.h>

#include "base/err.h"
#include "parquet/thrift.h"

#define PAGE_MAX        (64u << 20) /* bytes */
#define PAGE_HEADER_MAX (1u << 20)  /* bytes of a header, which may have statistics with long texts */

/* What is in a page, with Parquet's numbers. */
enum page_type { PAGE_DATA, PAGE_INDEX, PAGE_DICTIONARY, PAGE_DATA_V2, PAGE_TYPES };

/* How values are encoded, likewise. */
enum page_encoding {
  PAGE_PLAIN = 0,
  PAGE_PLAIN_DICTIONARY = 2,
  PAGE_RLE = 3,
  PAGE_BIT_PACKED = 4,
  PAGE_DELTA_BINARY_PACKED = 5,
  PAGE_DELTA_LENGTH = 6,
  PAGE_DELTA_BYTES = 7,
  PAGE_RLE_DICTIONARY = 8,
  PAGE_BYTE_STREAM_SPLIT = 9,
};

struct page_header {
  enum page_type type;
  uint32_t bytes;    /* in the file, behind the header */
  uint32_t inflated; /* bytes when they have been inflated */
  int has_crc;
  uint32_t crc;
  uint32_t values; /* of a page of data, missing ones included; of a dictionary */
  int64_t encoding;
  int64_t level_encoding;             /* of PAGE_DATA */
  uint32_t level_bytes, repeat_bytes; /* of PAGE_DATA_V2: in front of the values, and not compressed */
  int is_compressed;                  /* of PAGE_DATA_V2: the values are */
};

/*
** Reads a header at t.  ERR_DAMAGED, or ERR_FORMAT where a limit is exceeded; when t->is_cut_off, more
** bytes may be all that is missing.
*/
enum err_code page_header_read(struct page_header *h, struct thrift *t, struct err *e);

#endif
