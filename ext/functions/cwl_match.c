/* SPDX-License-Identifier: MIT */
/*
** The pattern is parsed into a struct pattern.  Where it is a constant, SQLite keeps the parsed
** pattern as auxiliary data of the second argument until the statement ends, so that it is parsed
** once and not for each row.
*/
#include <string.h>

#include "functions/cwl_match.h"
#include "base/mem.h"
#include "predicate/pattern.h"
#include "sqlite/report.h"
#include "sqlite/value.h"

static void drop(void *pattern) {
  pattern_clear(pattern);
  mem_free(pattern);
}

/*
** Returns 1 if the arguments are in the wrong order: the text is a pattern in brackets, and the
** "pattern" begins with a number and has 14 words or more, as a record does.  The record would be
** read as terms, and would match nothing.
*/
static int are_swapped(const char *text, size_t n, const char *pattern) {
  int words = 0;
  if (n < 2 || text[0] != '[' || text[n - 1] != ']' || pattern[0] < '0' || pattern[0] > '9') return 0;
  for (const char *p = pattern; *p; p++) words += p[0] != ' ' && (p[1] == ' ' || !p[1]);
  return words >= 14;
}

static struct pattern *parse(sqlite3_context *ctx, const char *text, size_t n) {
  struct pattern *p = mem_alloc(sizeof *p);
  struct err e = {0};
  if (!p) {
    sqlite3_result_error_nomem(ctx);
  } else if (pattern_parse(p, text, n, &e)) {
    char *message = e.code == ERR_NOMEM ? NULL : report_pattern_text("cwl_match", text, &e);
    if (message) sqlite3_result_error(ctx, message, -1);
    else sqlite3_result_error_nomem(ctx);
    sqlite3_free(message);
    mem_free(p);
    p = NULL;
  }
  return p;
}

/*
** NULL if an argument is NULL.  A pattern that cannot be read is an error, and so are arguments
** that are recognizably in the wrong order.
*/
void cwl_match(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  (void)argc;
  size_t n, pattern_n;
  const char *text = value_text(ctx, argv[0], &n);
  if (!text || sqlite3_value_type(argv[1]) == SQLITE_NULL) return;
  struct pattern *p = sqlite3_get_auxdata(ctx, 1), *fresh = NULL;
  if (!p) {
    const char *pattern = value_text(ctx, argv[1], &pattern_n);
    if (!pattern) return;
    if (are_swapped(text, n, pattern)) {
      sqlite3_result_error(ctx, "flowlogs: cwl_match: the text comes first, then the pattern", -1);
      return;
    }
    p = fresh = parse(ctx, pattern, pattern_n);
    if (!p) return;
  }
  sqlite3_result_int(ctx, pattern_matches(p, text, n));
  if (fresh) sqlite3_set_auxdata(ctx, 1, fresh, drop); /* SQLite calls drop() at once if it has no memory to keep it */
}
