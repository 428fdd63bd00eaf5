/* SPDX-License-Identifier: MIT */
/*
** The footer of a Parquet file: its columns, its row groups, and where the values of each column lie in
** each row group.
**
**     PAR1 | pages ... | footer | length of the footer, 4 bytes | PAR1
**
** footer_read() reads the bytes of the footer and checks what can be checked without the pages: that all
** numbers are in range, that the pages lie in front of the footer, and that the rows add up.  All of
** it remains a claim, which the readers of pages compare with what they find.
**
** Limits: FOOTER_MAX bytes, FOOTER_CHUNKS row groups times columns, and those of schema.h.  An error names
** the one that is exceeded.  The struct owns its arrays; names and statistics point into the bytes,
** which must stay.
**
** Source: "FileMetaData", parquet.thrift of apache/parquet-format.
*/
#ifndef PARQUET_FOOTER_H
#define PARQUET_FOOTER_H

#include <stdint.h>

#include "base/err.h"
#include "parquet/schema.h"
#include "parquet/thrift.h"

#define FOOTER_MAX    (64u << 20)        /* bytes of a footer */
#define FOOTER_CHUNKS (256u << 10)       /* row groups times columns */
#define FOOTER_ROWS   (INT64_C(1) << 48) /* rows of a file */
#define FOOTER_DENSE  (1u << 17) /* rows of a file for each of its bytes; the same record 1000 times takes one */

/* What is known of the values of a column in a row group.  They can be trusted as little as all else. */
struct footer_range {
  int has_numbers;             /* low and high are the smallest and the largest value */
  int all_present;             /* no value is missing; 0 where it is not known */
  int64_t low, high;           /* as they are stored, before a time becomes seconds */
  struct thrift_text from, to; /* the same for a text, by its bytes; p is NULL where it is not known */
};

/* The values of a column in a row group. */
struct footer_chunk {
  uint64_t at, bytes; /* its pages in the file, the dictionary first; they lie in front of the footer */
  uint64_t values;    /* missing ones included */
  int64_t codec;      /* with Parquet's number; see codec.h */
  const char *why;    /* why it cannot be read, a constant text; NULL if it may be */
  struct footer_range range;
};

struct footer {
  struct schema schema;
  uint32_t ngroups;
  struct footer_group {
    uint64_t first, rows; /* number of rows before it, and in it */
  } * group;
  struct footer_chunk *chunk; /* of row group g and column c: [g * schema.n + c] */
  uint64_t rows;              /* of the file */
};

/*
** Reads the n bytes of a footer, which begins at byte `at` of its file.  ERR_NOMEM; ERR_DAMAGED or
** ERR_FORMAT with the reason.  footer_clear() is due in any case.
*/
enum err_code footer_read(struct footer *f, const void *p, size_t n, uint64_t at, struct err *e);

void footer_clear(struct footer *f);

static inline const struct footer_chunk *footer_chunk(const struct footer *f, uint32_t group, uint32_t column) {
  return &f->chunk[(size_t)group * f->schema.n + column];
}

#endif
