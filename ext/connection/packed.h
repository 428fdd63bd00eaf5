/* SPDX-License-Identifier: MIT */
/*
** Pieces of connections as words of 64 bits, so that very many of them take little memory.
**
** A piece is what some flows of one key say together: at first each flow is one.  It is packed as
**
**     ports, protocol, form | addresses | numbers
**
** A flow of usual size takes four words, if its addresses are IPv4.  Any other piece has a long form,
** which has room for PACKED_SUMS sums.
**
** The functions are pure.
*/
#ifndef CONNECTION_PACKED_H
#define CONNECTION_PACKED_H

#include <stdint.h>

#include "base/arena.h"
#include "base/hash.h"
#include "connection/flow.h"
#include "connection/points.h"

#define PACKED_KEY_WORDS 5 /* of a key, at most */
#define PACKED_SUMS      64
#define PACKED_FLOW      (PACKED_KEY_WORDS + 5 + 3) /* words of a flow, at most */
#define PACKED_WORDS     (PACKED_KEY_WORDS + 5 + 3 * PACKED_SUMS)

/* What the flows of a piece say, apart from its key and from what was sent. */
struct seen {
  uint64_t first, last; /* Unix seconds, or FLOW_NONE for both */
  uint64_t opening;     /* of the flow that started first: its end, and in the lowest bit its direction */
  uint32_t records;
  uint32_t accepted; /* of these, with action ACCEPT */
  uint32_t rejected; /* and with REJECT */
  uint32_t signs;    /* enum flow_sign of both ends, and FLOW_ACTION */
};

/* Packs a flow that was seen at a point.  Returns the words, of which there are PACKED_FLOW at most. */
uint32_t packed_flow(uint64_t *out, const struct flow *f, uint32_t point);

/*
** Packs a piece with the key of packed_key() and those n (<= PACKED_SUMS) sums.  Returns the words, of which
** there are PACKED_WORDS at most.
*/
uint32_t packed_piece(uint64_t *out, const uint64_t *key, const struct seen *p, const struct point_sum *sum,
                      uint32_t n);

/* The key alone: words that say it, which are the same for the same key, and their number. */
uint32_t packed_key(uint64_t key[PACKED_KEY_WORDS], const struct flow_key *k);

/* What is packed: the key, what was seen, the number of sums, and each sum. */
void packed_read_key(const uint64_t *p, struct flow_key *out);
void packed_read(const uint64_t *p, struct seen *out);
uint32_t packed_sums(const uint64_t *p);
struct point_sum packed_sum(const uint64_t *p, uint32_t i);

/* --- words ------------------------------------------------------------------------------------------------------- */

/* The first word: two ports of 17 bits, the protocol of 9 bits, then flags. */
#define PACKED_PORT_BITS     17
#define PACKED_PROTOCOL_BITS 9
#define PACKED_KEY_BITS      (2 * PACKED_PORT_BITS + PACKED_PROTOCOL_BITS + 1)
#define PACKED_IS_V6         (UINT64_C(1) << (PACKED_KEY_BITS - 1))
#define PACKED_IS_LONG       (UINT64_C(1) << PACKED_KEY_BITS)
#define PACKED_KEY_MASK      (PACKED_IS_LONG - 1)

static inline uint32_t packed_key_words(const uint64_t *p) { return *p & PACKED_IS_V6 ? 5 : 2; }

/* How many words a packed piece has. */
static inline uint32_t packed_words(const uint64_t *p) {
  return packed_key_words(p) + (*p & PACKED_IS_LONG ? 5 + 3 * packed_sums(p) : 2);
}

/* The hash by which keys are told apart.  p: a packed piece, or packed_key(). */
static inline uint64_t packed_hash(const uint64_t *p) {
  uint32_t n = packed_key_words(p);
  uint64_t h = hash_mix(n, *p & PACKED_KEY_MASK);
  for (uint32_t i = 1; i < n; i++) h = hash_mix(h, p[i]);
  return h;
}

/* The hash of the two addresses alone, which all connections between them have. */
static inline uint64_t packed_addresses_hash(const uint64_t *p) {
  uint64_t h = packed_key_words(p);
  for (uint32_t i = 1; i < packed_key_words(p); i++) h = hash_mix(h, p[i]);
  return h;
}

/* Do both ends have the same address? */
static inline int packed_is_one_address(const uint64_t *p) {
  return *p & PACKED_IS_V6 ? p[1] == p[3] && p[2] == p[4] : p[1] >> 32 == (uint32_t)p[1];
}

static inline uint32_t packed_port(const uint64_t *p, int b) {
  return (uint32_t)(*p >> (b ? PACKED_PORT_BITS : 0)) & ((1u << PACKED_PORT_BITS) - 1);
}
static inline uint32_t packed_protocol(const uint64_t *p) {
  return (uint32_t)(*p >> 2 * PACKED_PORT_BITS) & ((1u << PACKED_PROTOCOL_BITS) - 1);
}

#endif
