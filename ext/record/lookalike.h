/* SPDX-License-Identifier: MIT */
/*
** What looks like a flow log and is none, or is one in a form that is not read: says what it is,
** and what to do.  The functions are pure; any thread may call them.
*/
#ifndef RECORD_LOOKALIKE_H
#define RECORD_LOOKALIKE_H

#include <stddef.h>

#include "record/formats.h"
#include "record/tokens.h"

enum lookalike {
  LOOKALIKE_NONE,    /* nothing that is known here */
  LOOKALIKE_OTHER,   /* something else than records of a flow log */
  LOOKALIKE_RECORDS, /* records of a flow log in a form that is not read */
};

/*
** Finds out what a file is, one of whose first lines this is; the line is neither a header nor in
** one of the formats.  next: the line behind it; all zero if there is none.  Unless the result is
** LOOKALIKE_NONE, why becomes what it is and what to do, in words.
*/
enum lookalike lookalike_find(const struct line *line, const struct line *next, const struct formats *formats,
                              char why[ERR_TEXT]);

/*
** Is it the name of a column whose values are computed from several records, such as sum(bytes),
** count(*), or the _col1 that Athena calls it?  1 or 0.
*/
int lookalike_is_sum(const char *name, size_t n);

/*
** Could it be the name that a query has given to such a column, such as total_bytes or flows?  It
** is one if the columns have no time, which each record has.  1 or 0.
*/
int lookalike_may_be_sum(const char *name, size_t n);

/*
** Is it a name that the query logs of Route 53 Resolver have?  They lie beside flow logs, with
** srcaddr, srcport and vpc_id, and are none.
*/
int lookalike_is_of_queries(const char *name, size_t n);

#endif
