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

/* Reads exactly n digits at p into *value; 0 when one isn't a digit.  For fixed-width dates. */
int civil_digits(const char *p, size_t n, int *value);

#endif
