/* SPDX-License-Identifier: MIT */
/*
** What one worker of a connection scan sums: a kind of sums for summing_scan.h.
**
** Memory is bounded without a change of the answer.  Connections are divided into parts by the hash
** of their keys.  When a worker's table is full, the part at hand becomes smaller for all workers,
** each of them drops what is no longer in it, and the rest is put on the list of parts for which
** the files are to be read once more.
*/
#ifndef CONNECTION_CONNECTION_SUMS_H
#define CONNECTION_CONNECTION_SUMS_H

#include <pthread.h>
#include <stdatomic.h>

#include "connection/connections.h"
#include "connection/forwards.h"
#include "connection/gateways.h"
#include "connection/peers.h"
#include "predicate/predicate.h"
#include "scan/summing.h"

#define CONNECTION_LEAST (512 * 1024) /* bytes that a table may take besides its observers, however small its share */

/* What all workers share. */
struct connection_parts {
  pthread_mutex_t mutex;       /* guards what follows, while threads run */
  struct connection_part part; /* that is read at present */
  struct connection_part *due; /* those that are to be read later; a stack */
  size_t ndue, cap;
  atomic_uint version; /* changes with `part` */
  atomic_size_t *next; /* how many of the files have been dealt out, and how many there are: */
  size_t nfiles;       /* they tell how small the part has to be */
};

/* What is wanted of each record. */
struct connection_wish {
  const struct predicate *wanted;    /* records that do not pass are in no wanted connection; NULL for all */
  uint64_t idle;                     /* seconds */
  const struct peers *peers;         /* only keys with one of these ends are of interest, without sums; NULL for all */
  uint8_t forwards;                  /* notes which addresses forward packets */
  const struct prefix_table *inside; /* one's own networks, to find gateways by; NULL: none are looked for */
  uint8_t is_raw;                    /* neither roles nor gateways are wanted */
  uint8_t traits;                    /* notes the traits of observers */
  uint8_t uses[FIELD_COUNT];         /* fields of which it is noted whether the files have them */
};

struct connection_sums {
  const struct connection_wish *wish;
  struct connection_parts *parts;
  uint64_t share; /* bytes that the table may take */
  struct connections table;
  struct forwards forwards;
  struct gateways gateways;
  unsigned version;            /* of the part that the table has */
  struct connection_part part; /* and that part */
  struct flow_binding binding; /* of the layout at hand, as all that follows */
  struct predicate_bound wanted;
  int32_t observer[2];              /* tokens of interface_id and tgw_attachment_id */
  int32_t trait[TRAITS];            /* tokens, or LAYOUT_ABSENT */
  const struct path_field *account; /* what the path gives where the layout lacks account_id, or NULL */
};

extern const struct summing_kind connection_kind;

/*
** Drops what is no longer in the part at hand.  Workers do so by themselves; the owner does when the
** scan has ended.  ERR_NOMEM.
*/
enum err_code connection_sums_keep_part(struct connection_sums *s, struct err *e);

#endif
