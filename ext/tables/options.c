/* SPDX-License-Identifier: MIT */
/*
** The values are reached through their offsets in struct options, so that copying, freeing,
** showing and comparing them needs no code for a particular option.  What is particular is how a
** text becomes a value: a function set_NAME() for each, which also makes the parsed form where
** there is one (the layouts of `format`, a pattern of `filter`).
*/
#include "tables/options.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/calendar.h"
#include "base/mem.h"
#include "predicate/prune.h"
#include "sqlite/report.h"

static int replace(char **text, const char *value) {
  char *copy = sqlite3_mprintf("%s", value);
  if (!copy) return SQLITE_NOMEM;
  sqlite3_free(*text);
  *text = copy;
  return SQLITE_OK;
}

/* --- the values, by the table -------------------------------------------------------------------------------------- */

/* memcpy(), because a char * and a const char * are different types to the compiler. */
static const char *text_of(const struct options *o, const struct option_info *info) {
  const char *text;
  memcpy(&text, (const char *)o + info->offset, sizeof text);
  return text;
}

static void set_text(struct options *o, const struct option_info *info, const char *text) {
  memcpy((char *)o + info->offset, &text, sizeof text);
}

static int64_t number_of(const struct options *o, const struct option_info *info) {
  int64_t number;
  memcpy(&number, (const char *)o + info->offset, sizeof number);
  return number;
}

static void set_number(struct options *o, const struct option_info *info, int64_t number) {
  memcpy((char *)o + info->offset, &number, sizeof number);
}

void options_init(struct options *o) {
  memset(o, 0, sizeof *o);
  for (int i = 0; i < OPTION_COUNT; i++)
    if (option_table[i].kind == OPTION_NUMBER) set_number(o, &option_table[i], OPTION_UNSET);
  o->on_error = "fail";
  o->policy = POLICY_FAIL;
  o->memory = OPTIONS_MEMORY;
  o->late = OPTIONS_LATE;
  o->idle = OPTIONS_IDLE;
}

void options_clear(struct options *o) {
  for (int i = 0; i < OPTION_COUNT; i++) {
    if (option_table[i].kind == OPTION_TEXT) sqlite3_free((void *)(uintptr_t)text_of(o, &option_table[i]));
    sqlite3_free(o->as_given[i]);
  }
  formats_free(o->formats);
  filter_free(o->pattern);
  memset(o, 0, sizeof *o);
}

int options_copy(struct options *to, const struct options *from) {
  int rc = SQLITE_OK;
  *to = *from;
  for (int i = 0; i < OPTION_COUNT; i++) {
    const struct option_info *info = &option_table[i];
    if (info->kind != OPTION_TEXT || !text_of(from, info)) continue;
    set_text(to, info, sqlite3_mprintf("%s", text_of(from, info)));
    if (!text_of(to, info)) rc = SQLITE_NOMEM;
  }
  for (int i = 0; i < OPTION_COUNT; i++) {
    to->as_given[i] = from->as_given[i] ? sqlite3_mprintf("%s", from->as_given[i]) : NULL;
    if (from->as_given[i] && !to->as_given[i]) rc = SQLITE_NOMEM;
  }
  to->formats = from->formats ? formats_copy(from->formats) : NULL;
  if (from->formats && !to->formats) rc = SQLITE_NOMEM;
  to->pattern = filter_share(from->pattern);
  return rc;
}

int options_show(struct options *o, enum option option, const char *text) {
  return replace(&o->as_given[option], text);
}

void options_result(sqlite3_context *ctx, const struct options *o, enum option option) {
  const struct option_info *info = &option_table[option];
  if (o->as_given[option]) {
    sqlite3_result_text(ctx, o->as_given[option], -1, SQLITE_TRANSIENT);
  } else if (info->kind == OPTION_NUMBER) {
    if (number_of(o, info) != OPTION_UNSET) sqlite3_result_int64(ctx, number_of(o, info));
  } else if (text_of(o, info)) {
    sqlite3_result_text(ctx, text_of(o, info), -1, SQLITE_TRANSIENT);
  }
}

int options_select(const struct options *o) {
  int found = 0;
  for (int i = 0; i < OPTION_COUNT; i++) {
    const struct option_info *info = &option_table[i];
    if (!(info->flags & OPTION_SELECTS)) continue;
    found |= info->kind == OPTION_NUMBER ? number_of(o, info) != OPTION_UNSET : text_of(o, info) != NULL;
  }
  return found;
}

/* A text goes with its length in front, so that no two lists of values give the same key. */
char *options_key(const struct options *o, unsigned without) {
  sqlite3_str *key = sqlite3_str_new(NULL);
  for (int i = 0; i < OPTION_COUNT; i++) {
    const struct option_info *info = &option_table[i];
    if (info->flags & without) continue;
    if (info->kind == OPTION_NUMBER) {
      sqlite3_str_appendf(key, "%lld ", (long long)number_of(o, info));
    } else if (text_of(o, info)) {
      sqlite3_str_appendf(key, "%d:%s ", (int)strlen(text_of(o, info)), text_of(o, info));
    } else {
      sqlite3_str_appendall(key, "- ");
    }
  }
  return sqlite3_str_finish(key);
}

/* --- a function for each option ---------------------------------------------------------------------------------- */

/* wanted: NULL for the values that the table names. */
static int wrong(char **pzErr, enum option option, const char *value, const char *wanted) {
  const struct option_info *info = &option_table[option];
  return report_text(pzErr, "%s is '%s'; it can be %s", info->name, value, wanted ? wanted : info->values);
}

static int set_path(struct options *o, const char *value, char **pzErr) {
  (void)pzErr;
  return replace(&o->path, value);
}

static int set_on_error(struct options *o, const char *value, char **pzErr) {
  if (!strcmp(value, "fail")) o->on_error = "fail", o->policy = POLICY_FAIL;
  else if (!strcmp(value, "skip")) o->on_error = "skip", o->policy = POLICY_SKIP;
  else return wrong(pzErr, OPTION_on_error, value, NULL);
  return SQLITE_OK;
}

static int set_format(struct options *o, const char *value, char **pzErr) {
  struct err e = {0};
  struct formats *formats = formats_new(value, &e);
  if (!formats) return e.code == ERR_NOMEM ? SQLITE_NOMEM : report_text(pzErr, "%s", e.text);
  formats_free(o->formats);
  o->formats = formats;
  return replace(&o->format, value);
}

static int set_filter(struct options *o, const char *value, char **pzErr) {
  struct err e = {0};
  struct filter *filter = filter_new(value, strlen(value), &e);
  if (!filter) return e.code == ERR_NOMEM ? SQLITE_NOMEM : report_pattern(pzErr, "filter", value, &e);
  filter_free(o->pattern);
  o->pattern = filter;
  return replace(&o->filter, value);
}

static int set_threads(struct options *o, const char *value, char **pzErr) {
  char *end;
  long n = strtol(value, &end, 10);
  if (end == value || *end || n < 0 || n > OPTIONS_MAX_THREADS) return wrong(pzErr, OPTION_threads, value, NULL);
  o->threads = n;
  return SQLITE_OK;
}

static int set_columns(struct options *o, const char *value, char **pzErr) {
  if (!strcmp(value, "all")) o->columns = "all", o->shown = COLUMNS_ALL;
  else if (!strcmp(value, "default")) o->columns = "default", o->shown = COLUMNS_DEFAULT;
  else
    return wrong(pzErr, OPTION_columns, value, "all or default; without it, the fields that the files' headers have");
  return SQLITE_OK;
}

static const char *const progress_modes[] = {[PROGRESS_AUTO] = "auto", [PROGRESS_ON] = "on", [PROGRESS_OFF] = "off"};

/* The mode of that name, or NULL. */
static const char *find_progress(const char *value, enum progress_mode *mode) {
  for (int i = 0; i < (int)(sizeof progress_modes / sizeof *progress_modes); i++)
    if (!strcmp(value, progress_modes[i])) return *mode = (enum progress_mode)i, progress_modes[i];
  return NULL;
}

static int set_progress(struct options *o, const char *value, char **pzErr) {
  const char *word = find_progress(value, &o->showing);
  if (!word) return wrong(pzErr, OPTION_progress, value, NULL);
  o->progress = word;
  return SQLITE_OK;
}

int options_progress(const struct options *o, enum progress_mode *mode, char **pzErr) {
  const char *value = getenv("FLOWLOGS_PROGRESS");
  *mode = o->showing;
  if (o->progress || !value || !*value || find_progress(value, mode)) return SQLITE_OK;
  return report_text(pzErr, "the environment variable FLOWLOGS_PROGRESS is '%s'; it can be %s", value,
                     option_table[OPTION_progress].values);
}

static int set_memory(struct options *o, const char *value, char **pzErr) {
  static const char units[] = "KMG";
  char *end;
  unsigned long long n = isdigit((unsigned char)*value) ? strtoull(value, &end, 10) : 0;
  const char *unit = n && *end ? strchr(units, toupper((unsigned char)*end)) : NULL;
  int shift = unit ? 10 * (int)(unit - units + 1) : 0;
  if (n == 0 || end[unit != NULL] || n > (unsigned long long)INT64_MAX >> shift ||
      (int64_t)(n << shift) < OPTIONS_MIN_MEMORY)
    return wrong(pzErr, OPTION_memory, value, NULL);
  o->memory = (int64_t)(n << shift);
  return SQLITE_OK;
}

/* Reads seconds, or a number with s, m, h or d.  Returns 0 for anything else. */
static int read_duration(const char *value, int64_t *out) {
  static const char units[] = "smhd";
  static const unsigned long long seconds[] = {1, 60, 3600, 86400};
  char *end;
  if (!isdigit((unsigned char)*value)) return 0;
  unsigned long long n = strtoull(value, &end, 10), one = 1;
  const char *unit = *end ? strchr(units, *end) : NULL;
  if (unit) one = seconds[unit - units];
  if (end[unit != NULL] || n > (unsigned long long)INT64_MAX / one) return 0;
  *out = (int64_t)(n * one);
  return 1;
}

static int set_late(struct options *o, const char *value, char **pzErr) {
  if (!strcmp(value, "any")) o->late = PRUNE_LATE_ANY;
  else if (!read_duration(value, &o->late)) return wrong(pzErr, OPTION_late, value, NULL);
  return SQLITE_OK;
}

static int set_idle(struct options *o, const char *value, char **pzErr) {
  int64_t idle;
  if (!read_duration(value, &idle) || idle < OPTIONS_LEAST_IDLE) return wrong(pzErr, OPTION_idle, value, NULL);
  o->idle = idle;
  return SQLITE_OK;
}

/* The tables that these name are read when a query begins. */
static int set_inside(struct options *o, const char *value, char **pzErr) {
  (void)pzErr;
  return replace(&o->inside, value);
}

static int set_index_file(struct options *o, const char *value, char **pzErr) {
  (void)pzErr;
  return replace(&o->index_file, value);
}

static int set_servers(struct options *o, const char *value, char **pzErr) {
  (void)pzErr;
  return replace(&o->servers, value);
}

/*
** Reads what may stand behind the time of day, as SQLite's datetime() does: a fraction of a second,
** which is dropped, and Z or the difference from UTC.  Returns 0 for anything else.
*/
static int read_zone(const char *p, int has_seconds, int64_t *offset) {
  int hours, minutes;
  *offset = 0;
  if (has_seconds && *p == '.' && isdigit((unsigned char)p[1])) p += 1 + strspn(p + 1, "0123456789");
  p += strspn(p, " ");
  if (!*p || !strcmp(p, "Z") || !strcmp(p, "z")) return 1;
  if ((*p != '+' && *p != '-') || strlen(p) != 6 || p[3] != ':') return 0;
  if (!calendar_digits(p + 1, 2, &hours) || !calendar_digits(p + 4, 2, &minutes)) return 0;
  *offset = (hours * 60 + minutes) * 60 * (*p == '-' ? -1 : 1);
  return hours <= 14 && minutes <= 59;
}

/*
** Whole seconds, or what calendar_format() writes, at least its date, also with what ISO 8601 has
** besides: T, a fraction, Z and an offset.
*/
static int read_time(const char *value, int64_t *out) {
  char text[CALENDAR_TEXT] = "", *end, full[CALENDAR_TEXT];
  int64_t offset = 0;
  errno = 0;
  long long seconds = strtoll(value, &end, 10);
  if (errno == ERANGE) return 0;
  if (end > value && !*end) {
    *out = seconds;
    return seconds != OPTION_UNSET;
  }
  size_t n = strlen(value);
  if (n > sizeof text - 1) n = sizeof text - 1;
  memcpy(text, value, n);
  if (text[10] == 'T') text[10] = ' ';
  n = calendar_shape(text, n);
  if (n != 10 && n != 16 && n != 19) return 0;
  if (n == 10 ? value[n] && strcmp(value + n, "Z") != 0 : !read_zone(value + n, n == 19, &offset)) return 0;
  int64_t second = calendar_bound(CALENDAR_SECOND, text, n, 0);
  if (!calendar_format(second, full) || memcmp(full, text, n) != 0) return 0; /* there is no such day */
  *out = second - offset;
  return 1;
}

int options_is_no_second(int64_t n) {
  return (n >= 1900 && n <= 2200) || (n >= 19000101 && n <= 22001231) || (n >= 100000000000 && n < INT64_MAX / 2);
}

static int set_time(int64_t *time, enum option option, const char *value, char **pzErr) {
  if (read_time(value, time)) {
    int is_date = strpbrk(value, "-:") != NULL;
    if (is_date || !options_is_no_second(*time)) return SQLITE_OK;
    return wrong(pzErr, option, value,
                 "Unix seconds, not milliseconds; a date is a text in quotes, '2026-03-09': in the "
                 "shell, .parameter set @since \"'2026-03-09'\"");
  }
  return wrong(pzErr, option, value, NULL);
}

static int set_since(struct options *o, const char *value, char **pzErr) {
  return set_time(&o->since, OPTION_since, value, pzErr);
}

static int set_until(struct options *o, const char *value, char **pzErr) {
  return set_time(&o->until, OPTION_until, value, pzErr);
}

const struct option_info option_table[OPTION_COUNT] = {
#define O(name_, kind_, ...)                                                                                           \
  [OPTION_##name_] = {.name = #name_,                                                                                  \
                      .kind = OPTION_##kind_,                                                                          \
                      .offset = offsetof(struct options, name_),                                                       \
                      .set = set_##name_,                                                                              \
                      __VA_ARGS__},
    OPTIONS(O)
#undef O
};

/* --- from the user ----------------------------------------------------------------------------------------------- */

enum option options_find(const char *name) {
  int i = 0;
  while (i < OPTION_COUNT && sqlite3_stricmp(option_table[i].name, name) != 0) i++;
  return (enum option)i;
}

int options_set(struct options *o, enum option option, const char *value, char **pzErr) {
  const struct option_info *info = &option_table[option];
  if (value) return info->set(o, value, pzErr);
  return info->flags & OPTION_REQUIRED ? report_text(pzErr, "the %s is NULL", info->name) : SQLITE_OK;
}

/* The error of an argument of CREATE that names no option. */
static int unknown(char **pzErr, const char *name) {
  sqlite3_str *known = sqlite3_str_new(NULL);
  for (int i = 0; i < OPTION_COUNT; i++)
    if (!(option_table[i].flags & OPTION_NO_CREATE))
      sqlite3_str_appendf(known, "%s%s", i ? ", " : "", option_table[i].name);
  char *text = sqlite3_str_finish(known);
  int rc = text ? report_text(pzErr, "unknown option '%s'; there are %s", name, text) : SQLITE_NOMEM;
  sqlite3_free(text);
  return rc;
}

/* Removes white space at both ends of [*p, *end). */
static void trim(const char **p, const char **end) {
  while (*p < *end && isspace((unsigned char)**p)) ++*p;
  while (*p < *end && isspace((unsigned char)(*end)[-1])) --*end;
}

/* A copy of [p, end) without the SQL quotes around it, if there are any. */
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
  int rc = name && value ? SQLITE_OK : SQLITE_NOMEM;
  enum option option = rc ? OPTION_COUNT : options_find(name);
  if (!rc && (option == OPTION_COUNT || option_table[option].flags & OPTION_NO_CREATE)) {
    option = OPTION_COUNT;
    rc = unknown(pzErr, name);
  }
  if (!rc && o->given[option]) {
    const struct option_info *info = &option_table[option];
    rc = report_text(pzErr, "%s is given twice%s", info->name, info->twice ? info->twice : "");
  }
  if (!rc) rc = options_set(o, option, value, pzErr);
  if (option < OPTION_COUNT) o->given[option] = 1;
  sqlite3_free(name);
  sqlite3_free(value);
  return rc;
}
