/* SPDX-License-Identifier: MIT */
#include "report.h"

#include <stdarg.h>

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
  return set(pzErr, sqlite3_mprintf("flowlogs: %s%s: %.*s; %s", path, line, (int)batch_text_n(p->reason),
                                    batch_text(b, p->reason), advice));
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
