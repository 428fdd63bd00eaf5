/* SPDX-License-Identifier: MIT */
/*
** The dictionary of a column in a row group: its distinct values, to which the pages of data refer by
** their number.  The texts are copied, so that it stays valid while pages are read.  It is kept in the
** struct, whose memory is used again for the next one.
*/
#ifndef PARQUET_DICTIONARY_H
#define PARQUET_DICTIONARY_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "parquet/schema.h"

#define DICTIONARY_MAX (4u << 20) /* values; writers stop at a megabyte of them */

/* A text of a column. */
struct parquet_text {
  const unsigned char *p; /* followed by CHUNK_PADDING readable bytes */
  uint32_t n;
};

struct dictionary {
  uint32_t n;
  int64_t *number;           /* of a column of numbers: n of them, times as seconds */
  struct parquet_text *text; /* of a column of texts */
  unsigned char *bytes;      /* which the texts point into */
  size_t number_cap, text_cap, bytes_cap;
};

/*
** Reads the `values` values of a column, in plain encoding, from n bytes.  ERR_DAMAGED, ERR_FORMAT or
** ERR_NOMEM.
*/
enum err_code dictionary_read(struct dictionary *d, const struct schema_column *column, uint32_t values,
                              const unsigned char *p, size_t n, struct err *e);

void dictionary_clear(struct dictionary *d);

/* Frees it if one of its arrays takes more than so many bytes.  Otherwise dictionary_read() uses them again. */
void dictionary_trim(struct dictionary *d, size_t bytes);

#endif
