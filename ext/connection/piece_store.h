/* SPDX-License-Identifier: MIT */
/*
** The pieces of connections that a worker has read, packed (packed.h), in shards.
**
** A shard has all pieces of the keys whose hash (connection_hash()) has a certain value in some bits.  Pieces are only
** appended, which takes little time, whatever their number.  What belongs together is found out later,
** shard by shard, by a table (connections.h) that is so small that the processor's caches hold it.
**
**     flow --> shard 0  | piece | piece | ...
**              shard 1  | piece | ...              --> connections of shard 1
**              ...
**
** piece_store_compact() joins the pieces of each key that belong together, as far as that saves memory.
**
** Call order: piece_store_init(); the rest in any order; piece_store_clear(), which may be called on a
** struct that is all zero, too.  One thread at a time; several may read while nothing changes.
** Errors are ERR_NOMEM, and ERR_INTERRUPT of piece_store_compact().
*/
#ifndef CONNECTION_PIECE_STORE_H
#define CONNECTION_PIECE_STORE_H

#include "base/block_pool.h"
#include "connection/connections.h"

#define PIECE_STORE_SHARDS 256 /* at most */

/*
** Which of all keys are wanted: those whose hash has `value` in the `bits` bits that tell parts apart.
** together: all keys of the same two addresses are in the same part, and in the same shard.
*/
struct connection_part {
  uint32_t bits, value;
  int together;
};

#define CONNECTION_PART_BITS 16 /* there are at most 2^16 parts */
#define CONNECTION_OWN_BITS  40 /* of a hash; the higher ones choose the part and the shard */

/* The hash of a key, by which parts, shards and slots are chosen.  p: a packed piece, or packed_key(). */
static inline uint64_t connection_hash(const uint64_t *p, struct connection_part part) {
  const uint64_t own = (UINT64_C(1) << CONNECTION_OWN_BITS) - 1;
  uint64_t h = packed_hash(p);
  return part.together ? (h & own) | (packed_addresses_hash(p) & ~own) : h;
}

static inline int connection_is_in(uint64_t hash, struct connection_part part) {
  return ((hash >> CONNECTION_OWN_BITS) & ((UINT32_C(1) << part.bits) - 1)) == part.value;
}

struct piece_block;

struct piece_store {
  struct piece_shard {
    struct piece_block *first, *last; /* or NULL */
    uint64_t *at, *end;               /* in the last block: where the next piece comes, and where the block ends */
  } * shard;
  uint32_t shards; /* a power of two */
  struct block_pool pool;
};

/* Makes an empty store that may have so many bytes later, which says how many shards are worth while. */
enum err_code piece_store_init(struct piece_store *s, uint64_t bytes, struct err *e);
void piece_store_clear(struct piece_store *s);

/* Adds a flow that was seen at a point.  hash: connection_hash() of its key. */
enum err_code piece_store_add(struct piece_store *s, uint64_t hash, const struct flow *f, uint32_t point,
                              struct err *e);

/* Walks over the pieces of a shard.  *place must be all zero at first.  NULL at the end. */
struct piece_place {
  const struct piece_block *block;
  const uint64_t *at;
};
const uint64_t *piece_store_next(const struct piece_store *s, uint32_t shard, struct piece_place *place);

/*
** Drops all pieces that are not in the part, and joins those that belong together, in that shard.
** table: an empty one, which is used meanwhile.  On an error, which may be ERR_INTERRUPT as well, pieces
** are lost.
*/
enum err_code piece_store_compact(struct piece_store *s, uint32_t shard, struct connection_part part,
                                  struct connections *table, const struct stop *stop, struct err *e);

/* Bytes that the pieces take. */
static inline uint64_t piece_store_bytes(const struct piece_store *s) {
  return (uint64_t)s->pool.used * BLOCK_POOL_BLOCK;
}

/* Bytes of memory that the store has, for the pieces or for others in their place. */
static inline uint64_t piece_store_held(const struct piece_store *s) { return (uint64_t)s->pool.n * BLOCK_POOL_CHUNK; }

/* Bytes that the pieces of a shard take. */
uint64_t piece_store_shard_bytes(const struct piece_store *s, uint32_t shard);

#endif
