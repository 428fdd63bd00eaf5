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
** Does a file whose first line this is say what it is, as Zeek and the extended log files of W3C do?
** Then why becomes what it is, in words; the line is no header.
*/
int lookalike_says_what_it_is(const struct line *line, char why[ERR_TEXT]);

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
** Names of columns or keys, of which some are those of another log.  Many logs have ends of connections
** under names that are read as fields of flow logs, too, such as src_ip.  All zero at first.
*/
struct lookalike_names {
  const char *log; /* whose names there are, or NULL */
  int is_sure;     /* they are, whatever the others are */
  int is_own;      /* there are names that nothing but flow logs has */
};

/* Adds a name, which is that of this field, or FIELD_NONE. */
void lookalike_add_name(struct lookalike_names *s, int field, const char *name, size_t n);

/* The log that they are of, as "log of Suricata", or NULL for a flow log, and what nobody knows. */
const char *lookalike_log(const struct lookalike_names *s);

/* The same for a line of names. */
const char *lookalike_log_of_header(const struct line *line);

#endif
