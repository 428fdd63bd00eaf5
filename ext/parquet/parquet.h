/* SPDX-License-Identifier: MIT */
/*
** A Parquet file: its columns, and the rows of some of them, window by window.
**
** Call order: parquet_init() once; for each file parquet_open(), a look at the footer, parquet_choose();
** then, for each row group that is wanted, parquet_begin_group() and parquet_window() until it sets no
** rows; parquet_close().  parquet_clear() at the end.  A query that needs no column, and so no page, can
** take the number of rows from the footer, which parquet_begin_group() compares with the headers of pages.
**
** Memory: the footer, and for each chosen column its buffers (chunk.h, column.h), which limits of these
** headers bound, whatever the file says, and PARQUET_MEMORY for all columns together.  It comes from base/mem.h.
** A struct belongs to one thread at a time.
**
** Errors: ERR_DAMAGED, ERR_FORMAT for what is not read, ERR_NOMEM, and those of file/input.h.  The text
** says what is wrong and names the column; the file is the caller's to name.
**
** What is read: all encodings of integers and texts but the obsolete BIT_PACKED levels, pages of both
** versions, and the codecs of codec.h.  What a column can be is in schema.h.
**
** Source: README.md and Encodings.md of apache/parquet-format, 2.11.
*/
#ifndef PARQUET_PARQUET_H
#define PARQUET_PARQUET_H

#include "file/input.h"
#include "parquet/column.h"
#include "parquet/footer.h"

#define PARQUET_MEMORY ((size_t)1 << 30) /* bytes for the chosen columns together */

struct parquet {
  struct input *input;  /* not owned */
  unsigned char *bytes; /* of the footer */
  struct footer footer;
  struct codec codec;
  uint32_t n;  /* chosen columns */
  size_t made; /* columns with memory, of which the chosen ones are the first */
  struct parquet_chosen {
    uint32_t number; /* in the schema */
    int is_given; /* its pages are not read in the row group: each row has the number `given`, which the caller knows */
    int64_t given; /* both are set before parquet_begin_group() */
    struct parquet_column column;
  } * chosen; /* those columns */
  size_t chosen_cap;
  size_t memory;                /* bytes that they have, as column_bytes() says */
  uint64_t left;                /* rows of the row group at hand */
  struct parquet_column *probe; /* of parquet_dictionary(); NULL before */
};

void parquet_init(struct parquet *p);
void parquet_clear(struct parquet *p);

/* Reads the footer of a file, which must stay open until parquet_close(). */
enum err_code parquet_open(struct parquet *p, struct input *input, struct err *e);

/*
** Frees what belongs to the file, but keeps the memory of columns for the next one.  A file may be closed twice, or
** without having been opened.
*/
void parquet_close(struct parquet *p);

/*
** Chooses the columns c of the schema for which wanted[c] is not 0; chosen[] has them in their order.
** ERR_FORMAT if one of them can't be read; ERR_NOMEM.
*/
enum err_code parquet_choose(struct parquet *p, const uint8_t *wanted, struct err *e);

/*
** Reads the dictionary of a column of the schema in a row group.  *dictionary becomes NULL if the column has values in
** the row group that are not in it, or that cannot be read, which is no error here.  Otherwise it is valid until the
** next call.  ERR_NOMEM, ERR_INTERRUPT, and those of the file.
*/
enum err_code parquet_dictionary(struct parquet *p, uint32_t group, uint32_t column,
                                 const struct dictionary **dictionary, struct err *e);

/*
** Begins to read a row group.  Where no column is chosen, its pages are counted by the headers of the smallest column,
** because nothing else would show that a number of rows is wrong; where all are given, by those of the smallest of
** these.
*/
enum err_code parquet_begin_group(struct parquet *p, uint32_t group, struct err *e);

/* Reads the next rows of all chosen columns, and sets *rows to their number, 0 at the end of the row group. */
enum err_code parquet_window(struct parquet *p, uint32_t *rows, struct err *e);

#endif
