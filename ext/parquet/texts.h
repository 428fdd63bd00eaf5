/* SPDX-License-Identifier: MIT */
/*
** The two encodings in which Parquet writes the lengths of all texts of a page before the texts: see
** texts.c.  The functions are parts of column.h, and work on its struct.
**
** Source: "Delta-length byte array" and "Delta Strings", Encodings.md of apache/parquet-format.
*/
#ifndef PARQUET_TEXTS_H
#define PARQUET_TEXTS_H

#include "parquet/column.h"

/* Begin a page of DELTA_LENGTH_BYTE_ARRAY, or of DELTA_BYTE_ARRAY. */
enum err_code texts_begin_lengths(struct parquet_column *c, struct err *e);
enum err_code texts_begin_prefixes(struct parquet_column *c, struct err *e);

/* Reads n texts to c->text.  Returns 0 if there are fewer; ERR_NOMEM. */
int texts_read(struct parquet_column *c, uint32_t n, struct err *e);

#endif
