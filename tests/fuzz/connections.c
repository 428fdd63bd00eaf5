/* SPDX-License-Identifier: MIT */
/*
** Pieces of connections: in any order of the flows, in one store or in several, whole or in parts that are
** compacted at any moment, the connections are those of a slow computation.
**
** Input: bytes that choose the stores and the parts; then the flows.
*/
#include "fuzz.h"
#include "mem_test.h"

#include "connection_model.h"

#include "connection/piece_store.h"

#define FLOWS  200
#define STORES 3
#define IDLE   60

static const struct stop no_stop;

static uint32_t choose_for_model(void *from, uint32_t n) { return choose(from, n); }

struct way {
  uint32_t nstores, bits, compact_every, stride; /* the order: each stride-th flow, then those after them */
  uint64_t bytes;
};

static void compact(struct piece_store *s, struct connection_part part, struct connections *table) {
  struct err e = {0};
  for (uint32_t i = 0; i < s->shards; i++)
    PROPERTY(!piece_store_compact(s, i, part, table, &no_stop, &e), "%s", e.text);
}

/* Adds the flows to the stores. */
static void fill(struct piece_store *store, const struct model_flow *m, size_t n, const struct way *way,
                 struct connection_part part, struct connections *table) {
  struct err e = {0};
  size_t added = 0;
  for (size_t first = 0; first < way->stride; first++)
    for (size_t i = first; i < n; i += way->stride) {
      struct piece_store *s = &store[i * 7 / 3 % way->nstores];
      uint32_t point = m[i].observer << POINT_BITS | model_bits(&m[i]);
      PROPERTY(!piece_store_add(s, model_hash(&m[i]), &m[i].f, point, &e), "%s", e.text);
      if (++added % way->compact_every == 0) compact(s, part, table);
    }
}

/* Adds the connections of a part of the flows. */
static void read_part(struct model_list *out, const struct model_flow *m, size_t n, const struct way *way,
                      struct connection_part part) {
  struct piece_store store[STORES];
  struct connections table;
  struct err e = {0};
  connections_init(&table, IDLE, 0);
  for (uint32_t i = 0; i < way->nstores; i++) PROPERTY(!piece_store_init(&store[i], way->bytes, &e), "%s", e.text);
  fill(store, m, n, way, part, &table);
  for (uint32_t shard = 0; shard < store->shards; shard++) {
    for (uint32_t i = 0; i < way->nstores; i++) {
      struct piece_place place = {0};
      for (const uint64_t *p; (p = piece_store_next(&store[i], shard, &place)) != NULL;)
        if (connection_is_in(packed_hash(p), part))
          PROPERTY(!connections_add(&table, p, packed_hash(p), NULL, &e), "%s", e.text);
    }
    PROPERTY(!connections_settle(&table, &e) && !connections_finish(&table, &no_stop, &e), "%s", e.text);
    model_table(out, &table);
    connections_reset(&table);
  }
  for (uint32_t i = 0; i < way->nstores; i++) piece_store_clear(&store[i]);
  connections_clear(&table);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static struct model_flow m[FLOWS], sorted[FLOWS];
  struct choices c = {data, size};
  struct model_list expected = {0}, got = {0};
  struct way way = {.nstores = 1 + choose(&c, STORES),
                    .bits = choose(&c, 4),
                    .compact_every = 30 + choose(&c, 99),
                    .stride = 1 + choose(&c, 9)};
  way.bytes = (uint64_t)choose(&c, 4) * 65536;
  uint32_t times = 1 + choose_byte(&c);
  size_t n = 0;
  while (c.n && n < FLOWS) m[n++] = model_flow(choose_for_model, &c, times);
  memcpy(sorted, m, sizeof m);
  model_rows(&expected, sorted, n, IDLE);
  model_settle(&expected);
  for (uint32_t value = 0; value < UINT32_C(1) << way.bits; value++)
    read_part(&got, m, n, &way, (struct connection_part){.bits = way.bits, .value = value});
  model_settle(&got);
  PROPERTY(model_is_same(&got, &expected), "%zu connections, not %zu", got.n, expected.n);
  model_free(&expected);
  model_free(&got);
  PROPERTY(mem_test_live() == 0, "memory is left behind");
  return 0;
}
