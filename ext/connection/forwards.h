/* SPDX-License-Identifier: MIT */
/*
** Which addresses forward packets for others.
**
** A record whose dstaddr is not the destination of the packet was written by an interface that the
** packet passes on its way.  If that interface is a NAT gateway, it sends the packet on with its own
** address, and this onward leg has the same remote address, port and protocol:
**
**     srcaddr     dstaddr      pkt_srcaddr  pkt_dstaddr   dstport
**     10.0.1.5    10.0.0.220   10.0.1.5     203.0.113.5   443      10.0.0.220 forwards to 203.0.113.5:443
**     10.0.0.220  203.0.113.5  10.0.0.220   203.0.113.5   443      the onward leg
**
** The way back is alike, with source and destination exchanged.  A pod's node has such records,
** too, but no connection of its own to the pod, so nothing is taken for an onward leg.
**
** A struct that is all zero is empty.  It belongs to one thread at a time.  ERR_NOMEM is the only
** error.
*/
#ifndef CONNECTION_FORWARDS_H
#define CONNECTION_FORWARDS_H

#include "base/set.h"
#include "connection/flow.h"

struct forwards {
  struct set set;
  char last[2 * IP_BYTES + 2 * sizeof(uint32_t) + 8]; /* what was added last, because neighbours are often alike */
};

void forwards_clear(struct forwards *f);

/* Notes what a flow says. */
enum err_code forwards_add(struct forwards *f, const struct flow *flow, struct err *e);

/* Adds those of `from`. */
enum err_code forwards_merge(struct forwards *f, const struct forwards *from, struct err *e);

/* Is a connection the onward leg of a translator, which one of its ends is? */
int forwards_is_leg(const struct forwards *f, const struct flow_key *key);

#endif
