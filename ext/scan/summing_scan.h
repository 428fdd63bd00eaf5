/* SPDX-License-Identifier: MIT */
/*
** A scan that sums: the files of a list as the sums of their records.
**
**     files --> workers: sums of each --> merged --> owner: summing_scan_next()
**
** Call order: summing_scan_open(); one struct summing for each of workers.n workers, in
** worker[i].summing; summing_scan_start(); summing_scan_next() until it returns no sums;
** summing_scan_problem(); summing_scan_close(), which stops all workers and may be called at any
** time.  All calls come from one thread, in which the options' `stop` is asked, too.
**
** Ownership: the list and what the options point to must outlive the scan, and the struct must
** stay where it is.  The sums belong to the caller, who frees them after summing_scan_close().
** While threads run, only those that summing_scan_next() returned last are the caller's to read.  Where
** the kind of sums has no merge(), it returns sums when all workers have ended, and the caller may then
** read those of all workers.
**
** Memory is bounded where the kind of sums says that they are full: a worker hands these to the
** owner and goes on with none, so that one key may be in several sums.  The caller adds them up.
**
** With POLICY_FAIL, the first problem of the earliest file that has one ends the scan, whatever
** the number of threads.  No sums are returned before all files up to that one have been read,
** unless they had to be handed over for their size.
*/
#ifndef SCAN_SUMMING_SCAN_H
#define SCAN_SUMMING_SCAN_H

#include <pthread.h>
#include <stdatomic.h>

#include "scan/summing.h"
#include "scan/workers.h"

/* What a worker has besides its reader. */
struct summing_worker {
  struct summing summing;
  struct batch batch;          /* for problems: records are summed */
  int is_full;                 /* the owner has the sums, or is to get them; guarded by the mutex */
  struct summing_worker *next; /* in the list `full`; guarded by the mutex */
};

struct summing_scan {
  struct workers workers;
  struct summing_worker *worker; /* one for each of workers.worker */
  atomic_size_t failed_file;     /* the earliest file that has a problem, or files->n; changes with the mutex held */
  pthread_mutex_t mutex;         /* guards what follows, while threads run */
  pthread_cond_t news;           /* the owner waits for this: a worker is full, or the last one has ended */
  pthread_cond_t emptied;        /* full workers wait for this: the owner is done with sums, or the scan was stopped */
  unsigned ended;                /* workers that have ended */
  int no_memory;
  struct summing_worker *full;    /* workers that wait until the owner is done with their sums */
  struct summing_worker *merged;  /* the worker that has the sums of those that have ended, or NULL */
  struct batch failed;            /* the problem of failed_file */
  struct summing_worker *current; /* the owner's: whose sums were returned, or NULL */
  int is_ready;                   /* the mutex and the conditions have been initialised */
  int is_last;                    /* the owner's: no sums come after the current ones */
  int is_parted;                  /* the owner's: sums were returned before the last ones */
};

/*
** Gets ready, and decides how many workers there are.  ERR_NOMEM; summing_scan_close() is due all
** the same.
*/
enum err_code summing_scan_open(struct summing_scan *g, const struct files *files, const struct scan_options *options,
                                struct err *e);

/* Begins to read.  ERR_NOMEM. */
enum err_code summing_scan_start(struct summing_scan *g, struct err *e);

/*
** In a child of fork(): is there nothing that may be locked, waited for or freed, the sums
** included?
*/
static inline int summing_scan_is_lost(const struct summing_scan *g) {
  return g->is_ready && workers_are_lost(&g->workers);
}

/* Stops the scan and frees all of it but the sums.  counts: becomes what has been done; may be NULL. */
void summing_scan_close(struct summing_scan *g, struct scan_counts *counts);

/*
** Clears the sums that it returned last, and sets *sums to the next ones, or to NULL at the end and
** on an error.  ERR_INTERRUPT when the options' `stop` said so; ERR_NOMEM; ERR_FORMAT when every
** file (of one or more) was passed over.  A problem that ended the scan is no error here: it ends
** the sums, and summing_scan_problem() returns it.
*/
enum err_code summing_scan_next(struct summing_scan *g, void **sums, struct err *e);

/* Has a problem ended the scan?  Sums that were returned before are not complete then. */
static inline int summing_scan_has_failed(const struct summing_scan *g) {
  return atomic_load_explicit(&g->failed_file, memory_order_relaxed) < g->workers.files->n;
}

/* May several of the sums that this scan returns have one key?  To be asked while there are sums. */
static inline int summing_scan_is_parted(const struct summing_scan *g) { return g->is_parted || !g->is_last; }

/*
** At the end: the batch that has, as its first problem, the one which ended the scan.  NULL: there
** was none.
*/
const struct batch *summing_scan_problem(const struct summing_scan *g);

#endif
