/* SPDX-License-Identifier: MIT */
/*
** NAT gateways in logs without the addresses of the packet.
**
** Without pkt_srcaddr and pkt_dstaddr nothing in a record says that its interface forwards.  But a
** gateway sends to the outside what it has received from the inside:
**
**     interface    srcaddr     dstaddr       bytes
**     instance's   10.0.1.5    203.0.113.5   5000    the connection
**     gateway's    10.0.1.5    10.0.0.220    5000    the inner leg, as the gateway shows it
**     gateway's    10.0.0.220  203.0.113.5   5000    the onward leg
**
** An address is a candidate if its interface has logged as much from the inside to it as from it to
** the outside, in packets and in bytes, within 1 %.  A connection of a candidate with an outside
** address is an onward leg if other inside addresses sent at least 99 % as much there.  A candidate
** with an onward leg is a gateway.  A connection of an inside address with a gateway is an inner leg
** if that address sent at least 99 % as much to the outside.  In both cases the bytes are in another
** row as well.
**
** Call order: gateways_add() for each accepted record; gateways_merge(); gateways_choose().  If there
** are candidates, gateways_pair() for each connection, then gateways_total() for each connection,
** then gateways_confirm(), and gateways_is_leg() at any time; gateways_clear().  A struct that is all
** zero is empty.  One thread at a time.  ERR_NOMEM is the only error.
*/
#ifndef CONNECTION_GATEWAYS_H
#define CONNECTION_GATEWAYS_H

#include "base/err.h"
#include "connection/flow.h"
#include "net/prefix_table.h"

/* Sums for pairs of addresses, or for an address and something else, in a hash table. */
struct tallies {
  struct tally {
    struct ip a, b;
    uint64_t in, out;                 /* bytes */
    uint64_t packets_in, packets_out; /* where they are counted */
    int is_used;
  } * slot;
  size_t cap, used;
};

struct gateways {
  struct tallies interfaces; /* a: an address; b.low: hash of the interface */
  struct tallies candidates; /* a; out is 1 for gateways */
  struct tallies pairs;      /* a: candidate; b: whom it meets; out: what it sent to an outside b; in: what an inside b
                                sent to it */
  struct tallies totals;     /* a: whom candidates meet; in: what was sent to it from the inside, if it is outside; out:
                                what it sent to the outside, if it is inside */
};

void gateways_clear(struct gateways *g);

/* An accepted record without the packet's addresses, by the interface with that hash. */
enum err_code gateways_add(struct gateways *g, uint64_t interface, const struct flow *f,
                           const struct prefix_table *inside, struct err *e);

/* Adds the records of `from`. */
enum err_code gateways_merge(struct gateways *g, const struct gateways *from, struct err *e);

/* Finds the candidates. */
enum err_code gateways_choose(struct gateways *g, struct err *e);
static inline int gateways_has_candidates(const struct gateways *g) { return g->candidates.used > 0; }

/* A connection in which A sent `a` bytes, and B `b`. */
enum err_code gateways_pair(struct gateways *g, const struct flow_key *key, uint64_t a, uint64_t b,
                            const struct prefix_table *inside, struct err *e);
void gateways_total(struct gateways *g, const struct flow_key *key, uint64_t a, uint64_t b,
                    const struct prefix_table *inside);

/* Finds out which candidates are gateways. */
void gateways_confirm(struct gateways *g, const struct prefix_table *inside);

/* Is a connection an onward or an inner leg? */
int gateways_is_leg(const struct gateways *g, const struct flow_key *key, const struct prefix_table *inside);

#endif
