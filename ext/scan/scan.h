/* SPDX-License-Identifier: MIT */
/*
** A scan: the files of a list, in its order, as a sequence of batches.
**
**     files -> (prune) -> worker: reader -> queue -> owner: scan_next()
**                         worker: reader ->
**
** A file is the unit of a worker's work.  Whatever the number of threads, and also where none can be started, the rows
** and their order are the same; how they are cut into batches may differ.
**
** Call order: scan_open(), scan_next() until it returns no batch, scan_close(), which stops all workers.  The list and
** the options must outlive the scan.  The batch that scan_next() returns is valid until the next call.  The thread that
** opened a scan is the one that calls it, and the one in which stop() is called.
**
** With POLICY_FAIL a batch may end with one problem: it comes after the batch's rows, and the scan must not go on.
*/
#ifndef SCAN_SCAN_H
#define SCAN_SCAN_H

#include "record/batch.h"
#include "base/threads.h"
#include "file/discover.h"
#include "scan/queue.h"
#include "scan/reader.h"

#define SCAN_SMALL (1 << 20) /* bytes of files that are not worth a thread, where nobody asks for one */

struct scan_options {
  struct reader_options reader; /* scan_open() sets reader.ahead itself */
  int (*stop)(void *context); /* asked between pieces of work; nonzero ends the scan with ERR_INTERRUPT; may be NULL */
  void *context;
  int threads; /* -1: as many as there are processors and work for them; 0: the caller's alone */
};

/* What a scan has done so far. */
struct scan_counts {
  uint64_t files;          /* in the list */
  uint64_t pruned;         /* of these, not opened, for what their paths say */
  uint64_t read;           /* of these, read to their ends, or to where the scan ended */
  uint64_t passed_over;    /* of these, no flow logs */
  uint64_t bytes_read;     /* from the files */
  uint64_t bytes_inflated; /* out of gzip */
  uint64_t records;        /* found in the files */
  uint64_t rows;           /* of these, those that the predicate let pass */
  unsigned threads;        /* that were started; 0: the caller's did the work */
};

struct scan {
  const struct files *files;
  struct scan_options options;
  struct queue queue;
  struct threads threads;
  struct batch *batch; /* that scan_next() has returned last, or NULL */
  struct scan_worker { /* the caller's own work, where there are no threads */
    struct reader reader;
    int is_open; /* it is at file `file` */
    size_t file;
    int is_ready; /* the reader has been initialised */
  } own;
  int is_ready;              /* the queue has been initialised */
  struct scan_counts counts; /* guarded by the queue's mutex while workers run */
  char why[ERR_TEXT];        /* why the list's first file was passed over, if it was; likewise */
};

/* wanted: COLUMN_COUNT flags, which must outlive the scan.  ERR_NOMEM; scan_close() is due all the same. */
enum err_code scan_open(struct scan *s, const struct files *files, const uint8_t wanted[COLUMN_COUNT],
                        const struct scan_options *options, struct err *e);
void scan_close(struct scan *s, struct scan_counts *counts); /* what it has done; may be NULL */

/*
** Sets *batch to the next one, which has rows or problems, or to NULL at the end.  ERR_INTERRUPT; ERR_NOMEM;
** ERR_FORMAT at the end of a scan in which every file (of one or more) was passed over, but with POLICY_COLLECT.
*/
enum err_code scan_next(struct scan *s, const struct batch **batch, struct err *e);

/* How a file of the list is to be read: what the user named, or AWS named as a flow log, must be one. */
enum expectation scan_expectation(const struct file *file);

/* Threads for a scan of these files: what is asked for, or as many as there is work for; as many as files at most. */
unsigned scan_threads(const struct files *files, int asked);

/* Should a reader read ahead?  When a single file is all there is for several threads to do. */
int scan_reads_ahead(const struct files *files, int asked);

/* Adds what a reader has found in the file that it is at. */
void scan_add_file(struct scan_counts *c, const struct reader *r);

/* The error of a scan whose files all were passed over; why: the first one's reason. */
enum err_code scan_nothing_found(const struct files *files, const char *why, struct err *e);

#endif
