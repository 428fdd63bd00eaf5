/* SPDX-License-Identifier: MIT */
/* Tests the sums of points: sorting changes nothing that they say, and many of them take little time. */
#include "helpers.h"

#include "connection/flow.h"
#include "connection/points.h"

#define SUMS      300
#define OBSERVERS 100000 /* a walk through all of them for each one of them would take some seconds */

static struct point_sum random_sum(uint32_t observers) {
  struct point_sum s = {.point = random_below(observers) << POINT_BITS | random_below(1u << POINT_BITS)};
  s.packets = random_below(4) ? random_below(9) : FLOW_NONE;
  s.bytes = random_below(4) ? random_below(9) : FLOW_NONE;
  return s;
}

static uint64_t plus(uint64_t a, uint64_t b) { return a == FLOW_NONE ? b : b == FLOW_NONE ? a : a + b; }

/* What points_sent() and points_observers() are to say, from the sums as they were added. */
static void expect(struct point_list list, const struct point_sum *added, uint32_t n) {
  uint32_t observers = 0;
  for (uint32_t direction = 0; direction < 2; direction++) {
    uint64_t most_packets = FLOW_NONE, most_bytes = FLOW_NONE, packets, bytes;
    for (uint32_t i = 0; i < n; i++) {
      uint64_t p = FLOW_NONE, b = FLOW_NONE;
      for (uint32_t k = 0; k < n; k++) {
        if (!POINT_IS_ALIKE(added[k].point, added[i].point)) continue;
        p = plus(p, added[k].packets);
        b = plus(b, added[k].bytes);
      }
      if ((added[i].point & POINT_DIRECTION) != direction) continue;
      if (b + 1 < most_bytes + 1 || (b == most_bytes && p + 1 <= most_packets + 1)) continue;
      most_packets = p;
      most_bytes = b;
    }
    points_sent(list, direction, &packets, &bytes);
    assert_int_equal(packets, most_packets);
    assert_int_equal(bytes, most_bytes);
  }
  for (uint32_t i = 0; i < n; i++) {
    uint32_t k = 0;
    while (POINT_OBSERVER(added[k].point) != POINT_OBSERVER(added[i].point)) k++;
    observers += k == i;
  }
  assert_int_equal(points_observers(list), observers);
}

static void test_sorted_lists_say_what_was_added(void **state) {
  (void)state;
  for (uint32_t n = 0; n < SUMS; n = n < 20 ? n + 1 : n * 2) {
    struct arena arena = {0};
    struct err e = {0};
    struct point_sum added[SUMS];
    uint32_t first = 0;
    for (uint32_t i = 0; i < n; i++) {
      added[i] = random_sum(1 + n / 4);
      assert_int_equal(points_add(&arena, &first, &added[i], &e), ERR_NONE);
    }
    points_sort(&arena, &first);
    expect((struct point_list){&arena, first}, added, n);
    points_sort(&arena, &first);
    expect((struct point_list){&arena, first}, added, n);
    arena_clear(&arena);
  }
  assert_int_equal(mem_test_live(), 0);
}

/* Nothing can interrupt these functions. */
static void test_many_observers(void **state) {
  struct arena arena = {0};
  struct err e = {0};
  uint32_t first = 0, other = 0;
  uint64_t packets, bytes;
  (void)state;
  for (uint32_t i = 0; i < 2 * OBSERVERS; i++) {
    uint32_t observer = (uint32_t)((uint64_t)i * 7919 % OBSERVERS);
    const struct point_sum sum = {.packets = 1, .bytes = observer, .point = observer << POINT_BITS};
    assert_int_equal(points_add(&arena, i < OBSERVERS ? &first : &other, &sum, &e), ERR_NONE);
  }
  points_append(&arena, &first, other);
  points_append(&arena, &first, 0);
  points_sort(&arena, &first);
  const struct point_list list = {&arena, first};
  for (int i = 0; i < 20; i++) {
    assert_int_equal(points_observers(list), OBSERVERS);
    points_sent(list, 0, &packets, &bytes);
    assert_int_equal(bytes, 2 * (OBSERVERS - 1));
    assert_int_equal(packets, 2);
  }
  arena_clear(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_sorted_lists_say_what_was_added),
      cmocka_unit_test(test_many_observers),
  };
  return finish(cmocka_run_group_tests(tests, NULL, NULL));
}
