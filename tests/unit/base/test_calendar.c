/* SPDX-License-Identifier: MIT */
/*
** Dates are compared with the C library's gmtime_r() and timegm(), for all days that have a text.
*/
#include "helpers.h"

#include <time.h>

#include "base/calendar.h"

#define DAY INT64_C(86400)

static void check_second(int64_t seconds) {
  struct tm tm;
  char ours[CALENDAR_TEXT], theirs[64];
  time_t t = (time_t)seconds;
  if (!gmtime_r(&t, &tm)) fail();
  snprintf(theirs, sizeof theirs, "%04d-%02d-%02d %02d:%02d:%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
           tm.tm_hour, tm.tm_min, tm.tm_sec);
  assert_int_equal(calendar_format(seconds, ours), CALENDAR_TEXT - 1);
  assert_string_equal(ours, theirs);
  CHECK(calendar_seconds(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec) == seconds,
        "%s", theirs);
}

static void test_every_day(void **state) {
  (void)state;
  for (int64_t day = 0; day <= CALENDAR_MAX / DAY; day += day < 200 * 365 ? 1 : 5) check_second(day * DAY + day % DAY);
}

static void test_every_second_of_a_day(void **state) {
  (void)state;
  for (int64_t s = 0; s < DAY; s++) check_second(1709164800 + s); /* 2024-02-29 */
}

/* Before 1970 and after 9999 only calendar_seconds() works; timegm() knows these years too. */
static void test_seconds_of_any_year(void **state) {
  (void)state;
  for (int year = 1; year < 12000; year++)
    for (int month = 1; month <= 12; month++) {
      struct tm tm = {.tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = 28, .tm_hour = 23, .tm_sec = 59};
      CHECK(calendar_seconds(year, month, 28, 23, 0, 59) == (int64_t)timegm(&tm), "%d-%d", year, month);
    }
}

static void test_known(void **state) {
  static const struct {
    int64_t seconds;
    const char *text; /* "" when there is no text */
  } known[] = {
      {0, "1970-01-01 00:00:00"},
      {1, "1970-01-01 00:00:01"},
      {86399, "1970-01-01 23:59:59"},
      {951782400, "2000-02-29 00:00:00"},
      {951868800, "2000-03-01 00:00:00"},
      {1709251199, "2024-02-29 23:59:59"},
      {4107542399, "2100-02-28 23:59:59"},
      {4107542400, "2100-03-01 00:00:00"},
      {2147483647, "2038-01-19 03:14:07"},
      {CALENDAR_MAX, "9999-12-31 23:59:59"},
      {CALENDAR_MAX + 1, ""},
      {-1, ""},
      {INT64_MAX, ""},
      {INT64_MIN, ""},
  };
  (void)state;
  for (size_t i = 0; i < COUNT(known); i++) {
    char out[CALENDAR_TEXT] = "";
    assert_int_equal(calendar_format(known[i].seconds, out), strlen(known[i].text));
    if (*known[i].text) assert_string_equal(out, known[i].text);
  }
}

static void test_digits(void **state) {
  int value = -1;
  (void)state;
  assert_true(calendar_digits("2024-", 4, &value));
  assert_int_equal(value, 2024);
  assert_true(calendar_digits("007", 3, &value));
  assert_int_equal(value, 7);
  assert_true(calendar_digits("123456789", 9, &value));
  assert_int_equal(value, 123456789);
  for (int c = 0; c < 256; c++)
    for (size_t at = 0; at < 4; at++) {
      char text[5] = "2024";
      text[at] = (char)c;
      CHECK(calendar_digits(text, 4, &value) == (c >= '0' && c <= '9'), "byte %d at %zu", c, at);
    }
}

/* --- bounds ------------------------------------------------------------------------------------------------------ */

static int compare_texts(const char *a, size_t a_n, const char *b, size_t b_n) {
  int order = memcmp(a, b, a_n < b_n ? a_n : b_n);
  return order ? order : (a_n > b_n) - (a_n < b_n);
}

/*
** Is the text of a second not less than the given one (after = 0), or greater than it (after =
** 1)?
*/
static int is_beyond(enum calendar_unit unit, int64_t second, const char *text, size_t n, int after) {
  char out[CALENDAR_TEXT];
  int order = compare_texts(out, calendar_format_unit(second, unit, out), text, n);
  return after ? order > 0 : order >= 0;
}

static void check_bound(enum calendar_unit unit, const char *text, size_t n, int after) {
  int64_t bound = calendar_bound(unit, text, n, after);
  assert_in_range(bound, 0, CALENDAR_MAX + 1);
  CHECK(bound == 0 || !is_beyond(unit, bound - 1, text, n, after), "'%.*s' %d: not the first", (int)n, text, after);
  CHECK(bound > CALENDAR_MAX || is_beyond(unit, bound, text, n, after), "'%.*s' %d: too early", (int)n, text, after);
}

/*
** A random second's text is cut, lengthened or changed in one byte.  The bound and the second
** before it must be on the right sides of it.
*/
static void test_bounds(void **state) {
  (void)state;
  for (int i = 0; i < 20000; i++) {
    char text[CALENDAR_TEXT + 4];
    int64_t second = (int64_t)(((uint64_t)random_u32() << 32 | random_u32()) % (uint64_t)(CALENDAR_MAX + 1));
    if (random_below(3)) second %= 4000000000;
    size_t n = calendar_format_unit(second, (enum calendar_unit)random_below(4), text);
    if (random_below(2)) n = random_below((uint32_t)n + 1);
    else if (random_below(4) == 0) text[n++] = (char)random_u32();
    if (n && random_below(2))
      text[random_below((uint32_t)n)] = (char)(random_below(2) ? ' ' + random_below(95) : random_u32());
    for (int unit = CALENDAR_SECOND; unit <= CALENDAR_DAY; unit++)
      for (int after = 0; after < 2; after++) check_bound((enum calendar_unit)unit, text, n, after);
  }
}

/*
** Every second of three days is compared, so that the seconds far from the bound are seen to be
** on the right side too.
*/
static void test_bounds_of_days(void **state) {
  const int64_t first = 1709164800 - DAY / 2; /* 2024-02-28 12:00 */
  (void)state;
  for (int i = 0; i < 60; i++)
    for (int unit = CALENDAR_SECOND; unit <= CALENDAR_DAY; unit++) {
      char text[CALENDAR_TEXT];
      size_t n = calendar_format_unit(first + random_below(2 * DAY), (enum calendar_unit)random_below(4), text);
      int after = (int)random_below(2);
      int64_t bound = calendar_bound((enum calendar_unit)unit, text, n, after);
      for (int64_t s = first - DAY / 2; s < first + 5 * DAY / 2; s += 1 + random_below(100))
        CHECK(is_beyond((enum calendar_unit)unit, s, text, n, after) == (s >= bound), "'%.*s': %lld", (int)n, text,
              (long long)s);
    }
}

static void test_units(void **state) {
  static const char *const texts[] = {"2024-02-29 13:14:15", "2024-02-29 13:14:00", "2024-02-29 13:00:00",
                                      "2024-02-29"};
  char out[CALENDAR_TEXT];
  (void)state;
  for (int unit = CALENDAR_SECOND; unit <= CALENDAR_DAY; unit++) {
    size_t n = calendar_format_unit(1709212455, (enum calendar_unit)unit, out);
    assert_int_equal(n, strlen(texts[unit]));
    assert_memory_equal(out, texts[unit], n);
    assert_int_equal(calendar_format_unit(-1, (enum calendar_unit)unit, out), 0);
    assert_int_equal(calendar_format_unit(CALENDAR_MAX + 1, (enum calendar_unit)unit, out), 0);
    assert_int_equal(calendar_bound((enum calendar_unit)unit, "", 0, 0), 0);
    assert_int_equal(calendar_bound((enum calendar_unit)unit, "~", 1, 0), CALENDAR_MAX + 1);
    assert_int_equal(calendar_bound((enum calendar_unit)unit, "9999-12-31 23:59:59", 19, 1), CALENDAR_MAX + 1);
  }
}

static void test_shapes(void **state) {
  static const struct {
    const char *text;
    size_t n;
  } cases[] = {{"", 0},
               {"2024", 4},
               {"2024-02-29", 10},
               {"2024-02-29 13:14:15", 19},
               {"2024-02-29T13", 10},
               {"2024/02", 4},
               {"20240229", 4},
               {"9999-99-99", 5},
               {"2024-02-29 13:14:15.5", 19},
               {"now", 0},
               {"-024", 0},
               {" 2024-02-29", 0},
               {"2024-02-29Z", 10},
               {"2024-00", 6},
               {"2024-13-01", 6},
               {"2024-10-9", 8},
               {"2024-10-32", 9},
               {"2024-12-31 23:59:59", 19},
               {"2024-12-31 24", 12},
               {"2024-12-31 23:60", 14}};
  (void)state;
  for (size_t i = 0; i < COUNT(cases); i++)
    CHECK(calendar_shape(cases[i].text, strlen(cases[i].text)) == cases[i].n, "'%s'", cases[i].text);
  assert_int_equal(calendar_shape("2024-02-29", 7), 7);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_every_day),
      cmocka_unit_test(test_every_second_of_a_day),
      cmocka_unit_test(test_seconds_of_any_year),
      cmocka_unit_test(test_known),
      cmocka_unit_test(test_digits),
      cmocka_unit_test(test_units),
      cmocka_unit_test(test_bounds),
      cmocka_unit_test(test_shapes),
      cmocka_unit_test(test_bounds_of_days),
  };
  return finish(cmocka_run_group_tests(tests, NULL, NULL));
}
