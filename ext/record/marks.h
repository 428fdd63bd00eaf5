/* SPDX-License-Identifier: MIT */
/*
** The marks of flow log records in a form that is not read, so that their file must not be passed over
** silently: a line with two addresses, or with an address or an interface and a word such as ACCEPT,
** among values as flow logs have them.
**
** Logs of other programs have addresses among words: "Connection from 10.0.0.1 to 10.0.0.2 closed".
** They have no marks.  Where nobody can tell, a line has them: when a file is passed over by mistake,
** nobody sees its traffic.  The functions are pure; any thread may call them.
*/
#ifndef RECORD_MARKS_H
#define RECORD_MARKS_H

#include <stddef.h>
#include <stdint.h>

#include "record/tokens.h"

/* The values of a line, counted.  All zero at first. */
struct marks {
  struct marks_run {
    uint32_t addresses, interfaces, verdicts;
    uint32_t values; /* these, and numbers, ids and others that flow logs have */
  } run, all;        /* of values that stand side by side, and of the line */
  uint32_t words;    /* values that are neither these nor names */
  int has_strange;   /* one of them is none that a flow log has */
  int is_found;      /* a run of values was like a part of a record */
};

/* Adds the next value of a line. */
void marks_add(struct marks *m, const char *p, size_t n);

/* Have all the values of the line the marks?  1 or 0. */
int marks_are_found(const struct marks *m);

/* The same for the tokens of a line, whose text may also be CSV or JSON. */
int marks_in_line(const struct line *line);

/* Has a text, of any form, the marks of flow log records?  1 or 0. */
int marks_in_text(const char *p, size_t n);

/* Does text in UTF-16, of either byte order, look like a flow log?  1 or 0. */
int marks_in_utf16(const char *p, size_t n);

#endif
