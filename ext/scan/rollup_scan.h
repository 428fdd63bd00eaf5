/* SPDX-License-Identifier: MIT */
/*
** The files of a list as groups of records: a scan that sums (summing_scan.h), with a table of
** groups for each worker.
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
*/
#ifndef SCAN_ROLLUP_SCAN_H
#define SCAN_ROLLUP_SCAN_H

#include "scan/group.h"
#include "scan/summing_scan.h"

struct rollup_scan_options {
  struct scan_options scan; /* its policy is POLICY_FAIL or POLICY_SKIP */
  uint64_t memory; /* bytes that all groups together may take; each worker checks its share after each window */
};

struct rollup_scan {
  struct summing_scan scan;
  struct rollup_sums { /* what one worker sums */
    const struct grouping *grouping;
    uint64_t share; /* bytes that the groups may take */
    struct groups groups;
    struct grouping_bound bound; /* the grouping, for the layout at hand */
  } * sums;                      /* one for each worker */
  unsigned n;                    /* of these */
  struct rollup_sums *current;   /* whose groups are being returned, or NULL */
  struct groups_place place;     /* the place in these */
};

/* Begins to read.  ERR_NOMEM; rollup_scan_close() is due all the same. */
enum err_code rollup_scan_open(struct rollup_scan *g, const struct files *files, const struct grouping *grouping,
                               const struct rollup_scan_options *options, struct err *e);

/* Stops the scan and frees all of it.  counts: becomes what has been done; may be NULL. */
void rollup_scan_close(struct rollup_scan *g, struct scan_counts *counts);

/* Sets *group to the next one, or to NULL at the end and on an error, as summing_scan_next() does. */
enum err_code rollup_scan_next(struct rollup_scan *g, const struct group **group, struct err *e);

/*
** May several of the groups that this scan returns have one key?  To be asked while there is a
** group.
*/
int rollup_scan_is_parted(const struct rollup_scan *g);

/* The problem that ended the scan, as summing_scan_problem() says it. */
const struct batch *rollup_scan_problem(const struct rollup_scan *g);

#endif
