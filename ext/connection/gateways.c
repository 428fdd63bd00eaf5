/* SPDX-License-Identifier: MIT */
/*
** Only addresses that a candidate meets have totals, so that the tables stay small where there are
** few candidates.
*/
#include "connection/gateways.h"

#include <string.h>

#include "base/hash.h"
#include "base/mem.h"

#define FIRST_SLOTS 64

static const struct ip none;

/* --- tallies ----------------------------------------------------------------------------------------------------- */

static struct tally *place_of(const struct tallies *t, const struct ip *a, const struct ip *b) {
  uint64_t h = hash_mix(hash_mix(hash_mix(hash_mix(0, a->high), a->low), b->high), b->low);
  size_t i = h & (t->cap - 1);
  while (t->slot[i].is_used && !(ip_is_same(&t->slot[i].a, a) && ip_is_same(&t->slot[i].b, b)))
    i = (i + 1) & (t->cap - 1);
  return &t->slot[i];
}

static struct tally *find(const struct tallies *t, const struct ip *a, const struct ip *b) {
  struct tally *found = t->cap ? place_of(t, a, b) : NULL;
  return found && found->is_used ? found : NULL;
}

static enum err_code grow(struct tallies *t, struct err *e) {
  struct tallies larger = {.cap = t->cap ? 2 * t->cap : FIRST_SLOTS, .used = t->used};
  if (!(larger.slot = mem_alloc(larger.cap * sizeof *larger.slot))) return err_nomem(e);
  memset(larger.slot, 0, larger.cap * sizeof *larger.slot);
  for (size_t i = 0; i < t->cap; i++)
    if (t->slot[i].is_used) *place_of(&larger, &t->slot[i].a, &t->slot[i].b) = t->slot[i];
  mem_free(t->slot);
  *t = larger;
  return ERR_NONE;
}

/* The tally of a and b, which is new if there is none; NULL: there is no memory. */
static struct tally *want(struct tallies *t, const struct ip *a, const struct ip *b, struct err *e) {
  if (2 * (t->used + 1) > t->cap && grow(t, e)) return NULL;
  struct tally *found = place_of(t, a, b);
  if (!found->is_used) {
    found->a = *a;
    found->b = *b;
    found->is_used = 1;
    t->used++;
  }
  return found;
}

static void clear(struct tallies *t) {
  mem_free(t->slot);
  memset(t, 0, sizeof *t);
}

void gateways_clear(struct gateways *g) {
  clear(&g->interfaces);
  clear(&g->candidates);
  clear(&g->pairs);
  clear(&g->totals);
}

static uint64_t known(uint64_t n) { return n == FLOW_NONE ? 0 : n; }

/* --- candidates -------------------------------------------------------------------------------------------------- */

enum err_code gateways_add(struct gateways *g, uint64_t interface, const struct flow *f,
                           const struct prefix_table *inside, struct err *e) {
  if (!prefix_table_has(inside, &f->src)) return ERR_NONE;
  int out = !prefix_table_has(inside, &f->dst);
  const struct ip at = {.low = interface};
  struct tally *t = want(&g->interfaces, out ? &f->src : &f->dst, &at, e);
  if (!t) return e->code;
  *(out ? &t->out : &t->in) += known(f->bytes);
  *(out ? &t->packets_out : &t->packets_in) += known(f->packets);
  return ERR_NONE;
}

enum err_code gateways_merge(struct gateways *g, const struct gateways *from, struct err *e) {
  for (size_t i = 0; i < from->interfaces.cap; i++) {
    const struct tally *other = &from->interfaces.slot[i];
    struct tally *t = other->is_used ? want(&g->interfaces, &other->a, &other->b, e) : NULL;
    if (e->code) return e->code;
    if (!t) continue;
    t->in += other->in;
    t->out += other->out;
    t->packets_in += other->packets_in;
    t->packets_out += other->packets_out;
  }
  return ERR_NONE;
}

/* Are the two equal within 1 % of the second? */
static int is_about(uint64_t a, uint64_t b) { return (a > b ? a - b : b - a) <= b / 100; }

enum err_code gateways_choose(struct gateways *g, struct err *e) {
  for (size_t i = 0; i < g->interfaces.cap; i++) {
    const struct tally *t = &g->interfaces.slot[i];
    if (!t->is_used || !t->out || !is_about(t->in, t->out) || !is_about(t->packets_in, t->packets_out)) continue;
    if (!want(&g->candidates, &t->a, &none, e)) return e->code;
  }
  clear(&g->interfaces);
  return ERR_NONE;
}

static struct tally *candidate(const struct gateways *g, const struct ip *a) { return find(&g->candidates, a, &none); }

/* --- connections ------------------------------------------------------------------------------------------------- */

/* The connection of candidate x, which sent `sent` bytes to `other`, and got `got`. */
static enum err_code pair(struct gateways *g, const struct ip *x, const struct ip *other, uint64_t sent, uint64_t got,
                          const struct prefix_table *inside, struct err *e) {
  struct tally *t = want(&g->pairs, x, other, e);
  if (!t || !want(&g->totals, other, &none, e)) return e->code;
  if (prefix_table_has(inside, other)) t->in += known(got);
  else t->out += known(sent);
  return ERR_NONE;
}

enum err_code gateways_pair(struct gateways *g, const struct flow_key *key, uint64_t a, uint64_t b,
                            const struct prefix_table *inside, struct err *e) {
  if (candidate(g, &key->a.addr) && pair(g, &key->a.addr, &key->b.addr, a, b, inside, e)) return e->code;
  if (candidate(g, &key->b.addr) && pair(g, &key->b.addr, &key->a.addr, b, a, inside, e)) return e->code;
  return ERR_NONE;
}

/* `from` sent so many bytes to `to`. */
static void total(struct gateways *g, const struct ip *from, const struct ip *to, uint64_t bytes,
                  const struct prefix_table *inside) {
  if (!g->totals.cap || !prefix_table_has(inside, from) || prefix_table_has(inside, to)) return;
  struct tally *source = place_of(&g->totals, from, &none), *target = place_of(&g->totals, to, &none);
  if (source->is_used) source->out += known(bytes);
  if (target->is_used) target->in += known(bytes);
}

void gateways_total(struct gateways *g, const struct flow_key *key, uint64_t a, uint64_t b,
                    const struct prefix_table *inside) {
  total(g, &key->a.addr, &key->b.addr, a, inside);
  total(g, &key->b.addr, &key->a.addr, b, inside);
}

static int is_most(uint64_t of, uint64_t all) { return all && of >= all - all / 100; }

/* Did others send as much to the outside address as the candidate did? */
static int is_onward(const struct gateways *g, const struct ip *x, const struct ip *outside) {
  const struct tally *p = find(&g->pairs, x, outside), *t = find(&g->totals, outside, &none);
  return p && t && t->in >= p->out && is_most(t->in - p->out, p->out);
}

void gateways_confirm(struct gateways *g, const struct prefix_table *inside) {
  for (size_t i = 0; i < g->pairs.cap; i++) {
    const struct tally *p = &g->pairs.slot[i];
    if (!p->is_used || prefix_table_has(inside, &p->b) || !is_onward(g, &p->a, &p->b)) continue;
    struct tally *x = candidate(g, &p->a);
    if (x) x->out = 1;
  }
}

static int is_leg(const struct gateways *g, const struct ip *x, const struct ip *other,
                  const struct prefix_table *inside) {
  const struct tally *gateway = candidate(g, x);
  if (!gateway || !gateway->out) return 0;
  if (!prefix_table_has(inside, other)) return is_onward(g, x, other);
  const struct tally *p = find(&g->pairs, x, other), *t = find(&g->totals, other, &none);
  return p && t && is_most(t->out, p->in);
}

int gateways_is_leg(const struct gateways *g, const struct flow_key *key, const struct prefix_table *inside) {
  if (!g->candidates.used) return 0;
  return is_leg(g, &key->a.addr, &key->b.addr, inside) || is_leg(g, &key->b.addr, &key->a.addr, inside);
}
