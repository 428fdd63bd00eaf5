/* SPDX-License-Identifier: MIT */
/*
** Errors on their way to the user: from the lower layer's struct err and struct problem to SQLite's code and message.
**
** All messages begin with "flowlogs: "; those about a file go on with FILE: or FILE:LINE: and end with what can be
** done.  *pzErr is freed and replaced; when there is no memory for the message, the code is SQLITE_NOMEM.
*/
#ifndef SQLITE_REPORT_H
#define SQLITE_REPORT_H

#include "record/batch.h"
#include "base/err.h"
#include "sqlite/sqlite.h"

/* "flowlogs: TEXT", with SQLITE_ERROR, SQLITE_NOMEM or SQLITE_INTERRUPT. */
int report_error(char **pzErr, const struct err *e);

#define REPORT_SKIP "on_error=skip skips it, flowlogs_errors lists it" /* the usual advice */

/*
** "flowlogs: FILE:LINE: TEXT; ADVICE", with SQLITE_ERROR.  Of a filter that can't be held against the file's records
** (ERR_ARGUMENT), the text says itself what to do, and the advice is left out.
*/
int report_problem(char **pzErr, const char *path, const struct batch *b, const struct problem *p, const char *advice);

/* "flowlogs: " and the text, with SQLITE_ERROR. */
int report_text(char **pzErr, const char *format, ...);

/*
** "flowlogs: WHERE: at character N: TEXT", a line with the pattern, or what is around the place in a long one, and a
** line with a ^ below the place: an ERR_ARGUMENT of pattern_parse().  `where` is what the pattern was given to:
** "cwl_match", "filter".  With SQLITE_ERROR or SQLITE_NOMEM.
*/
int report_pattern(char **pzErr, const char *where, const char *pattern, const struct err *e);

/* The same message alone, for sqlite3_free(); NULL when there is no memory. */
char *report_pattern_text(const char *where, const char *pattern, const struct err *e);

/* The error of a column that stands for either end of a flow (addr, port) and was asked for its value. */
void report_either(sqlite3_context *ctx, const char *name);

#endif
