/* SPDX-License-Identifier: MIT */
/*
** The table of connections: in any order of the flows, in one table or in several that are merged,
** whole or in parts that are kept at any moment, the connections are those of a slow computation.
**
** Input: bytes that choose the tables and the parts; then the flows.
*/
#include "fuzz.h"
#include "mem_test.h"

#include "connection_model.h"

#define FLOWS  200
#define TABLES 3
#define IDLE   60

static const struct stop no_stop;

static uint32_t choose_for_model(void *from, uint32_t n) { return choose(from, n); }

struct way {
  uint32_t ntables, bits, keep_every, stride; /* the order: each stride-th flow, then those after them */
};

static void keep(struct connections *t, struct connection_part part) {
  struct err e = {0};
  PROPERTY(!connections_settle(t, &e) && !connections_keep(t, part, &e), "%s", e.text);
}

/* Adds the connections of a part of the flows. */
static void read_part(struct model_list *out, const struct model_flow *m, size_t n, const struct way *way,
                      struct connection_part part) {
  struct connections table[TABLES];
  struct err e = {0};
  size_t added = 0;
  for (uint32_t i = 0; i < way->ntables; i++) connections_init(&table[i], IDLE, 0);
  for (size_t first = 0; first < way->stride; first++)
    for (size_t i = first; i < n; i += way->stride) {
      struct connections *t = &table[i * 7 / 3 % way->ntables];
      PROPERTY(!model_add(t, &m[i], &e), "%s", e.text);
      if (++added % way->keep_every == 0) keep(t, part);
    }
  for (uint32_t i = 0; i < way->ntables; i++) keep(&table[i], part);
  for (uint32_t i = 1; i < way->ntables; i++)
    PROPERTY(!connections_merge(&table[i], &table[i - 1], &no_stop, &e), "%s", e.text);
  PROPERTY(!connections_finish(&table[way->ntables - 1], &no_stop, &e), "%s", e.text);
  model_table(out, &table[way->ntables - 1]);
  for (uint32_t i = 0; i < way->ntables; i++) connections_clear(&table[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static struct model_flow m[FLOWS], sorted[FLOWS];
  struct choices c = {data, size};
  struct model_list expected = {0}, got = {0};
  struct way way = {.ntables = 1 + choose(&c, TABLES),
                    .bits = choose(&c, 4),
                    .keep_every = 30 + choose(&c, 99),
                    .stride = 1 + choose(&c, 9)};
  uint32_t times = 1 + choose_byte(&c);
  size_t n = 0;
  while (c.n && n < FLOWS) m[n++] = model_flow(choose_for_model, &c, times);
  memcpy(sorted, m, sizeof m);
  model_rows(&expected, sorted, n, IDLE);
  model_settle(&expected);
  for (uint32_t value = 0; value < UINT32_C(1) << way.bits; value++)
    read_part(&got, m, n, &way, (struct connection_part){way.bits, value});
  model_settle(&got);
  PROPERTY(model_is_same(&got, &expected), "%zu connections, not %zu", got.n, expected.n);
  model_free(&expected);
  model_free(&got);
  PROPERTY(mem_test_live() == 0, "memory is left behind");
  return 0;
}
