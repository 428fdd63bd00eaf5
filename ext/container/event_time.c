/* SPDX-License-Identifier: MIT */
/*
** The parts of a time are read from left to right:
**
**     2024-05-01T00:00:00.123000+02:00
**     date      |time    |decimals |zone
**
** Of the decimals, three count.
*/
#include "container/event_time.h"

#include <string.h>

#include "base/calendar.h"
#include "base/chars.h"
#include "container/block.h"

#define SECONDS_TEXT (CALENDAR_TEXT - 1) /* bytes of "2024-05-01T00:00:00" */

static int two(const char *p) { return (p[0] - '0') * 10 + (p[1] - '0'); }

/* Reads the date and the time of the day. */
static int parse_seconds(const char *p, size_t n, int64_t *seconds) {
  char text[SECONDS_TEXT];
  if (n < SECONDS_TEXT || (p[10] != 'T' && p[10] != ' ')) return 0;
  memcpy(text, p, SECONDS_TEXT);
  text[10] = ' ';
  if (calendar_shape(text, SECONDS_TEXT) < SECONDS_TEXT) return 0;
  *seconds = calendar_seconds(two(p) * 100 + two(p + 2), two(p + 5), two(p + 8), two(p + 11), two(p + 14), two(p + 17));
  return 1;
}

/* Reads the decimals, if there are any.  Returns how many bytes they have, with the point. */
static size_t parse_decimals(const char *p, size_t n, int *ms) {
  size_t k = 1;
  *ms = 0;
  if (n < 2 || (*p != '.' && *p != ',') || !char_is_digit(p[1])) return 0;
  for (int unit = 100; k < n && char_is_digit(p[k]); k++, unit /= 10) *ms += (p[k] - '0') * unit;
  return k;
}

/* Reads the zone, if there is one.  Returns how many bytes it has. */
static size_t parse_zone(const char *p, size_t n, int *minutes, enum event_zone *zone) {
  int hour, minute;
  *minutes = 0;
  *zone = EVENT_ZONE_NONE;
  if (n && *p == 'Z') {
    *zone = EVENT_ZONE_Z;
    return 1;
  }
  size_t colon = n > 3 && p[3] == ':';
  if (n < 5 + colon || (*p != '+' && *p != '-') || !calendar_digits(p + 1, 2, &hour) ||
      !calendar_digits(p + 3 + colon, 2, &minute) || hour > 23 || minute > 59)
    return 0;
  *zone = EVENT_ZONE_OFFSET;
  *minutes = (*p == '-' ? -1 : 1) * (hour * 60 + minute);
  return 5 + colon;
}

size_t event_time_parse(const char *p, size_t n, int64_t *ms, enum event_zone *zone) {
  int64_t seconds;
  int decimals, minutes;
  if (!parse_seconds(p, n, &seconds)) return 0;
  size_t k = SECONDS_TEXT;
  k += parse_decimals(p + k, n - k, &decimals);
  k += parse_zone(p + k, n - k, &minutes, zone);
  *ms = (seconds - minutes * 60) * 1000 + decimals;
  return k;
}

int64_t event_time(const char *p, size_t n) {
  int64_t ms = 0;
  enum event_zone zone;
  if (n >= SECONDS_TEXT) return event_time_parse(p, n, &ms, &zone) == n ? ms : BLOCK_NO_TIME;
  if (n < 9 || n > 14) return BLOCK_NO_TIME;
  for (size_t i = 0; i < n; i++) {
    if (!char_is_digit(p[i])) return BLOCK_NO_TIME;
    ms = ms * 10 + (p[i] - '0');
  }
  return n < 12 ? ms * 1000 : ms;
}
