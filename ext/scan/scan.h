/* SPDX-License-Identifier: MIT */
/*
** A scan for records: the files of a list, in its order, as a sequence of batches.
**
**     files --> workers --> queue --> owner: scan_next()
**
** Whatever the number of threads, and also where none can be started, the rows and their order are
** the same.  How the rows are cut into batches may differ.
**
** Call order: scan_open(); scan_next() until it returns no batch; scan_close(), which stops all
** workers and may be called at any time.  All calls come from one thread, in which the options'
** `stop` is asked, too.
**
** Ownership: the list, the flags `wanted`, and what the options point to must outlive the scan,
** and the struct must stay where it is.  A batch that scan_next() returns belongs to the scan and
** is valid until the next call.
**
** With POLICY_FAIL a batch may end with one problem.  It comes after the batch's rows, and
** scan_next() must not be called again after it.
*/
#ifndef SCAN_SCAN_H
#define SCAN_SCAN_H

#include "record/batch.h"
#include "scan/queue.h"
#include "scan/workers.h"

struct scan {
  struct workers workers;
  struct queue queue;
  struct batch *batch; /* that scan_next() has returned last, or NULL */
  int is_ready;        /* the queue has been initialised */
};

/*
** Begins to read.  wanted[c] is nonzero for each column that the batches are to have.  ERR_NOMEM;
** scan_close() is due all the same.
*/
enum err_code scan_open(struct scan *s, const struct files *files, const uint8_t wanted[COLUMN_COUNT],
                        const struct scan_options *options, struct err *e);

/* Stops the scan and frees all of it.  counts: becomes what has been done; may be NULL. */
void scan_close(struct scan *s, struct scan_counts *counts);

/*
** Sets *batch to the next one, which has rows or problems, or to NULL at the end and on an error.
** ERR_INTERRUPT when the options' `stop` said so; ERR_NOMEM; ERR_FORMAT at the end of a scan in
** which every file (of one or more) was passed over, except with POLICY_COLLECT.
*/
enum err_code scan_next(struct scan *s, const struct batch **batch, struct err *e);

#endif
