/* SPDX-License-Identifier: MIT */
#include "sqlite/report.h"

#include <stdarg.h>

#include "base/chars.h"

static int set(char **pzErr, char *message) {
  sqlite3_free(*pzErr);
  *pzErr = message;
  return message ? SQLITE_ERROR : SQLITE_NOMEM;
}

int report_error(char **pzErr, const struct err *e) {
  if (e->code == ERR_NOMEM) return SQLITE_NOMEM;
  if (e->code == ERR_INTERRUPT) return SQLITE_INTERRUPT;
  return set(pzErr, sqlite3_mprintf("flowlogs: %s", e->text));
}

int report_problem(char **pzErr, const char *path, const struct batch *b, const struct problem *p, const char *advice) {
  char line[32] = "";
  if (p->line) sqlite3_snprintf(sizeof line, line, ":%llu", (unsigned long long)p->line);
  int helps = p->code != ERR_ARGUMENT; /* a filter that can't be held against the records is the query's mistake */
  return set(pzErr, sqlite3_mprintf("flowlogs: %s%s: %.*s%s%s", path, line, (int)batch_text_n(p->reason),
                                    batch_text(b, p->reason), helps ? "; " : "", helps ? advice : ""));
}

int report_text(char **pzErr, const char *format, ...) {
  va_list ap;
  va_start(ap, format);
  char *text = sqlite3_vmprintf(format, ap);
  va_end(ap);
  char *message = text ? sqlite3_mprintf("flowlogs: %s", text) : NULL;
  sqlite3_free(text);
  return set(pzErr, message);
}

#define SHOWN_BEFORE 60 /* characters of a pattern before the place that is wrong */
#define SHOWN_BEHIND 30

/* Moves n characters on, or to the end. */
static const char *skip(const char *p, uint64_t n) {
  for (; n && *p; n--) {
    p++;
    while (char_is_continuation(*p)) p++;
  }
  return p;
}

/* The mark stands below its character where a terminal shows each in one column; control characters become spaces. */
char *report_pattern_text(const char *where, const char *pattern, const struct err *e) {
  uint64_t before = e->line - 1, cut = before > SHOWN_BEFORE ? before - SHOWN_BEFORE : 0;
  const char *from = skip(pattern, cut), *to = skip(from, before - cut + SHOWN_BEHIND);
  sqlite3_str *text = sqlite3_str_new(NULL);
  sqlite3_str_appendf(text, "flowlogs: %s: at character %llu: %s\n%s", where, (unsigned long long)e->line, e->text,
                      cut ? "…" : "");
  for (const char *p = from; p < to; p++) sqlite3_str_appendchar(text, 1, (unsigned char)*p < ' ' ? ' ' : *p);
  sqlite3_str_appendf(text, "%s\n%*s^", *to ? "…" : "", (int)(before - cut) + (cut != 0), "");
  return sqlite3_str_finish(text);
}

int report_pattern(char **pzErr, const char *where, const char *pattern, const struct err *e) {
  if (e->code == ERR_NOMEM) return SQLITE_NOMEM;
  return set(pzErr, report_pattern_text(where, pattern, e));
}

/* The plan has looked at all conditions about it: this is another use, in an expression, or one condition too many. */
void report_either(sqlite3_context *ctx, const char *name) {
  char *text =
      sqlite3_mprintf("flowlogs: %s stands for either end of a flow and has no value of its own; it can be used in "
                      "conditions alone: write AND %s = …",
                      name, name);
  if (text) sqlite3_result_error(ctx, text, -1);
  else sqlite3_result_error_nomem(ctx);
  sqlite3_free(text);
}
