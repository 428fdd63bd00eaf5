/* SPDX-License-Identifier: MIT */
/*
** The table has slots, which are a hash table, an arena of pieces, and an arena of sums:
**
**     slot[]   [ hash, at ]  [ free ]  [ hash, at ] ...
**                     \
**     pieces           | newest piece of a key | --next--> | older piece of the same key | ...
**                                |
**     sums                       '-> | point 7, 3 packets | --next--> | point 9, 3 packets |
**
** A flow joins a piece of its key that lies within `idle` of it.  Only the FEW newest pieces are
** looked at, so that a key with very many connections costs no more than others; where none of
** these fits, the flow becomes a piece.  Pieces may therefore overlap, and connections_finish()
** sorts the pieces of each key by their times and joins what belongs together.  The connections
** are the same for any order of flows, because joining depends on the times alone.
**
** A key is made of whole words:
**
**     ports of A and B, protocol, family | A << 32 | B                        both ends IPv4
**     ports of A and B, protocol, family | A: high, low | B: high, low        otherwise
**
** As in scan/group.c, flows wait in a short queue while the processor fetches their slots, and then
** their pieces.
*/
#include "connection/connections.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"

#define FEW         8                               /* pieces of a key that a flow is compared with */
#define PIECE_WORDS (sizeof(struct connection) / 8) /* without its key */
#define ASKED       4096                            /* pieces after which `stop` is asked */

#define PORT_BITS     17
#define PROTOCOL_BITS 9
#define IS_V6         (UINT64_C(1) << (2 * PORT_BITS + PROTOCOL_BITS))

_Static_assert(sizeof(struct connection) % 8 == 0, "a piece is made of words");
_Static_assert(FLOW_NO_PORT < 1 << PORT_BITS && FLOW_NO_PROTOCOL < 1 << PROTOCOL_BITS, "they fit the key");

void connections_init(struct connections *t, uint64_t idle, int keys_alone) {
  memset(t, 0, sizeof *t);
  t->idle = idle;
  t->keys_alone = keys_alone;
}

void connections_clear(struct connections *t) {
  slots_clear(&t->slots);
  arena_clear(&t->pieces);
  arena_clear(&t->sums);
  observers_clear(&t->observers);
  connections_init(t, t->idle, t->keys_alone);
}

size_t connections_bytes(const struct connections *t, size_t more) {
  return arena_bytes(&t->pieces) + arena_bytes(&t->sums) + slots_bytes(&t->slots, more) +
         observers_bytes(&t->observers);
}

/* --- keys -------------------------------------------------------------------------------------------------------- */

static inline uint32_t put_key(uint64_t *key, const struct flow_key *k) {
  key[0] = k->a.port | (uint64_t)k->b.port << PORT_BITS | (uint64_t)k->protocol << 2 * PORT_BITS;
  if (ip_is_v4(&k->a.addr) && ip_is_v4(&k->b.addr)) {
    key[1] = k->a.addr.low << 32 | (uint32_t)k->b.addr.low;
    return 2;
  }
  key[0] |= IS_V6;
  key[1] = k->a.addr.high;
  key[2] = k->a.addr.low;
  key[3] = k->b.addr.high;
  key[4] = k->b.addr.low;
  return 5;
}

static inline struct ip v4(uint64_t low) { return (struct ip){.low = UINT64_C(0xffff00000000) | (uint32_t)low}; }

void connection_key(const struct connection *c, struct flow_key *out) {
  const uint64_t *key = connection_words(c), ports = (UINT64_C(1) << PORT_BITS) - 1;
  out->a.port = (uint32_t)(key[0] & ports);
  out->b.port = (uint32_t)(key[0] >> PORT_BITS & ports);
  out->protocol = (uint32_t)(key[0] >> 2 * PORT_BITS & ((1u << PROTOCOL_BITS) - 1));
  if (key[0] & IS_V6) {
    out->a.addr = (struct ip){.high = key[1], .low = key[2]};
    out->b.addr = (struct ip){.high = key[3], .low = key[4]};
  } else {
    out->a.addr = v4(key[1] >> 32);
    out->b.addr = v4(key[1]);
  }
}

uint64_t connection_hash(const struct flow_key *k) {
  uint64_t key[CONNECTION_KEY_WORDS];
  return hash_words(key, put_key(key, k));
}

static inline int same_key(const struct connection *a, const uint64_t *key, uint32_t words) {
  if (a->words != words) return 0;
  for (uint32_t i = 0; i < words; i++)
    if (connection_words(a)[i] != key[i]) return 0;
  return 1;
}

/* --- pieces ------------------------------------------------------------------------------------------------------ */

static inline struct connection *piece_at(const struct connections *t, uint32_t place) {
  return arena_at(&t->pieces, place);
}

/* Is there no pause longer than `idle` between the two?  Those without times belong together. */
static inline int is_near(const struct connections *t, const struct connection *a, const struct connection *b) {
  if (a->first == FLOW_NONE || b->first == FLOW_NONE) return a->first == b->first;
  return (a->first <= b->last || a->first - b->last <= t->idle) &&
         (b->first <= a->last || b->first - a->last <= t->idle);
}

/* Makes b a part of a.  Their sums are added elsewhere. */
static inline void join(struct connection *a, const struct connection *b) {
  if (b->first < a->first || (b->first == a->first && b->opening < a->opening)) a->opening = b->opening;
  if (b->first < a->first) a->first = b->first;
  if (b->last > a->last) a->last = b->last;
  a->records += b->records;
  a->accepted += b->accepted;
  a->rejected += b->rejected;
  a->signs |= b->signs;
}

/* The slot of a key: that of its pieces, or the free one where it belongs. */
static inline struct slot *find_slot(const struct connections *t, uint64_t hash, const uint64_t *key, uint32_t words) {
  size_t i = hash & (t->slots.cap - 1);
  for (; t->slots.slot[i].at; i = (i + 1) & (t->slots.cap - 1))
    if (t->slots.slot[i].hash == (uint32_t)hash && same_key(piece_at(t, t->slots.slot[i].at), key, words)) break;
  return &t->slots.slot[i];
}

/*
** Adds what the piece has, apart from its sums, to a piece of the same key, or makes it a piece of
** its own.  Returns the piece that has it now; NULL: there is no memory.
*/
static struct connection *put(struct connections *t, const struct connection *piece, const uint64_t *key,
                              struct err *e) {
  if (slots_reserve(&t->slots, e) || arena_reserve(&t->pieces, PIECE_WORDS + piece->words, e)) return NULL;
  struct slot *slot = find_slot(t, piece->hash, key, piece->words);
  uint32_t place = slot->at;
  for (int i = 0; place && i < FEW; i++) {
    struct connection *found = piece_at(t, place);
    place = found->next;
    if (!is_near(t, found, piece)) continue;
    join(found, piece);
    return found;
  }
  place = arena_end(&t->pieces);
  struct connection *fresh = piece_at(t, place);
  *fresh = *piece;
  for (uint32_t i = 0; i < piece->words; i++) ((uint64_t *)(fresh + 1))[i] = key[i];
  fresh->sums = 0;
  fresh->is_behind = 0;
  fresh->next = slot->at;
  if (slot->at) piece_at(t, slot->at)->is_behind = 1;
  else t->slots.used++;
  slot->hash = (uint32_t)piece->hash;
  slot->at = place;
  arena_take(&t->pieces, PIECE_WORDS + piece->words);
  return fresh;
}

/* --- flows ------------------------------------------------------------------------------------------------------- */

enum err_code connections_settle(struct connections *t, struct err *e) {
  for (uint32_t i = 0; i < t->nwaiting && t->slots.cap; i++) {
    uint32_t at = t->slots.slot[t->waiting[i].piece.hash & (t->slots.cap - 1)].at;
    if (at) __builtin_prefetch(piece_at(t, at));
  }
  for (uint32_t i = 0; i < t->nwaiting; i++) {
    const struct connections_waiting *w = &t->waiting[i];
    struct connection *piece = put(t, &w->piece, w->key, e);
    if (!piece) return e->code;
    if (!t->keys_alone && points_add(&t->sums, &piece->sums, &w->sum, e)) return e->code;
  }
  t->nwaiting = 0;
  return ERR_NONE;
}

enum err_code connections_add(struct connections *t, const struct flow *f, uint64_t hash, uint32_t point,
                              struct err *e) {
  struct connections_waiting *w = &t->waiting[t->nwaiting];
  int rejected = (f->signs & (FLOW_SIGNS(FLOW_REJECTED, 0) | FLOW_SIGNS(FLOW_REJECTED, 1))) != 0;
  int acted = (f->signs & FLOW_ACTION) != 0;
  w->piece = (struct connection){
      .first = t->keys_alone ? FLOW_NONE : f->start,
      .last = t->keys_alone ? FLOW_NONE : f->end,
      .opening = f->end << 1 | f->direction,
      .records = 1,
      .accepted = (uint32_t)(acted && !rejected),
      .rejected = (uint32_t)rejected,
      .signs = f->signs,
      .hash = hash,
  };
  w->piece.words = (uint16_t)put_key(w->key, &f->key);
  w->sum = (struct point_sum){.packets = f->packets, .bytes = f->bytes, .point = point};
  if (t->slots.cap) __builtin_prefetch(&t->slots.slot[hash & (t->slots.cap - 1)]);
  return ++t->nwaiting == CONNECTION_WAITING ? connections_settle(t, e) : ERR_NONE;
}

/* --- tables ------------------------------------------------------------------------------------------------------ */

struct connection *connections_next(const struct connections *t, struct connections_place *place) {
  for (; place->block < t->pieces.n; place->block++, place->word = 0) {
    while (place->word < t->pieces.filled[place->block]) {
      struct connection *c = (struct connection *)(void *)&t->pieces.block[place->block][place->word];
      place->word += (uint32_t)PIECE_WORDS + c->words;
      if (c->records) return c;
    }
  }
  return NULL;
}

/* Adds a piece of another table; number[] translates the numbers of observers, or is NULL if they stay the same. */
static enum err_code merge_piece(struct connections *t, const struct connections *from, const struct connection *c,
                                 const uint32_t *number, struct err *e) {
  struct connection *piece = put(t, c, connection_words(c), e);
  if (!piece) return e->code;
  const struct point_list seen = connections_points(from, c);
  for (const struct point_sum *s = points_at(seen, seen.first); s; s = points_at(seen, s->next)) {
    struct point_sum sum = *s;
    if (number) sum.point = number[POINT_OBSERVER(s->point)] << POINT_BITS | (s->point & ((1u << POINT_BITS) - 1));
    if (points_add(&t->sums, &piece->sums, &sum, e)) return e->code;
  }
  return ERR_NONE;
}

/* Adds the pieces of `from` that are in the part. */
static enum err_code merge_part(struct connections *t, const struct connections *from, struct connection_part part,
                                const uint32_t *number, const struct stop *stop, struct err *e) {
  struct connections_place place = {0};
  const struct connection *c;
  for (size_t n = 0; (c = connections_next(from, &place)) != NULL; n++) {
    if (n % ASKED == 0 && stop && stop_check(stop, e)) return e->code;
    if (connection_is_in(c->hash, part) && merge_piece(t, from, c, number, e)) return e->code;
  }
  return ERR_NONE;
}

enum err_code connections_merge(struct connections *t, struct connections *from, const struct stop *stop,
                                struct err *e) {
  const struct connection_part all = {0};
  uint32_t *number = mem_alloc((from->observers.n + 1) * sizeof *number);
  if (!number) return err_nomem(e);
  slots_clear(&from->slots);
  if (!observers_merge(&t->observers, &from->observers, number, e)) merge_part(t, from, all, number, stop, e);
  mem_free(number);
  connections_clear(from);
  return e->code;
}

enum err_code connections_keep(struct connections *t, struct connection_part part, struct err *e) {
  struct connections from = *t;
  connections_init(t, from.idle, from.keys_alone);
  t->observers = from.observers;
  memset(&from.observers, 0, sizeof from.observers);
  slots_clear(&from.slots);
  merge_part(t, &from, part, NULL, NULL, e);
  connections_clear(&from);
  return e->code;
}

/* --- the end ----------------------------------------------------------------------------------------------------- */

/* The pieces of one key. */
struct pieces {
  struct connection **item;
  size_t n, cap;
};

static int by_first(const void *a, const void *b) {
  const struct connection *x = *(struct connection *const *)a, *y = *(struct connection *const *)b;
  return (x->first > y->first) - (x->first < y->first);
}

/* Makes `from` a part of `into`, which has another place now in which nothing is left of it. */
static enum err_code absorb(struct connections *t, struct connection *into, struct connection *from, struct err *e) {
  join(into, from);
  for (uint32_t place = from->sums; place;) {
    const struct point_sum sum = *(const struct point_sum *)arena_at(&t->sums, place);
    if (points_add(&t->sums, &into->sums, &sum, e)) return e->code;
    place = sum.next;
  }
  from->records = 0;
  from->sums = 0;
  return ERR_NONE;
}

/* Joins the pieces of one key that belong together.  c is the first piece of the key. */
static enum err_code finish_key(struct connections *t, struct connection *c, struct pieces *p, struct err *e) {
  p->n = 0;
  for (;; c = piece_at(t, c->next)) {
    if (mem_grow(&p->item, &p->cap, p->n + 1, FEW, sizeof *p->item)) return err_nomem(e);
    p->item[p->n++] = c;
    if (!c->next) break;
  }
  qsort(p->item, p->n, sizeof *p->item, by_first);
  struct connection *current = p->item[0];
  for (size_t i = 1; i < p->n; i++) {
    if (is_near(t, current, p->item[i])) {
      if (absorb(t, current, p->item[i], e)) return e->code;
    } else {
      points_sort(&t->sums, &current->sums);
      current = p->item[i];
      current->is_again = 1;
    }
  }
  points_sort(&t->sums, &current->sums);
  return ERR_NONE;
}

enum err_code connections_finish(struct connections *t, const struct stop *stop, struct err *e) {
  struct connections_place place = {0};
  struct pieces p = {0};
  struct connection *c;
  slots_clear(&t->slots); /* nothing is added any more */
  for (size_t n = 0; !e->code && (c = connections_next(t, &place)) != NULL; n++) {
    if (n % ASKED == 0 && stop_check(stop, e)) break;
    if (c->is_behind) continue;
    if (c->next) finish_key(t, c, &p, e);
    else points_sort(&t->sums, &c->sums);
  }
  mem_free(p.item);
  return e->code;
}
