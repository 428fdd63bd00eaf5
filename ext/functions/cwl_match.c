/* SPDX-License-Identifier: MIT */
/*
** The SQL function for CloudWatch's filter patterns.  The pattern is read once per statement
** where it is a constant.
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
** Text and pattern the other way round: a pattern in brackets held against a "pattern" that
** begins with a number, as a record does, and has as many words.  It would read as terms, and
** match nothing.
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
** cwl_match(text, pattern): 1 if the text matches, 0 if not; NULL if one is NULL.  Error: a
** pattern that can't be read; the two in the wrong order, where that can be told.
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
  if (fresh) sqlite3_set_auxdata(ctx, 1, fresh, drop); /* which drops it when there is no memory to keep it */
}
