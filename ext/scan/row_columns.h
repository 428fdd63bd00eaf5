/* SPDX-License-Identifier: MIT */
/*
** Which columns of a Parquet file are fields of flow logs, and the layout of those that are chosen.
**
** The names of columns are read as those of a header are, in any spelling.  Columns that are no fields are
** fields without a place in the table, as unknown names of a header: they come with `extra`.  The functions
** are parts of parquet_rows.h, and work on its struct.
*/
#ifndef SCAN_ROW_COLUMNS_H
#define SCAN_ROW_COLUMNS_H

#include "scan/parquet_rows.h"

/*
** Finds the fields among the columns, and whether the file is a flow log.  ERR_FORMAT if a field stands in two
** columns.
*/
enum err_code row_columns_find(struct parquet_rows *r, struct err *e);

/* Sets *l to the layout of the columns for which wanted[] is not 0. */
void row_columns_layout(const struct parquet_rows *r, const uint8_t *wanted, struct layout *l);

#endif
