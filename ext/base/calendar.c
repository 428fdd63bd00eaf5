/* SPDX-License-Identifier: MIT */
/*
** Days are counted from 1 March of the year 0.  This puts the leap day at the end of a year, and
** makes the number of days before a month a linear formula, because five months from March on
** have 153 days, and so have five months from August on:
**
**     month m     0    1    2    3    4    5    6    7    8    9   10   11
**                 Mar  Apr  May  Jun  Jul  Aug  Sep  Oct  Nov  Dec  Jan  Feb
**     days        31   30   31   30   31   31   30   31   30   31   31   28 or 29
**     before it   0    31   61   92  122  153  184  214  245  275  306  337     = (153 m + 2) / 5
**
** The calendar repeats every 400 years, which are 146097 days and are called an era here.
*/
#include "base/calendar.h"

#include <string.h>

#define DAYS_TO_1970 719468 /* days from 0000-03-01 to 1970-01-01 */

int64_t calendar_seconds(int year, int month, int day, int hour, int minute, int second) {
  int64_t y = month > 2 ? year : year - 1;
  int64_t m = month > 2 ? month - 3 : month + 9;
  int64_t days = y * 365 + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - DAYS_TO_1970;
  return ((days * 24 + hour) * 60 + minute) * 60 + second;
}

static void put2(char *p, unsigned v) {
  p[0] = (char)('0' + v / 10);
  p[1] = (char)('0' + v % 10);
}

size_t calendar_format(int64_t seconds, char out[CALENDAR_TEXT]) {
  if (seconds < 0 || seconds > CALENDAR_MAX) return 0;
  uint32_t of_day = (uint32_t)(seconds % 86400);
  uint32_t days = (uint32_t)(seconds / 86400) + DAYS_TO_1970;
  uint32_t era = days / 146097, of_era = days % 146097; /* an era is 400 years */
  uint32_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
  uint32_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  uint32_t m = (5 * of_year + 2) / 153;
  uint32_t month = m < 10 ? m + 3 : m - 9;
  uint32_t year = era * 400 + year_of_era + (month <= 2);
  memcpy(out, "0000-00-00 00:00:00", CALENDAR_TEXT);
  put2(out, year / 100);
  put2(out + 2, year % 100);
  put2(out + 5, month);
  put2(out + 8, of_year - (153 * m + 2) / 5 + 1);
  put2(out + 11, of_day / 3600);
  put2(out + 14, of_day / 60 % 60);
  put2(out + 17, of_day % 60);
  return CALENDAR_TEXT - 1;
}

size_t calendar_format_unit(int64_t seconds, enum calendar_unit unit, char out[CALENDAR_TEXT]) {
  static const int64_t length[] = {1, 60, 3600, 86400};
  if (seconds < 0) return 0;
  size_t n = calendar_format(seconds - seconds % length[unit], out);
  return n && unit == CALENDAR_DAY ? 10 : n;
}

int64_t calendar_bound(enum calendar_unit unit, const char *text, size_t n, int after) {
  int64_t low = 0, high = CALENDAR_MAX + 1;
  while (low < high) {
    char buffer[CALENDAR_TEXT];
    int64_t middle = low + (high - low) / 2;
    size_t k = calendar_format_unit(middle, unit, buffer);
    int order = memcmp(buffer, text, k < n ? k : n);
    if (order == 0) order = k < n ? -1 : k > n;
    if (order < 0 || (order == 0 && after)) low = middle + 1;
    else high = middle;
  }
  return low;
}

int calendar_digits(const char *p, size_t n, int *value) {
  int v = 0;
  for (size_t i = 0; i < n; i++) {
    if (p[i] < '0' || p[i] > '9') return 0;
    v = v * 10 + (p[i] - '0');
  }
  *value = v;
  return 1;
}

size_t calendar_shape(const char *p, size_t n) {
  static const char low[] = "0000-01-01 00:00:00", high[] = "9999-12-31 23:59:59";
  size_t begin = 0; /* of the number at hand */
  for (size_t i = 0; i < n; i++) {
    if (i == sizeof high - 1) return i;
    if (low[i] < '0' || low[i] > '9') {
      if (p[i] != low[i]) return i;
      begin = i + 1;
    } else if (p[i] < '0' || p[i] > '9' || memcmp(p + begin, low + begin, i + 1 - begin) < 0 ||
               memcmp(p + begin, high + begin, i + 1 - begin) > 0) {
      return i;
    }
  }
  return n;
}
