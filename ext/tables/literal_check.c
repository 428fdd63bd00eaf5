/* SPDX-License-Identifier: MIT */
/*
** What a column can hold follows from its field's kind (fields.h): numbers, addresses, the words
** of an enumeration, or any text.  The checks are those that the lines of a file must pass, so a
** literal that is refused here cannot be the value of any record.  For numbers of seconds, the
** check is the one of the options since and until.
**
**     kind       literal              error shows
**     number     'TCP', '2026-03-09'  protocol_name(protocol) = 'TCP', start_time >= '2026-03-09'
**     address    '10.0.0.0/8'         cidr_match(srcaddr, '10.0.0.0/8')
**     address    '2001:DB8:0::1'      '2001:db8::1', the spelling that the column has
**     words      'reject'             the words
**     text       1122334455           the quotes that keep leading zeros
**     any        '-'                  IS NULL
*/
#include "tables/literal_check.h"

#include <string.h>

#include "base/calendar.h"
#include "net/ip.h"
#include "record/record.h"
#include "sqlite/report.h"
#include "tables/options.h"

#define ACCOUNT_DIGITS 12 /* of an AWS account id */

/* The words that a column can have. */
static const struct {
  int field;
  const char *words[4]; /* the list ends with NULL */
} enumerations[] = {
    {FIELD_action, {"ACCEPT", "REJECT", NULL}},
    {FIELD_log_status, {"OK", "NODATA", "SKIPDATA", NULL}},
};

/* What a condition on a number would say about a text. */
static const struct {
  int subject;
  const char *format; /* two %s: the column, the text */
} names_of_numbers[] = {
    {FIELD_protocol, "protocol_name(%s) = '%s'"},
    {FIELD_srcport, "port_name(%s, protocol) = '%s'"},
    {FIELD_dstport, "port_name(%s, protocol) = '%s'"},
};

static int is_equality(enum term_op op) {
  return op == TERM_EQ || op == TERM_NE || op == TERM_IS || op == TERM_ISNOT || op == TERM_IN;
}

static int is_comparison(enum term_op op) {
  return is_equality(op) || op == TERM_LT || op == TERM_LE || op == TERM_GT || op == TERM_GE;
}

/* The kind of a column's values; either end of a flow has that of its fields. */
static enum kind kind_of(const struct push *push) {
  int subject = push->subject;
  if (subject < FIELD_COUNT) return fields[subject].kind;
  if (subject == SUBJECT_ADDR) return KIND_ADDR;
  return subject == SUBJECT_PORT || subject == SUBJECT_LINE ? KIND_INT : KIND_TEXT;
}

/* Is it a number of seconds?  A time that is shown as text has another shape. */
static int is_seconds(const struct push *push) {
  return push->shape == SHAPE_NUMBER && (push->subject == FIELD_start || push->subject == FIELD_end);
}

/* --- times ------------------------------------------------------------------------------------------------------- */

int literal_check_time(const struct push *push, enum term_op op, const char *text, size_t n, char **pzErr) {
  size_t whole = push->unit == CALENDAR_DAY ? 10 : 19;
  size_t fits = calendar_shape(text, n < whole ? n : whole);
  const char *form = whole == 10 ? "2026-03-09" : "2026-03-09 12:00:00";
  if (fits == n && (!is_equality(op) || n == whole)) return SQLITE_OK;
  if (fits < 10)
    return report_text(pzErr, "%s is a text such as '%s', UTC, and is compared with '%s'", push->name, form, text);
  return report_text(pzErr,
                     "%s is a text such as '%s', UTC, and is compared with '%s' as a text; write it in the same form, "
                     "or %s('%s')",
                     push->name, form, text, whole == 10 ? "date" : "datetime", text);
}

/* A literal for a time column. */
static int check_time(const struct column *column, enum term_op op, sqlite3_value *v, char **pzErr) {
  const char *text = (const char *)sqlite3_value_text(v);
  if (!text) return SQLITE_NOMEM;
  if (sqlite3_value_type(v) == SQLITE_TEXT)
    return literal_check_time(&column->push, op, text, (size_t)sqlite3_value_bytes(v), pzErr);
  return report_text(
      pzErr,
      "%s is a text such as '2026-03-09 12:00:00', UTC, and is compared with the number %s; the column %s "
      "has Unix seconds",
      column->name, text, fields[column->push.subject].name);
}

/* --- the other kinds --------------------------------------------------------------------------------------------- */

int literal_check_seconds(const struct push *push, sqlite3_value *v, char **pzErr) {
  int type = sqlite3_value_numeric_type(v);
  if (!is_seconds(push) || (type != SQLITE_INTEGER && type != SQLITE_FLOAT)) return SQLITE_OK;
  if (!options_is_no_second(sqlite3_value_int64(v))) return SQLITE_OK;
  const char *text = (const char *)sqlite3_value_text(v);
  if (!text) return SQLITE_NOMEM;
  return report_text(pzErr,
                     "%s is Unix seconds, not milliseconds and not a date without quotes, and is compared with %s; "
                     "write %s_time >= '2026-03-09' for a date",
                     push->name, text, push->name);
}

static int check_number(const struct column *column, sqlite3_value *v, char **pzErr) {
  const char *text = (const char *)sqlite3_value_text(v);
  if (!text) return SQLITE_NOMEM;
  if (sqlite3_value_numeric_type(v) == SQLITE_TEXT) {
    if (is_seconds(&column->push))
      return report_text(pzErr, "%s is Unix seconds, never '%s'; %s_time is the same as text: %s_time >= '2026-03-09'",
                         column->name, text, column->name, column->name);
    for (size_t i = 0; i < sizeof names_of_numbers / sizeof *names_of_numbers; i++) {
      if (names_of_numbers[i].subject != column->push.subject) continue;
      char *instead = sqlite3_mprintf(names_of_numbers[i].format, column->name, text);
      int rc = instead ? report_text(pzErr, "%s is a number, never '%s'; write the number, or %s", column->name, text,
                                     instead)
                       : SQLITE_NOMEM;
      sqlite3_free(instead);
      return rc;
    }
    return report_text(pzErr, "%s is a number, never '%s'", column->name, text);
  }
  return literal_check_seconds(&column->push, v, pzErr);
}

int literal_check_spelling(const struct push *push, const char *text, size_t n, char **pzErr) {
  struct ip ip;
  char spelled[IP_TEXT];
  if (kind_of(push) != KIND_ADDR || !ip_parse(text, n, &ip)) return SQLITE_OK;
  if (ip_format(&ip, spelled) == n && !memcmp(text, spelled, n)) return SQLITE_OK;
  return report_text(pzErr,
                     "%s is never '%s', because an address has one spelling here, that of RFC 5952; write '%s', or "
                     "ip_text(…) around the value",
                     push->name, text, spelled);
}

static int is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

/*
** Does no IPv6 address begin with these n bytes, because of a zero in front of a group or, unless
** the case does not matter (fold), because of a large letter?
*/
static int begins_none(const char *p, size_t n, int fold) {
  int odd = 0;
  for (size_t i = 0; i < n; i++) {
    odd |= !fold && p[i] >= 'A' && p[i] <= 'F';
    odd |= p[i] == '0' && (i == 0 || p[i - 1] == ':') && i + 1 < n && is_hex(p[i + 1]);
  }
  return odd && memchr(p, ':', n);
}

int literal_check_pattern(const struct push *push, enum term_op op, const char *pattern, char **pzErr) {
  int fold = op == TERM_LIKE;
  if (kind_of(push) != KIND_ADDR || (op != TERM_LIKE && op != TERM_GLOB)) return SQLITE_OK;
  if (!begins_none(pattern, strcspn(pattern, fold ? "%_" : "*?["), fold)) return SQLITE_OK;
  return report_text(pzErr,
                     "%s is never like '%s', because an address has one spelling here, that of RFC 5952, in small "
                     "letters and without zeros in front; write its beginning so, or cidr_match(%s, '2001:db8::/32')",
                     push->name, pattern, push->name);
}

static int check_address(const struct column *column, const char *text, size_t n, char **pzErr) {
  if (record_is_address(text, n)) return literal_check_spelling(&column->push, text, n, pzErr);
  if (memchr(text, '/', n))
    return report_text(pzErr, "%s is one address, never '%s'; write cidr_match(%s, '%s')", column->name, text,
                       column->name, text);
  return report_text(pzErr, "%s is an IP address, never '%s'", column->name, text);
}

static int check_word(const struct column *column, const char *text, char **pzErr) {
  for (size_t i = 0; i < sizeof enumerations / sizeof *enumerations; i++) {
    if (enumerations[i].field != column->push.subject) continue;
    const char *const *words = enumerations[i].words;
    sqlite3_str *list = sqlite3_str_new(NULL);
    int found = 0;
    for (int w = 0; words[w]; w++) {
      found |= !strcmp(words[w], text);
      sqlite3_str_appendf(list, "%s'%s'", w ? ", " : "", words[w]);
    }
    char *all = sqlite3_str_finish(list);
    int rc = all ? SQLITE_OK : SQLITE_NOMEM;
    if (!rc && !found) rc = report_text(pzErr, "%s is one of %s or NULL, never '%s'", column->name, all, text);
    sqlite3_free(all);
    return rc;
  }
  return SQLITE_OK;
}

/* An account id has 12 digits.  A number has lost the zeros in front. */
static int check_account(const struct column *column, sqlite3_value *v, const char *text, size_t n, char **pzErr) {
  if (sqlite3_value_type(v) == SQLITE_TEXT || n == ACCOUNT_DIGITS) return SQLITE_OK;
  return report_text(pzErr, "%s is a text of 12 digits, never the number %s; write it in quotes, with its zeros",
                     column->name, text);
}

static int is_account(const struct column *column) {
  size_t n = strlen(column->name), end = strlen("account_id");
  return n >= end && !strcmp(column->name + n - end, "account_id");
}

static int check_text(const struct column *column, enum term_op op, sqlite3_value *v, char **pzErr) {
  enum kind kind = kind_of(&column->push);
  const char *text = (const char *)sqlite3_value_text(v);
  size_t n = (size_t)sqlite3_value_bytes(v);
  if (!text) return SQLITE_NOMEM;
  if (!is_equality(op)) return SQLITE_OK;
  if (n == 1 && *text == '-' && column->push.subject < FIELD_COUNT)
    return report_text(pzErr, "%s is never '-', because it is NULL where the file has -; write %s IS%s NULL",
                       column->name, column->name, op == TERM_NE || op == TERM_ISNOT ? " NOT" : "");
  if (kind == KIND_ADDR) return check_address(column, text, n, pzErr);
  if (kind == KIND_ACTION || kind == KIND_STATUS) return check_word(column, text, pzErr);
  return is_account(column) ? check_account(column, v, text, n, pzErr) : SQLITE_OK;
}

int literal_check(const struct column *column, enum term_op op, sqlite3_value *literal, char **pzErr) {
  int type = sqlite3_value_type(literal);
  if (!column->push.name || type == SQLITE_NULL || type == SQLITE_BLOB) return SQLITE_OK;
  if (type == SQLITE_TEXT) {
    const char *text = (const char *)sqlite3_value_text(literal);
    if (!text) return SQLITE_NOMEM;
    if (!is_comparison(op)) return literal_check_pattern(&column->push, op, text, pzErr);
    if (sql_predicate_may_be_hexadecimal(text)) return SQLITE_OK; /* nobody knows whether it is a number or a text */
  }
  if (!is_comparison(op)) return SQLITE_OK;
  if (column->push.shape == SHAPE_TIME) return check_time(column, op, literal, pzErr);
  if (column->push.shape == SHAPE_NUMBER) return check_number(column, literal, pzErr);
  return check_text(column, op, literal, pzErr);
}

/* --- when the query runs ----------------------------------------------------------------------------------------- */

/* Returns 1 when the value was noted. */
static int note(struct scan_stats *stats, sqlite3 *db, const struct column *column, enum term_op op,
                sqlite3_value *value) {
  char *message = NULL;
  if (sqlite3_value_type(value) == SQLITE_TEXT && literal_check(column, op, value, &message) == SQLITE_ERROR && message)
    scan_stats_add_value(stats, db, column, message + strlen(REPORT_BEGINS));
  sqlite3_free(message);
  return message != NULL;
}

void literal_check_later(struct scan_stats *stats, sqlite3 *db, const struct column *column, enum term_op op,
                         sqlite3_value *value) {
  if (!scan_stats_takes_value(stats, column)) return;
  if (op != TERM_IN) {
    note(stats, db, column, op, value);
    return;
  }
#if SQLITE_VERSION_NUMBER >= 3038000
  sqlite3_value *member;
  int rc = sqlite3_vtab_in_first(value, &member);
  while (rc == SQLITE_OK && member && !note(stats, db, column, op, member)) rc = sqlite3_vtab_in_next(value, &member);
#endif
}
