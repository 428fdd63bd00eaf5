/* SPDX-License-Identifier: MIT */
/* Tests how NAT gateways are found in logs without the packet's addresses: by what goes in and out. */
#include "helpers.h"

#include "connection/gateways.h"

#define NAT      0x0a0000dc /* 10.0.0.220 */
#define PROXY    0x0a0000dd /* receives as much as it sends, but to others */
#define INSTANCE 0x0a000105
#define OTHER    0x0a000106
#define REMOTE   0xcb007105 /* 203.0.113.5 */
#define SECOND   0xcb007106

static struct prefix_table *inside;

static struct ip v4(uint32_t a) { return (struct ip){.low = UINT64_C(0xffff00000000) | a}; }

/* What was sent: by an interface's record, and by a connection. */
static const struct sent {
  uint64_t interface;
  uint32_t src, dst;
  uint64_t packets, bytes;
} records[] = {
    {1, INSTANCE, NAT, 50, 5000},
    {1, NAT, REMOTE, 50, 5000},
    {1, REMOTE, NAT, 90, 90000},
    {1, OTHER, NAT, 20, 1000},
    {1, NAT, REMOTE, 20, 1000},
    {2, INSTANCE, REMOTE, 50, 5000},
    {3, OTHER, REMOTE, 20, 1000},
    {4, INSTANCE, PROXY, 7, 700},
    {4, PROXY, SECOND, 7, 701},
    {2, INSTANCE, PROXY, 7, 700},
    {5, OTHER, REMOTE, FLOW_NONE, FLOW_NONE},
};

static const struct {
  uint32_t a, b;
  uint64_t a_bytes, b_bytes;
  int is_leg;
} connections[] = {
    {INSTANCE, NAT, 5000, 0, 1},       {OTHER, NAT, 1000, FLOW_NONE, 1}, {NAT, REMOTE, 6000, 90000, 1},
    {INSTANCE, REMOTE, 5000, 4000, 0}, {OTHER, REMOTE, 1000, 0, 0},      {INSTANCE, PROXY, 700, 0, 0},
    {PROXY, SECOND, 701, 0, 0},        {INSTANCE, OTHER, 900, 900, 0},   {REMOTE, SECOND, 1, 1, 0},
};

static struct flow_key key_of(size_t i, int turned) {
  struct flow_key key = {{v4(connections[i].a), 1}, {v4(connections[i].b), 2}, 6};
  struct flow_end a = key.a;
  if (turned) key.a = key.b, key.b = a;
  return key;
}

/* The records come in two tables that are merged; each connection in one of both directions. */
static enum err_code find_all(struct gateways *g, struct gateways *other, int turned, struct err *e) {
  for (size_t i = 0; i < COUNT(records); i++) {
    struct flow f = {
        .src = v4(records[i].src), .dst = v4(records[i].dst), .packets = records[i].packets, .bytes = records[i].bytes};
    if (gateways_add(i % 2 ? g : other, records[i].interface, &f, inside, e)) return e->code;
  }
  if (gateways_merge(g, other, e) || gateways_choose(g, e)) return e->code;
  for (int pass = 0; pass < 2; pass++)
    for (size_t i = 0; i < COUNT(connections); i++) {
      struct flow_key key = key_of(i, turned);
      uint64_t a = turned ? connections[i].b_bytes : connections[i].a_bytes;
      uint64_t b = turned ? connections[i].a_bytes : connections[i].b_bytes;
      if (pass) gateways_total(g, &key, a, b, inside);
      else if (gateways_pair(g, &key, a, b, inside, e)) return e->code;
    }
  gateways_confirm(g, inside);
  return ERR_NONE;
}

static void test_legs(void **state) {
  (void)state;
  for (int turned = 0; turned < 2; turned++) {
    struct gateways g = {.pairs = {.used = 0}}, other = g;
    struct err e = {0};
    struct flow_key key = key_of(0, turned);
    assert_false(gateways_has_candidates(&g));
    assert_false(gateways_is_leg(&g, &key, inside));
    assert_int_equal(find_all(&g, &other, turned, &e), ERR_NONE);
    assert_true(gateways_has_candidates(&g));
    for (size_t i = 0; i < COUNT(connections); i++) {
      key = key_of(i, turned);
      CHECK(gateways_is_leg(&g, &key, inside) == connections[i].is_leg, "connection %zu", i);
    }
    gateways_clear(&g);
    gateways_clear(&other);
  }
}

static void test_no_memory(void **state) {
  size_t live = mem_test_live();
  (void)state;
  for (int forever = 0; forever < 2; forever++)
    for (size_t n = 1;; n++) {
      struct gateways g = {.pairs = {.used = 0}}, other = g;
      struct err e = {0};
      mem_test_fail(n, forever);
      for (uint32_t i = 0; !e.code && i < 200; i++) {
        struct flow f = {.src = v4(INSTANCE + i), .dst = v4(REMOTE), .packets = 1, .bytes = 10};
        gateways_add(&other, 9, &f, inside, &e);
      }
      if (!e.code) find_all(&g, &other, 0, &e);
      size_t calls = mem_test_calls();
      mem_test_fail(0, 0);
      assert_int_equal(e.code, calls >= n ? ERR_NOMEM : ERR_NONE);
      gateways_clear(&g);
      gateways_clear(&other);
      assert_int_equal(mem_test_live(), live);
      if (calls < n) break;
    }
}

static int begin(void **state) {
  struct ip_prefix ten;
  (void)state;
  inside = prefix_table_new();
  return !inside || !ip_parse_prefix("10.0.0.0/8", 10, &ten) || prefix_table_add(inside, &ten, 0) ||
         prefix_table_finish(inside);
}

static int end(void **state) {
  (void)state;
  prefix_table_free(inside);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_legs), cmocka_unit_test(test_no_memory)};
  return finish(cmocka_run_group_tests(tests, begin, end));
}
