/* SPDX-License-Identifier: MIT */
/*
** A table of connections, to which flows are added in any order.
**
** A connection is all flows of one key (two ends and a protocol) between which there is no pause
** longer than `idle`.  Because flows come in any order, the table has pieces: flows of one key
** that belong together as far as is known.  connections_finish() joins those that turn out to be
** one connection.
**
** What each end sent is summed for each observer, and for each way in which the observer logged
** it.  Each observer that logs all packets has the same sums, so the largest one counts.
**
** Call order: connections_init(); connections_add() for each flow; connections_settle() before
** anything else; connections_merge() and connections_keep() any number of times;
** connections_finish(); connections_next() over all connections; connections_clear().
**
** Ownership and threads: a table owns all that it shows, and belongs to one thread at a time.  The
** only errors are ERR_NOMEM and ERR_INTERRUPT.
*/
#ifndef CONNECTION_CONNECTIONS_H
#define CONNECTION_CONNECTIONS_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/slots.h"
#include "base/stop.h"
#include "connection/flow.h"
#include "connection/observers.h"
#include "connection/points.h"

#define CONNECTION_KEY_WORDS 5
#define CONNECTION_WAITING   8 /* flows that wait while the processor fetches what they need */

/* Which of all keys a table has: those whose hash has `value` in the `bits` bits that tell parts apart. */
struct connection_part {
  uint32_t bits, value;
};

#define CONNECTION_PART_BITS 16 /* there are at most 2^16 parts */

/* A connection, or a piece of one.  The words of its key follow the struct. */
struct connection {
  uint64_t first, last; /* Unix seconds, or FLOW_NONE for both */
  uint64_t opening;     /* of the flow that started first: its end, and in the lowest bit its direction */
  uint32_t next;        /* place of another piece of the same key, or 0 */
  uint32_t sums;        /* place of the first of its sums, or 0 */
  uint32_t records;     /* 0: this piece has become a part of another one */
  uint32_t accepted;    /* of these, with action ACCEPT */
  uint32_t rejected;    /* and with REJECT */
  uint32_t signs;       /* enum flow_sign of both ends, and FLOW_ACTION */
  uint32_t role;        /* for the user of the table; 0 at first */
  uint16_t words;       /* of the key */
  uint8_t is_behind;    /* another piece of the same key leads to this one */
  uint8_t is_again;     /* after connections_finish(): the key has another connection that is not marked so */
  uint64_t hash;        /* of the key */
};

static inline const uint64_t *connection_words(const struct connection *c) { return (const uint64_t *)(c + 1); }

struct connections {
  uint64_t idle;             /* seconds: a longer pause begins another connection */
  int keys_alone;            /* only the keys are of interest: no sums are kept */
  struct slots slots;        /* a hash table of places in the arena */
  struct arena pieces, sums; /* of struct connection and struct point_sum */
  struct observers observers;
  struct connections_waiting { /* a flow on its way into the table */
    struct connection piece;
    uint64_t key[CONNECTION_KEY_WORDS];
    struct point_sum sum;
  } waiting[CONNECTION_WAITING];
  uint32_t nwaiting;
};

void connections_init(struct connections *t, uint64_t idle, int keys_alone);
void connections_clear(struct connections *t); /* frees all; the table is then as after connections_init() */

/* The hash by which keys are told apart.  Parts are chosen by its upper bits. */
uint64_t connection_hash(const struct flow_key *key);

static inline int connection_is_in(uint64_t hash, struct connection_part part) {
  return ((hash >> 40) & ((UINT32_C(1) << part.bits) - 1)) == part.value;
}

/*
** Adds a flow that was seen at a point, which may be 0 with keys_alone.  hash: connection_hash() of
** its key.  ERR_NOMEM.
*/
enum err_code connections_add(struct connections *t, const struct flow *f, uint64_t hash, uint32_t point,
                              struct err *e);

/* Adds the flows that still wait.  ERR_NOMEM. */
enum err_code connections_settle(struct connections *t, struct err *e);

/*
** Adds all of `from`, of which nothing remains.  ERR_NOMEM; ERR_INTERRUPT when stop said so, and
** then both tables are due to connections_clear().
*/
enum err_code connections_merge(struct connections *t, struct connections *from, const struct stop *stop,
                                struct err *e);

/* Drops all connections that are not in the part.  ERR_NOMEM; then the table is due to connections_clear(). */
enum err_code connections_keep(struct connections *t, struct connection_part part, struct err *e);

/* Makes connections of the pieces.  ERR_NOMEM, ERR_INTERRUPT. */
enum err_code connections_finish(struct connections *t, const struct stop *stop, struct err *e);

/*
** Walks over all pieces, in no particular order; after connections_finish() these are connections.
** *place must be all zero at first.  NULL at the end.  Nothing may be added meanwhile.
*/
struct connections_place {
  size_t block;
  uint32_t word;
};
struct connection *connections_next(const struct connections *t, struct connections_place *place);

/* The key of a connection. */
void connection_key(const struct connection *c, struct flow_key *out);

/* The sums of what was seen of a connection, for points.h. */
static inline struct point_list connections_points(const struct connections *t, const struct connection *c) {
  return (struct point_list){.arena = &t->sums, .first = c->sums};
}

/* Bytes of memory that the table takes, or may take for a moment while `more` flows are added. */
size_t connections_bytes(const struct connections *t, size_t more);

#endif
