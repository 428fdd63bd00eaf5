/* SPDX-License-Identifier: MIT */
/*
** calendar_shape() says how much of a text is the beginning of a time.  What SQLite's datetime()
** reads, such as an ISO 8601 time with T, Z or an offset, is shown with datetime() around it, since
** that gives the form of the column.  For other texts, an example of the form is shown.
**
**     text                        message shows
**     2026-03-09T12:00:00Z        datetime('2026-03-09T12:00:00Z')
**     09/Mar/2026, 2026-3-9       '2026-03-09 12:00:00'
*/
#include "tables/time_check.h"

#include <string.h>

#include "base/calendar.h"
#include "record/fields.h"
#include "sqlite/report.h"
#include "tables/options.h"

#define DATE 10 /* characters of a date */
#define TIME 19 /* of a date and a time */

/* How many of the n bytes at p are digits? */
static size_t digits(const char *p, size_t n) {
  size_t k = 0;
  while (k < n && p[k] >= '0' && p[k] <= '9') k++;
  return k;
}

/* Can datetime() read the text?  A date, and perhaps HH:MM, seconds, a fraction, Z or an offset. */
static int is_readable(const char *p, size_t n) {
  char text[TIME];
  size_t k = n < TIME ? n : TIME;
  memcpy(text, p, k);
  if (k > DATE && text[DATE] == 'T') text[DATE] = ' ';
  size_t fits = calendar_shape(text, k);
  if (fits != DATE && fits != TIME && fits != TIME - 3) return 0;
  if (fits == TIME && p[TIME] == '.') fits += 1 + digits(p + TIME + 1, n - TIME - 1);
  p += fits;
  n -= fits;
  if (n == 0 || (n == 1 && *p == 'Z')) return 1;
  return n == 6 && (*p == '+' || *p == '-') && p[3] == ':' && digits(p + 1, 2) == 2 && digits(p + 4, 2) == 2;
}

int time_check_is_seconds(const struct push *push) {
  return push->shape == SHAPE_NUMBER && (push->subject == FIELD_start || push->subject == FIELD_end);
}

static const char *form_of(const struct push *push) {
  return push->unit == CALENDAR_DAY ? "2026-03-09" : "2026-03-09 12:00:00";
}

/* The text has another form. */
static int say_form(const struct push *push, const char *text, size_t n, char **pzErr) {
  if (!is_readable(text, n))
    return report_text(pzErr, "%s is a text such as '%s', UTC, and is compared with '%s'", push->name, form_of(push),
                       text);
  return report_text(pzErr,
                     "%s is a text such as '%s', UTC, and is compared with '%s' as a text; write it in the same form, "
                     "or %s('%s')",
                     push->name, form_of(push), text, push->unit == CALENDAR_DAY ? "date" : "datetime", text);
}

/* Is a whole time, of TIME characters, the beginning of a minute or an hour, as the unit is? */
static int is_beginning(enum calendar_unit unit, const char *text) {
  return (unit != CALENDAR_MINUTE || !memcmp(text + 17, "00", 2)) &&
         (unit != CALENDAR_HOUR || !memcmp(text + 14, "00:00", 5));
}

int time_check_text(const struct push *push, enum term_op op, sqlite3_value *value, char **pzErr) {
  size_t whole = push->unit == CALENDAR_DAY ? DATE : TIME;
  int type = sqlite3_value_type(value);
  if (type == SQLITE_NULL || type == SQLITE_BLOB) return SQLITE_OK;
  const char *text = (const char *)sqlite3_value_text(value);
  if (!text) return SQLITE_NOMEM;
  if (type != SQLITE_TEXT)
    return report_text(pzErr,
                       "%s is a text such as '%s', UTC, and is compared with the number %s; write a text in quotes, or "
                       "datetime(…, 'unixepoch') around Unix seconds",
                       push->name, form_of(push), text);
  size_t n = (size_t)sqlite3_value_bytes(value);
  if (calendar_shape(text, n < whole ? n : whole) != n || (term_is_equality(op) && n != whole))
    return say_form(push, text, n, pzErr);
  if (term_is_equality(op) && whole == TIME && !is_beginning(push->unit, text))
    return report_text(pzErr, "%s is the beginning of its %s, never '%s'", push->name, push->name, text);
  return SQLITE_OK;
}

int time_check_number(const char *name, sqlite3_value *value, char **pzErr) {
  if (sqlite3_value_type(value) == SQLITE_TEXT || !options_is_no_second(sqlite3_value_int64(value))) return SQLITE_OK;
  const char *text = (const char *)sqlite3_value_text(value);
  if (!text) return SQLITE_NOMEM;
  return report_text(pzErr,
                     "%s is Unix seconds, not milliseconds and not a date without quotes, and is compared with %s; "
                     "write unixepoch('2026-03-09') for a date",
                     name, text);
}

int time_check_seconds(const struct push *push, enum term_op op, sqlite3_value *value, char **pzErr) {
  int type = sqlite3_value_numeric_type(value);
  if (!time_check_is_seconds(push) || type == SQLITE_NULL || type == SQLITE_BLOB) return SQLITE_OK;
  if (type != SQLITE_TEXT) return time_check_number(push->name, value, pzErr);
  const char *text = (const char *)sqlite3_value_text(value);
  if (!text) return SQLITE_NOMEM;
  int readable = is_readable(text, (size_t)sqlite3_value_bytes(value));
  return report_text(pzErr, "%s is Unix seconds, never '%s'; write %s %s unixepoch('%s')", push->name, text, push->name,
                     op == TERM_IN ? "=" : term_written(op), readable ? text : "2026-03-09");
}

int time_check_pattern(const struct push *push, const char *pattern, size_t n, char **pzErr) {
  if (push->shape != SHAPE_TIME || calendar_shape(pattern, n < TIME ? n : TIME) == n) return SQLITE_OK;
  return report_text(pzErr, "%s is a text such as '%s', UTC, never like '%s'", push->name, form_of(push), pattern);
}
