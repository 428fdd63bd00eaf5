/* SPDX-License-Identifier: MIT */
/*
** What parquet_rows.c and row_values.c have from each other: two parts of parquet_rows.h, on whose struct the
** functions work.
*/
#ifndef SCAN_ROW_VALUES_H
#define SCAN_ROW_VALUES_H

#include "scan/parquet_rows.h"

/* Reads the next rows, of the row group at hand or of the next one that is wanted.  r->nrows is 0 at the end. */
enum err_code row_values_next(struct parquet_rows *r, struct err *e);

/* Makes the words of a column in the n rows that have been read.  ERR_NOMEM. */
enum err_code row_values_read(struct parquet_rows *r, struct rows_column *c, uint32_t n, struct err *e);

/*
** Finds out which of the rows that have been read are wanted, from the columns that the predicate is about alone:
** sets r->keep[] to 0 for the others, and *kept to the number that are left.  Where one of these columns has an
** error, all rows are kept.  ERR_NOMEM.
*/
enum err_code row_values_drop(struct parquet_rows *r, const struct predicate_bound *wanted, uint64_t *kept,
                              struct err *e);

#endif
