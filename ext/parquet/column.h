/* SPDX-License-Identifier: MIT */
/*
** The values of one column, window by window.
**
** Call order: column_init() once; for each row group column_begin(); then, as long as the row group has
** rows, column_ready() and column_read() of at most as many rows as it says; column_clear() at the end.
** All columns of a query are read in step, so a window has the rows that each of their pages has left.
**
** A window is what `values` says, and is valid until the next call:
**
**     present[row]   0: the value is missing, and the other arrays have nothing for the row
**     number[row]    of a column of numbers; times are seconds
**     text[row]      of a column of texts, with CHUNK_PADDING readable bytes behind it
**     index[row]     if is_indexed: the number of the value in `dictionary`, in the place of the two
**
** A text of more than COLUMN_TEXT_MAX bytes may be cut, but not to fewer than these and one more.
**
** Errors are ERR_DAMAGED, ERR_FORMAT, ERR_NOMEM, and those of the file.  Their texts go on from "column
** NAME".  A struct belongs to one thread at a time.
*/
#ifndef PARQUET_COLUMN_H
#define PARQUET_COLUMN_H

#include "parquet/chunk.h"
#include "parquet/delta.h"
#include "parquet/dictionary.h"
#include "parquet/rle.h"

#define COLUMN_WINDOW   1024         /* rows that are read at once, at most */
#define COLUMN_TEXT_MAX (64u * 1024) /* bytes of a text that can be of use */
#define COLUMN_LENGTHS  (4u << 20)   /* texts in one page of DELTA_LENGTH_BYTE_ARRAY or DELTA_BYTE_ARRAY, at most */

/* How the values of the page at hand are encoded. */
enum column_coding {
  COLUMN_PLAIN,
  COLUMN_INDEXED,
  COLUMN_DELTA,
  COLUMN_LENGTH, /* texts behind their lengths */
  COLUMN_PREFIX, /* texts that begin as the one before */
  COLUMN_SPLIT,  /* the first bytes of all numbers, then the second bytes ... */
};

struct parquet_column {
  const struct schema_column *schema;
  struct chunk chunk;
  uint64_t left;      /* rows of the row group that the next pages must have */
  uint32_t page_left; /* rows of the page at hand */
  int has_levels;     /* values of the page may be missing: */
  struct rle levels;  /* 1 for each that is there */
  enum column_coding coding;
  const unsigned char *p, *end; /* what follows of the page's values */
  struct rle indexes;
  struct delta delta;
  uint32_t *length, *prefix; /* of the texts of a page */
  size_t length_cap, prefix_cap, next_text, texts;
  size_t split_next, split_n;
  unsigned char *before; /* the text before, of COLUMN_PREFIX */
  size_t before_n, before_cap;
  unsigned char *arena; /* the texts of the window, likewise */
  size_t arena_cap;

  struct dictionary dictionary;
  uint64_t dictionaries; /* how many there have been: changes when the dictionary does */
  int has_dictionary;
  int is_given;                /* by column_give(): all rows have the same number */
  int is_indexed, all_present; /* the window */
  uint8_t present[COLUMN_WINDOW];
  uint32_t index[COLUMN_WINDOW];
  int64_t number[COLUMN_WINDOW];
  struct parquet_text text[COLUMN_WINDOW];
};

void column_init(struct parquet_column *c, const struct schema_column *schema, struct input *input,
                 struct codec *codec);
void column_clear(struct parquet_column *c);

/* Makes it a column of another file.  Its memory is used again, so that a file does not begin with page faults. */
void column_change(struct parquet_column *c, const struct schema_column *schema, struct input *input);

/* Bytes that it has allocated, and about as much as a reader needs for each value of a dictionary. */
size_t column_bytes(const struct parquet_column *c);

/* Frees what a column of another file would hardly need. */
void column_trim(struct parquet_column *c);

/* Begins a row group of so many rows. */
enum err_code column_begin(struct parquet_column *c, const struct footer_chunk *chunk, uint64_t rows, struct err *e);

/* In the place of column_begin(), for a row group whose pages are not read: each of its rows has this number. */
enum err_code column_give(struct parquet_column *c, const struct footer_chunk *chunk, uint64_t rows, int64_t number,
                          struct err *e);

/*
** Behind column_begin(), and in the place of the functions below: reads the dictionary, and sets *is_all to
** whether every page has nothing but values of the dictionary.
*/
enum err_code column_read_dictionary(struct parquet_column *c, int *is_all, struct err *e);

/* Makes sure that there is a page with rows, and sets *rows to their number. */
enum err_code column_ready(struct parquet_column *c, uint32_t *rows, struct err *e);

/* Reads n rows, at most COLUMN_WINDOW and those of column_ready(). */
enum err_code column_read(struct parquet_column *c, uint32_t n, struct err *e);

#endif
