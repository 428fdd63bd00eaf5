/* SPDX-License-Identifier: MIT */
/*
** The name is split at its underlines and must have six parts.  When it does not follow the rule,
** as after a copy under another name, the folders are read from left to right.  The two folders
** before the current one are remembered, because "vpcflowlogs" gives the meaning of its
** neighbours:
**
**     AWSLogs / 123456789012 / vpcflowlogs / us-east-1 / 2024 / 05 / 01 / part.log
**               account                      region
*/
#include "file/object_name.h"

#include <string.h>

#include "base/calendar.h"
#include "file/files.h"

/* Is the part equal to the text? */
static int is(const struct object_name_part *part, const char *text) {
  return part->n == strlen(text) && !memcmp(part->p, text, part->n);
}

/* Does the part begin with the text, and have more after it? */
static int starts(const struct object_name_part *part, const char *text) {
  size_t n = strlen(text);
  return part->n > n && !memcmp(part->p, text, n);
}

/* Returns what follows the first n bytes of a part. */
static struct object_name_part after(const struct object_name_part *part, size_t n) {
  struct object_name_part rest = {part->p + n, part->n - n};
  return rest;
}

/* Returns the Unix seconds of a date and time, or OBJECT_NAME_NO_TIME when no such date exists. */
static int64_t date_second(int year, int month, int day, int hour, int minute) {
  static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  int leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  if (year < 1970 || month < 1 || month > 12 || hour < 0 || hour > 23 || minute > 59) return OBJECT_NAME_NO_TIME;
  if (day < 1 || day > days[month - 1] + (month == 2 && leap)) return OBJECT_NAME_NO_TIME;
  return calendar_seconds(year, month, day, hour, minute, 0);
}

/* Reads YYYYMMDDTHHmmZ.  Returns OBJECT_NAME_NO_TIME for anything else. */
static int64_t parse_time(const struct object_name_part *part) {
  int year, month, day, hour, minute;
  const char *p = part->p;
  if (part->n != 14 || p[8] != 'T' || p[13] != 'Z' || !calendar_digits(p, 4, &year) ||
      !calendar_digits(p + 4, 2, &month) || !calendar_digits(p + 6, 2, &day) || !calendar_digits(p + 9, 2, &hour) ||
      !calendar_digits(p + 11, 2, &minute))
    return OBJECT_NAME_NO_TIME;
  return date_second(year, month, day, hour, minute);
}

/* What AWS puts behind the hash.  A file that somebody has unzipped is still what AWS delivered. */
static const char *const suffixes[] = {".log.gz", ".log", ".log.parquet"};

#define SUFFIXES (sizeof suffixes / sizeof *suffixes)
#define PARTIAL_END                                                                                                    \
  8 /* hexadecimal digits, in either case, that `aws s3` adds to a name until it has all of the file */

static int is_suffix(const char *p) {
  for (size_t i = 0; i < SUFFIXES; i++)
    if (!strcmp(p, suffixes[i])) return 1;
  return 0;
}

/* Are the 8 hexadecimal digits a date 20YYMMDD, which logrotate puts there? */
static int is_rotation_date(const char *p) {
  int year, month, day;
  return !memcmp(p, "20", 2) && calendar_digits(p, 4, &year) && calendar_digits(p + 4, 2, &month) &&
         calendar_digits(p + 6, 2, &day) && date_second(year, month, day, 0, 0) != OBJECT_NAME_NO_TIME;
}

/* Is it a suffix, a dot, and the digits of a download that is not finished? */
static int is_partial_suffix(const char *p) {
  for (size_t i = 0; i < SUFFIXES; i++) {
    size_t n = strlen(suffixes[i]);
    if (strncmp(p, suffixes[i], n) != 0 || p[n] != '.') continue;
    const char *end = p + n + 1;
    if (strlen(end) == PARTIAL_END && strspn(end, "0123456789abcdefABCDEF") == PARTIAL_END)
      return !is_rotation_date(end);
  }
  return 0;
}

static size_t without(const char *p, size_t n, const char *end) {
  size_t k = strlen(end);
  return n > k && !memcmp(p + n - k, end, k) ? n - k : n;
}

/* Takes " (1)", "(1)", " copy", " copy 2", " - Copy" and " - Copy (2)" off the end. */
static size_t without_copy_mark(const char *p, size_t n) {
  size_t k = n;
  if (k && p[k - 1] == ')') {
    for (k--; k && p[k - 1] >= '0' && p[k - 1] <= '9';) k--;
    if (!k || p[k - 1] != '(' || p[k] == ')') return n;
    n = without(p, k - 1, " ");
    return without(p, n, " - Copy");
  }
  while (k && p[k - 1] >= '0' && p[k - 1] <= '9') k--;
  if (k < n && without(p, k, " copy ") < k) return without(p, k, " copy ");
  k = without(p, n, " - Copy");
  return k < n ? k : without(p, n, " copy");
}

size_t object_name_stem(const char *name, size_t n) {
  n = without_copy_mark(name, without(name, n, ".gz"));
  return without_copy_mark(name, without(name, n, ".log"));
}

static int is_alphanumeric(const struct object_name_part *part) {
  for (size_t i = 0; i < part->n; i++) {
    char c = part->p[i];
    if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z')) return 0;
  }
  return part->n > 0;
}

/*
** Reads a name of the form ACCOUNT_vpcflowlogs_REGION_FLOWLOGID_TIME_HASH.suffixes.  Any other
** name changes nothing, and that of a download that is not finished sets nothing but is_partial.
*/
static void parse_name(struct object_name *k, const char *name) {
  struct object_name_part part[6];
  size_t n = 0;
  for (const char *p = name; n < 6; p++) {
    part[n].p = p;
    part[n].n = strcspn(p, n < 5 ? "_" : ".");
    p += part[n++].n;
    if (!*p) break;
  }
  if (n < 6 || !is(&part[1], "vpcflowlogs") || !starts(&part[3], "fl-")) return;
  if (!part[0].n || !part[2].n || !part[5].n) return;
  int64_t delivered = parse_time(&part[4]);
  if (delivered == OBJECT_NAME_NO_TIME) return;
  k->is_partial = is_alphanumeric(&part[5]) && is_partial_suffix(part[5].p + part[5].n);
  if (k->is_partial) return;
  k->delivered = delivered;
  k->is_flow_log = 1;
  k->is_exact = is_alphanumeric(&part[5]) && is_suffix(part[5].p + part[5].n);
  part[5].n = object_name_stem(part[5].p, strlen(part[5].p));
  k->is_copy =
      is_alphanumeric(&part[5]) && !strncmp(part[5].p + part[5].n + strcspn(part[5].p + part[5].n, "."), ".log", 4);
  k->account = part[0];
  k->region = part[2];
  k->flow_log_id = part[3];
}

/* Reads from the folders what the name does not say. */
static void parse_folders(struct object_name *k, const char *path, const char *name) {
  static const char *const account_keys[] = {"aws-account-id=", "account-id="};
  static const char *const region_keys[] = {"aws-region=", "region="};
  struct object_name_part before = {NULL, 0}, before2 = {NULL, 0};
  for (const char *p = path; p < name;) {
    struct object_name_part part = {p, strcspn(p, "/")};
    for (int i = 0; i < 2; i++) {
      if (!k->account.p && starts(&part, account_keys[i])) k->account = after(&part, strlen(account_keys[i]));
      if (!k->region.p && starts(&part, region_keys[i])) k->region = after(&part, strlen(region_keys[i]));
    }
    if (before.p && is(&before, "vpcflowlogs")) {
      if (!k->region.p && part.n) k->region = part;
      if (!k->account.p && before2.n) k->account = before2;
    }
    before2 = before;
    before = part;
    p += part.n;
    while (*p == '/') p++;
  }
}

void object_name_parse(struct object_name *k, const char *path) {
  const char *name = file_name(path);
  memset(k, 0, sizeof *k);
  k->delivered = OBJECT_NAME_NO_TIME;
  parse_name(k, name);
  if (!k->is_flow_log) parse_folders(k, path, name);
}
