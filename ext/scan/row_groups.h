/* SPDX-License-Identifier: MIT */
/*
** Decides from the statistics of a row group whether a record in it can pass a predicate.
**
** The footer of a Parquet file says for the columns of each row group what their smallest and largest
** values are, and how many are missing.  Where that is not said, or may be imprecise, the row group is read.
** What is said is believed: a file whose statistics are wrong gives wrong answers to every reader.
**
** Where that is not enough, the dictionaries of the row group are read, which have all values of a column if
** all of its pages refer to them.
*/
#ifndef SCAN_ROW_GROUPS_H
#define SCAN_ROW_GROUPS_H

#include "parquet/parquet.h"
#include "predicate/predicate.h"

/*
** 0: no record of the row group can pass; otherwise 1.  column_of: for each field its column in the file,
** or -1.
*/
int row_groups_may_pass(const struct predicate *p, const struct footer *f, uint32_t group, const int16_t *column_of);

/*
** 1: the field, whose column this is, has a number in every record of the row group, and all of them pass the terms
** about the field, of which there is one at least; *number is one of them.  0: that is not known.
*/
int row_groups_all_pass(const struct predicate *p, const struct footer *f, uint32_t group, int field, uint32_t column,
                        int64_t *number);

/*
** The same as row_groups_may_pass() from the dictionaries of the columns that the predicate is about: sets *may_pass.
** ERR_NOMEM, ERR_INTERRUPT, and the errors of the file.
*/
enum err_code row_groups_dictionaries(const struct predicate *p, struct parquet *file, uint32_t group,
                                      const int16_t *column_of, int *may_pass, struct err *e);

#endif
