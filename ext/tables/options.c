/* SPDX-License-Identifier: MIT */
/* One table of options: a new one is a row in it and a function of five lines. */
#include "tables/options.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/calendar.h"
#include "base/mem.h"
#include "sqlite/report.h"

void options_init(struct options *o) {
  memset(o, 0, sizeof *o);
  o->policy = POLICY_FAIL;
  o->threads = -1;
  o->memory = OPTIONS_MEMORY;
  o->since = o->until = OPTIONS_NO_TIME;
}

void options_clear(struct options *o) {
  sqlite3_free(o->path);
  sqlite3_free(o->format_text);
  sqlite3_free(o->filter_text);
  mem_free(o->format);
  filter_free(o->filter);
  memset(o, 0, sizeof *o);
}

int options_copy(struct options *to, const struct options *from) {
  *to = *from;
  to->path = from->path ? sqlite3_mprintf("%s", from->path) : NULL;
  to->format_text = from->format_text ? sqlite3_mprintf("%s", from->format_text) : NULL;
  to->format = from->format ? mem_alloc(sizeof *to->format) : NULL;
  if (to->format) *to->format = *from->format;
  to->filter_text = from->filter_text ? sqlite3_mprintf("%s", from->filter_text) : NULL;
  to->filter = filter_share(from->filter);
  int ok = !to->path == !from->path && !to->format_text == !from->format_text && !to->format == !from->format &&
           !to->filter_text == !from->filter_text;
  return ok ? SQLITE_OK : SQLITE_NOMEM;
}

static int replace(char **text, const char *value) {
  char *copy = sqlite3_mprintf("%s", value);
  if (!copy) return SQLITE_NOMEM;
  sqlite3_free(*text);
  *text = copy;
  return SQLITE_OK;
}

static int wrong(char **pzErr, const char *name, const char *value, const char *wanted) {
  return report_text(pzErr, "%s is '%s'; it can be %s", name, value, wanted);
}

static int set_path(struct options *o, const char *value, char **pzErr) {
  (void)pzErr;
  return replace(&o->path, value);
}

static int set_on_error(struct options *o, const char *value, char **pzErr) {
  if (!strcmp(value, "fail")) o->policy = POLICY_FAIL;
  else if (!strcmp(value, "skip")) o->policy = POLICY_SKIP;
  else return wrong(pzErr, "on_error", value, "fail or skip");
  return SQLITE_OK;
}

static int set_format(struct options *o, const char *value, char **pzErr) {
  struct err e = {0};
  if (!o->format && !(o->format = mem_alloc(sizeof *o->format))) return SQLITE_NOMEM;
  if (layout_from_option(o->format, value, &e)) return report_text(pzErr, "%s", e.text);
  return replace(&o->format_text, value);
}

static int set_filter(struct options *o, const char *value, char **pzErr) {
  struct err e = {0};
  struct filter *filter = filter_new(value, strlen(value), &e);
  if (!filter) return e.code == ERR_NOMEM ? SQLITE_NOMEM : report_pattern(pzErr, "filter", value, &e);
  filter_free(o->filter);
  o->filter = filter;
  return replace(&o->filter_text, value);
}

static int set_threads(struct options *o, const char *value, char **pzErr) {
  char *end;
  long n = strtol(value, &end, 10);
  if (end == value || *end || n < 0 || n > OPTIONS_MAX_THREADS) return wrong(pzErr, "threads", value, "0 to 1024");
  o->threads = (int)n;
  return SQLITE_OK;
}

static int set_columns(struct options *o, const char *value, char **pzErr) {
  if (!strcmp(value, "all")) o->columns = COLUMNS_ALL;
  else if (!strcmp(value, "default")) o->columns = COLUMNS_DEFAULT;
  else return wrong(pzErr, "columns", value, "all or default; without it, the fields that the files' headers have");
  return SQLITE_OK;
}

static int set_memory(struct options *o, const char *value, char **pzErr) {
  static const char units[] = "KMG";
  char *end;
  unsigned long long n = isdigit((unsigned char)*value) ? strtoull(value, &end, 10) : 0;
  const char *unit = n && *end ? strchr(units, toupper((unsigned char)*end)) : NULL;
  int shift = unit ? 10 * (int)(unit - units + 1) : 0;
  if (n == 0 || end[unit != NULL] || n > (unsigned long long)INT64_MAX >> shift || n << shift < OPTIONS_MIN_MEMORY)
    return wrong(pzErr, "memory", value, "bytes, or a number with K, M or G: 1M or more");
  o->memory = n << shift;
  return SQLITE_OK;
}

/* Whole seconds, or the beginning of what calendar_format() writes, from the date on; T and Z as in ISO 8601 will do. */
static int read_time(const char *value, int64_t *out) {
  static const char shape[] = "dddd-dd-dd dd:dd:dd";
  char text[sizeof shape], *end, full[CALENDAR_TEXT];
  long long seconds = strtoll(value, &end, 10);
  if (end > value && !*end) {
    *out = seconds;
    return seconds != OPTIONS_NO_TIME;
  }
  size_t n = strlen(value);
  if (n > 0 && value[n - 1] == 'Z') n--;
  if (n != 10 && n != 16 && n != 19) return 0;
  memcpy(text, value, n);
  if (n > 10 && text[10] == 'T') text[10] = ' ';
  for (size_t i = 0; i < n; i++)
    if (shape[i] == 'd' ? !isdigit((unsigned char)text[i]) : text[i] != shape[i]) return 0;
  *out = calendar_bound(CALENDAR_SECOND, text, n, 0);
  return calendar_format(*out, full) && !memcmp(full, text, n); /* or else there is no such day */
}

/*
** Numbers that no flow log's seconds are, but a date that has lost its quotes (2026-03-09 is 2014, 20260309 is a day of
** 1970) or milliseconds: they would find nothing, or everything, and nobody would see why.  0 and small ones may stand.
*/
static int is_no_second(const char *value, int64_t n) {
  if (strpbrk(value, "-:")) return 0; /* a date */
  return (n >= 1900 && n <= 2200) || (n >= 19000101 && n <= 22001231) || (n >= 100000000000 && n < INT64_MAX / 2);
}

static int set_time(int64_t *time, const char *name, const char *value, char **pzErr) {
  if (read_time(value, time)) {
    if (!is_no_second(value, *time)) return SQLITE_OK;
    return wrong(pzErr, name, value,
                 "Unix seconds, not milliseconds; a date is a text in quotes, '2026-03-09': in the "
                 "shell, .parameter set @since \"'2026-03-09'\"");
  }
  return wrong(pzErr, name, value, "Unix seconds, or YYYY-MM-DD, YYYY-MM-DD HH:MM or YYYY-MM-DD HH:MM:SS, in UTC");
}

static int set_since(struct options *o, const char *value, char **pzErr) {
  return set_time(&o->since, "since", value, pzErr);
}

static int set_until(struct options *o, const char *value, char **pzErr) {
  return set_time(&o->until, "until", value, pzErr);
}

static const struct {
  const char *name;
  int (*set)(struct options *o, const char *value, char **pzErr);
} known[] = {
    {"path", set_path},       {"on_error", set_on_error}, {"format", set_format},
    {"threads", set_threads}, {"columns", set_columns},   {"memory", set_memory},
    {"since", set_since},     {"until", set_until},       {"filter", set_filter},
};

#define KNOWN "path, on_error, format, filter, since, until, threads, columns, memory"

/* The option's place in the table, or -1. */
static int find(const char *name) {
  for (int i = 0; i < (int)(sizeof known / sizeof *known); i++)
    if (!sqlite3_stricmp(known[i].name, name)) return i;
  return -1;
}

int options_set(struct options *o, const char *name, const char *value, char **pzErr) {
  int i = find(name);
  if (i < 0) return report_text(pzErr, "unknown option '%s'; there are " KNOWN, name);
  if (value) return known[i].set(o, value, pzErr);
  return known[i].set == set_path ? report_text(pzErr, "the path is NULL") : SQLITE_OK;
}

int options_override(struct options *o, const char *name, const char *value, char **pzErr) {
  if (value && !strcmp(name, "columns"))
    return report_text(pzErr, "columns is an option of CREATE VIRTUAL TABLE alone; a function takes path, on_error, "
                              "format, threads, filter, since, until");
  return options_set(o, name, value, pzErr);
}

const char *options_columns(const struct options *o) {
  return o->columns == COLUMNS_ALL ? "all" : o->columns == COLUMNS_DEFAULT ? "default" : NULL;
}

void options_result_time(sqlite3_context *ctx, int64_t time) {
  if (time != OPTIONS_NO_TIME) sqlite3_result_int64(ctx, time);
}

const char *options_on_error(const struct options *o) { return o->policy == POLICY_FAIL ? "fail" : "skip"; }

/* Cuts white space off both ends of [*p, *end). */
static void trim(const char **p, const char **end) {
  while (*p < *end && isspace((unsigned char)**p)) ++*p;
  while (*p < *end && isspace((unsigned char)(*end)[-1])) --*end;
}

/* A copy of [p, end) without the SQL quotes round it, if it has some. */
static char *unquote(const char *p, const char *end) {
  trim(&p, &end);
  char quote = p < end ? *p : 0;
  char *copy = sqlite3_malloc64((sqlite3_uint64)(end - p) + 1), *out = copy;
  if (!copy) return NULL;
  if ((quote == '\'' || quote == '"') && end - p > 1 && end[-1] == quote) {
    for (p++, end--; p < end; p++) {
      if (*p == quote && p + 1 < end && p[1] == quote) p++;
      *out++ = *p;
    }
  } else {
    while (p < end) *out++ = *p++;
  }
  *out = 0;
  return copy;
}

int options_parse(struct options *o, const char *argument, char **pzErr) {
  const char *p = argument, *end = p + strlen(p), *name_end = p;
  trim(&p, &end);
  while (name_end < end && (isalnum((unsigned char)*name_end) || *name_end == '_')) name_end++;
  const char *equals = name_end;
  while (equals < end && isspace((unsigned char)*equals)) equals++;
  int has_name = name_end > p && equals < end && *equals == '=';
  char *name = has_name ? unquote(p, name_end) : sqlite3_mprintf("path");
  char *value = unquote(has_name ? equals + 1 : p, end);
  int rc = name && value ? SQLITE_OK : SQLITE_NOMEM, i = rc ? -1 : find(name);
  if (i >= 0 && (o->given >> i & 1))
    rc = known[i].set == set_path
             ? report_text(pzErr, "there are two paths, '%s' and '%s'; several are given as '[\"a\",\"b\"]'", o->path,
                           value)
             : report_text(pzErr, "%s is given twice", name);
  if (!rc) rc = options_set(o, name, value, pzErr);
  if (i >= 0) o->given |= 1u << i;
  sqlite3_free(name);
  sqlite3_free(value);
  return rc;
}
