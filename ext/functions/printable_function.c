/* SPDX-License-Identifier: MIT */
/*
** Columns that are joined and compared, such as the path of a file, keep every byte.  Who shows
** them says so in the query:
**
**     SELECT printable(path), verdict FROM flowlogs_files('AWSLogs/');
*/
#include "functions/printable_function.h"

#include "sqlite/value.h"

void printable_function(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  size_t n;
  const char *text = value_text(ctx, argv[0], &n);
  (void)argc;
  if (text) value_result_printable(ctx, text, n);
}
