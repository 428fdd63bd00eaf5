/* SPDX-License-Identifier: MIT */
/*
** Columns that are joined and compared, such as the path of a file, keep every byte.  Who shows
** them says so in the query:
**
**     SELECT printable(path), verdict FROM flowlogs_files('AWSLogs/');
**
** A spreadsheet computes a field of a CSV file that begins with = + - @, with one of the same signs in
** full width, which some take for them, or with a tab or line break, after which it may look again.
** A quote in front makes it a text.  A text that has quotes in front of such a sign gets one more, so
** that the quote can be removed again: what was changed is what csv_text(substr(x, 2)) makes x.
*/
#include "functions/text_functions.h"

#include <string.h>

#include "sqlite/value.h"

void text_printable(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  size_t n;
  const char *text = value_text(ctx, argv[0], &n);
  (void)argc;
  if (text) value_result_printable(ctx, text, n);
}

static int is_formula(const char *text) {
  static const char *const signs[] = {"=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"};
  text += strspn(text, "'");
  for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
    if (!strncmp(text, signs[i], strlen(signs[i]))) return 1;
  return 0;
}

void text_csv(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  size_t n = 0;
  (void)argc;
  int is_text = sqlite3_value_type(argv[0]) == SQLITE_TEXT;
  const char *text = is_text ? value_text(ctx, argv[0], &n) : NULL;
  if (is_text && !text) return;
  if (!is_text || !is_formula(text)) {
    sqlite3_result_value(ctx, argv[0]);
    return;
  }
  char *out = sqlite3_malloc64((sqlite3_uint64)n + 1);
  if (!out) {
    sqlite3_result_error_nomem(ctx);
    return;
  }
  out[0] = '\'';
  memcpy(out + 1, text, n);
  sqlite3_result_text64(ctx, out, (sqlite3_uint64)n + 1, sqlite3_free, SQLITE_UTF8);
}
