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
** When all is finished, nobody looks for a key any more.  So connections_bring_together() makes lists of
** connections that are alike with the same slots and links.
**
** As in scan/group.c, pieces wait in a short queue while the processor fetches their slots, and then
** their pieces.
*/
#include "connection/connections.h"

#include <string.h>

#include "base/hash.h"
#include "base/mem.h"

#define FEW         8                               /* pieces of a key that a new one is compared with */
#define PIECE_WORDS (sizeof(struct connection) / 8) /* without its key */
#define ASKED       4096                            /* pieces after which `stop` is asked */
#define CROWD_BITS  8
#define CROWD_MOST  20

_Static_assert(sizeof(struct connection) % 8 == 0, "a piece is made of words");

void connections_init(struct connections *t, uint64_t idle, int keys_alone) {
  memset(t, 0, sizeof *t);
  t->idle = idle;
  t->keys_alone = keys_alone;
}

void connections_reset(struct connections *t) {
  slots_reset(&t->slots);
  arena_reset(&t->pieces);
  arena_reset(&t->sums);
  t->nwaiting = 0;
  t->is_together = 0;
}

void connections_clear(struct connections *t) {
  slots_clear(&t->slots);
  arena_clear(&t->pieces);
  arena_clear(&t->sums);
  connections_init(t, t->idle, t->keys_alone);
}

/* --- pieces ------------------------------------------------------------------------------------------------------ */

static inline struct connection *piece_at(const struct connections *t, uint32_t place) {
  return arena_at(&t->pieces, place);
}

static inline int same_key(const struct connection *a, const uint64_t *key, uint32_t words) {
  const uint64_t *own = connection_key(a);
  if (own[0] != (key[0] & PACKED_KEY_MASK)) return 0;
  for (uint32_t i = 1; i < words; i++)
    if (own[i] != key[i]) return 0;
  return 1;
}

/* Is there no pause longer than `idle` between the two?  Those without times belong together. */
static inline int is_near(const struct connections *t, const struct seen *a, const struct seen *b) {
  if (a->first == FLOW_NONE || b->first == FLOW_NONE) return a->first == b->first;
  return (a->first <= b->last || a->first - b->last <= t->idle) &&
         (b->first <= a->last || b->first - a->last <= t->idle);
}

/* Makes b a part of a. */
static inline void join(struct seen *a, const struct seen *b) {
  if (b->first < a->first || (b->first == a->first && b->opening < a->opening)) a->opening = b->opening;
  if (b->first < a->first) a->first = b->first;
  if (b->last > a->last) a->last = b->last;
  a->records += b->records;
  a->accepted += b->accepted;
  a->rejected += b->rejected;
  a->signs |= b->signs;
}

/*
** Sorts the sums of a piece, which has had so many records before, now and then: where very many interfaces
** have seen it, most of its records add a sum, and a long list that lies everywhere in memory is sorted far
** more slowly than many short ones.  The more sums remain, the later the next time comes.
*/
static void shorten(const struct connections *t, struct connection *c, uint32_t before) {
  uint32_t bits = CROWD_BITS + c->crowd;
  if (c->seen.records >> bits == before >> bits) return;
  uint32_t n = points_sort(&t->sums, &c->sums);
  while (c->crowd < CROWD_MOST && n > UINT32_C(1) << (CROWD_BITS - 1 + c->crowd)) c->crowd++;
}

/* The slot of a key: that of its pieces, or the free one where it belongs. */
static inline struct slot *find_slot(const struct connections *t, uint64_t hash, const uint64_t *key, uint32_t words) {
  size_t i = hash & (t->slots.cap - 1);
  for (; t->slots.slot[i].at; i = (i + 1) & (t->slots.cap - 1))
    if (t->slots.slot[i].hash == (uint32_t)hash && same_key(piece_at(t, t->slots.slot[i].at), key, words)) break;
  return &t->slots.slot[i];
}

/*
** Adds what was seen to a piece of the same key, or makes a piece of it.  Returns the piece that has it
** now; NULL: there is no memory.
*/
static struct connection *put(struct connections *t, const struct seen *seen, const uint64_t *key, uint64_t hash,
                              struct err *e) {
  uint32_t words = packed_key_words(key);
  if (slots_reserve(&t->slots, e) || arena_reserve(&t->pieces, PIECE_WORDS + words, e)) return NULL;
  struct slot *slot = find_slot(t, hash, key, words);
  uint32_t place = slot->at;
  for (int i = 0; place && i < FEW; i++) {
    struct connection *found = piece_at(t, place);
    place = found->next;
    if (!is_near(t, &found->seen, seen)) continue;
    join(&found->seen, seen);
    return found;
  }
  place = arena_end(&t->pieces);
  struct connection *fresh = piece_at(t, place);
  *fresh = (struct connection){.seen = *seen, .next = slot->at, .words = (uint8_t)words};
  uint64_t *own = (uint64_t *)(fresh + 1);
  own[0] = key[0] & PACKED_KEY_MASK;
  for (uint32_t i = 1; i < words; i++) own[i] = key[i];
  if (slot->at) piece_at(t, slot->at)->is_behind = 1;
  else t->slots.used++;
  *slot = (struct slot){.hash = (uint32_t)hash, .at = place};
  arena_take(&t->pieces, PIECE_WORDS + words);
  return fresh;
}

/* --- adding ------------------------------------------------------------------------------------------------------ */

static enum err_code add_now(struct connections *t, const struct connections_waiting *w, struct err *e) {
  struct seen seen;
  packed_read(w->packed, &seen);
  if (t->keys_alone) seen.first = seen.last = FLOW_NONE;
  struct connection *piece = put(t, &seen, w->packed, w->hash, e);
  if (!piece) return e->code;
  uint32_t n = t->keys_alone ? 0 : packed_sums(w->packed);
  for (uint32_t i = 0; i < n; i++) {
    struct point_sum sum = packed_sum(w->packed, i);
    if (w->number) sum.point = w->number[POINT_OBSERVER(sum.point)] << POINT_BITS | POINT_OWN_BITS(sum.point);
    if (points_add(&t->sums, &piece->sums, &sum, e)) return e->code;
  }
  shorten(t, piece, piece->seen.records - seen.records);
  return ERR_NONE;
}

enum err_code connections_settle(struct connections *t, struct err *e) {
  for (uint32_t i = 0; i < t->nwaiting && t->slots.cap; i++) {
    uint32_t at = t->slots.slot[t->waiting[i].hash & (t->slots.cap - 1)].at;
    if (at) __builtin_prefetch(piece_at(t, at));
  }
  for (uint32_t i = 0; i < t->nwaiting; i++)
    if (add_now(t, &t->waiting[i], e)) return e->code;
  t->nwaiting = 0;
  return ERR_NONE;
}

enum err_code connections_add(struct connections *t, const uint64_t *packed, uint64_t hash, const uint32_t *number,
                              struct err *e) {
  t->waiting[t->nwaiting] = (struct connections_waiting){packed, hash, number};
  if (t->slots.cap) __builtin_prefetch(&t->slots.slot[hash & (t->slots.cap - 1)]);
  return ++t->nwaiting == CONNECTION_WAITING ? connections_settle(t, e) : ERR_NONE;
}

/* --- the end ----------------------------------------------------------------------------------------------------- */

/* The next connection of the lists that the slots begin. */
static struct connection *next_together(const struct connections *t, struct connections_place *place) {
  while (!place->word && place->block < t->slots.cap) place->word = t->slots.slot[place->block++].at;
  if (!place->word) return NULL;
  struct connection *c = piece_at(t, place->word);
  place->word = c->next;
  return c;
}

struct connection *connections_next(const struct connections *t, struct connections_place *place) {
  if (t->is_together) return next_together(t, place);
  for (; place->block < t->pieces.n; place->block++, place->word = 0) {
    while (place->word < t->pieces.filled[place->block]) {
      struct connection *c = (struct connection *)(void *)&t->pieces.block[place->block][place->word];
      place->word += (uint32_t)PIECE_WORDS + c->words;
      if (c->seen.records) return c;
    }
  }
  return NULL;
}

/* The pieces of one key, and how often `stop` was about to be asked. */
struct finishing {
  const struct stop *stop;
  size_t steps;
  uint32_t *place, *spare; /* of n pieces each */
  size_t n, cap;
};

static inline int is_stopped(struct finishing *f, struct err *e) {
  return ++f->steps % ASKED == 0 && stop_check(f->stop, e);
}

/* Finds the pieces of the key whose newest piece that is. */
static enum err_code find_pieces(const struct connections *t, uint32_t newest, struct finishing *f, struct err *e) {
  size_t n = 0;
  for (uint32_t place = newest; place && !is_stopped(f, e); place = piece_at(t, place)->next) n++;
  if (e->code) return e->code;
  if (!f->place || n > f->cap) {
    mem_free(f->place);
    f->cap = 0;
    if (!(f->place = mem_alloc(2 * n * sizeof *f->place))) return err_nomem(e);
    f->cap = n;
  }
  f->n = n;
  f->spare = f->place + n;
  for (uint32_t *out = f->place; newest; newest = piece_at(t, newest)->next) *out++ = newest;
  return ERR_NONE;
}

/* Merges the pieces from i on with those from k on, which end at n. */
static void merge(const struct connections *t, struct finishing *f, size_t i, size_t k, size_t n, struct err *e) {
  size_t middle = k;
  for (uint32_t *out = f->spare + i; (i < middle || k < n) && !is_stopped(f, e);) {
    int is_second =
        i == middle || (k < n && piece_at(t, f->place[k])->seen.first < piece_at(t, f->place[i])->seen.first);
    *out++ = f->place[is_second ? k++ : i++];
  }
}

/* Sorts the pieces by their first times. */
static enum err_code sort_pieces(const struct connections *t, struct finishing *f, struct err *e) {
  for (size_t width = 1; width < f->n; width *= 2) {
    for (size_t i = 0; i < f->n && !e->code; i += 2 * width) {
      size_t k = i + width < f->n ? i + width : f->n;
      merge(t, f, i, k, k + width < f->n ? k + width : f->n, e);
    }
    uint32_t *sorted = f->spare;
    f->spare = f->place;
    f->place = sorted;
  }
  if (f->spare < f->place) { /* the memory begins with `place` */
    memcpy(f->spare, f->place, f->n * sizeof *f->place);
    f->place = f->spare;
  }
  return e->code;
}

/* Makes `from` a part of `into`, which has another place now in which nothing is left of it. */
static void absorb(const struct connections *t, struct connection *into, struct connection *from) {
  uint32_t before = into->seen.records;
  join(&into->seen, &from->seen);
  points_append(&t->sums, &into->sums, from->sums);
  from->seen.records = 0;
  from->sums = 0;
  shorten(t, into, before);
}

/* Joins the pieces of one key that belong together. */
static enum err_code finish_key(const struct connections *t, uint32_t newest, struct finishing *f, struct err *e) {
  if (find_pieces(t, newest, f, e) || sort_pieces(t, f, e)) return e->code;
  struct connection *current = piece_at(t, f->place[0]);
  for (size_t i = 1; i < f->n && !is_stopped(f, e); i++) {
    struct connection *c = piece_at(t, f->place[i]);
    if (is_near(t, &current->seen, &c->seen)) {
      absorb(t, current, c);
    } else {
      points_sort(&t->sums, &current->sums);
      current = c;
      current->is_again = 1;
    }
  }
  points_sort(&t->sums, &current->sums);
  return e->code;
}

/* The place of the piece that connections_next() has returned. */
static uint32_t last_place(const struct connections_place *place, const struct connection *c) {
  return (uint32_t)(place->block * ARENA_WORDS + place->word - (PIECE_WORDS + c->words) + 1);
}

enum err_code connections_finish(struct connections *t, const struct stop *stop, struct err *e) {
  struct connections_place place = {0};
  struct finishing f = {.stop = stop};
  struct connection *c;
  if (stop_check(stop, e)) return e->code;
  while ((c = connections_next(t, &place)) != NULL && !is_stopped(&f, e)) {
    if (c->is_behind) continue;
    if (!c->next) points_sort(&t->sums, &c->sums);
    else if (finish_key(t, last_place(&place, c), &f, e)) break;
  }
  mem_free(f.place);
  return e->code;
}

/* --- those that are alike ---------------------------------------------------------------------------------------- */

/* What they have in common besides the addresses of A and B: which of them is the client's, ports, protocol. */
static uint64_t alike_word(const struct connection *c, unsigned alike) {
  const uint64_t *key = connection_key(c);
  int client = c->role & 1;
  uint64_t word = client && !packed_is_one_address(key);
  if (alike & ALIKE_PROTOCOL) word |= (uint64_t)packed_protocol(key) << 1;
  if (alike & ALIKE_CLIENT_PORT) word |= (uint64_t)packed_port(key, client) << (1 + PACKED_PROTOCOL_BITS);
  if (alike & ALIKE_SERVER_PORT)
    word |= (uint64_t)packed_port(key, !client) << (1 + PACKED_PROTOCOL_BITS + PACKED_PORT_BITS);
  return word;
}

static int is_alike(const struct connection *a, const struct connection *b, unsigned alike) {
  return a->words == b->words && !memcmp(connection_key(a) + 1, connection_key(b) + 1, (a->words - 1u) * 8) &&
         alike_word(a, alike) == alike_word(b, alike);
}

/* Puts the connection at that place in front of the list of those that are like it. */
static enum err_code link_alike(struct connections *t, struct connection *c, uint32_t at, unsigned alike,
                                struct err *e) {
  if (slots_reserve(&t->slots, e)) return e->code;
  uint64_t hash = hash_mix(packed_addresses_hash(connection_key(c)), alike_word(c, alike));
  size_t i = hash & (t->slots.cap - 1);
  for (; t->slots.slot[i].at; i = (i + 1) & (t->slots.cap - 1))
    if (t->slots.slot[i].hash == (uint32_t)hash && is_alike(piece_at(t, t->slots.slot[i].at), c, alike)) break;
  c->next = t->slots.slot[i].at;
  t->slots.used += !c->next;
  t->slots.slot[i] = (struct slot){.hash = (uint32_t)hash, .at = at};
  return ERR_NONE;
}

enum err_code connections_bring_together(struct connections *t, unsigned alike, const struct stop *stop,
                                         struct err *e) {
  struct connections_place place = {0};
  struct connection *c;
  size_t n = 0;
  slots_reset(&t->slots);
  while ((c = connections_next(t, &place)) != NULL) {
    if (++n % ASKED == 0 && stop_check(stop, e)) break;
    if (link_alike(t, c, last_place(&place, c), alike, e)) break;
  }
  t->is_together = 1;
  return e->code;
}
