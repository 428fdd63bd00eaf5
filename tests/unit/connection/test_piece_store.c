/* SPDX-License-Identifier: MIT */
/*
** Tests the store of pieces: however often it is compacted, and whatever parts are kept, the connections
** of its pieces are those of a slow computation.
*/
#include "helpers.h"

#include "model_no_memory.h"

#include "connection/piece_store.h"

#define IDLE  60
#define FLOWS 4000

static const struct stop no_stop;

static uint32_t choose(void *from, uint32_t n) {
  (void)from;
  return random_below(n);
}

static enum err_code compact(struct piece_store *s, struct connection_part part, struct connections *t, struct err *e) {
  for (uint32_t i = 0; !e->code && i < s->shards; i++) piece_store_compact(s, i, part, t, &no_stop, e);
  return e->code;
}

/* Adds the connections that are in the part; the store is compacted after each so many flows. */
static enum err_code read_part(struct model_list *out, const struct model_flow *m, size_t n, uint64_t bytes,
                               struct connection_part part, size_t compact_every, struct err *e) {
  struct piece_store s = {0};
  struct connections t;
  connections_init(&t, IDLE, 0);
  piece_store_init(&s, bytes, e);
  for (size_t i = 0; !e->code && i < n; i++) {
    uint32_t point = m[i].observer << POINT_BITS | model_bits(&m[i]);
    piece_store_add(&s, model_hash(&m[i]), &m[i].f, point, e);
    if (!e->code && compact_every && i % compact_every == compact_every - 1) compact(&s, part, &t, e);
  }
  if (!e->code && part.bits) compact(&s, part, &t, e);
  for (uint32_t shard = 0; !e->code && shard < s.shards; shard++) {
    struct piece_place place = {0};
    const uint64_t *p;
    while (!e->code && (p = piece_store_next(&s, shard, &place)) != NULL)
      connections_add(&t, p, packed_hash(p), NULL, e);
    if (e->code || connections_settle(&t, e) || connections_finish(&t, &no_stop, e)) break;
    model_table(out, &t);
    connections_reset(&t);
  }
  piece_store_clear(&s);
  connections_clear(&t);
  return e->code;
}

static void check_read(const struct model_list *expected, const struct model_flow *m, size_t n, uint64_t bytes,
                       uint32_t bits, size_t compact_every) {
  struct model_list got = {0};
  struct err e = {0};
  for (uint32_t value = 0; value < UINT32_C(1) << bits; value++)
    assert_int_equal(
        read_part(&got, m, n, bytes, (struct connection_part){.bits = bits, .value = value}, compact_every, &e),
        ERR_NONE);
  model_settle(&got);
  CHECK(model_is_same(&got, expected), "%llu bytes, %u bits, compacted every %zu: %zu connections, not %zu",
        (unsigned long long)bytes, (unsigned)bits, compact_every, got.n, expected->n);
  model_free(&got);
}

static void test_compacting_changes_nothing(void **state) {
  static struct model_flow m[FLOWS], sorted[FLOWS];
  static const uint64_t bytes[] = {0, 100000, UINT64_C(1) << 40};
  (void)state;
  for (uint32_t round = 0; round < 6; round++) {
    struct model_list expected = {0};
    for (size_t i = 0; i < FLOWS; i++) m[i] = model_flow(choose, NULL, 4 + round * 200);
    memcpy(sorted, m, sizeof m);
    model_rows(&expected, sorted, FLOWS, IDLE);
    model_settle(&expected);
    for (size_t b = 0; b < COUNT(bytes); b++) {
      check_read(&expected, m, FLOWS, bytes[b], 0, 0);
      check_read(&expected, m, FLOWS, bytes[b], 0, 700);
      check_read(&expected, m, FLOWS, bytes[b], b ? 2 : 1, 1500);
      if (b < 2) check_read(&expected, m, FLOWS, bytes[b], 0, 97);
    }
    model_free(&expected);
  }
  assert_int_equal(mem_test_live(), 0);
}

/* Many flows of few connections take little memory when they have been compacted, and few flows of many no more. */
static void test_bytes(void **state) {
  (void)state;
  for (uint32_t ports = 2; ports <= 60000; ports *= 30000) {
    const struct connection_part all = {0};
    struct piece_store s = {0};
    struct connections t;
    struct err e = {0};
    struct model_flow m = {
        .f = {.key = {{{.low = UINT64_C(0xffff0a000001)}, 0}, {{.low = UINT64_C(0xffff0a000002)}, 443}, 6},
              .signs = FLOW_SEEN | FLOW_ACCEPTED | FLOW_ACTION,
              .start = 1000,
              .end = 1060,
              .packets = 1,
              .bytes = 40}};
    connections_init(&t, IDLE, 0);
    assert_int_equal(piece_store_init(&s, 40 << 20, &e), ERR_NONE);
    assert_int_equal(s.shards, PIECE_STORE_SHARDS);
    assert_int_equal(piece_store_bytes(&s), 0);
    for (uint32_t i = 0; i < 60000; i++) {
      m.f.key.a.port = i % ports;
      assert_int_equal(piece_store_add(&s, model_hash(&m), &m.f, 0, &e), ERR_NONE);
    }
    uint64_t before = piece_store_bytes(&s), sum = 0;
    for (uint32_t i = 0; i < s.shards; i++) sum += piece_store_shard_bytes(&s, i);
    assert_int_equal(before, sum);
    assert_in_range(before, 60000 * 32, 60000 * 32 + PIECE_STORE_SHARDS * BLOCK_POOL_BLOCK + 60000);
    assert_int_equal(compact(&s, all, &t, &e), ERR_NONE);
    if (ports == 2) assert_in_range(piece_store_bytes(&s), 1, 2 * BLOCK_POOL_BLOCK);
    else assert_int_equal(piece_store_bytes(&s), before);
    piece_store_clear(&s);
    connections_clear(&t);
  }
}

/* Adds flows of one key, one after the other with that pause, in a random order. */
static void add_hot_key(struct piece_store *s, size_t n, uint64_t pause, struct err *e) {
  uint32_t *order = malloc(n * sizeof *order);
  struct flow f = {.key = {{{.low = UINT64_C(0xffff0a000001)}, 123}, {{.low = UINT64_C(0xffff0a000002)}, 123}, 17},
                   .signs = FLOW_SEEN | FLOW_ACCEPTED,
                   .packets = 1,
                   .bytes = 40};
  struct model_flow m = {.f = f};
  for (uint32_t i = 0; i < n; i++) order[i] = i;
  for (uint32_t i = (uint32_t)n - 1; i; i--) {
    uint32_t k = random_below(i + 1), kept = order[i];
    order[i] = order[k];
    order[k] = kept;
  }
  for (size_t i = 0; !e->code && i < n; i++) {
    f.start = f.end = 1000000 + order[i] * pause;
    piece_store_add(s, model_hash(&m), &f, 0, e);
  }
  free(order);
}

/*
** A key with very many flows, whose pieces do not meet in the order in which they come: they are joined all
** the same, and where they cannot be, the table that finds this out stays small.
*/
static void test_hot_key(void **state) {
  const struct connection_part all = {0};
  (void)state;
  for (int is_one = 0; is_one < 2; is_one++) {
    struct piece_store s = {0};
    struct connections t;
    struct err e = {0};
    connections_init(&t, IDLE, 0);
    assert_int_equal(piece_store_init(&s, 40 << 20, &e), ERR_NONE);
    add_hot_key(&s, 200000, is_one ? 1 : IDLE + 1, &e);
    uint64_t before = piece_store_bytes(&s);
    for (int i = 0; i < 2; i++) assert_int_equal(compact(&s, all, &t, &e), ERR_NONE);
    if (is_one) assert_in_range(piece_store_bytes(&s), 1, before / 8);
    else assert_int_equal(piece_store_bytes(&s), before);
    assert_in_range(arena_bytes(&t.pieces) + arena_bytes(&t.sums), 1, 2 << 20);
    piece_store_clear(&s);
    connections_clear(&t);
  }
  assert_int_equal(mem_test_live(), 0);
}

static int stop_at(void *context) {
  int *left = context;
  return --*left < 0;
}

/* Whenever it is stopped, also while a key with very many pieces is sorted. */
static void test_stop(void **state) {
  const struct connection_part all = {0};
  int asks = -1;
  (void)state;
  for (int left = 0; asks < 0; left++) {
    int remaining = left;
    const struct stop stop = {stop_at, &remaining};
    struct piece_store s = {0};
    struct connections t;
    struct err e = {0};
    connections_init(&t, IDLE, 0);
    assert_int_equal(piece_store_init(&s, 0, &e), ERR_NONE);
    add_hot_key(&s, 20000, IDLE + 1, &e);
    if (!piece_store_compact(&s, 0, all, &t, &stop, &e)) asks = left;
    else assert_int_equal(e.code, ERR_INTERRUPT);
    piece_store_clear(&s);
    connections_clear(&t);
  }
  assert_in_range(asks, 30, 200);
  assert_int_equal(mem_test_live(), 0);
}

/* A connection that more interfaces have seen than a packed piece has room for. */
static void test_many_points(void **state) {
  const struct connection_part all = {0};
  struct piece_store s = {0};
  struct connections t;
  struct connections_place at = {0};
  struct piece_place place = {0};
  struct err e = {0};
  struct flow f = {.key = {{{.low = 1}, 1}, {{.low = 2}, 2}, 6}, .signs = FLOW_SEEN, .packets = 1, .bytes = 7};
  const uint32_t points = 5 * PACKED_SUMS + 3;
  const uint64_t *p;
  (void)state;
  connections_init(&t, IDLE, 0);
  assert_int_equal(piece_store_init(&s, 0, &e), ERR_NONE);
  assert_int_equal(s.shards, 1);
  for (uint32_t i = 0; i < 3 * points; i++)
    assert_int_equal(piece_store_add(&s, 0, &f, i * 7 % points << POINT_BITS, &e), ERR_NONE);
  for (int i = 0; i < 3; i++) assert_int_equal(compact(&s, all, &t, &e), ERR_NONE);
  uint32_t pieces = 0;
  for (; (p = piece_store_next(&s, 0, &place)) != NULL; pieces++)
    assert_int_equal(connections_add(&t, p, packed_hash(p), NULL, &e), ERR_NONE);
  assert_int_equal(pieces, 6);
  assert_int_equal(connections_settle(&t, &e), ERR_NONE);
  assert_int_equal(connections_finish(&t, &no_stop, &e), ERR_NONE);
  const struct connection *c = connections_next(&t, &at);
  uint64_t packets, bytes;
  assert_int_equal(c->seen.records, 3 * points);
  assert_int_equal(points_observers(connections_points(&t, c)), points);
  points_sent(connections_points(&t, c), 0, &packets, &bytes);
  assert_int_equal(bytes, 21);
  assert_null(connections_next(&t, &at));
  piece_store_clear(&s);
  connections_clear(&t);
}

static enum err_code read_some(struct model_list *out, size_t round, struct err *e) {
  static struct model_flow m[1500];
  const struct connection_part part = {.bits = 1, .value = 1};
  for (size_t i = 0; i < COUNT(m) && round == 0; i++) m[i] = model_flow(choose, NULL, 400);
  return read_part(out, m, COUNT(m), 200000, part, round % 2 ? 0 : 400, e);
}

static void test_no_memory(void **state) {
  (void)state;
  model_fail_allocations(read_some, 10);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_compacting_changes_nothing),
      cmocka_unit_test(test_bytes),
      cmocka_unit_test(test_many_points),
      cmocka_unit_test(test_hot_key),
      cmocka_unit_test(test_stop),
      cmocka_unit_test(test_no_memory),
  };
  return finish(cmocka_run_group_tests(tests, NULL, NULL));
}
