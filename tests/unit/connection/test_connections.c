/* SPDX-License-Identifier: MIT */
/*
** Tests the table of connections: the order of flows, the tables that they are divided into and
** the parts that are kept make no difference, and the connections are those of a slow computation.
*/
#include "helpers.h"

#include "connection_model.h"

#define IDLE  60
#define FLOWS 1200

static const struct stop no_stop;

static uint32_t choose(void *from, uint32_t n) {
  (void)from;
  return random_below(n);
}

static void shuffle(struct model_flow *m, size_t n) {
  for (size_t i = n; i > 1; i--) {
    size_t k = random_below((uint32_t)i);
    struct model_flow other = m[k];
    m[k] = m[i - 1];
    m[i - 1] = other;
  }
}

/* The connections of the flows that are in the part, from `ntables` tables that are merged. */
static enum err_code read_part(struct model_list *out, const struct model_flow *m, size_t n, uint32_t ntables,
                               struct connection_part part, uint32_t keep_every, struct err *e) {
  static struct connections table[4];
  assert_in_range(ntables, 1, COUNT(table));
  for (uint32_t i = 0; i < ntables; i++) connections_init(&table[i], IDLE, 0);
  for (size_t i = 0; !e->code && i < n; i++) {
    struct connections *t = &table[random_below(ntables)];
    if (connection_is_in(connection_hash(&m[i].f.key), part) || keep_every) model_add(t, &m[i], e);
    if (!e->code && keep_every && i % keep_every == 0 && !connections_settle(t, e)) connections_keep(t, part, e);
  }
  for (uint32_t i = 0; !e->code && i < ntables; i++)
    if (!connections_settle(&table[i], e)) connections_keep(&table[i], part, e);
  for (uint32_t i = 1; !e->code && i < ntables; i++) connections_merge(&table[0], &table[i], &no_stop, e);
  if (!e->code && !connections_finish(&table[0], &no_stop, e)) model_table(out, &table[0]);
  for (uint32_t i = 0; i < ntables; i++) connections_clear(&table[i]);
  return e->code;
}

static struct model_list rows_of(struct model_flow *m, size_t n, uint64_t idle) {
  struct model_list l = {0};
  model_rows(&l, m, n, idle);
  model_settle(&l);
  return l;
}

static void check_read(const struct model_list *expected, const struct model_flow *m, size_t n, uint32_t ntables,
                       uint32_t bits, uint32_t keep_every) {
  struct model_list got = {0};
  struct err e = {0};
  for (uint32_t value = 0; value < UINT32_C(1) << bits; value++)
    assert_int_equal(read_part(&got, m, n, ntables, (struct connection_part){bits, value}, keep_every, &e), ERR_NONE);
  model_settle(&got);
  CHECK(model_is_same(&got, expected), "%u tables, %u bits, kept every %u: %zu connections, not %zu", ntables, bits,
        keep_every, got.n, expected->n);
  model_free(&got);
}

static void test_any_order(void **state) {
  static struct model_flow m[FLOWS];
  (void)state;
  for (uint32_t round = 0; round < 6; round++) {
    size_t n = round % 3 ? FLOWS : 100;
    for (size_t i = 0; i < n; i++) m[i] = model_flow(choose, NULL, 4 + round * 100);
    struct model_list expected = rows_of(m, n, IDLE);
    check_read(&expected, m, n, 1, 0, 0);
    for (uint32_t ntables = 1; ntables <= 4; ntables++) {
      shuffle(m, n);
      check_read(&expected, m, n, ntables, 0, 0);
      check_read(&expected, m, n, ntables, ntables - 1, 0);
      check_read(&expected, m, n, ntables, ntables - 1, 37);
    }
    model_free(&expected);
  }
}

/* --- single keys ------------------------------------------------------------------------------------------------- */

static struct model_flow at(uint64_t start, uint64_t end) {
  struct model_flow m = {.f = {.start = start, .end = end, .packets = 1, .bytes = 10}};
  m.f.key.a = (struct flow_end){{.low = UINT64_C(0xffff0a000001)}, 50000};
  m.f.key.b = (struct flow_end){{.low = UINT64_C(0xffff0a000002)}, 443};
  m.f.key.protocol = 6;
  m.f.signs = FLOW_SEEN | FLOW_ACCEPTED;
  return m;
}

static struct connections table;

static void add(const struct model_flow *m) {
  struct err e = {0};
  assert_int_equal(model_add(&table, m, &e), ERR_NONE);
}

static size_t finish_table(struct model_list *out) {
  struct err e = {0};
  assert_int_equal(connections_settle(&table, &e), ERR_NONE);
  assert_int_equal(connections_finish(&table, &no_stop, &e), ERR_NONE);
  model_free(out);
  model_table(out, &table);
  model_settle(out);
  connections_clear(&table);
  return out->n;
}

/* A pause of `idle` seconds is none; one second more is. */
static void test_pause(void **state) {
  static const struct {
    uint64_t start, end;
    size_t connections; /* with one flow from 1000 to 1100 */
  } table_of[] = {
      {1100, 1100, 1},
      {1160, 1170, 1},
      {1161, 1170, 2},
      {940, 940, 1},
      {900, 939, 2},
      {900, 5000, 1},
      {1010, 1020, 1},
      {0, 939, 2},
      {0, 940, 1},
      {UINT64_C(1) << 62, UINT64_C(1) << 62, 2},
      {FLOW_NONE, FLOW_NONE, 2},
  };
  struct model_list rows = {0};
  (void)state;
  for (size_t i = 0; i < COUNT(table_of); i++)
    for (int order = 0; order < 2; order++) {
      struct model_flow one = at(1000, 1100), other = at(table_of[i].start, table_of[i].end);
      connections_init(&table, IDLE, 0);
      add(order ? &one : &other);
      add(order ? &other : &one);
      size_t n = finish_table(&rows);
      CHECK(n == table_of[i].connections, "%llu: %zu connections", (unsigned long long)table_of[i].start, n);
    }
  model_free(&rows);
}

/* Pieces of a key that do not touch each other: more than a flow is compared with. */
static void add_pieces(uint64_t n) {
  connections_init(&table, IDLE, 0);
  for (uint64_t i = 0; i < n; i++) {
    uint64_t start = 1000 + 100 * (i * 7 % n);
    struct model_flow m = at(start, start + 10);
    add(&m);
  }
}

/* What joins all of them, or all but the last one, comes at the end. */
static void test_many_pieces(void **state) {
  struct model_list rows = {0};
  (void)state;
  for (uint64_t n = 2; n <= 211; n += n < 20 || n > 200 ? 1 : 63) {
    if (n % 7 == 0) continue;
    add_pieces(n);
    assert_int_equal(finish_table(&rows), n);
    for (uint64_t apart = 0; apart < 2; apart++) {
      struct model_flow joins = at(1000, 1000 + 100 * (n - 1 - apart));
      uint32_t most = 0;
      add_pieces(n);
      add(&joins);
      size_t got = finish_table(&rows);
      CHECK(got == 1 + apart, "%u pieces: %zu connections", (unsigned)n, got);
      for (size_t i = 0; i < got; i++) {
        if (rows.row[i].records > most) most = rows.row[i].records;
        assert_int_equal(rows.row[i].bytes[0], 10 * rows.row[i].records);
      }
      assert_int_equal(most, n + 1 - apart);
    }
  }
  model_free(&rows);
}

/* One of the connections of a key is not marked as another one. */
static void test_is_again(void **state) {
  struct connections_place place = {0};
  struct err e = {0};
  const struct connection *c;
  size_t n = 0, first = 0;
  (void)state;
  connections_init(&table, IDLE, 0);
  for (uint64_t i = 0; i < 30; i++) add(&(struct model_flow){.f = at(5000 - 100 * i, 5001 - 100 * i).f});
  add(&(struct model_flow){.f = at(FLOW_NONE, FLOW_NONE).f});
  assert_int_equal(connections_settle(&table, &e), ERR_NONE);
  assert_int_equal(connections_finish(&table, &no_stop, &e), ERR_NONE);
  for (; (c = connections_next(&table, &place)) != NULL; n++) first += !c->is_again;
  assert_int_equal(n, 31);
  assert_int_equal(first, 1);
  connections_clear(&table);
}

/* Each observer and each way has sums of its own; the largest counts, and nothing wraps around. */
static void test_sums(void **state) {
  static const struct {
    uint32_t observer, way;
    uint64_t packets, bytes;
  } table_of[] = {{0, 0, 1, 10}, {0, 0, 1, 10},        {0, 1, 3, 20},
                  {1, 0, 2, 20}, {1, 0, FLOW_NONE, 0}, {2, 2, 9, FLOW_NONE}};
  struct model_list rows = {0};
  (void)state;
  connections_init(&table, IDLE, 0);
  for (size_t i = 0; i < COUNT(table_of); i++) {
    struct model_flow m = at(1000, 1000);
    m.observer = table_of[i].observer;
    m.f.way = table_of[i].way;
    m.f.packets = table_of[i].packets;
    m.f.bytes = table_of[i].bytes;
    add(&m);
  }
  assert_int_equal(finish_table(&rows), 1);
  assert_int_equal(rows.row[0].nsums, 4);
  assert_int_equal(rows.row[0].points, 3);
  assert_int_equal(rows.row[0].bytes[0], 20);
  assert_int_equal(rows.row[0].packets[0], 3);
  assert_int_equal(rows.row[0].bytes[1], FLOW_NONE);
  connections_init(&table, IDLE, 0);
  for (int i = 0; i < 5; i++) {
    struct model_flow m = at(1000, 1000);
    m.f.bytes = INT64_MAX;
    add(&m);
  }
  assert_int_equal(finish_table(&rows), 1);
  assert_true(rows.row[0].bytes[0] == FLOW_NONE - 1);
  model_free(&rows);
}

/* Only keys: one connection for each, whatever its times. */
static void test_keys_alone(void **state) {
  static struct model_flow m[FLOWS];
  struct connections_place place = {0};
  struct err e = {0};
  size_t n = 0, keys = 0;
  const struct connection *c;
  (void)state;
  connections_init(&table, IDLE, 1);
  for (size_t i = 0; i < FLOWS; i++) {
    m[i] = model_flow(choose, NULL, 500);
    assert_int_equal(connections_add(&table, &m[i].f, connection_hash(&m[i].f.key), 0, &e), ERR_NONE);
  }
  assert_int_equal(connections_settle(&table, &e), ERR_NONE);
  assert_int_equal(connections_finish(&table, &no_stop, &e), ERR_NONE);
  qsort(m, FLOWS, sizeof *m, model_by_time);
  for (size_t i = 0; i < FLOWS; i++) keys += !i || model_by_key(&m[i], &m[i - 1]) != 0;
  for (; (c = connections_next(&table, &place)) != NULL; n++) {
    assert_int_equal(c->sums, 0);
    assert_false(c->is_again);
  }
  assert_int_equal(n, keys);
  connections_clear(&table);
}

/* --- memory, and being stopped ----------------------------------------------------------------------------------- */

static int stop_at(void *context) {
  int *left = context;
  return --*left < 0;
}

static void test_stop(void **state) {
  (void)state;
  for (int left = 0; left < 2; left++) {
    static struct connections other;
    int merges = left, finishes = left;
    const struct stop stop_merge = {stop_at, &merges}, stop_finish = {stop_at, &finishes};
    struct err e = {0};
    connections_init(&table, IDLE, 0);
    connections_init(&other, IDLE, 0);
    for (uint32_t i = 0; i < 5000; i++) {
      struct model_flow m = at(1000, 1000);
      m.f.key.a.port = i;
      add(&m);
      assert_int_equal(model_add(&other, &m, &e), ERR_NONE);
    }
    assert_int_equal(connections_settle(&table, &e), ERR_NONE);
    assert_int_equal(connections_settle(&other, &e), ERR_NONE);
    assert_int_equal(connections_finish(&table, &stop_finish, &e), ERR_INTERRUPT);
    connections_clear(&table);
    memset(&e, 0, sizeof e);
    assert_int_equal(connections_merge(&table, &other, &stop_merge, &e), ERR_INTERRUPT);
    connections_clear(&other);
    connections_clear(&table);
  }
}

static void test_no_memory(void **state) {
  static struct model_flow m[700];
  const struct connection_part part = {1, 1};
  struct model_list expected = {0}, got = {0};
  size_t failed = 0;
  struct err e = {0};
  (void)state;
  for (size_t i = 0; i < COUNT(m); i++) {
    m[i] = model_flow(choose, NULL, 400);
    m[i].f.key.a.port = (uint32_t)i % 300;
  }
  assert_int_equal(read_part(&expected, m, COUNT(m), 3, part, 0, &e), ERR_NONE);
  model_settle(&expected);
  for (int forever = 0; forever < 2; forever++)
    for (size_t n = 1;; n++) {
      memset(&e, 0, sizeof e);
      mem_test_fail(n, forever);
      read_part(&got, m, COUNT(m), 3, part, n % 2 ? 0 : 200, &e);
      size_t calls = mem_test_calls();
      mem_test_fail(0, 0);
      assert_int_equal(e.code, calls >= n ? ERR_NOMEM : ERR_NONE);
      assert_int_equal(mem_test_live(), 0);
      model_settle(&got);
      if (!e.code) assert_true(model_is_same(&got, &expected));
      model_free(&got);
      if (calls < n) break;
      failed++;
    }
  assert_true(failed > 100);
  model_free(&expected);
}

/* The bytes that a table says it takes are at least those that it has. */
static void test_bytes(void **state) {
  struct err e = {0};
  (void)state;
  connections_init(&table, IDLE, 0);
  assert_int_equal(connections_bytes(&table, 0), 0);
  for (uint32_t i = 0; i < 3000; i++) {
    struct model_flow m = at(1000, 1000);
    m.f.key.a.port = i;
    size_t before = connections_bytes(&table, 1000);
    add(&m);
    assert_true(connections_bytes(&table, 0) >=
                table.pieces.n * ARENA_BLOCK + table.slots.cap * sizeof *table.slots.slot);
    if (i == 0) assert_true(before < connections_bytes(&table, 1000) || table.nwaiting);
  }
  assert_true(connections_bytes(&table, 10000) >= connections_bytes(&table, 0));
  assert_int_equal(connections_settle(&table, &e), ERR_NONE);
  assert_int_equal(connections_keep(&table, (struct connection_part){CONNECTION_PART_BITS, 0xffff}, &e), ERR_NONE);
  assert_true(table.slots.used < 10);
  connections_clear(&table);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_any_order), cmocka_unit_test(test_pause), cmocka_unit_test(test_many_pieces),
      cmocka_unit_test(test_is_again),  cmocka_unit_test(test_sums),  cmocka_unit_test(test_keys_alone),
      cmocka_unit_test(test_stop),      cmocka_unit_test(test_bytes), cmocka_unit_test(test_no_memory),
  };
  return finish(cmocka_run_group_tests(tests, NULL, NULL));
}
