/* SPDX-License-Identifier: MIT */
/*
** The part of a reader that reads Parquet files: see reader_rows.c.
*/
#ifndef SCAN_READER_ROWS_H
#define SCAN_READER_ROWS_H

#include "scan/reader.h"

/*
** Opens the file if that is due, and makes its next rows the window, or adds them to the sums.  At its end,
** and when a problem has ended it, r->done is set.  ERR_NOMEM, ERR_INTERRUPT.
*/
enum err_code reader_next_rows(struct reader *r, struct batch *b, struct err *e);

/* Takes the rows of the window, as the reader takes lines.  ERR_NOMEM. */
enum err_code reader_take_rows(struct reader *r, struct batch *b, struct err *e);

#endif
