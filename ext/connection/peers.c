/* SPDX-License-Identifier: MIT */
/*
** A key of an end with itself counts once.
*/
#include "connection/peers.h"

#include <string.h>

#include "base/hash.h"
#include "base/mem.h"

#define FIRST_SLOTS 256

void peers_clear(struct peers *p) {
  mem_free(p->slot);
  memset(p, 0, sizeof *p);
}

static uint64_t hash_end(const struct flow_end *end, uint32_t protocol) {
  uint64_t h = hash_mix(end->port, protocol);
  h = hash_mix(hash_mix(h, end->addr.high), end->addr.low);
  return h ? h : 1;
}

static inline struct peers_slot *find(const struct peers *p, uint64_t end) {
  size_t i = end & (p->cap - 1);
  while (p->slot[i].end && p->slot[i].end != end) i = (i + 1) & (p->cap - 1);
  return &p->slot[i];
}

static enum err_code grow(struct peers *p, struct err *e) {
  struct peers larger = {.cap = p->cap ? 2 * p->cap : FIRST_SLOTS, .used = p->used};
  if (!(larger.slot = mem_alloc(larger.cap * sizeof *larger.slot))) return err_nomem(e);
  memset(larger.slot, 0, larger.cap * sizeof *larger.slot);
  for (size_t i = 0; i < p->cap; i++)
    if (p->slot[i].end) *find(&larger, p->slot[i].end) = p->slot[i];
  mem_free(p->slot);
  *p = larger;
  return ERR_NONE;
}

enum err_code peers_want(struct peers *p, const struct flow_end *end, uint32_t protocol, struct err *e) {
  if ((p->used + 1) * 4 > p->cap * 3 && grow(p, e)) return e->code;
  uint64_t hash = hash_end(end, protocol);
  struct peers_slot *slot = find(p, hash);
  p->used += !slot->end;
  slot->end = hash;
  return ERR_NONE;
}

int peers_concern(const struct peers *p, const struct flow_key *key) {
  return find(p, hash_end(&key->a, key->protocol))->end || find(p, hash_end(&key->b, key->protocol))->end;
}

static void count(struct peers *p, const struct flow_end *end, uint32_t protocol) {
  struct peers_slot *slot = find(p, hash_end(end, protocol));
  if (slot->end) slot->count++;
}

void peers_count(struct peers *p, const struct flow_key *key) {
  if (!p->cap) return;
  count(p, &key->a, key->protocol);
  if (!ip_is_same(&key->a.addr, &key->b.addr) || key->a.port != key->b.port) count(p, &key->b, key->protocol);
}

uint64_t peers_of(const struct peers *p, const struct flow_end *end, uint32_t protocol) {
  return p->cap ? find(p, hash_end(end, protocol))->count : 0;
}
