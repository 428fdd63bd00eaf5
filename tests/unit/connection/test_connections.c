/* SPDX-License-Identifier: MIT */
/*
** Tests the table of connections: whatever the order of flows, the connections are those of a slow
** computation.
*/
#include "helpers.h"

#include "model_no_memory.h"

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

/* The connections of the flows, whose observers are given by other numbers. */
static enum err_code read_flows(struct model_list *out, struct connections *t, const struct model_flow *m, size_t n,
                                struct err *e) {
  static uint64_t packed[FLOWS][PACKED_FLOW];
  for (size_t i = 0; !e->code && i < n; i++) {
    uint32_t shift = random_below(MODEL_OBSERVERS);
    model_pack(packed[i], &m[i], shift);
    connections_add(t, packed[i], model_hash(&m[i]), shift ? model_numbers(shift) : NULL, e);
    if (!e->code && random_below(50) == 0) connections_settle(t, e);
  }
  if (!e->code && !connections_settle(t, e) && !connections_finish(t, &no_stop, e)) model_table(out, t);
  return e->code;
}

static struct model_list rows_of(struct model_flow *m, size_t n, uint64_t idle) {
  struct model_list l = {0};
  model_rows(&l, m, n, idle);
  model_settle(&l);
  return l;
}

/* In one table, again and again. */
static void test_any_order(void **state) {
  static struct model_flow m[FLOWS];
  static struct connections t;
  (void)state;
  connections_init(&t, IDLE, 0);
  for (uint32_t round = 0; round < 24; round++) {
    struct model_list got = {0};
    struct err e = {0};
    size_t n = round % 3 ? FLOWS : 100;
    for (size_t i = 0; i < n; i++) m[i] = model_flow(choose, NULL, 4 + round * 25);
    struct model_list expected = rows_of(m, n, IDLE);
    shuffle(m, n);
    assert_int_equal(read_flows(&got, &t, m, n, &e), ERR_NONE);
    model_settle(&got);
    CHECK(model_is_same(&got, &expected), "round %u: %zu connections, not %zu", (unsigned)round, got.n, expected.n);
    model_free(&got);
    model_free(&expected);
    if (round % 4 == 3) connections_clear(&t);
    else connections_reset(&t);
  }
  connections_clear(&t);
  assert_int_equal(mem_test_live(), 0);
}

/* Those that are alike come one after the other, and each connection comes once. */
static void test_together(void **state) {
  static struct model_flow m[FLOWS];
  static struct connections t;
  (void)state;
  connections_init(&t, IDLE, 0);
  for (unsigned round = 0; round < 16; round++) {
    unsigned alike = ALIKE_ENDS | (round & 7) * ALIKE_PROTOCOL;
    struct model_list before = {0}, after = {0};
    struct model_groups groups = {0};
    struct connections_place place = {0};
    struct connection *c;
    struct err e = {0};
    size_t n = round == 15 ? 0 : FLOWS;
    for (size_t i = 0; i < n; i++) {
      m[i] = model_flow(choose, NULL, 900);
      model_order_ends(&m[i]);
    }
    assert_int_equal(read_flows(&before, &t, m, n, &e), ERR_NONE);
    while ((c = connections_next(&t, &place)) != NULL) c->role = random_below(8);
    assert_int_equal(connections_bring_together(&t, alike, &no_stop, &e), ERR_NONE);
    model_table(&after, &t);
    model_settle(&before);
    model_settle(&after);
    CHECK(model_is_same(&after, &before), "alike %x: %zu connections, not %zu", alike, after.n, before.n);
    CHECK(model_add_groups(&groups, &t, alike), "alike %x: group %zu comes back", alike, groups.n);
    assert_int_equal(groups.connections, before.n);
    if (n) assert_true(groups.n > 10 && groups.n < before.n);
    model_free(&before);
    model_free(&after);
    connections_reset(&t);
  }
  connections_clear(&t);
  assert_int_equal(mem_test_live(), 0);
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
  static uint64_t packed[2 * CONNECTION_WAITING][PACKED_FLOW];
  static uint32_t next;
  uint64_t *p = packed[next++ % COUNT(packed)];
  struct err e = {0};
  model_pack(p, m, 0);
  assert_int_equal(connections_add(&table, p, model_hash(m), NULL, &e), ERR_NONE);
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
    add(&m[i]);
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

/* The sums of a connection that many interfaces have seen are no more than these, however many records it has. */
static void test_many_records(void **state) {
  static uint64_t packed[CONNECTION_WAITING][PACKED_FLOW];
  const uint32_t records = 100000;
  (void)state;
  for (uint32_t points = 1; points <= 3000; points *= 50) {
    struct connections_place place = {0};
    struct err e = {0};
    uint64_t packets, bytes;
    uint32_t n = 0;
    connections_init(&table, IDLE, 0);
    for (uint32_t i = 0; i < records; i++) {
      uint64_t *p = packed[i % CONNECTION_WAITING];
      struct model_flow m = at(1000, 1000);
      packed_flow(p, &m.f, i * 7 % points << POINT_BITS);
      assert_int_equal(connections_add(&table, p, model_hash(&m), NULL, &e), ERR_NONE);
    }
    assert_int_equal(connections_settle(&table, &e), ERR_NONE);
    const struct connection *c = connections_next(&table, &place);
    for (const struct point_sum *s = points_at(connections_points(&table, c), c->sums); s;
         s = points_at(connections_points(&table, c), s->next))
      n++;
    assert_in_range(n, points, 4 * points + 512);
    assert_int_equal(connections_finish(&table, &no_stop, &e), ERR_NONE);
    assert_int_equal(points_observers(connections_points(&table, c)), points);
    points_sent(connections_points(&table, c), 0, &packets, &bytes);
    assert_in_range(packets, records / points, records / points + 1);
    connections_clear(&table);
  }
}

/* --- memory, and being stopped ----------------------------------------------------------------------------------- */

static int stop_at(void *context) {
  int *left = context;
  return --*left < 0;
}

static void test_stop(void **state) {
  (void)state;
  for (int left = 0; left < 2; left++) {
    int asks = left;
    const struct stop stop = {stop_at, &asks};
    struct err e = {0};
    connections_init(&table, IDLE, 0);
    for (uint32_t i = 0; i < 5000; i++) {
      struct model_flow m = at(1000, 1000);
      m.f.key.a.port = i;
      add(&m);
    }
    assert_int_equal(connections_settle(&table, &e), ERR_NONE);
    assert_int_equal(connections_finish(&table, &stop, &e), ERR_INTERRUPT);
    connections_clear(&table);
  }
}

static enum err_code read_some(struct model_list *out, size_t round, struct err *e) {
  static struct model_flow m[700];
  for (size_t i = 0; i < COUNT(m) && round == 0; i++) {
    m[i] = model_flow(choose, NULL, 400);
    m[i].f.key.a.port = (uint32_t)i % 300;
  }
  connections_init(&table, IDLE, 0);
  read_flows(out, &table, m, COUNT(m), e);
  connections_clear(&table);
  return e->code;
}

static void test_no_memory(void **state) {
  (void)state;
  model_fail_allocations(read_some, 5);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_any_order),  cmocka_unit_test(test_pause),        cmocka_unit_test(test_many_pieces),
      cmocka_unit_test(test_together),   cmocka_unit_test(test_is_again),     cmocka_unit_test(test_sums),
      cmocka_unit_test(test_keys_alone), cmocka_unit_test(test_many_records), cmocka_unit_test(test_stop),
      cmocka_unit_test(test_no_memory),
  };
  return finish(cmocka_run_group_tests(tests, NULL, NULL));
}
