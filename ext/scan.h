/* SPDX-License-Identifier: MIT */
/*
** A scan: the files of a list, in its order, as a sequence of batches.
**
** Call order: scan_open(), scan_next() until it returns no batch, scan_close().  The list and the options must outlive
** the scan.  A scan owns its reader and its batch; the batch that scan_next() returns is valid until the next call.
** The thread that opened a scan is the one that calls it.
**
** With POLICY_FAIL a batch may end with one problem: it comes after the batch's rows, and the scan must not go on.
*/
#ifndef SCAN_H
#define SCAN_H

#include "batch.h"
#include "discover.h"
#include "reader.h"

struct scan_options {
  struct reader_options reader;
  int (*stop)(void *context); /* asked between pieces of work; nonzero ends the scan with ERR_INTERRUPT; may be NULL */
  void *context;
};

struct scan {
  const struct files *files;
  const struct scan_options *options;
  size_t next;        /* file to open next */
  size_t passed_over; /* files that were no flow logs */
  char why[ERR_TEXT]; /* why the first file that was passed over was */
  int is_open;        /* the reader is at file next - 1 */
  struct reader reader;
  struct batch batch;
};

/* ERR_NOMEM; scan_close() is due all the same. */
enum err_code scan_open(struct scan *s, const struct files *files, const uint8_t wanted[COLUMN_COUNT],
                        const struct scan_options *options, struct err *e);
void scan_close(struct scan *s);

/*
** Sets *batch to the next one, which has rows or problems, or to NULL at the end.  ERR_INTERRUPT; ERR_NOMEM;
** ERR_FORMAT at the end of a scan in which every file (of one or more) was passed over, but with POLICY_COLLECT.
*/
enum err_code scan_next(struct scan *s, const struct batch **batch, struct err *e);

/* How a file of the list is to be read: what the user named, or AWS named as a flow log, must be one. */
enum expectation scan_expectation(const struct file *file);

#endif
