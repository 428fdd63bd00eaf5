/* SPDX-License-Identifier: MIT */
/*
** A scan that sums: the files of a list as groups of records.
**
**     files --> workers: groups of each --> merged --> owner: rollup_scan_next()
**
** Call order: rollup_scan_open(); rollup_scan_next() until it returns no group;
** rollup_scan_problem(); rollup_scan_close(), which stops all workers and may be called at any
** time.  All calls come from one thread, in which the options' `stop` is asked, too.
**
** Ownership: the list, the grouping and what the options point to must outlive the scan, and the
** struct must stay where it is.  A group that rollup_scan_next() returns belongs to the scan and
** is valid until the next call.
**
** The groups come in no particular order.  There may be several groups with one key, because
** memory is bounded: a worker whose groups take more than its share of it hands them to the owner
** and goes on with none.  The caller adds them up.
**
** With POLICY_FAIL, the first problem of the earliest file that has one ends the scan, whatever
** the number of threads.  No group is returned before all files up to that one have been read,
** unless groups had to be handed over for their size.
*/
#ifndef SCAN_ROLLUP_SCAN_H
#define SCAN_ROLLUP_SCAN_H

#include <pthread.h>
#include <stdatomic.h>

#include "scan/group.h"
#include "scan/workers.h"

struct rollup_scan_options {
  struct scan_options scan; /* its policy is POLICY_FAIL or POLICY_SKIP */
  uint64_t memory; /* bytes that all groups together may take; each worker checks its share after each window */
};

/* What a worker has besides its reader. */
struct rollup_scan_worker {
  struct groups groups;
  struct batch batch;              /* for problems: records go into the groups */
  int is_full;                     /* the owner has the groups, or is to get them; guarded by the mutex */
  struct rollup_scan_worker *next; /* in the list `full`; guarded by the mutex */
};

struct rollup_scan {
  struct workers workers;
  const struct grouping *grouping;
  uint64_t share;                    /* bytes that one worker's groups may take */
  struct rollup_scan_worker *worker; /* one for each of workers.worker */
  atomic_size_t failed_file; /* the earliest file that has a problem, or files->n; changes with the mutex held */
  pthread_mutex_t mutex;     /* guards what follows, while threads run */
  pthread_cond_t news;       /* the owner waits for this: a worker is full, or the last one has ended */
  pthread_cond_t emptied;    /* full workers wait for this: the owner is done with groups, or the scan was stopped */
  unsigned ended;            /* workers that have ended */
  int no_memory;
  struct rollup_scan_worker *full;    /* workers that wait until the owner has returned their groups */
  struct rollup_scan_worker *merged;  /* the worker that has the groups of those that have ended, or NULL */
  struct batch failed;                /* the problem of failed_file */
  struct rollup_scan_worker *current; /* the owner's: whose groups are being returned, or NULL */
  struct groups_place place;          /* the owner's: the place in these */
  int is_ready;                       /* the mutex and the conditions have been initialised */
  int is_last;                        /* the owner's: no groups come after the current ones */
  int is_parted;                      /* the owner's: groups were returned before the last ones */
};

/* Begins to read.  ERR_NOMEM; rollup_scan_close() is due all the same. */
enum err_code rollup_scan_open(struct rollup_scan *g, const struct files *files, const struct grouping *grouping,
                               const struct rollup_scan_options *options, struct err *e);

/* Stops the scan and frees all of it.  counts: becomes what has been done; may be NULL. */
void rollup_scan_close(struct rollup_scan *g, struct scan_counts *counts);

/*
** Sets *group to the next one, or to NULL at the end and on an error.  ERR_INTERRUPT when the
** options' `stop` said so; ERR_NOMEM; ERR_FORMAT when every file (of one or more) was passed over.
** A problem that ended the scan is no error here: it ends the groups, and rollup_scan_problem()
** returns it.
*/
enum err_code rollup_scan_next(struct rollup_scan *g, const struct group **group, struct err *e);

/*
** May several of the groups that this scan returns have one key?  To be asked while there is a
** group.
*/
int rollup_scan_is_parted(const struct rollup_scan *g);

/*
** At the end: the batch that has, as its first problem, the one which ended the scan.  NULL: there
** was none.
*/
const struct batch *rollup_scan_problem(const struct rollup_scan *g);

#endif
