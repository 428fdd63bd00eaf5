/* SPDX-License-Identifier: MIT */
/*
** Values in plain encoding: integers of 4 or 8 bytes and times of 12, the lowest byte first, and texts
** with their length in 4 bytes in front.  The functions are pure; any thread may call them.
**
** Source: "Plain", Encodings.md of apache/parquet-format.
*/
#ifndef PARQUET_PLAIN_H
#define PARQUET_PLAIN_H

#include "parquet/dictionary.h"
#include "parquet/schema.h"

/* Bytes of a number of this column. */
size_t plain_width(const struct schema_column *column);

/*
** Read n numbers, or n texts, at *p, and move it behind them.  Return 0 if the bytes end before that.
** Numbers are those that are stored, but for INT96, which become seconds.
*/
int plain_numbers(const unsigned char **p, const unsigned char *end, const struct schema_column *column, int64_t *out,
                  uint32_t n);
int plain_texts(const unsigned char **p, const unsigned char *end, struct parquet_text *out, uint32_t n);

/* Makes seconds of n times, in the place where they are; other numbers stay. */
void plain_seconds(const struct schema_column *column, int64_t *number, uint32_t n);

/* The same for one number. */
int64_t plain_second(const struct schema_column *column, int64_t number);

#endif
