/* SPDX-License-Identifier: MIT */
/*
** Decides from the statistics of a row group whether a record in it can pass a predicate.
**
** The footer of a Parquet file says for the columns of each row group what their smallest and largest
** values are.  Where that is not said, or may be imprecise, the row group is read.  What is said is believed:
** a file whose statistics are wrong gives wrong answers to every reader.
**
** The function is pure; any thread may call it.
*/
#ifndef SCAN_ROW_GROUPS_H
#define SCAN_ROW_GROUPS_H

#include "parquet/footer.h"
#include "predicate/predicate.h"

/*
** 0: no record of the row group can pass; otherwise 1.  column_of: for each field its column in the file,
** or -1.
*/
int row_groups_may_pass(const struct predicate *p, const struct footer *f, uint32_t group, const int16_t *column_of);

#endif
