/* SPDX-License-Identifier: MIT */
/*
** A part of 2^bits becomes one of 2^(bits + more): the hash has `more` further bits, which are 0 in
** the part that goes on, and have all other values in those that are due later.
**
**     part 0 of 1  --full-->  part 0 of 4        goes on
**                             parts 1, 2, 3 of 4  are due
*/
#include "connection/connection_sums.h"

#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "record/batch.h"

#define MORE_BITS 5 /* bits that are added to a part at once, at most */
#define FIRST_LIMIT                                                                                                    \
  (8 << 20) /* bytes of pieces at which a worker looks for the first time whether joining them helps */

/* --- parts ------------------------------------------------------------------------------------------------------- */

/*
** By how many bits must the part become smaller?  So many that the rest of the files will find room
** as well, if they are like those that have been read.
*/
static uint32_t bits_needed(const struct connection_parts *p) {
  size_t read = atomic_load_explicit(p->next, memory_order_relaxed);
  uint32_t bits = 1;
  while (bits < MORE_BITS && read << bits < p->nfiles) bits++;
  return p->part.bits + bits <= CONNECTION_PART_BITS ? bits : CONNECTION_PART_BITS - p->part.bits;
}

/* Makes the part at hand smaller, unless another worker has done it.  ERR_NOMEM. */
static enum err_code split(struct connection_sums *s, struct err *e) {
  struct connection_parts *p = s->parts;
  pthread_mutex_lock(&p->mutex);
  if (s->version == atomic_load_explicit(&p->version, memory_order_relaxed)) {
    uint32_t bits = bits_needed(p), others = (UINT32_C(1) << bits) - 1;
    if (mem_grow(&p->due, &p->cap, p->ndue + others, 64, sizeof *p->due)) err_nomem(e);
    for (uint32_t i = 1; !e->code && i <= others; i++)
      p->due[p->ndue++] =
          (struct connection_part){p->part.bits + bits, p->part.value | i << p->part.bits, p->part.together};
    if (!e->code) {
      p->part.bits += bits;
      atomic_fetch_add_explicit(&p->version, 1, memory_order_relaxed);
    }
  }
  pthread_mutex_unlock(&p->mutex);
  return e->code;
}

/* --- memory ------------------------------------------------------------------------------------------------------ */

/* Bytes that the pieces may take. */
static uint64_t room_of(const struct connection_sums *s) {
  uint64_t fixed = observers_bytes(&s->observers);
  return fixed + CONNECTION_LEAST < s->share ? s->share - fixed : CONNECTION_LEAST;
}

static enum err_code compact(struct connection_sums *s, struct err *e) {
  for (uint32_t i = 0; i < s->pieces.shards; i++)
    if (piece_store_compact(&s->pieces, i, s->part, &s->table, &s->stop, e)) return e->code;
  return ERR_NONE;
}

/* Drops what is no longer in the part at hand, which another worker may have made smaller. */
static enum err_code keep_part(struct connection_sums *s, struct err *e) {
  struct connection_parts *p = s->parts;
  if (s->version == atomic_load_explicit(&p->version, memory_order_relaxed)) return ERR_NONE;
  pthread_mutex_lock(&p->mutex);
  s->part = p->part;
  s->version = atomic_load_explicit(&p->version, memory_order_relaxed);
  pthread_mutex_unlock(&p->mutex);
  return compact(s, e);
}

static uint32_t largest_shard(const struct connection_sums *s) {
  uint32_t largest = 0;
  uint64_t most = 0;
  for (uint32_t i = 0; i < s->pieces.shards; i++) {
    uint64_t bytes = piece_store_shard_bytes(&s->pieces, i);
    if (bytes > most) largest = i, most = bytes;
  }
  return largest;
}

/*
** Does it help to join the pieces?  The largest shard is tried, because it is the one with the key that has
** by far the most pieces, if there is such a key; and another one, which stands for all.
*/
static enum err_code try_shards(struct connection_sums *s, int *helps, struct err *e) {
  uint32_t largest = largest_shard(s), other = largest == 0 && s->pieces.shards > 1;
  uint64_t before = piece_store_shard_bytes(&s->pieces, other);
  if (piece_store_compact(&s->pieces, largest, s->part, &s->table, &s->stop, e) ||
      piece_store_compact(&s->pieces, other, s->part, &s->table, &s->stop, e))
    return e->code;
  *helps = piece_store_shard_bytes(&s->pieces, other) * 2 <= before;
  return ERR_NONE;
}

/* Do most of the pieces have one key?  Then parts that are smaller have as many of them. */
static int is_of_one_key(const struct connection_sums *s) {
  return piece_store_shard_bytes(&s->pieces, largest_shard(s)) > piece_store_bytes(&s->pieces) / 2;
}

/*
** The pieces take as much as `limit`.  Where each key has many pieces, they are joined early, so that they
** stay in the processor's caches; and else when there is no more room.
*/
static enum err_code make_room(struct connection_sums *s, struct err *e) {
  uint64_t room = room_of(s);
  int helps = 0;
  if (s->limit < room && try_shards(s, &helps, e)) return e->code;
  if (s->limit >= room || helps) {
    if (compact(s, e)) return e->code;
    while (piece_store_bytes(&s->pieces) > room / 4 * 3 && s->part.bits < CONNECTION_PART_BITS && !is_of_one_key(s))
      if (split(s, e) || keep_part(s, e)) return e->code;
  }
  s->limit = 2 * piece_store_bytes(&s->pieces);
  if (s->limit < FIRST_LIMIT) s->limit = FIRST_LIMIT;
  if (s->limit > room && s->part.bits < CONNECTION_PART_BITS && !is_of_one_key(s)) s->limit = room;
  return ERR_NONE;
}

/* --- a layout ---------------------------------------------------------------------------------------------------- */

static const int traits[TRAITS] = {
    [TRAIT_ACCOUNT] = FIELD_account_id, [TRAIT_VPC] = FIELD_vpc_id,           [TRAIT_SUBNET] = FIELD_subnet_id,
    [TRAIT_ZONE] = FIELD_az_id,         [TRAIT_INSTANCE] = FIELD_instance_id,
};

static void connection_uses(const void *sums, uint8_t used[FIELD_COUNT]) {
  const struct connection_wish *w = ((const struct connection_sums *)sums)->wish;
  uint8_t asked[COLUMN_COUNT] = {0};
  if (w->wanted) predicate_columns(w->wanted, asked);
  flow_uses(used);
  used[FIELD_interface_id] = used[FIELD_tgw_attachment_id] = 1;
  for (int t = 0; t < TRAITS && w->traits; t++) used[traits[t]] = 1;
  for (int f = 0; f < FIELD_COUNT; f++) used[f] |= w->uses[f] | asked[f];
}

static void connection_bind(void *sums, const struct layout *l, const struct path_fields *path,
                            struct presence *presence, struct err *why) {
  struct connection_sums *s = sums;
  int given = path_fields_find(path, FIELD_account_id);
  flow_bind(&s->binding, l, why);
  if (s->wish->wanted) predicate_bind(s->wish->wanted, l, path, &s->wanted);
  s->observer[0] = l->token[FIELD_interface_id];
  s->observer[1] = l->token[FIELD_tgw_attachment_id];
  for (int t = 0; t < TRAITS; t++) s->trait[t] = l->token[traits[t]];
  s->account = given < 0 ? NULL : &path->item[given];
  for (int f = 0; f < FIELD_COUNT; f++)
    if (s->wish->uses[f]) presence_add_use(presence, f, l->token[f] != LAYOUT_ABSENT);
}

/* --- a record ---------------------------------------------------------------------------------------------------- */

/* The text of a token, or NULL for a missing value. */
static inline const char *value_at(const struct line *line, int32_t token, size_t *n) {
  if (token == LAYOUT_ABSENT) return NULL;
  const char *p = token_text(line, (uint32_t)token, n);
  return *n == 1 && *p == '-' ? NULL : p;
}

static enum err_code find_observer(struct connection_sums *s, const struct line *line, uint32_t *number,
                                   struct err *e) {
  static const char none[16];
  size_t n = 0;
  const char *id = value_at(line, s->observer[0], &n);
  uint32_t is_interface = id != NULL;
  if (!id) id = value_at(line, s->observer[1], &n);
  if (observers_find(&s->observers, id ? id : none, id ? n : 0, number, e)) return e->code;
  s->observers.item[*number].is_interface |= is_interface;
  return ERR_NONE;
}

/* At which side of the flow is the interface?  It is where it shows an address of its own for another. */
static inline uint32_t point_of(const struct flow *f, uint32_t observer) {
  uint32_t side = 0, differs = 0; /* 1: at the source; 2: at the destination */
  if (f->way == FLOW_EGRESS || (!f->way && f->src_differs && !f->dst_differs)) side = 1, differs = f->src_differs;
  if (f->way == FLOW_INGRESS || (!f->way && f->dst_differs && !f->src_differs)) side = 2, differs = f->dst_differs;
  uint32_t at = !side ? 0 : (side == 1) == !f->direction ? POINT_AT_A : POINT_AT_B;
  return observer << POINT_BITS | POINT_WAY(f->way) | at | (differs ? POINT_DIFFERS : 0) | f->direction;
}

/* Notes what the record says of its observer. */
static enum err_code note_traits(struct connection_sums *s, const struct line *line, const struct flow *f,
                                 uint32_t observer, struct err *e) {
  uint64_t start = f->start == FLOW_NONE ? 0 : f->start;
  observer_ends(&s->observers.item[observer], &f->src, &f->dst);
  for (int t = 0; t < TRAITS; t++) {
    size_t n;
    const char *p = value_at(line, s->trait[t], &n);
    if (!p && t == TRAIT_ACCOUNT && s->account && s->trait[t] == LAYOUT_ABSENT) {
      p = s->account->text;
      n = s->account->n;
    }
    if (p && observers_trait(&s->observers, observer, (enum trait)t, p, n, start, e)) return e->code;
  }
  return ERR_NONE;
}

/* Can the record not tell the packet's addresses from those at the interface? */
static inline int lacks_packet(const struct connection_sums *s) {
  return s->wish->inside && s->binding.pkt_srcaddr == LAYOUT_ABSENT && s->binding.pkt_dstaddr == LAYOUT_ABSENT;
}

/* Notes what the record says about who forwards packets. */
static enum err_code note_forwards(struct connection_sums *s, const struct line *line, const struct flow *f,
                                   struct err *e) {
  size_t n = 0;
  if (!lacks_packet(s)) return forwards_add(&s->forwards, f, e);
  const char *id = value_at(line, s->observer[0], &n);
  if (!id || !(f->signs & (FLOW_SIGNS(FLOW_ACCEPTED, 0) | FLOW_SIGNS(FLOW_ACCEPTED, 1)))) return ERR_NONE;
  return gateways_add(&s->gateways, hash_bytes(id, n), f, s->wish->inside, e);
}

/* A record of no wanted connection may still say who forwards. */
static enum err_code pass_over(struct connection_sums *s, const struct line *line, struct err *e) {
  struct err why = {0};
  struct flow f;
  if (!s->wish->forwards || !(lacks_packet(s) || flow_may_differ(&s->binding, line))) return ERR_NONE;
  return flow_read(&s->binding, line, &f, &why) == FLOW_READ ? note_forwards(s, line, &f, e) : ERR_NONE;
}

static enum err_code connection_add(void *sums, const struct line *line, struct err *e) {
  struct connection_sums *s = sums;
  struct flow f;
  uint32_t observer = 0;
  if (s->wish->wanted && (s->wanted.never || !predicate_keeps(&s->wanted, line))) return pass_over(s, line, e);
  enum flow_result result = flow_read(&s->binding, line, &f, e);
  if (result != FLOW_READ) return result == FLOW_BAD ? e->code : ERR_NONE;
  if (s->wish->forwards && note_forwards(s, line, &f, e)) return e->code;
  if (s->wish->traits && (find_observer(s, line, &observer, e) || note_traits(s, line, &f, observer, e)))
    return e->code;
  if (s->wish->peers && !peers_concern(s->wish->peers, &f.key)) return ERR_NONE;
  uint64_t key[PACKED_KEY_WORDS];
  packed_key(key, &f.key);
  uint64_t hash = connection_hash(key, s->part);
  if (!connection_is_in(hash, s->part)) return ERR_NONE;
  if (!s->wish->traits && !s->wish->peers && find_observer(s, line, &observer, e)) return e->code;
  return piece_store_add(&s->pieces, hash, &f, point_of(&f, observer), e);
}

static enum err_code connection_settle(void *sums, struct err *e) {
  struct connection_sums *s = sums;
  if (keep_part(s, e)) return e->code;
  return piece_store_bytes(&s->pieces) < s->limit ? ERR_NONE : make_room(s, e);
}

/* --- the sums as a whole ----------------------------------------------------------------------------------------- */

enum err_code connection_sums_init(struct connection_sums *s, const struct connection_wish *wish,
                                   struct connection_parts *parts, uint64_t share, struct stop stop, struct err *e) {
  memset(s, 0, sizeof *s);
  s->stop = stop;
  s->wish = wish;
  s->parts = parts;
  s->share = share;
  s->part = parts->part;
  s->version = atomic_load_explicit(&parts->version, memory_order_relaxed);
  connections_init(&s->table, wish->idle, wish->peers != NULL);
  s->limit = room_of(s) < FIRST_LIMIT ? room_of(s) : FIRST_LIMIT;
  return piece_store_init(&s->pieces, room_of(s), e);
}

static int connection_is_full(const void *sums) {
  (void)sums;
  return 0;
}

static void connection_clear(void *sums) {
  struct connection_sums *s = sums;
  piece_store_clear(&s->pieces);
  observers_clear(&s->observers);
  forwards_clear(&s->forwards);
  gateways_clear(&s->gateways);
  connections_clear(&s->table);
}

const struct summing_kind connection_kind = {
    .bind = connection_bind,
    .uses = connection_uses,
    .add = connection_add,
    .settle = connection_settle,
    .is_full = connection_is_full,
    .clear = connection_clear,
};
