/* SPDX-License-Identifier: MIT */
/*
** Turns the errors of the lower rooms, struct err and struct problem, into SQLite's codes and
** messages.
**
** All messages begin with "flowlogs: ".  Messages about a file continue with FILE: or FILE:LINE:
** and end with what the user can do.  All are printable (base/printable.h), because paths and
** arguments may hold anything: a control character would be obeyed by the terminal that shows the
** message, and hosts such as Python raise an error about a text that is not UTF-8.  Each function
** frees *pzErr and replaces it; SQLite frees the new message.  When there is no memory for the
** message, the result is SQLITE_NOMEM.  Only the thread that owns the connection may call these
** functions.
*/
#ifndef SQLITE_REPORT_H
#define SQLITE_REPORT_H

#include "record/batch.h"
#include "base/err.h"
#include "sqlite/sqlite.h"

#define REPORT_BEGINS "flowlogs: " /* of every message */

/*
** Makes a message printable.  Returns it, or another in its place, which the caller frees with
** sqlite3_free(); NULL when there is no memory or the message is NULL.
*/
char *report_clean(char *message);

/* The same for a message of several lines: line breaks stay. */
char *report_clean_lines(char *message);

/*
** Sets "flowlogs: TEXT".  Returns SQLITE_ERROR, or SQLITE_NOMEM or SQLITE_INTERRUPT for these
** errors, which need no message and leave *pzErr unchanged.
*/
int report_error(char **pzErr, const struct err *e);

#define REPORT_SKIP "on_error=skip skips it, flowlogs_errors lists it" /* the advice of most messages */

/* The advice for ERR_EXHAUSTED, whatever the policy is. */
#define REPORT_EXHAUSTED                                                                                               \
  "the file is not at fault, so on_error=skip doesn't skip it; allow more open files (ulimit -n) or memory, or use "   \
  "fewer threads (threads=1)"

/*
** Sets "flowlogs: FILE:LINE: TEXT; ADVICE" and returns SQLITE_ERROR.  The advice is left out for
** ERR_ARGUMENT, which says that the filter does not fit the records of the file: that text says
** itself what to do.  For ERR_EXHAUSTED it is REPORT_EXHAUSTED.  b is the batch that owns the
** text of the problem.
*/
int report_problem(char **pzErr, const char *path, const struct batch *b, const struct problem *p, const char *advice);

/*
** Sets "flowlogs: " and the formatted text, and returns SQLITE_ERROR.  The format is that of
** sqlite3_mprintf().
*/
int report_text(char **pzErr, const char *format, ...);

/*
** Sets the message for an ERR_ARGUMENT of pattern_parse(), in three lines: "flowlogs: WHERE: at
** character N: TEXT"; the pattern, or the part of a long pattern around the error; and a ^ below
** the character that is wrong.  `where` is the name of what received the pattern: "cwl_match" or
** "filter".  Returns SQLITE_ERROR or SQLITE_NOMEM.
*/
int report_pattern(char **pzErr, const char *where, const char *pattern, const struct err *e);

/*
** Returns the same message alone, which the caller frees with sqlite3_free(), or NULL when there
** is no memory.
*/
char *report_pattern_text(const char *where, const char *pattern, const struct err *e);

/*
** Sets the error of a column that stands for either end of a flow (addr, port) when its value is
** needed.
*/
void report_either(sqlite3_context *ctx, const char *name);

#endif
