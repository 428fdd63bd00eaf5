/* SPDX-License-Identifier: MIT */
/*
** Converts between Unix seconds and calendar dates (UTC, proleptic Gregorian calendar).
**
** The texts are those of SQLite's datetime() and date().  The lower rooms cannot call SQLite, and
** this code needs neither an allocation nor the locale.  The functions are pure; any thread may
** call them.
*/
#ifndef BASE_CALENDAR_H
#define BASE_CALENDAR_H

#include <stddef.h>
#include <stdint.h>

#define CALENDAR_TEXT 20                    /* "YYYY-MM-DD HH:MM:SS" and a NUL */
#define CALENDAR_MAX  INT64_C(253402300799) /* 9999-12-31 23:59:59, the last second that has a text */

/*
** Returns the Unix seconds of a date.  The month is 1 to 12 and the day 1 to 31; whether the
** month has that day is not checked.
*/
int64_t calendar_seconds(int year, int month, int day, int hour, int minute, int second);

/*
** Writes "YYYY-MM-DD HH:MM:SS" and a NUL.  Returns the length of the text, or 0 when seconds lies
** outside 0 to CALENDAR_MAX.
*/
size_t calendar_format(int64_t seconds, char out[CALENDAR_TEXT]);

/* The precision of a text: the second itself, or the beginning of its minute, hour or day. */
enum calendar_unit { CALENDAR_SECOND, CALENDAR_MINUTE, CALENDAR_HOUR, CALENDAR_DAY };

/*
** Writes the beginning of the unit in which the second lies, as calendar_format() does.  For
** CALENDAR_DAY the text is the date alone, as SQLite's date() returns it.  Returns the length, or
** 0 when seconds lies outside 0 to CALENDAR_MAX.
*/
size_t calendar_format_unit(int64_t seconds, enum calendar_unit unit, char out[CALENDAR_TEXT]);

/*
** Returns the first second whose text, as calendar_format_unit() writes it, is not less than the
** given text (after = 0) or is greater than it (after = 1).  Texts are compared byte by byte.
** Returns CALENDAR_MAX + 1 when there is no such second.  This turns a comparison of texts into
** one of seconds, for any text, because the texts sort in the order of the seconds.
*/
int64_t calendar_bound(enum calendar_unit unit, const char *text, size_t n, int after);

/*
** Reads exactly n digits at p into *value and returns 1; returns 0 when one of the bytes is not a
** digit.  n is at most 9, so that *value does not overflow.  It serves for dates of fixed width.
*/
int calendar_digits(const char *p, size_t n, int *value);

/*
** Returns how many of the n bytes at p, from the first on, have the shape of what calendar_format()
** writes: digits, dashes, a space and colons in their places, with months up to 12, days up to 31,
** and so on.  Whether the month has such a day is not looked at.
*/
size_t calendar_shape(const char *p, size_t n);

#endif
