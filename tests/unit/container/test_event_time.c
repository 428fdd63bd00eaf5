/* SPDX-License-Identifier: MIT */
#include "helpers.h"

#include "container/block.h"
#include "container/event_time.h"

static void test_times(void **state) {
  static const struct {
    const char *text;
    int64_t ms;
  } cases[] = {
      {"1714521600000", 1714521600000},
      {"1714521600", 1714521600000},
      {"999999999999", 999999999999},
      {"12345678", BLOCK_NO_TIME},
      {"171452160000000", BLOCK_NO_TIME},
      {"17145216000x0", BLOCK_NO_TIME},
      {"2024-05-01T00:00:00", 1714521600000},
      {"2024-05-01 00:00:00", 1714521600000},
      {"2024-05-01 00:00:00.1", 1714521600100},
      {"2024-05-01 00:00:00.123456789Z", 1714521600123},
      {"2024-05-01T00:00:00Z", 1714521600000},
      {"2024-05-01T02:00:00.5+02:00", 1714521600500},
      {"2024-04-30T18:30:00-0530", 1714521600000},
      {"1969-12-31T23:59:59.999Z", -1},
      {"2024-05-01T00:00:00.", BLOCK_NO_TIME},
      {"2024-05-01T00:00:00+24:00", BLOCK_NO_TIME},
      {"2024-05-01T00:00:00+02", BLOCK_NO_TIME},
      {"2024-05-01T00:00:00 ", BLOCK_NO_TIME},
      {"2024-13-01T00:00:00", BLOCK_NO_TIME},
      {"2024-05-01", BLOCK_NO_TIME},
      {"", BLOCK_NO_TIME},
  };
  (void)state;
  for (size_t i = 0; i < COUNT(cases); i++) {
    struct guarded g;
    size_t n = strlen(cases[i].text);
    guarded_init(&g, n + 1);
    memcpy(g.end - n, cases[i].text, n);
    int64_t got = event_time(g.end - n, n);
    CHECK(got == cases[i].ms, "%s: %lld", cases[i].text, (long long)got);
    guarded_clear(&g);
  }
}

/* A time in front of other text, and what stands at its end. */
static void test_beginnings(void **state) {
  static const struct {
    const char *text;
    size_t n;
    enum event_zone zone;
  } cases[] = {
      {"2024-05-01T00:00:00 x", 19, EVENT_ZONE_NONE},
      {"2024-05-01T00:00:00.123000+00:00 x", 32, EVENT_ZONE_OFFSET},
      {"2024-05-01T00:00:00.123Z x", 24, EVENT_ZONE_Z},
      {"2024-05-01T00:00:00-0130x", 24, EVENT_ZONE_OFFSET},
      {"2024-05-01T00:00:00 -01:30x", 19, EVENT_ZONE_NONE},
      {"2024-05-01", 0, EVENT_ZONE_NONE},
  };
  (void)state;
  for (size_t i = 0; i < COUNT(cases); i++) {
    int64_t ms;
    enum event_zone zone = EVENT_ZONE_NONE;
    size_t n = event_time_parse(cases[i].text, strlen(cases[i].text), &ms, &zone);
    CHECK(n == cases[i].n && zone == cases[i].zone, "%s: %zu", cases[i].text, n);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_times), cmocka_unit_test(test_beginnings)};
  return finish(cmocka_run_group_tests(tests, NULL, NULL));
}
