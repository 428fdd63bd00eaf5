/* SPDX-License-Identifier: MIT */
/*
** Unix seconds and calendar dates, UTC, proleptic Gregorian: what SQLite's datetime() does, without its locale,
** its allocation or its call.  Pure functions; any thread.
*/
#ifndef BASE_CALENDAR_H
#define BASE_CALENDAR_H

#include <stddef.h>
#include <stdint.h>

#define CALENDAR_TEXT 20                    /* "YYYY-MM-DD HH:MM:SS" and a NUL */
#define CALENDAR_MAX  INT64_C(253402300799) /* 9999-12-31 23:59:59, the last second that the text form can say */

/* Seconds since 1970 of a date; month 1 to 12, day 1 to 31.  The values are not checked against the calendar. */
int64_t calendar_seconds(int year, int month, int day, int hour, int minute, int second);

/* Writes "YYYY-MM-DD HH:MM:SS".  Returns its length, or 0 when seconds lie outside 0 to CALENDAR_MAX. */
size_t calendar_format(int64_t seconds, char out[CALENDAR_TEXT]);

/* Times that a column shows: all of it, or the beginning of its minute, hour or day. */
enum calendar_unit { CALENDAR_SECOND, CALENDAR_MINUTE, CALENDAR_HOUR, CALENDAR_DAY };

/* calendar_format() of the beginning of the unit that the second lies in; of a day, the date alone, as date() has it. */
size_t calendar_format_unit(int64_t seconds, enum calendar_unit unit, char out[CALENDAR_TEXT]);

/*
** The first second whose text, as calendar_format_unit() writes it, is not below the given text (after = 0), or is above
** it (after = 1), byte by byte; CALENDAR_MAX + 1 when none is.  So a comparison of texts becomes one of seconds, for any
** text: the texts are in the order of the seconds.
*/
int64_t calendar_bound(enum calendar_unit unit, const char *text, size_t n, int after);

/* Reads exactly n digits at p into *value; 0 when one isn't a digit.  For fixed-width dates. */
int calendar_digits(const char *p, size_t n, int *value);

#endif
