/* SPDX-License-Identifier: MIT */
/*
** The pieces of a shard lie in a list of blocks, in the order in which they came.
**
** A shard is compacted at once, unless it is far larger than the others, because of a key that has very
** many pieces: then some blocks at a time, so that the table does not take more memory than is gained.
*/
#include "connection/piece_store.h"

#include <string.h>

#include "base/mem.h"

#define BLOCKS_OF_SHARD 8  /* that a full shard has at least: else the blocks would be half empty */
#define BLOCKS_AT_ONCE  64 /* of which a table can be made in little memory */

struct piece_block {
  struct piece_block *next;
  uint64_t *end; /* where its pieces end; that of the last block is in the shard */
  uint64_t word[(BLOCK_POOL_BLOCK - 2 * sizeof(void *)) / 8];
};

_Static_assert(sizeof(struct piece_block) == BLOCK_POOL_BLOCK, "a block is one of the pool's");
_Static_assert(PACKED_WORDS * 8 <= BLOCK_POOL_BLOCK / 2, "a piece takes half of a block at most");

enum err_code piece_store_init(struct piece_store *s, uint64_t bytes, struct err *e) {
  memset(s, 0, sizeof *s);
  s->shards = PIECE_STORE_SHARDS;
  while (s->shards > 1 && (uint64_t)s->shards * BLOCKS_OF_SHARD * BLOCK_POOL_BLOCK > bytes) s->shards /= 2;
  if (!(s->shard = mem_alloc(s->shards * sizeof *s->shard))) return err_nomem(e);
  memset(s->shard, 0, s->shards * sizeof *s->shard);
  return ERR_NONE;
}

void piece_store_clear(struct piece_store *s) {
  block_pool_clear(&s->pool);
  mem_free(s->shard);
  memset(s, 0, sizeof *s);
}

/* --- adding ------------------------------------------------------------------------------------------------------ */

/* Appends a list, which has a block at least, to another one. */
static void append(struct piece_shard *to, const struct piece_shard *list) {
  if (to->last) {
    to->last->end = to->at;
    to->last->next = list->first;
  } else {
    to->first = list->first;
  }
  to->last = list->last;
  to->at = list->at;
  to->end = list->end;
}

/* Begins another block. */
static enum err_code add_block(struct piece_store *s, struct piece_shard *shard, struct err *e) {
  struct piece_block *b = block_pool_take(&s->pool, e);
  if (!b) return e->code;
  b->next = NULL;
  append(shard, &(struct piece_shard){b, b, b->word, b->word + sizeof b->word / 8});
  return ERR_NONE;
}

/* Makes room for a piece of so many words. */
static inline enum err_code reserve(struct piece_store *s, struct piece_shard *shard, size_t words, struct err *e) {
  return shard->last && (size_t)(shard->end - shard->at) >= words ? ERR_NONE : add_block(s, shard, e);
}

enum err_code piece_store_add(struct piece_store *s, uint64_t hash, const struct flow *f, uint32_t point,
                              struct err *e) {
  struct piece_shard *shard = &s->shard[(hash >> 56) & (s->shards - 1)];
  if (reserve(s, shard, PACKED_FLOW, e)) return e->code;
  shard->at += packed_flow(shard->at, f, point);
  return ERR_NONE;
}

/* --- reading ----------------------------------------------------------------------------------------------------- */

static const uint64_t *next_of(const struct piece_shard *of, struct piece_place *place) {
  if (!place->block) {
    if (!of->first) return NULL;
    place->block = of->first;
    place->at = place->block->word;
  }
  while (place->at == (place->block == of->last ? of->at : place->block->end)) {
    if (place->block == of->last) return NULL;
    place->block = place->block->next;
    place->at = place->block->word;
  }
  const uint64_t *p = place->at;
  place->at += packed_words(p);
  return p;
}

const uint64_t *piece_store_next(const struct piece_store *s, uint32_t shard, struct piece_place *place) {
  return next_of(&s->shard[shard], place);
}

uint64_t piece_store_shard_bytes(const struct piece_store *s, uint32_t shard) {
  uint64_t n = 0;
  for (const struct piece_block *b = s->shard[shard].first; b; b = b->next) n += BLOCK_POOL_BLOCK;
  return n;
}

/* --- lists of blocks --------------------------------------------------------------------------------------------- */

/* Takes n blocks, or all that there are, off the beginning of a list. */
static struct piece_shard take_off(struct piece_shard *list, size_t n) {
  struct piece_shard taken = *list;
  struct piece_block *b = list->first;
  while (--n && b != list->last) b = b->next;
  if (b == list->last) {
    memset(list, 0, sizeof *list);
    return taken;
  }
  list->first = b->next;
  b->next = NULL;
  taken.last = b;
  taken.at = b->end;
  taken.end = b->word + sizeof b->word / 8;
  return taken;
}

static void drop(struct piece_store *s, const struct piece_shard *list) {
  for (struct piece_block *b = list->first; b;) {
    struct piece_block *next = b->next;
    block_pool_give(&s->pool, b);
    b = next;
  }
}

/* --- compacting -------------------------------------------------------------------------------------------------- */

/* Adds the pieces of a list that are in the part to the table.  *words becomes how many words they have. */
static enum err_code fill(const struct piece_shard *list, struct connection_part part, struct connections *table,
                          size_t *words, struct err *e) {
  struct piece_place place = {0};
  const uint64_t *p;
  *words = 0;
  while ((p = next_of(list, &place)) != NULL) {
    uint64_t hash = connection_hash(p, part);
    if (!connection_is_in(hash, part)) continue;
    *words += packed_words(p);
    if (connections_add(table, p, hash, NULL, e)) return e->code;
  }
  return connections_settle(table, e);
}

/* Packs a piece of a table, with the n sums of the list from *sum on, which becomes what comes after them. */
static uint32_t pack(uint64_t *out, const struct connections *t, const struct connection *c, const struct seen *seen,
                     const struct point_sum **sum) {
  struct point_sum sums[PACKED_SUMS];
  uint32_t n = 0;
  for (; *sum && n < PACKED_SUMS; *sum = points_at(connections_points(t, c), (*sum)->next)) sums[n++] = **sum;
  return packed_piece(out, connection_key(c), seen, sums, n);
}

/*
** Packs all of a piece, which becomes several ones if it has more sums than fit one.  Each of these has a
** record, because a piece has at least one for PACKED_SUMS sums.  shard: NULL to find out how many words that
** takes.
*/
static enum err_code put_piece(struct piece_store *s, struct piece_shard *shard, const struct connections *t,
                               struct connection *c, size_t *words, struct err *e) {
  uint64_t packed[PACKED_WORDS];
  const struct point_sum *sum = points_at(connections_points(t, c), c->sums);
  struct seen seen = c->seen, other = c->seen;
  other.records = 1;
  other.accepted = other.rejected = 0;
  for (const struct point_sum *more = sum; more;) {
    uint32_t i = 0;
    while (more && i++ < PACKED_SUMS) more = points_at(connections_points(t, c), more->next);
    seen.records -= more != NULL;
  }
  do {
    uint32_t n = pack(packed, t, c, &seen, &sum);
    *words += n;
    seen = other;
    if (!shard) continue;
    if (reserve(s, shard, n, e)) return e->code;
    memcpy(shard->at, packed, n * sizeof *packed);
    shard->at += n;
  } while (sum);
  return ERR_NONE;
}

/* Packs all pieces of a table. */
static enum err_code put_table(struct piece_store *s, struct piece_shard *shard, const struct connections *t,
                               size_t *words, struct err *e) {
  struct connections_place place = {0};
  struct connection *c;
  *words = 0;
  while ((c = connections_next(t, &place)) != NULL)
    if (put_piece(s, shard, t, c, words, e)) return e->code;
  return ERR_NONE;
}

/* Compacts the pieces of a list, and appends what remains of them to another one. */
static enum err_code compact_list(struct piece_store *s, const struct piece_shard *list, struct piece_shard *out,
                                  struct connection_part part, struct connections *table, const struct stop *stop,
                                  struct err *e) {
  size_t before, after;
  if (fill(list, part, table, &before, e) || connections_finish(table, stop, e)) return e->code;
  put_table(s, NULL, table, &after, e);
  if (after < before || part.bits) {
    drop(s, list);
    put_table(s, out, table, &after, e);
  } else {
    append(out, list);
  }
  connections_reset(table);
  return e->code;
}

enum err_code piece_store_compact(struct piece_store *s, uint32_t shard, struct connection_part part,
                                  struct connections *table, const struct stop *stop, struct err *e) {
  struct piece_shard rest = s->shard[shard], *out = &s->shard[shard];
  size_t blocks = s->pool.used / s->shards * 2;
  if (blocks < BLOCKS_AT_ONCE) blocks = BLOCKS_AT_ONCE;
  memset(out, 0, sizeof *out);
  while (rest.first && !stop_check(stop, e)) {
    struct piece_shard list = take_off(&rest, blocks);
    if (compact_list(s, &list, out, part, table, stop, e)) break;
  }
  return e->code;
}
