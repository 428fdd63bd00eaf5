/* SPDX-License-Identifier: MIT */
/*
** The files of a list, summed: a scan whose workers do not hand over records, but groups of them.
**
**     files -> (prune) -> worker: reader -> groups -\
**                         worker: reader -> groups --> merged -> owner: rollup_scan_next()
**
** Call order: rollup_scan_open(), rollup_scan_next() until it returns no group, rollup_scan_close(), which stops all workers.  The
** list, the grouping and the options must outlive it.  The group that rollup_scan_next() returns is valid until the next
** call.  The thread that opened it is the one that calls it, and the one in which stop() is called.
**
** Workers merge their groups with those of workers that ended before.  When a worker's groups take more than its share
** of the memory, the owner gets them at once, and the worker goes on with none: then there are several groups of one
** key.  The groups come in no particular order.
**
** With POLICY_FAIL, the first problem of the earliest file that has one ends it, whatever the number of threads.  No
** group is returned before all files up to that one have been read, unless groups had to be handed over for their size.
*/
#ifndef SCAN_ROLLUP_SCAN_H
#define SCAN_ROLLUP_SCAN_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/threads.h"
#include "file/discover.h"
#include "scan/group.h"
#include "scan/reader.h"
#include "scan/scan.h"

struct rollup_scan_options {
  struct scan_options scan; /* policy: POLICY_FAIL or POLICY_SKIP */
  uint64_t memory;          /* bytes that all groups together may take, about: a worker looks after each window */
};

struct rollup_scan_worker {
  struct reader reader;
  struct batch batch; /* for its problems */
  struct groups groups;
  size_t file;
  int is_open;                     /* it is at that file */
  int is_full;                     /* the owner has the groups, or is to get them; guarded by the mutex */
  struct rollup_scan_worker *next; /* in one of the scan's lists; likewise */
};

struct rollup_scan {
  const struct files *files;
  const struct grouping *grouping;
  struct rollup_scan_options options;
  uint64_t share; /* bytes of a worker's groups */
  struct threads threads;
  struct rollup_scan_worker *worker; /* one, at least: the caller's own where there are no threads */
  unsigned nworkers;
  pthread_mutex_t mutex;  /* guards what follows, while workers run */
  pthread_cond_t news;    /* the owner waits for: a full worker, or the last one's end */
  pthread_cond_t emptied; /* full workers wait for: the owner is done with their groups */
  unsigned running;       /* workers that have not ended */
  int no_memory;
  size_t next;                       /* file to be given out next */
  struct rollup_scan_worker *full;   /* workers whose groups the owner is to get, and who wait */
  struct rollup_scan_worker *merged; /* the worker that holds the groups of those that have ended, or NULL */
  struct batch failed;               /* the problem of failed_file */
  atomic_size_t failed_file;         /* the earliest one that has a problem, with POLICY_FAIL; else files->n */
  struct scan_counts counts;
  char why[ERR_TEXT]; /* why the list's first file was passed over, if it was */
  atomic_int stopped;
  struct rollup_scan_worker *current; /* owner's: whose groups are being returned, or NULL */
  struct groups_place place;          /* in these */
  int is_ready, is_last;              /* the struct has been set up; no groups come after the current ones */
};

/* ERR_NOMEM; rollup_scan_close() is due all the same. */
enum err_code rollup_scan_open(struct rollup_scan *g, const struct files *files, const struct grouping *grouping,
                               const struct rollup_scan_options *options, struct err *e);
void rollup_scan_close(struct rollup_scan *g, struct scan_counts *counts); /* what it has done; may be NULL */

/*
** Sets *group to the next one, or to NULL at the end.  ERR_INTERRUPT; ERR_NOMEM; ERR_FORMAT when every file (of one or
** more) was passed over.
*/
enum err_code rollup_scan_next(struct rollup_scan *g, const struct group **group, struct err *e);

/* At the end: the batch that has the problem which ended it, or NULL. */
const struct batch *rollup_scan_problem(const struct rollup_scan *g);

#endif
