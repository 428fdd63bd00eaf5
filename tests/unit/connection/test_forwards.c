/* SPDX-License-Identifier: MIT */
/* Tests which connections are the onward legs of a NAT gateway. */
#include "helpers.h"

#include "connection/forwards.h"

#define NAT    0x0a0000dc
#define CLIENT 0x0a000105
#define REMOTE 0xcb007105
#define OTHER  0xcb007106

static struct ip v4(uint32_t a) { return (struct ip){.low = UINT64_C(0xffff00000000) | a}; }

static struct flow_key key_of(uint32_t a, uint32_t a_port, uint32_t b, uint32_t b_port, uint32_t protocol) {
  return (struct flow_key){{v4(a), a_port}, {v4(b), b_port}, protocol};
}

/* A record with these ends, whose interface shows the address `near` for the source or the destination. */
static struct flow flow_of(struct flow_key key, uint32_t direction, uint32_t near, int is_source) {
  struct flow f = {.key = key, .direction = direction};
  f.src = direction ? key.b.addr : key.a.addr;
  f.dst = direction ? key.a.addr : key.b.addr;
  if (near && is_source) f.src = v4(near), f.src_differs = 1;
  if (near && !is_source) f.dst = v4(near), f.dst_differs = 1;
  return f;
}

static void test_legs(void **state) {
  static const struct {
    uint32_t from, from_port, to, to_port, protocol;
    int is_leg;
  } table[] = {
      {NAT, 1024, REMOTE, 443, 6, 1},       {REMOTE, 443, NAT, 1024, 6, 1}, {NAT, 1024, REMOTE, 443, 17, 0},
      {NAT, 1024, REMOTE, 80, 6, 0},        {NAT, 1024, OTHER, 443, 6, 0},  {CLIENT, 50000, REMOTE, 443, 6, 0},
      {CLIENT, 50000, NAT, 443, 6, 0},      {NAT, 443, NAT, 443, 6, 0},     {REMOTE, 443, NAT, FLOW_NO_PORT, 6, 1},
      {NAT, FLOW_NO_PORT, REMOTE, 1, 1, 0},
  };
  (void)state;
  for (int way = 0; way < 4; way++) {
    struct forwards f = {0}, merged = {0};
    struct err e = {0};
    struct flow_key none = key_of(NAT, 1, REMOTE, 2, 6);
    /* The way out, or the way back; with both orders of the ends. */
    struct flow_key key = way % 2 ? key_of(CLIENT, 50000, REMOTE, 443, 6) : key_of(REMOTE, 443, CLIENT, 50000, 6);
    struct flow flow = flow_of(key, (way % 2 == 0) ^ (way / 2), NAT, way / 2), plain = flow_of(key, 0, 0, 0);
    assert_false(forwards_is_leg(&f, &key));
    assert_int_equal(forwards_add(&f, &plain, &e), ERR_NONE);
    assert_false(forwards_is_leg(&f, &none));
    for (int again = 0; again < 3; again++) assert_int_equal(forwards_add(&f, &flow, &e), ERR_NONE);
    assert_int_equal(f.set.used, 1);
    assert_int_equal(forwards_merge(&merged, &f, &e), ERR_NONE);
    for (size_t i = 0; i < COUNT(table); i++) {
      struct flow_key asked =
          key_of(table[i].from, table[i].from_port, table[i].to, table[i].to_port, table[i].protocol);
      CHECK(forwards_is_leg(&f, &asked) == table[i].is_leg, "way %d, row %zu", way, i);
      CHECK(forwards_is_leg(&merged, &asked) == table[i].is_leg, "way %d, row %zu, merged", way, i);
    }
    forwards_clear(&f);
    forwards_clear(&merged);
  }
}

/* A record whose source and destination both differ says two things. */
static void test_both(void **state) {
  struct forwards f = {0};
  struct err e = {0};
  struct flow_key key = key_of(CLIENT, 50000, REMOTE, 443, 6), back = key_of(OTHER, 9, CLIENT, 50000, 6);
  struct flow flow = flow_of(key, 0, NAT, 0);
  (void)state;
  flow.src = v4(OTHER);
  flow.src_differs = 1;
  assert_int_equal(forwards_add(&f, &flow, &e), ERR_NONE);
  assert_int_equal(f.set.used, 2);
  assert_true(forwards_is_leg(&f, &back));
  key = key_of(NAT, 9, REMOTE, 443, 6);
  assert_true(forwards_is_leg(&f, &key));
  forwards_clear(&f);
}

static void test_no_memory(void **state) {
  (void)state;
  for (int forever = 0; forever < 2; forever++)
    for (size_t n = 1;; n++) {
      struct forwards f[2] = {{.last = ""}, {.last = ""}};
      struct err e = {0};
      mem_test_fail(n, forever);
      for (uint32_t i = 0; !e.code && i < 300; i++) {
        struct flow flow = flow_of(key_of(CLIENT, 1, REMOTE, i, 6), 0, NAT, 0);
        forwards_add(&f[i % 2], &flow, &e);
      }
      if (!e.code) forwards_merge(&f[0], &f[1], &e);
      size_t calls = mem_test_calls();
      mem_test_fail(0, 0);
      assert_int_equal(e.code, calls >= n ? ERR_NOMEM : ERR_NONE);
      if (!e.code) assert_int_equal(f[0].set.used, 300);
      forwards_clear(&f[0]);
      forwards_clear(&f[1]);
      assert_int_equal(mem_test_live(), 0);
      if (calls < n) break;
    }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_legs),
      cmocka_unit_test(test_both),
      cmocka_unit_test(test_no_memory),
  };
  return finish(cmocka_run_group_tests(tests, NULL, NULL));
}
