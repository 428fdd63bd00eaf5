/* SPDX-License-Identifier: MIT */
/*
** The values are in plain encoding, as plain.h reads it.
*/
#include "parquet/dictionary.h"

#include <string.h>

#include "base/mem.h"
#include "parquet/chunk.h"
#include "parquet/plain.h"

static enum err_code read_texts(struct dictionary *d, uint32_t values, const unsigned char *p, size_t n,
                                struct err *e) {
  size_t bytes_n = n + CHUNK_PADDING;
  if (mem_grow(&d->bytes, &d->bytes_cap, bytes_n, 4096, 1) ||
      mem_grow(&d->text, &d->text_cap, values + 1u, 256, sizeof *d->text))
    return err_nomem(e);
  memcpy(d->bytes, p, n);
  memset(d->bytes + n, 0, CHUNK_PADDING);
  const unsigned char *at = d->bytes;
  if (!plain_texts(&at, d->bytes + n, d->text, values))
    return err_set(e, ERR_DAMAGED, 0, "has a dictionary with fewer values than it says");
  return ERR_NONE;
}

enum err_code dictionary_read(struct dictionary *d, const struct schema_column *column, uint32_t values,
                              const unsigned char *p, size_t n, struct err *e) {
  d->n = 0;
  if (values > DICTIONARY_MAX)
    return err_set(e, ERR_FORMAT, 0, "has a dictionary of more than %u values", DICTIONARY_MAX);
  if (column->values == SCHEMA_TEXT) {
    if (read_texts(d, values, p, n, e)) return e->code;
  } else {
    if (mem_grow(&d->number, &d->number_cap, values + 1u, 256, sizeof *d->number)) return err_nomem(e);
    if (!plain_numbers(&p, p + n, column, d->number, values))
      return err_set(e, ERR_DAMAGED, 0, "has a dictionary with fewer values than it says");
    plain_seconds(column, d->number, values);
  }
  d->n = values;
  return ERR_NONE;
}

void dictionary_clear(struct dictionary *d) {
  mem_free(d->number);
  mem_free(d->text);
  mem_free(d->bytes);
  memset(d, 0, sizeof *d);
}

void dictionary_trim(struct dictionary *d, size_t bytes) {
  if (d->bytes_cap > bytes || d->number_cap > bytes / sizeof *d->number || d->text_cap > bytes / sizeof *d->text)
    dictionary_clear(d);
}
