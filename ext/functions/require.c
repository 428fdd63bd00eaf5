/* SPDX-License-Identifier: MIT */
/*
** The truth of the condition is decided as SQL decides it in WHERE: a number other than zero is
** true, also where it is written as text; NULL is not true.  Scripts use the function like this:
**
**     SELECT 1 WHERE NOT flowlogs_require(@src IS NOT NULL, 'which source? .parameter set @src "''10.0.0.5''"');
**
** In this form the statement returns no row, so that nothing is printed where all is well.
** SQLite evaluates a WHERE term without columns once, before it looks at any table.  A message
** that is NULL is an error of its own, because an error without a text would explain nothing.
** Scripts put names of files and fields into messages, so these are made printable; the lines of a
** message stay.
*/
#include "functions/require.h"

#include "sqlite/report.h"
#include "sqlite/value.h"

/* SQL's truth: a number that is not zero, also as text. */
static int is_true(sqlite3_value *v) { return sqlite3_value_type(v) != SQLITE_NULL && sqlite3_value_double(v) != 0.0; }

void require(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  (void)argc;
  const char *message = (const char *)sqlite3_value_text(argv[1]);
  if (!message && sqlite3_value_type(argv[1]) != SQLITE_NULL) sqlite3_result_error_nomem(ctx);
  else if (!message) sqlite3_result_error(ctx, "flowlogs: flowlogs_require: the message is NULL", -1);
  else if (is_true(argv[0])) sqlite3_result_int(ctx, 1);
  else value_result_message(ctx, report_clean_lines(sqlite3_mprintf("%s", message)));
}
