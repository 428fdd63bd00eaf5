/* SPDX-License-Identifier: MIT */
/*
** Unix seconds and calendar dates, UTC, proleptic Gregorian: what SQLite's datetime() does, without its locale,
** its allocation or its call.  Pure functions; any thread.
*/
#ifndef CIVIL_H
#define CIVIL_H

#include <stddef.h>
#include <stdint.h>

#define CIVIL_TEXT 20                    /* "YYYY-MM-DD HH:MM:SS" and a NUL */
#define CIVIL_MAX  INT64_C(253402300799) /* 9999-12-31 23:59:59, the last second that the text form can say */

/* Seconds since 1970 of a date; month 1 to 12, day 1 to 31.  The values are not checked against the calendar. */
int64_t civil_seconds(int year, int month, int day, int hour, int minute, int second);

/* Writes "YYYY-MM-DD HH:MM:SS".  Returns its length, or 0 when seconds lie outside 0 to CIVIL_MAX. */
size_t civil_format(int64_t seconds, char out[CIVIL_TEXT]);

/* Times that a column shows: all of it, or the beginning of its minute, hour or day. */
enum civil_unit { CIVIL_SECOND, CIVIL_MINUTE, CIVIL_HOUR, CIVIL_DAY };

/* civil_format() of the beginning of the unit that the second lies in; of a day, the date alone, as date() has it. */
size_t civil_format_unit(int64_t seconds, enum civil_unit unit, char out[CIVIL_TEXT]);

/*
** The first second whose text, as civil_format_unit() writes it, is not below the given text (after = 0), or is above
** it (after = 1), byte by byte; CIVIL_MAX + 1 when none is.  So a comparison of texts becomes one of seconds, for any
** text: the texts are in the order of the seconds.
*/
int64_t civil_bound(enum civil_unit unit, const char *text, size_t n, int after);

/* Reads exactly n digits at p into *value; 0 when one isn't a digit.  For fixed-width dates. */
int civil_digits(const char *p, size_t n, int *value);

#endif
