/* SPDX-License-Identifier: MIT */
/*
** Numbers and dates.  number_fits() and number_value() agree with a loop over the digits;
** pattern_number_compare() with decimals that are written out in full; the calendar with
** timegm() and gmtime_r(); and calendar_bound() is where the texts of the seconds change sides.
**
** Input: a kind, and two texts with a comma between them.
*/
#define _GNU_SOURCE
#include "fuzz.h"

#include <time.h>

#include "base/calendar.h"
#include "base/number.h"
#include "predicate/pattern_number.h"

static void check_number(const char *p, size_t n) {
  char *copy = copy_of(p, n, NUMBER_PADDING);
  uint64_t value = 0;
  int fits = n <= NUMBER_DIGITS;
  for (size_t i = 0; i < n && fits; i++) {
    fits = p[i] >= '0' && p[i] <= '9' && value <= (INT64_MAX - (uint64_t)(p[i] - '0')) / 10;
    value = value * 10 + (uint64_t)(p[i] - '0');
  }
  if (n) PROPERTY(number_fits(copy, n) == fits, "'%.*s'", (int)n, p);
  if (n && fits) PROPERTY(number_value(copy, n) == value, "'%.*s' is %llu", (int)n, p, (unsigned long long)value);
  free(copy);
}

/* --- decimals -------------------------------------------------------------------------------- */

#define PLACES 200 /* digits before and behind the point of a decimal that is written out */

/* Writes the digits of a number, padded on both sides.  Returns 0 if they do not fit. */
static int write_out(const char *p, size_t n, char out[2 * PLACES], int *negative) {
  size_t digits = 0, point = 0, seen = 0;
  char all[128];
  long exponent = 0;
  *negative = n && *p == '-';
  if (n && (*p == '-' || *p == '+')) p++, n--;
  for (; n && (*p == '.' || (*p >= '0' && *p <= '9')); p++, n--)
    if (*p == '.') point = digits, seen = 1;
    else if (digits == sizeof all) return 0;
    else all[digits++] = *p;
  if (!seen) point = digits;
  if (n) {
    char *rest = text_of(p + 1, n - 1);
    exponent = strlen(rest) > 3 ? 999 : strtol(rest, NULL, 10);
    free(rest);
  }
  long first = PLACES - (long)point - exponent;
  if (first < 0 || first + (long)digits > 2 * PLACES) return 0;
  memset(out, '0', 2 * PLACES);
  memcpy(out + first, all, digits);
  for (size_t i = 0; i < digits; i++)
    if (all[i] != '0') return 1;
  return *negative = 0, 1;
}

static void check_compare(const char *p, size_t n, const char *q, size_t m) {
  struct pattern_number a, b;
  char x[2 * PLACES], y[2 * PLACES], *first = copy_of(p, n, 0), *second = copy_of(q, m, 0);
  int x_negative, y_negative;
  if (pattern_number_parse(&a, first, n) && pattern_number_parse(&b, second, m)) {
    int order = pattern_number_compare(&a, first, n, &b, second, m);
    PROPERTY(order == -pattern_number_compare(&b, second, m, &a, first, n), "'%.*s' '%.*s'", (int)n, p, (int)m, q);
    if (write_out(p, n, x, &x_negative) && write_out(q, m, y, &y_negative)) {
      int want = x_negative != y_negative ? y_negative - x_negative : memcmp(x, y, sizeof x) * (x_negative ? -1 : 1);
      PROPERTY((want > 0) - (want < 0) == order, "'%.*s' is %d to '%.*s'", (int)n, p, order, (int)m, q);
    }
  }
  free(first);
  free(second);
}

/* --- dates ----------------------------------------------------------------------------------- */

static int order_of(const char *text, size_t n, const char *given, size_t given_n) {
  int order = memcmp(text, given, n < given_n ? n : given_n);
  return order ? order : (n > given_n) - (n < given_n);
}

static void check_bound(const char *given, size_t n) {
  char text[CALENDAR_TEXT];
  for (int unit = CALENDAR_SECOND; unit <= CALENDAR_DAY; unit++)
    for (int after = 0; after < 2; after++) {
      int64_t bound = calendar_bound((enum calendar_unit)unit, given, n, after);
      PROPERTY(bound >= 0 && bound <= CALENDAR_MAX + 1, "%lld", (long long)bound);
      for (int64_t s = bound - 1; s <= bound; s++) {
        size_t k = calendar_format_unit(s, (enum calendar_unit)unit, text);
        if (!k) continue;
        int order = order_of(text, k, given, n), passes = after ? order > 0 : order >= 0;
        PROPERTY(passes == (s >= bound), "%s to '%.*s', unit %d, after %d", text, (int)n, given, unit, after);
      }
    }
}

static void check_calendar(uint64_t word) {
  time_t t = (time_t)(word % (uint64_t)(CALENDAR_MAX + 1));
  struct tm tm;
  char got[CALENDAR_TEXT], want[64];
  if (!gmtime_r(&t, &tm)) abort();
  snprintf(want, sizeof want, "%04d-%02d-%02d %02d:%02d:%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
           tm.tm_min, tm.tm_sec);
  size_t n = calendar_format(t, got);
  PROPERTY(n == CALENDAR_TEXT - 1 && !strcmp(got, want), "%s instead of %s", got, want);
  PROPERTY(calendar_shape(got, n) == n, "%s", got);
  int64_t back = calendar_seconds(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
  PROPERTY(back == t && back == (int64_t)timegm(&tm), "%s is %lld", want, (long long)back);
  check_bound(got, n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct choices c = {data, size};
  uint32_t kind = choose(&c, 4);
  size_t n, m;
  if (kind == 3) return check_calendar(choose_word(&c)), 0;
  const char *p = choose_text(&c, ',', &n), *q = choose_text(&c, ',', &m);
  if (kind == 0) check_number(p, n);
  if (kind == 1) check_compare(p, n, q, m);
  if (kind == 2) {
    char *exact = copy_of(p, n, 0);
    PROPERTY(calendar_shape(exact, n) <= n, "'%.*s'", (int)n, p);
    check_bound(exact, n);
    free(exact);
  }
  return 0;
}
