/* SPDX-License-Identifier: MIT */
/*
** Each message is made with sqlite3_mprintf(), because SQLite frees it with sqlite3_free().  When
** that fails, the message is NULL, which stands for "out of memory" everywhere in this file.
**
** The message about a pattern shows the part of it around the error:
**
**     flowlogs: cwl_match: at character 115: the pattern ends without its ]
**     …otocol, packets, bytes, first, last, action = REJECT, status
**                                                                  ^
**
** At most 60 characters before the error and 30 after it are shown, so that the message fits a
** line whatever the length of the pattern.
*/
#include "sqlite/report.h"

#include <stdarg.h>
#include <string.h>

#include "base/chars.h"
#include "base/printable.h"

char *report_clean(char *message) {
  size_t n = message ? strlen(message) : 0;
  if (printable_is(message, n)) return message;
  char *out = sqlite3_malloc64(PRINTABLE_GROWTH * n + 1);
  if (out) out[printable_write(message, n, out, PRINTABLE_GROWTH * n)] = 0;
  sqlite3_free(message);
  return out;
}

char *report_clean_lines(char *message) {
  size_t n = message ? strlen(message) : 0, used = 0;
  char *out = message ? sqlite3_malloc64(PRINTABLE_GROWTH * n + 1) : NULL;
  for (size_t i = 0; out && i < n; i++) {
    size_t line = strcspn(message + i, "\n");
    used += printable_write(message + i, line, out + used, PRINTABLE_GROWTH * line);
    i += line;
    if (i < n) out[used++] = '\n';
  }
  if (out) out[used] = 0;
  sqlite3_free(message);
  return out;
}

/*
** Replaces *pzErr by the message.  Returns SQLITE_ERROR, or SQLITE_NOMEM when the message is
** NULL.
*/
static int set_message(char **pzErr, char *message) {
  sqlite3_free(*pzErr);
  *pzErr = message;
  return message ? SQLITE_ERROR : SQLITE_NOMEM;
}

int report_error(char **pzErr, const struct err *e) {
  if (e->code == ERR_NOMEM) return SQLITE_NOMEM;
  if (e->code == ERR_INTERRUPT) return SQLITE_INTERRUPT;
  int exhausted = e->code == ERR_EXHAUSTED;
  return set_message(pzErr, report_clean(sqlite3_mprintf(REPORT_BEGINS "%s%s%s", e->text, exhausted ? "; " : "",
                                                         exhausted ? REPORT_EXHAUSTED : "")));
}

int report_problem(char **pzErr, const char *path, const struct batch *b, const struct problem *p, const char *advice) {
  char line[32] = "";
  if (p->line) sqlite3_snprintf(sizeof line, line, ":%llu", (unsigned long long)p->line);
  if (p->code == ERR_EXHAUSTED) advice = REPORT_EXHAUSTED;
  int helps = p->code != ERR_ARGUMENT; /* otherwise the query is wrong, and skipping does not help */
  char *message = sqlite3_mprintf(REPORT_BEGINS "%s%s: %.*s%s%s", path, line, (int)batch_text_n(p->reason),
                                  batch_text(b, p->reason), helps ? "; " : "", helps ? advice : "");
  return set_message(pzErr, report_clean(message));
}

int report_text(char **pzErr, const char *format, ...) {
  va_list ap;
  va_start(ap, format);
  char *text = sqlite3_vmprintf(format, ap);
  va_end(ap);
  char *message = text ? sqlite3_mprintf(REPORT_BEGINS "%s", text) : NULL;
  sqlite3_free(text);
  return set_message(pzErr, report_clean(message));
}

#define SHOWN_BEFORE 60 /* most characters of a pattern that are shown before the error */
#define SHOWN_AFTER  30 /* and after it */

/* Returns a pointer to what follows n characters of UTF-8, or to the final NUL. */
static const char *skip(const char *p, uint64_t n) {
  for (; n && *p; n--) {
    p++;
    while (char_is_continuation(*p)) p++;
  }
  return p;
}

/*
** The mark stands below its character on a terminal that shows each character in one column.
** Control characters are shown as spaces.
*/
char *report_pattern_text(const char *where, const char *pattern, const struct err *e) {
  uint64_t before = e->line - 1, cut = before > SHOWN_BEFORE ? before - SHOWN_BEFORE : 0;
  const char *from = skip(pattern, cut), *to = skip(from, before - cut + SHOWN_AFTER);
  sqlite3_str *text = sqlite3_str_new(NULL);
  sqlite3_str_appendf(text, REPORT_BEGINS "%s: at character %llu: %s\n%s", where, (unsigned long long)e->line, e->text,
                      cut ? "…" : "");
  for (const char *p = from; p < to; p++) {
    size_t control = printable_control(p, (size_t)(to - p));
    sqlite3_str_appendchar(text, 1, control ? ' ' : *p);
    if (control) p += control - 1;
  }
  sqlite3_str_appendf(text, "%s\n%*s^", *to ? "…" : "", (int)(before - cut) + (cut != 0), "");
  return report_clean_lines(sqlite3_str_finish(text));
}

int report_pattern(char **pzErr, const char *where, const char *pattern, const struct err *e) {
  if (e->code == ERR_NOMEM) return SQLITE_NOMEM;
  return set_message(pzErr, report_pattern_text(where, pattern, e));
}

/*
** Conditions on such a column were consumed by the plan.  SQLite asks for its value only when it
** is used in another expression, or when there are too many conditions.
*/
void report_either(sqlite3_context *ctx, const char *name) {
  char *text =
      sqlite3_mprintf(REPORT_BEGINS "%s stands for either end of a flow and has no value of its own; it can be used in "
                                    "conditions alone: write AND %s = …",
                      name, name);
  if (text) sqlite3_result_error(ctx, text, -1);
  else sqlite3_result_error_nomem(ctx);
  sqlite3_free(text);
}
