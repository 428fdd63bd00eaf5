/* SPDX-License-Identifier: MIT */
/*
** A page of data has levels, which say which of its rows have a value, and the values of those that have
** one.  A window is read in three steps: the levels become present[]; as many values as are present
** are read to the front of the array; and they are moved, from the last to the first, to the rows that they
** belong to.
**
** begin_page() decides how the values are encoded, and texts.c reads the encodings of texts that
** need more than the bytes of the page.
*/
#include "parquet/column.h"

#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "parquet/plain.h"
#include "parquet/texts.h"

void column_init(struct parquet_column *c, const struct schema_column *schema, struct input *input,
                 struct codec *codec) {
  memset(c, 0, sizeof *c);
  c->schema = schema;
  chunk_init(&c->chunk, input, codec);
}

void column_clear(struct parquet_column *c) {
  chunk_clear(&c->chunk);
  dictionary_clear(&c->dictionary);
  mem_free(c->length);
  mem_free(c->prefix);
  mem_free(c->before);
  mem_free(c->arena);
  memset(c, 0, sizeof *c);
}

void column_change(struct parquet_column *c, const struct schema_column *schema, struct input *input) {
  c->schema = schema;
  c->chunk.input = input;
}

void column_trim(struct parquet_column *c) {
  chunk_trim(&c->chunk);
  dictionary_trim(&c->dictionary, CHUNK_KEEP);
  mem_free(c->length);
  mem_free(c->prefix);
  mem_free(c->before);
  mem_free(c->arena);
  c->length = c->prefix = NULL;
  c->before = c->arena = NULL;
  c->length_cap = c->prefix_cap = c->before_cap = c->arena_cap = c->before_n = 0;
}

size_t column_bytes(const struct parquet_column *c) {
  const struct dictionary *d = &c->dictionary;
  return c->chunk.cap + c->chunk.inflated_cap + d->bytes_cap + (d->number_cap + d->text_cap) * 2 * sizeof *d->text +
         (c->length_cap + c->prefix_cap) * sizeof *c->length + c->before_cap + c->arena_cap;
}

/* Is there a value for each row, as the footer says? */
static enum err_code check_values(const struct footer_chunk *chunk, uint64_t rows, struct err *e) {
  if (chunk->values == rows) return ERR_NONE;
  return err_set(e, ERR_DAMAGED, 0, "has %llu values in a row group of %llu rows, as the footer says",
                 (unsigned long long)chunk->values, (unsigned long long)rows);
}

enum err_code column_begin(struct parquet_column *c, const struct footer_chunk *chunk, uint64_t rows, struct err *e) {
  c->left = rows;
  c->page_left = 0;
  c->has_dictionary = 0;
  c->is_given = 0;
  if (c->schema->why) return err_set(e, ERR_FORMAT, 0, "%s, which can't be read", c->schema->why);
  return chunk_begin(&c->chunk, chunk, e) ? e->code : check_values(chunk, rows, e);
}

enum err_code column_give(struct parquet_column *c, const struct footer_chunk *chunk, uint64_t rows, int64_t number,
                          struct err *e) {
  if (check_values(chunk, rows, e)) return e->code;
  c->is_given = 1;
  c->is_indexed = 0;
  c->all_present = 1;
  memset(c->present, 1, sizeof c->present);
  for (uint32_t i = 0; i < COLUMN_WINDOW; i++) c->number[i] = number;
  return ERR_NONE;
}

/* --- pages ------------------------------------------------------------------------------------------------------- */

static enum err_code read_dictionary(struct parquet_column *c, struct err *e) {
  const struct page_header *h = &c->chunk.page;
  if (c->has_dictionary) return err_set(e, ERR_DAMAGED, 0, "has two dictionaries in a row group");
  if (h->encoding != PAGE_PLAIN && h->encoding != PAGE_PLAIN_DICTIONARY)
    return err_set(e, ERR_FORMAT, 0, "has a dictionary in an encoding that can't be read");
  if (dictionary_read(&c->dictionary, c->schema, h->values, c->chunk.p, c->chunk.n, e)) return e->code;
  c->has_dictionary = 1;
  c->dictionaries++;
  return ERR_NONE;
}

/* Finds the levels of the page, and moves `p` behind them. */
static enum err_code begin_levels(struct parquet_column *c, struct err *e) {
  const struct page_header *h = &c->chunk.page;
  const unsigned char *levels = c->chunk.levels;
  size_t n = h->level_bytes;
  c->has_levels = c->schema->is_optional;
  if (h->type == PAGE_DATA_V2) {
    c->has_levels = c->has_levels && n;
  } else if (c->has_levels) {
    if (h->level_encoding != PAGE_RLE)
      return err_set(e, ERR_FORMAT, 0, "has levels in an encoding that can't be read; RLE can");
    n = c->chunk.n < 4 ? 0 : bytes_load4((const char *)c->p);
    if (c->chunk.n < 4 || n > c->chunk.n - 4) return err_set(e, ERR_DAMAGED, 0, "has a page whose levels are cut off");
    levels = c->p + 4;
    c->p = levels + n;
  }
  if (c->has_levels) rle_start(&c->levels, levels, n, 1);
  return ERR_NONE;
}

static enum err_code begin_indexes(struct parquet_column *c, struct err *e) {
  if (!c->has_dictionary) return err_set(e, ERR_DAMAGED, 0, "has values of a dictionary that is not there");
  c->coding = COLUMN_INDEXED;
  if (c->p == c->end) { /* a page without values may have no width */
    rle_start(&c->indexes, c->p, 0, 0);
    return ERR_NONE;
  }
  unsigned width = *c->p++;
  if (!rle_start(&c->indexes, c->p, (size_t)(c->end - c->p), width))
    return err_set(e, ERR_DAMAGED, 0, "has indexes of %u bits", width);
  return ERR_NONE;
}

static enum err_code begin_delta(struct parquet_column *c, struct err *e) {
  const char *why = delta_start(&c->delta, c->p, (size_t)(c->end - c->p));
  c->coding = COLUMN_DELTA;
  return why ? err_set(e, ERR_DAMAGED, 0, "has a page that can't be read: %s", why) : ERR_NONE;
}

static void begin_split(struct parquet_column *c) {
  c->coding = COLUMN_SPLIT;
  c->split_next = 0;
  c->split_n = (size_t)(c->end - c->p) / plain_width(c->schema);
}

static int is_indexed(int64_t encoding) { return encoding == PAGE_PLAIN_DICTIONARY || encoding == PAGE_RLE_DICTIONARY; }

/* Begins the values of a page of data, which lie from `p` to `end`. */
static enum err_code begin_values(struct parquet_column *c, struct err *e) {
  int64_t encoding = c->chunk.page.encoding;
  int is_text = c->schema->values == SCHEMA_TEXT, is_integer = !is_text && c->schema->type != SCHEMA_INT96;
  c->coding = COLUMN_PLAIN;
  if (encoding == PAGE_PLAIN) return ERR_NONE;
  if (is_indexed(encoding)) return begin_indexes(c, e);
  if (encoding == PAGE_DELTA_BINARY_PACKED && is_integer) return begin_delta(c, e);
  if (encoding == PAGE_DELTA_LENGTH && is_text) return texts_begin_lengths(c, e);
  if (encoding == PAGE_DELTA_BYTES && is_text) return texts_begin_prefixes(c, e);
  if (encoding == PAGE_BYTE_STREAM_SPLIT && is_integer) return begin_split(c), ERR_NONE;
  return err_set(e, ERR_FORMAT, 0, "has the encoding %lld, which can't be read for its type", (long long)encoding);
}

static enum err_code begin_page(struct parquet_column *c, struct err *e) {
  const struct page_header *h = &c->chunk.page;
  if (h->type == PAGE_DICTIONARY) return read_dictionary(c, e);
  if (h->values > c->left) return err_set(e, ERR_DAMAGED, 0, "has more values than its row group has rows");
  if (h->type == PAGE_DATA_V2 && h->repeat_bytes)
    return err_set(e, ERR_DAMAGED, 0, "has repetition levels, although it is not repeated");
  c->p = c->chunk.p;
  c->end = c->chunk.p + c->chunk.n;
  if (begin_levels(c, e) || begin_values(c, e)) return e->code;
  c->page_left = h->values;
  c->left -= h->values;
  return ERR_NONE;
}

enum err_code column_ready(struct parquet_column *c, uint32_t *rows, struct err *e) {
  if (c->is_given) return *rows = COLUMN_WINDOW, ERR_NONE;
  while (!c->page_left) {
    int found = chunk_next(&c->chunk, e);
    if (found < 0) return e->code;
    if (!found) return err_set(e, ERR_DAMAGED, 0, "has fewer values than its row group has rows");
    if (begin_page(c, e)) return e->code;
  }
  *rows = c->page_left;
  return ERR_NONE;
}

enum err_code column_read_dictionary(struct parquet_column *c, int *is_all, struct err *e) {
  int found = chunk_next(&c->chunk, e);
  *is_all = 0;
  if (found <= 0 || c->chunk.page.type != PAGE_DICTIONARY) return e->code;
  if (read_dictionary(c, e)) return e->code;
  while ((found = chunk_pass(&c->chunk, e)) > 0) {
    enum page_type type = c->chunk.page.type;
    if (type == PAGE_DICTIONARY || (type != PAGE_INDEX && !is_indexed(c->chunk.page.encoding))) return ERR_NONE;
  }
  *is_all = !found;
  return e->code;
}

/* --- a window ---------------------------------------------------------------------------------------------------- */

/* Sets present[], and returns how many values there are, or -1 if the levels end too early. */
static int read_levels(struct parquet_column *c, uint32_t n) {
  uint32_t level[COLUMN_WINDOW], there;
  there = c->has_levels ? rle_skip_same(&c->levels, 1, n) : n;
  memset(c->present, 1, there);
  c->all_present = there == n;
  if (c->all_present) return (int)n;
  uint32_t begin = there;
  if (!rle_read(&c->levels, level, n - begin)) return -1;
  for (uint32_t i = begin; i < n; i++) {
    c->present[i] = (uint8_t)(level[i - begin] & 1);
    there += c->present[i];
  }
  return (int)there;
}

static int read_indexes(struct parquet_column *c, uint32_t n) {
  uint32_t largest = 0;
  if (!rle_read(&c->indexes, c->index, n)) return 0;
  for (uint32_t i = 0; i < n; i++) largest = c->index[i] > largest ? c->index[i] : largest;
  return !n || largest < c->dictionary.n;
}

static int read_split(struct parquet_column *c, uint32_t n) {
  size_t width = plain_width(c->schema);
  if (n > c->split_n - c->split_next) return 0;
  for (uint32_t i = 0; i < n; i++) {
    uint64_t x = 0;
    for (size_t k = 0; k < width; k++) x |= (uint64_t)c->p[k * c->split_n + c->split_next + i] << 8 * k;
    c->number[i] = (int64_t)x;
  }
  c->split_next += n;
  return 1;
}

/* INT32 is stored in the lower bits of what the delta encoding and the split one make. */
static void cut_to_type(struct parquet_column *c, uint32_t n) {
  if (c->schema->type != SCHEMA_INT32) return;
  for (uint32_t i = 0; i < n; i++)
    c->number[i] = c->schema->values == SCHEMA_UNSIGNED ? (int64_t)(uint32_t)c->number[i] : (int32_t)c->number[i];
}

static int read_numbers(struct parquet_column *c, uint32_t n) {
  int ok = c->coding == COLUMN_PLAIN   ? plain_numbers(&c->p, c->end, c->schema, c->number, n)
           : c->coding == COLUMN_DELTA ? delta_read(&c->delta, c->number, n)
                                       : read_split(c, n);
  if (!ok) return 0;
  if (c->coding != COLUMN_PLAIN) cut_to_type(c, n);
  plain_seconds(c->schema, c->number, n);
  return 1;
}

/* Moves the values, which lie at the front, to their rows. */
static void spread(struct parquet_column *c, uint32_t n, uint32_t there) {
  int is_text = c->schema->values == SCHEMA_TEXT;
  for (uint32_t i = n; i-- > 0 && there <= i;) {
    if (!c->present[i]) continue;
    there--;
    if (c->is_indexed) c->index[i] = c->index[there];
    else if (is_text) c->text[i] = c->text[there];
    else c->number[i] = c->number[there];
  }
}

enum err_code column_read(struct parquet_column *c, uint32_t n, struct err *e) {
  if (c->is_given) return ERR_NONE;
  c->is_indexed = c->coding == COLUMN_INDEXED;
  int there = read_levels(c, n), ok;
  if (there < 0) return err_set(e, ERR_DAMAGED, 0, "has a page with fewer levels than values");
  if (c->is_indexed) ok = read_indexes(c, (uint32_t)there);
  else if (c->schema->values != SCHEMA_TEXT) ok = read_numbers(c, (uint32_t)there);
  else if (c->coding == COLUMN_PLAIN) ok = plain_texts(&c->p, c->end, c->text, (uint32_t)there);
  else ok = texts_read(c, (uint32_t)there, e);
  if (e->code) return e->code;
  if (!ok) return err_set(e, ERR_DAMAGED, 0, "has a page with fewer values than it says, or with an index of none");
  if (!c->all_present) spread(c, n, (uint32_t)there);
  c->page_left -= n;
  return ERR_NONE;
}
