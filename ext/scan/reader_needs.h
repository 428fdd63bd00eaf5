/* SPDX-License-Identifier: MIT */
/*
** What of a file a reader must read, where columns can be read alone.
*/
#ifndef SCAN_READER_NEEDS_H
#define SCAN_READER_NEEDS_H

#include "scan/reader.h"

/*
** Sets *need to the fields that the batch, the sums, and the conditions of the query need.  All columns are
** needed where the line is: for `raw` and `extra`, for a filter, which goes by position, and by who
** collects or counts problems.
*/
void reader_needs(const struct reader *r, const struct batch *b, struct rows_need *need);

#endif
