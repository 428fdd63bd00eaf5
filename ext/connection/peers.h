/* SPDX-License-Identifier: MIT */
/*
** How many peers does an end meet?  An end is an address, a port and a protocol, and each other end
** with which it has a key is a peer.  A server meets many, and the port of a client one.
**
** Call order: a struct that is all zero is empty; peers_want() for the ends that are of interest;
** peers_count() for each key, once; peers_of(); peers_clear().  Ends are told apart by 64 bits of a
** seeded hash (base/hash.h says how improbable it is that two ends have the same ones).  One thread
** at a time.
*/
#ifndef CONNECTION_PEERS_H
#define CONNECTION_PEERS_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "connection/flow.h"

struct peers {
  struct peers_slot { /* a hash table: a power of two of slots, a quarter of them free at least */
    uint64_t end;     /* hash; 0: the slot is free */
    uint64_t count;
  } * slot;
  size_t cap, used;
};

void peers_clear(struct peers *p);

/* The end is of interest.  ERR_NOMEM. */
enum err_code peers_want(struct peers *p, const struct flow_end *end, uint32_t protocol, struct err *e);

/* Is an end of the key of interest?  Any thread may ask, while nothing changes. */
int peers_concern(const struct peers *p, const struct flow_key *key);

/* The two ends of a key meet each other. */
void peers_count(struct peers *p, const struct flow_key *key);

/* The number of peers of an end that is of interest. */
uint64_t peers_of(const struct peers *p, const struct flow_end *end, uint32_t protocol);

#endif
