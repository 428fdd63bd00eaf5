/* SPDX-License-Identifier: MIT */
/*
** Writes a row of CSV, whose columns are fields of flow logs, as a line of a flow log.  The
** functions are pure; any thread may call them.
*/
#ifndef CONTAINER_CSV_FIELDS_H
#define CONTAINER_CSV_FIELDS_H

#include "container/block.h"
#include "container/csv_columns.h"

#define CSV_PADDING 16 /* bytes that may be read behind a row, and written behind a line */

/*
** Writes the values of the used columns, at most BLOCK_LINE bytes, and returns these; 0 if they
** are more.  An empty value becomes '-'.  Blanks within a value become %20, as AWS encodes the
** values of tags.
*/
size_t csv_fields_put(const struct csv_columns *c, const struct csv_row *row, char *line);

#endif
