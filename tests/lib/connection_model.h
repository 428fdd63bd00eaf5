/* SPDX-License-Identifier: MIT */
/*
** A slow and obvious computation of connections from a list of flows, with which unit tests and
** fuzz targets compare tables of connections (connection/connections.h).
**
**     model_flow()     a flow made of choices
**     model_pack()     the same, packed
**     model_rows()     the connections of a list of flows, by sorting it
**     model_table()    the connections of a table
**     model_settle()   brings rows into one order, in which they can be compared as bytes
*/
#ifndef CONNECTION_MODEL_H
#define CONNECTION_MODEL_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "connection/connections.h"

#define MODEL_OBSERVERS 4
#define MODEL_SUMS      (MODEL_OBSERVERS * 3 * 2) /* ways, directions */

struct model_flow {
  struct flow f;
  uint32_t observer; /* 0 to MODEL_OBSERVERS - 1 */
};

struct model_sum {
  uint64_t packets, bytes;
  uint32_t observer, bits;
};

/* A connection: all that does not depend on where a table keeps it. */
struct model_row {
  uint64_t addr[4]; /* first, so that the order of rows is that of their keys */
  uint64_t first, last, packets[2], bytes[2];
  uint32_t port[2], protocol, direction; /* of what came first */
  uint32_t records, accepted, rejected, signs, points, nsums;
  struct model_sum sum[MODEL_SUMS];
};

struct model_list {
  struct model_row *row;
  size_t n, cap;
};

/* --- choices ----------------------------------------------------------------------------------------------------- */

/* Returns 0 to n - 1. */
typedef uint32_t model_choose(void *from, uint32_t n);

static inline struct flow_end model_end(model_choose *pick, void *from) {
  static const uint32_t ports[] = {443, 50000, 50001, FLOW_NO_PORT};
  struct flow_end end = {.port = ports[pick(from, 4)]};
  uint32_t k = pick(from, 8);
  if (k == 7) end.addr = (struct ip){UINT64_C(0x20010db8) << 32, 1};
  else if (k == 6) end.addr = (struct ip){.low = 5}; /* IPv6, with the upper half of IPv4 */
  else end.addr = (struct ip){.low = UINT64_C(0xffff00000000) | 0x0a000000 | k};
  return end;
}

static inline uint64_t model_amount(model_choose *pick, void *from) {
  static const uint64_t rare[] = {FLOW_NONE, FLOW_NONE, 0, INT64_MAX};
  uint32_t k = pick(from, 32);
  return k < 4 ? rare[k] : k;
}

/* times: the number of different times; few of them make few connections. */
static inline struct model_flow model_flow(model_choose *pick, void *from, uint32_t times) {
  static const uint32_t signs[] = {FLOW_ACCEPTED, FLOW_ACCEPTED, FLOW_REJECTED};
  struct model_flow m = {.observer = pick(from, MODEL_OBSERVERS)};
  struct flow *f = &m.f;
  f->key.a = model_end(pick, from);
  f->key.b = model_end(pick, from);
  f->key.protocol = pick(from, 2) ? 6 : pick(from, 2) ? 17 : FLOW_NO_PROTOCOL;
  f->direction = pick(from, 2);
  f->signs = FLOW_SIGNS(FLOW_SEEN | signs[pick(from, 3)] | pick(from, 2) * FLOW_SYN, f->direction);
  if (pick(from, 4)) f->signs |= FLOW_ACTION;
  f->start = pick(from, 16) ? 1000 + (uint64_t)pick(from, times) * 30 : FLOW_NONE;
  f->end = f->start == FLOW_NONE ? FLOW_NONE : f->start + (uint64_t)pick(from, 3) * 30;
  f->packets = model_amount(pick, from);
  f->bytes = model_amount(pick, from);
  f->way = pick(from, 3);
  return m;
}

static inline uint32_t model_bits(const struct model_flow *m) { return POINT_WAY(m->f.way) | m->f.direction; }

/* The flow, packed.  Its observer has the number that it has here, plus `shift`, counted round. */
static inline uint32_t model_pack(uint64_t out[PACKED_FLOW], const struct model_flow *m, uint32_t shift) {
  return packed_flow(out, &m->f, (m->observer + shift) % MODEL_OBSERVERS << POINT_BITS | model_bits(m));
}

/* Translates the numbers of observers that have been shifted so. */
static inline const uint32_t *model_numbers(uint32_t shift) {
  static uint32_t number[MODEL_OBSERVERS][MODEL_OBSERVERS];
  for (uint32_t i = 0; i < MODEL_OBSERVERS; i++) number[shift % MODEL_OBSERVERS][(i + shift) % MODEL_OBSERVERS] = i;
  return number[shift % MODEL_OBSERVERS];
}

static inline uint64_t model_hash(const struct model_flow *m) {
  uint64_t key[PACKED_KEY_WORDS];
  packed_key(key, &m->f.key);
  return packed_hash(key);
}

/* --- those that are alike ---------------------------------------------------------------------------------------- */

/* Brings the ends into the order in which they are in a key, so that both directions have the same one. */
static inline void model_order_ends(struct model_flow *m) {
  const struct flow_end a = m->f.key.a, b = m->f.key.b;
  int back = a.addr.high != b.addr.high ? a.addr.high > b.addr.high : a.addr.low > b.addr.low;
  if (!back) return;
  m->f.key.a = b;
  m->f.key.b = a;
}

/* What the columns of GROUP BY show of a connection. */
struct model_group {
  struct ip client, server;
  uint32_t client_port, server_port, protocol;
};

static inline struct model_group model_group_of(const struct connection *c, unsigned alike) {
  struct model_group g;
  struct flow_key key;
  packed_read_key(connection_key(c), &key);
  const struct flow_end *client = c->role & 1 ? &key.b : &key.a, *server = c->role & 1 ? &key.a : &key.b;
  memset(&g, 0, sizeof g);
  g.client = client->addr;
  g.server = server->addr;
  if (alike & ALIKE_CLIENT_PORT) g.client_port = client->port;
  if (alike & ALIKE_SERVER_PORT) g.server_port = server->port;
  if (alike & ALIKE_PROTOCOL) g.protocol = key.protocol;
  return g;
}

/* The groups of connections in their order, in which none may come back. */
struct model_groups {
  struct model_group group[4096];
  size_t n, connections;
};

/* Returns whether each group of the table is new when it begins. */
static inline int model_add_groups(struct model_groups *g, const struct connections *t, unsigned alike) {
  struct connections_place place = {0};
  const struct connection *c;
  for (; (c = connections_next(t, &place)) != NULL; g->connections++) {
    struct model_group group = model_group_of(c, alike);
    if (g->n && !memcmp(&g->group[g->n - 1], &group, sizeof group)) continue;
    for (size_t i = 0; i < g->n; i++)
      if (!memcmp(&g->group[i], &group, sizeof group)) return 0;
    if (g->n == sizeof g->group / sizeof *g->group) return 0;
    g->group[g->n++] = group;
  }
  return 1;
}

/* --- rows -------------------------------------------------------------------------------------------------------- */

static inline struct model_row *model_new_row(struct model_list *l, const struct flow_key *key) {
  if (l->n == l->cap) {
    l->cap = l->cap ? 2 * l->cap : 64;
    l->row = realloc(l->row, l->cap * sizeof *l->row);
    if (!l->row) abort();
  }
  struct model_row *r = &l->row[l->n++];
  memset(r, 0, sizeof *r);
  r->addr[0] = key->a.addr.high;
  r->addr[1] = key->a.addr.low;
  r->addr[2] = key->b.addr.high;
  r->addr[3] = key->b.addr.low;
  r->port[0] = key->a.port;
  r->port[1] = key->b.port;
  r->protocol = key->protocol;
  return r;
}

static inline int model_by_sum(const void *a, const void *b) {
  const struct model_sum *x = a, *y = b;
  if (x->observer != y->observer) return x->observer < y->observer ? -1 : 1;
  return (x->bits > y->bits) - (x->bits < y->bits);
}

static inline int model_by_row(const void *a, const void *b) { return memcmp(a, b, sizeof(struct model_row)); }

/* Sorts the rows, and the sums of each. */
static inline void model_settle(struct model_list *l) {
  for (size_t i = 0; i < l->n; i++) qsort(l->row[i].sum, l->row[i].nsums, sizeof(struct model_sum), model_by_sum);
  if (l->n) qsort(l->row, l->n, sizeof *l->row, model_by_row);
}

static inline int model_is_same(const struct model_list *a, const struct model_list *b) {
  return a->n == b->n && (!a->n || !memcmp(a->row, b->row, a->n * sizeof *a->row));
}

static inline void model_free(struct model_list *l) {
  free(l->row);
  memset(l, 0, sizeof *l);
}

/* Adds the connections of a table that connections_finish() has finished. */
static inline void model_table(struct model_list *l, const struct connections *t) {
  struct connections_place place = {0};
  const struct connection *c;
  while ((c = connections_next(t, &place)) != NULL) {
    struct flow_key key;
    packed_read_key(connection_key(c), &key);
    struct model_row *r = model_new_row(l, &key);
    r->first = c->seen.first;
    r->last = c->seen.last;
    r->direction = c->seen.first == FLOW_NONE ? 0 : c->seen.opening & 1;
    r->records = c->seen.records;
    r->accepted = c->seen.accepted;
    r->rejected = c->seen.rejected;
    r->signs = c->seen.signs;
    r->points = points_observers(connections_points(t, c));
    for (uint32_t d = 0; d < 2; d++) points_sent(connections_points(t, c), d, &r->packets[d], &r->bytes[d]);
    for (const struct point_sum *s = points_at(connections_points(t, c), c->sums); s;
         s = points_at(connections_points(t, c), s->next)) {
      if (r->nsums == MODEL_SUMS) abort();
      struct model_sum *sum = &r->sum[r->nsums++];
      sum->packets = s->packets;
      sum->bytes = s->bytes;
      sum->observer = POINT_OBSERVER(s->point);
      sum->bits = POINT_OWN_BITS(s->point);
    }
  }
}

/* --- the slow computation ---------------------------------------------------------------------------------------- */

static inline int model_compare(uint64_t a, uint64_t b) { return (a > b) - (a < b); }

static inline int model_by_key(const struct model_flow *x, const struct model_flow *y) {
  const struct flow_key *a = &x->f.key, *b = &y->f.key;
  const uint64_t pair[7][2] = {{a->a.addr.high, b->a.addr.high}, {a->a.addr.low, b->a.addr.low},
                               {a->b.addr.high, b->b.addr.high}, {a->b.addr.low, b->b.addr.low},
                               {a->a.port, b->a.port},           {a->b.port, b->b.port},
                               {a->protocol, b->protocol}};
  for (int i = 0; i < 7; i++)
    if (pair[i][0] != pair[i][1]) return model_compare(pair[i][0], pair[i][1]);
  return 0;
}

static inline int model_by_time(const void *a, const void *b) {
  const struct model_flow *x = a, *y = b;
  int order = model_by_key(x, y);
  if (!order) order = model_compare(x->f.start, y->f.start);
  if (!order) order = model_compare(x->f.end, y->f.end);
  return order ? order : model_compare(x->f.direction, y->f.direction);
}

static inline uint64_t model_sum_of(uint64_t a, uint64_t b) {
  if (a == FLOW_NONE) return b;
  if (b == FLOW_NONE) return a;
  return b > FLOW_NONE - 1 - a ? FLOW_NONE - 1 : a + b;
}

static inline void model_count(struct model_row *r, const struct model_flow *m) {
  uint32_t i = 0, rejected = FLOW_SIGNS(FLOW_REJECTED, 0) | FLOW_SIGNS(FLOW_REJECTED, 1);
  if (m->f.start != FLOW_NONE && m->f.end > r->last) r->last = m->f.end;
  r->records++;
  r->rejected += (m->f.signs & rejected) != 0;
  r->accepted += !(m->f.signs & rejected) && (m->f.signs & FLOW_ACTION);
  r->signs |= m->f.signs;
  while (i < r->nsums && (r->sum[i].observer != m->observer || r->sum[i].bits != model_bits(m))) i++;
  if (i == r->nsums) {
    int seen = 0;
    for (uint32_t k = 0; k < i; k++) seen |= r->sum[k].observer == m->observer;
    r->points += !seen;
    r->sum[r->nsums++] = (struct model_sum){FLOW_NONE, FLOW_NONE, m->observer, model_bits(m)};
  }
  r->sum[i].packets = model_sum_of(r->sum[i].packets, m->f.packets);
  r->sum[i].bytes = model_sum_of(r->sum[i].bytes, m->f.bytes);
}

/* Per direction, the largest sum: a missing number is less than any other. */
static inline void model_choose_sums(struct model_row *r) {
  for (uint32_t d = 0; d < 2; d++) {
    r->packets[d] = r->bytes[d] = FLOW_NONE;
    for (uint32_t i = 0; i < r->nsums; i++) {
      const struct model_sum *s = &r->sum[i];
      if ((s->bits & POINT_DIRECTION) != d) continue;
      int order = model_compare(s->bytes + 1, r->bytes[d] + 1);
      if (!order) order = model_compare(s->packets + 1, r->packets[d] + 1);
      if (order > 0) r->packets[d] = s->packets, r->bytes[d] = s->bytes;
    }
  }
}

/* Adds the connections of n flows, which become sorted. */
static inline void model_rows(struct model_list *l, struct model_flow *m, size_t n, uint64_t idle) {
  struct model_row *r = NULL;
  if (n) qsort(m, n, sizeof *m, model_by_time);
  for (size_t i = 0; i < n; i++) {
    const struct flow *f = &m[i].f;
    int belongs = r && !model_by_key(&m[i], &m[i - 1]) &&
                  (f->start == FLOW_NONE ? r->first == FLOW_NONE : f->start <= r->last || f->start - r->last <= idle);
    if (!belongs) {
      if (r) model_choose_sums(r);
      r = model_new_row(l, &f->key);
      r->first = f->start;
      r->last = f->end;
      r->direction = f->start == FLOW_NONE ? 0 : f->direction;
    }
    model_count(r, &m[i]);
  }
  if (r) model_choose_sums(r);
}

#endif
