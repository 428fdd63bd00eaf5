/* SPDX-License-Identifier: MIT */
/* Tests the numbers of peers. */
#include "helpers.h"

#include "connection/peers.h"

#define ENDS 40

/* Neighbours that differ in the address, the port or the family alone. */
static struct flow_end end_of(uint32_t k) {
  struct flow_end end = {.addr = {.low = UINT64_C(0xffff0a000000) | k / 4}, .port = k % 4 == 3 ? FLOW_NO_PORT : k % 4};
  if (k >= ENDS - 4) end.addr = (struct ip){UINT64_C(0xfd) << 56, k / 4};
  return end;
}

/* A square table of who meets whom, against the sums of its rows. */
static void test_counts(void **state) {
  struct peers p = {0};
  struct err e = {0};
  uint64_t expected[ENDS][2] = {{0}};
  struct flow_key key = {end_of(0), end_of(1), 6};
  (void)state;
  assert_int_equal(peers_of(&p, &key.a, 6), 0);
  peers_count(&p, &key);
  for (int again = 0; again < 2; again++)
    for (uint32_t a = 0; a < ENDS; a += 2) {
      struct flow_end end = end_of(a);
      assert_int_equal(peers_want(&p, &end, 6, &e), ERR_NONE);
      if (a % 3 == 0) assert_int_equal(peers_want(&p, &end, 17, &e), ERR_NONE);
    }
  assert_int_equal(p.used, ENDS / 2 + (ENDS + 5) / 6);
  for (uint32_t a = 0; a < ENDS; a++)
    for (uint32_t b = a; b < ENDS; b++)
      for (uint32_t udp = 0; udp < 2; udp++) {
        int a_wanted = a % 2 == 0 && (!udp || a % 3 == 0), b_wanted = b % 2 == 0 && (!udp || b % 3 == 0);
        key = (struct flow_key){end_of(a), end_of(b), udp ? 17 : 6};
        assert_int_equal(peers_concern(&p, &key), a_wanted || b_wanted);
        if (random_below(3) == 0) continue;
        peers_count(&p, &key);
        expected[a][udp] += (uint64_t)a_wanted;
        if (a != b) expected[b][udp] += (uint64_t)b_wanted;
      }
  for (uint32_t a = 0; a < ENDS; a++)
    for (uint32_t udp = 0; udp < 2; udp++) {
      struct flow_end end = end_of(a);
      assert_int_equal(peers_of(&p, &end, udp ? 17 : 6), expected[a][udp]);
    }
  peers_clear(&p);
  assert_int_equal(mem_test_live(), 0);
}

static void test_no_memory(void **state) {
  (void)state;
  for (size_t n = 1;; n++) {
    struct peers p = {0};
    struct err e = {0};
    mem_test_fail(n, 0);
    for (uint32_t i = 0; !e.code && i < 5000; i++) {
      struct flow_end end = {.addr = {.low = i}, .port = 1};
      peers_want(&p, &end, 6, &e);
    }
    size_t calls = mem_test_calls();
    mem_test_fail(0, 0);
    assert_int_equal(e.code, calls >= n ? ERR_NOMEM : ERR_NONE);
    if (!e.code) assert_int_equal(p.used, 5000);
    peers_clear(&p);
    assert_int_equal(mem_test_live(), 0);
    if (calls < n) break;
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_counts), cmocka_unit_test(test_no_memory)};
  return finish(cmocka_run_group_tests(tests, NULL, NULL));
}
