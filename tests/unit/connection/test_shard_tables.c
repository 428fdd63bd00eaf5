/* SPDX-License-Identifier: MIT */
/*
** Tests the tables of shards: each connection comes once, whatever the number of threads and the memory,
** and the owner may leave at any time.
*/
#include "no_threads.h"

#include "helpers.h"

#include "connection_model.h"

#include "connection/shard_tables.h"

#define IDLE    60
#define FLOWS   12000
#define BYTES   (256 * 1024) /* so that there are few shards, and each of them has several blocks */
#define WORKERS 3

static struct model_flow flow[FLOWS];
static struct connection_sums sums[WORKERS];
static uint32_t *number[WORKERS];

static uint32_t choose(void *from, uint32_t n) {
  (void)from;
  return random_below(n);
}

/* Gives the flows to workers, each of which numbers the observers in its own way. */
static int make_sums(void **state) {
  struct err e = {0};
  (void)state;
  for (uint32_t w = 0; w < WORKERS; w++) {
    if (piece_store_init(&sums[w].pieces, BYTES, &e)) return -1;
    number[w] = (uint32_t *)(uintptr_t)model_numbers(w);
  }
  for (size_t i = 0; i < FLOWS; i++) {
    uint32_t w = random_below(WORKERS);
    flow[i] = model_flow(choose, NULL, 900);
    uint32_t point = (flow[i].observer + w) % MODEL_OBSERVERS << POINT_BITS | model_bits(&flow[i]);
    if (piece_store_add(&sums[w].pieces, model_hash(&flow[i]), &flow[i].f, point, &e)) return -1;
  }
  return 0;
}

static int clear_sums(void **state) {
  (void)state;
  for (uint32_t w = 0; w < WORKERS; w++) piece_store_clear(&sums[w].pieces);
  return 0;
}

static struct shard_tables_options options_of(unsigned threads, uint64_t memory) {
  return (struct shard_tables_options){
      .sums = sums, .nsums = WORKERS, .number = number, .idle = IDLE, .memory = memory, .threads = threads};
}

static enum err_code read_all(struct model_list *out, const struct shard_tables_options *o, struct err *e) {
  static struct shard_tables t;
  const struct connections *table = NULL;
  shard_tables_open(&t, o, e);
  while (!e->code && !shard_tables_next(&t, &table, e) && table) model_table(out, table);
  if (e->code) assert_true(!table);
  shard_tables_close(&t);
  shard_tables_close(&t);
  return e->code;
}

/* The connections of the flows that are in the part, and of which the port of A is not `without`. */
static struct model_list expect(struct connection_part part, uint32_t without) {
  static struct model_flow m[FLOWS];
  struct model_list l = {0};
  size_t n = 0;
  for (size_t i = 0; i < FLOWS; i++)
    if (connection_is_in(model_hash(&flow[i]), part) && flow[i].f.key.a.port != without) m[n++] = flow[i];
  model_rows(&l, m, n, IDLE);
  model_settle(&l);
  return l;
}

static void check(const struct shard_tables_options *o, const struct model_list *expected) {
  struct model_list got = {0};
  struct err e = {0};
  assert_int_equal(read_all(&got, o, &e), ERR_NONE);
  model_settle(&got);
  CHECK(model_is_same(&got, expected), "%u threads: %zu connections, not %zu", o->threads, got.n, expected->n);
  model_free(&got);
}

static int has_other_port(const void *context, const uint64_t *packed) {
  return packed_port(packed, 0) != *(const uint32_t *)context;
}

/* Marks the connections in a way that the model shows. */
static void mark(const void *context, struct connection *c) {
  (void)context;
  c->seen.signs ^= FLOW_ACTION;
}

static void test_all_shards(void **state) {
  static const unsigned thread_counts[] = {0, 1, 2, 5};
  static const uint32_t port = 443;
  (void)state;
  for (size_t i = 0; i < COUNT(thread_counts); i++)
    for (uint32_t bits = 0; bits < 2; bits++)
      for (uint64_t memory = 0; memory < UINT64_C(1) << 41; memory += UINT64_C(1) << 40) {
        struct shard_tables_options o = options_of(thread_counts[i], memory);
        o.part = (struct connection_part){.bits = bits, .value = bits};
        struct model_list expected = expect(o.part, UINT32_MAX);
        check(&o, &expected);
        o.prepare = mark;
        for (size_t k = 0; k < expected.n; k++) expected.row[k].signs ^= FLOW_ACTION;
        model_settle(&expected);
        check(&o, &expected);
        model_free(&expected);
        expected = expect(o.part, port);
        o.prepare = NULL;
        o.wants = has_other_port;
        o.context = &port;
        check(&o, &expected);
        model_free(&expected);
      }
}

/* Both ends are the client's now and then. */
static void choose_client(const void *context, struct connection *c) {
  (void)context;
  c->role = packed_port(connection_key(c), 0) % 2;
}

/* Those that are alike are in the same table, where they come one after the other. */
static void test_together(void **state) {
  static struct connection_sums own[WORKERS];
  static struct model_flow m[FLOWS];
  struct connection_part part = {.together = 1};
  struct err e = {0};
  (void)state;
  for (uint32_t w = 0; w < WORKERS; w++) assert_int_equal(piece_store_init(&own[w].pieces, BYTES, &e), ERR_NONE);
  assert_true(own[0].pieces.shards > 1);
  for (size_t i = 0; i < FLOWS; i++) {
    uint64_t key[PACKED_KEY_WORDS];
    uint32_t w = random_below(WORKERS), point;
    m[i] = model_flow(choose, NULL, 900);
    model_order_ends(&m[i]);
    packed_key(key, &m[i].f.key);
    point = (m[i].observer + w) % MODEL_OBSERVERS << POINT_BITS | model_bits(&m[i]);
    assert_int_equal(piece_store_add(&own[w].pieces, connection_hash(key, part), &m[i].f, point, &e), ERR_NONE);
  }
  for (unsigned round = 0; round < 24; round++) {
    struct shard_tables_options o = options_of(round % 3, UINT64_C(1) << 40);
    struct model_groups groups = {0};
    struct model_list got = {0}, expected = {0};
    const struct connections *table;
    struct shard_tables t;
    o.sums = own;
    o.part = part;
    o.prepare = choose_client;
    o.alike = ALIKE_ENDS | (round & 7) * ALIKE_PROTOCOL;
    assert_int_equal(shard_tables_open(&t, &o, &e), ERR_NONE);
    while (!shard_tables_next(&t, &table, &e) && table) {
      model_table(&got, table);
      CHECK(model_add_groups(&groups, table, o.alike), "alike %x: group %zu comes back", o.alike, groups.n);
    }
    shard_tables_close(&t);
    model_rows(&expected, m, FLOWS, IDLE);
    model_settle(&expected);
    model_settle(&got);
    CHECK(model_is_same(&got, &expected), "%zu connections, not %zu", got.n, expected.n);
    model_free(&got);
    model_free(&expected);
  }
  for (uint32_t w = 0; w < WORKERS; w++) piece_store_clear(&own[w].pieces);
}

/* Where no threads can be started, or fewer, the rest do the work. */
static void test_no_threads(void **state) {
  const struct connection_part all = {0};
  struct model_list expected = expect(all, UINT32_MAX);
  (void)state;
  for (int left = 0; left < 3; left++) {
    const struct shard_tables_options o = options_of(4, UINT64_C(1) << 40);
    threads_left = left;
    check(&o, &expected);
    threads_left = -1;
  }
  model_free(&expected);
}

/* The owner leaves after each number of tables. */
static void test_leaving(void **state) {
  size_t live = mem_test_live();
  (void)state;
  for (unsigned threads = 0; threads < 4; threads++)
    for (uint32_t taken = 0; taken <= sums[0].pieces.shards; taken++) {
      struct shard_tables t;
      const struct shard_tables_options o = options_of(threads, UINT64_C(1) << 40);
      const struct connections *table;
      struct err e = {0};
      assert_int_equal(shard_tables_open(&t, &o, &e), ERR_NONE);
      assert_int_equal(t.threads.n > 0, threads > 0);
      for (uint32_t i = 0; i < taken; i++) assert_int_equal(shard_tables_next(&t, &table, &e), ERR_NONE);
      shard_tables_close(&t);
      assert_int_equal(mem_test_live(), live);
    }
}

static int stop_at(void *context) {
  int *left = context;
  return --*left < 0;
}

static void test_stop(void **state) {
  (void)state;
  for (unsigned threads = 0; threads < 3; threads++) {
    unsigned stopped = 0;
    for (int asks = 0; asks < 3; asks++) {
      struct shard_tables_options o = options_of(threads, UINT64_C(1) << 40);
      struct model_list got = {0};
      struct err e = {0};
      int left = asks;
      o.stop = (struct stop){stop_at, &left};
      read_all(&got, &o, &e);
      assert_true(e.code == ERR_INTERRUPT || (e.code == ERR_NONE && threads));
      stopped += e.code == ERR_INTERRUPT;
      model_free(&got);
    }
    if (!threads) assert_int_equal(stopped, 3);
  }
}

static void test_no_memory(void **state) {
  const struct connection_part all = {0};
  struct model_list expected = expect(all, UINT32_MAX);
  size_t live = mem_test_live(), failed = 0;
  (void)state;
  for (int forever = 0; forever < 2; forever++)
    for (size_t n = 1;; n += 1 + n / 4) {
      const struct shard_tables_options o = options_of((unsigned)n % 3, UINT64_C(1) << 40);
      struct model_list got = {0};
      struct err e = {0};
      mem_test_fail(n, forever);
      read_all(&got, &o, &e);
      size_t calls = mem_test_calls();
      mem_test_fail(0, 0);
      assert_true(e.code == ERR_NOMEM || e.code == ERR_NONE);
      assert_int_equal(mem_test_live(), live);
      failed += e.code == ERR_NOMEM;
      model_settle(&got);
      if (!e.code) assert_true(model_is_same(&got, &expected));
      model_free(&got);
      if (calls < n) break;
    }
  assert_true(failed > 5);
  model_free(&expected);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_all_shards), cmocka_unit_test(test_no_threads), cmocka_unit_test(test_leaving),
      cmocka_unit_test(test_together),   cmocka_unit_test(test_stop),       cmocka_unit_test(test_no_memory),
  };
  return finish(cmocka_run_group_tests(tests, make_sums, clear_sums));
}
