/* SPDX-License-Identifier: MIT */
/*
** What one worker of a connection scan sums: a kind of sums for summing_scan.h.
**
** Memory is bounded without a change of the answer.  Where the pieces take much, those that belong
** together are joined.  Where that does not help, connections are divided into parts by the hash of
** their keys: the part at hand becomes smaller for all workers, each of them drops what is no longer in
** it, and the rest is put on the list of parts for which the files are to be read once more.
*/
#ifndef CONNECTION_CONNECTION_SUMS_H
#define CONNECTION_CONNECTION_SUMS_H

#include <pthread.h>
#include <stdatomic.h>

#include "connection/forwards.h"
#include "connection/gateways.h"
#include "connection/observers.h"
#include "connection/peers.h"
#include "connection/piece_store.h"
#include "predicate/predicate.h"
#include "scan/summing.h"

#define CONNECTION_LEAST (256 * 1024) /* bytes that the pieces may take, however small the share of the worker */

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
  unsigned alike;                    /* enum connection_alike: those come one after the other; 0: in any order */
  uint8_t traits;                    /* notes the traits of observers */
  uint8_t uses[FIELD_COUNT];         /* fields of which it is noted whether the files have them */
};

struct connection_sums {
  const struct connection_wish *wish;
  struct connection_parts *parts;
  struct stop stop; /* asked in the worker's thread */
  uint64_t share;   /* bytes that the pieces and observers may take */
  uint64_t limit;   /* bytes of the pieces at which they are to be compacted */
  struct piece_store pieces;
  struct observers observers;
  struct forwards forwards;
  struct gateways gateways;
  struct connections table;    /* for compacting */
  unsigned version;            /* of the part that the pieces have */
  struct connection_part part; /* and that part */
  struct flow_binding binding; /* of the layout at hand, as all that follows */
  struct predicate_bound wanted;
  int32_t observer[2];              /* tokens of interface_id and tgw_attachment_id */
  int32_t trait[TRAITS];            /* tokens, or LAYOUT_ABSENT */
  const struct path_field *account; /* what the path gives where the layout lacks account_id, or NULL */
};

/* Makes the sums of a worker ready, with parts.part as their part.  ERR_NOMEM. */
enum err_code connection_sums_init(struct connection_sums *s, const struct connection_wish *wish,
                                   struct connection_parts *parts, uint64_t share, struct stop stop, struct err *e);

/* These sums stay with their workers: the owner reads them when the scan has ended. */
extern const struct summing_kind connection_kind;

#endif
