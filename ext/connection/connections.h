/* SPDX-License-Identifier: MIT */
/*
** A table of connections, to which packed pieces of them are added in any order.
**
** A connection is all flows of one key (two ends and a protocol) between which there is no pause
** longer than `idle`.  Because flows come in any order, the table has pieces: flows of one key
** that belong together as far as is known.  connections_finish() joins those that turn out to be
** one connection.
**
** What each end sent is summed for each observer, and for each way in which the observer logged
** it.  Each observer that logs all packets has the same sums, so the largest one counts.
**
** Call order: connections_init(); connections_add() for each piece; connections_settle() before
** anything else; connections_finish(); connections_next() over all connections; connections_reset()
** for other ones, or connections_clear().
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
#include "connection/packed.h"
#include "connection/points.h"

#define CONNECTION_WAITING 8 /* pieces that wait while the processor fetches what they need */

/* A connection, or a piece of one.  The words of its key follow the struct. */
struct connection {
  struct seen seen;  /* records is 0 if this piece has become a part of another one */
  uint32_t next;     /* place of another piece of the same key, or 0 */
  uint32_t sums;     /* place of the first of its sums, or 0 */
  uint32_t role;     /* for the user of the table; 0 at first.  The lowest bit: the client is B */
  uint8_t words;     /* of the key */
  uint8_t is_behind; /* another piece of the same key leads to this one */
  uint8_t is_again;  /* after connections_finish(): the key has another connection that is not marked so */
  uint8_t crowd;     /* its sums are sorted each 2^(8 + crowd) records */
};

/* Its key, as packed_key() makes it. */
static inline const uint64_t *connection_key(const struct connection *c) { return (const uint64_t *)(c + 1); }

struct connections {
  uint64_t idle;               /* seconds: a longer pause begins another connection */
  int is_together;             /* connections_bring_together() was called */
  int keys_alone;              /* only the keys are of interest: no sums are kept */
  struct slots slots;          /* a hash table of places in the arena */
  struct arena pieces, sums;   /* of struct connection and struct point_sum */
  struct connections_waiting { /* a piece on its way into the table */
    const uint64_t *packed;
    uint64_t hash;
    const uint32_t *number;
  } waiting[CONNECTION_WAITING];
  uint32_t nwaiting;
};

void connections_init(struct connections *t, uint64_t idle, int keys_alone);
void connections_reset(struct connections *t); /* drops all connections, and keeps memory for other ones */
void connections_clear(struct connections *t); /* frees all; the table is then as after connections_init() */

/*
** Adds a packed piece, which must stay where it is until connections_settle().  hash: packed_hash() of
** it.  number: translates the numbers of its observers, or NULL if they stay the same.  ERR_NOMEM.
*/
enum err_code connections_add(struct connections *t, const uint64_t *packed, uint64_t hash, const uint32_t *number,
                              struct err *e);

/* Adds the pieces that still wait.  ERR_NOMEM. */
enum err_code connections_settle(struct connections *t, struct err *e);

/* Makes connections of the pieces.  Nothing may be added any more.  ERR_NOMEM, ERR_INTERRUPT. */
enum err_code connections_finish(struct connections *t, const struct stop *stop, struct err *e);

/* What those connections have in common that connections_bring_together() makes come one after the other. */
enum connection_alike {
  ALIKE_CLIENT = 1, /* the address; */
  ALIKE_SERVER = 2,
  ALIKE_ENDS = ALIKE_CLIENT | ALIKE_SERVER, /* which are always asked for together */
  ALIKE_PROTOCOL = 4,
  ALIKE_CLIENT_PORT = 8,
  ALIKE_SERVER_PORT = 16,
  ALIKE_WISHED = 32, /* the query says so, by the column `together` */
};

/*
** After connections_finish(), and when roles have been set: connections_next() returns those that are alike
** one after the other, and nothing else between them.  ERR_NOMEM, ERR_INTERRUPT.
*/
enum err_code connections_bring_together(struct connections *t, unsigned alike, const struct stop *stop, struct err *e);

/*
** Walks over all pieces, in no particular order; after connections_finish() these are connections.
** *place must be all zero at first.  NULL at the end.  Nothing may be added meanwhile.
*/
struct connections_place {
  size_t block;  /* or a slot, after connections_bring_together(), */
  uint32_t word; /* and the place of the next connection in its list */
};
struct connection *connections_next(const struct connections *t, struct connections_place *place);

/* The sums of what was seen of a connection, for points.h. */
static inline struct point_list connections_points(const struct connections *t, const struct connection *c) {
  return (struct point_list){.arena = &t->sums, .first = c->sums};
}

#endif
