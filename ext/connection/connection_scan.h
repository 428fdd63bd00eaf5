/* SPDX-License-Identifier: MIT */
/*
** A scan of files as connections.
**
**     files --> passes --> connections --> roles --> connection_scan_next()
**
** Call order: connection_scan_open(); connection_scan_next() until it returns no connection;
** connection_scan_problem(); connection_scan_close(), which stops all and may be called at any
** time.  All calls come from one thread, in which the options' `stop` is asked, too.
**
** Ownership: the list of files and what the options point to must outlive the scan, and the struct
** must stay where it is.  A connection that connection_scan_next() returns belongs to the scan, and
** is valid until the next call.
**
** The connections come in no particular order.  They are the same for any number of threads and any
** amount of memory, and each comes once.  Where memory is short, the files are read several times,
** each time for a part of the connections (connection_sums.h).  They are also read once more where
** the number of peers must be known to tell client and server apart, and the records that were
** read do not tell it, because only a part of them was wanted.
**
** With POLICY_FAIL, the first problem of the earliest file that has one ends the scan.
*/
#ifndef CONNECTION_CONNECTION_SCAN_H
#define CONNECTION_CONNECTION_SCAN_H

#include "connection/connection_pass.h"
#include "connection/roles.h"

struct connection_scan_options {
  struct connection_pass_options pass; /* its policy is POLICY_FAIL or POLICY_SKIP */
  const struct port_set *services;     /* the ports that servers have, besides those that have a name; may be NULL */
};

struct connection_scan {
  const struct files *files;
  struct connection_scan_options options;
  struct connection_parts parts; /* which part of the connections is read, and what is due later */
  struct connection_pass pass;   /* that reads it */
  struct services services;
  struct peers peers;        /* of the ends of connections that nothing else decides about, in this pass */
  struct gateways gateways;  /* that were found in the first pass */
  struct scan_counts counts; /* of the first pass */
  unsigned passes;           /* that were begun, those for peers included */
  struct batch problem;      /* that ended a scan within this one: */
  int has_problem;
  int is_ready; /* the mutex of `parts` has been initialised */
};

/* Begins to read.  ERR_NOMEM; connection_scan_close() is due all the same. */
enum err_code connection_scan_open(struct connection_scan *g, const struct files *files,
                                   const struct connection_scan_options *options, struct err *e);

/*
** Sets *out to the next connection, whose `role` has been set (see connection_role()) unless only
** keys are of interest; or to NULL at the end and on an error, as summing_scan_next() does.
*/
enum err_code connection_scan_next(struct connection_scan *g, const struct connection **out, struct err *e);

static inline struct role connection_role(const struct connection *c) {
  return (struct role){.client = c->role & 1, .from = (enum role_from)(c->role >> 1)};
}

/*
** Is a connection the leg of a NAT gateway?  inside: pass.wish.inside of the options, or NULL if that was NULL.
*/
static inline int connection_scan_is_leg(const struct connection_scan *g, const struct flow_key *key,
                                         const struct prefix_table *inside) {
  return forwards_is_leg(&g->pass.forwards, key) || (inside && gateways_is_leg(&g->gateways, key, inside));
}

/* The table that has the connection which was returned last; its points have the numbers of g->pass.observers. */
static inline const struct connections *connection_scan_table(const struct connection_scan *g) { return g->pass.table; }

/* The problem that ended the scan, as summing_scan_problem() says it. */
const struct batch *connection_scan_problem(const struct connection_scan *g);

/* Stops the scan and frees all of it.  counts: becomes what the first pass has done; may be NULL. */
void connection_scan_close(struct connection_scan *g, struct scan_counts *counts);

#endif
