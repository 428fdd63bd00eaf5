/* SPDX-License-Identifier: MIT */
/*
** The time of an event, in the forms in which containers have it.  The functions are pure; any
** thread may call them.
*/
#ifndef CONTAINER_EVENT_TIME_H
#define CONTAINER_EVENT_TIME_H

#include <stddef.h>
#include <stdint.h>

/* What stands behind the second of a time. */
enum event_zone {
  EVENT_ZONE_NONE,  /* nothing; the time is taken as UTC */
  EVENT_ZONE_Z,     /* a Z */
  EVENT_ZONE_OFFSET /* +00:00 and its like, also without the colon */
};

/*
** Reads a time from the first bytes of the n at p: "2024-05-01T00:00:00", with a blank or a 'T'
** in the middle, with any number of decimals or none, and with a zone or none.  Returns how many
** bytes it has, or 0 if there is no such time; then *ms is its milliseconds since 1970, and *zone
** what stands at its end.
*/
size_t event_time_parse(const char *p, size_t n, int64_t *ms, enum event_zone *zone);

/*
** Returns the milliseconds since 1970 of a text that is such a time and nothing else, or a
** number: of seconds if it has 9 to 11 digits, and of milliseconds if it has 12 to 14.
** BLOCK_NO_TIME for any other text.
*/
int64_t event_time(const char *p, size_t n);

#endif
