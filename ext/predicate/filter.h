/* SPDX-License-Identifier: MIT */
/*
** The `filter` of a query: a CloudWatch pattern (pattern.h) held against flow log records.
**
** Its conditions become predicates like those of a WHERE clause (predicate.h), on the tokens of a file's lines, so
** `action="REJECT"` in a pattern is the same comparison of the same six bytes as in SQL.
**
** CloudWatch goes by position: a slot is the token at its place, and its name is a label.  That holds for a file whose
** fields are where the pattern's names say.  Names that are known, AWS's own and those of its examples (eni, source,
** destport, windowstart ...), are held against the file's layout: a pattern that is right for the default format and
** wrong for this file's is taken by its places in the default format, so that it asks the same fields in any format;
** one that fits neither is an error.  Unstructured terms are looked for in the whole line, without the time that
** CloudWatch's export puts before it.
**
** filter_new(), then filter_bind() for each layout from any number of threads, filter_free(), which filter_share() makes
** due once more; these three by one thread.
*/
#ifndef PREDICATE_FILTER_H
#define PREDICATE_FILTER_H

#include "record/layout.h"
#include "predicate/pattern.h"
#include "predicate/predicate.h"

struct filter;

/*
** Reads a pattern.  NULL on an error: ERR_NOMEM, or ERR_ARGUMENT as pattern_parse() has it: e->line is the character at
** which it goes wrong.
*/
struct filter *filter_new(const char *p, size_t n, struct err *e);
struct filter *filter_share(struct filter *f); /* the same, for another owner; NULL will do */
void filter_free(struct filter *f);            /* likewise */

/*
** Adds the filter's conditions to a bound predicate, which points into the filter from then on.  ERR_ARGUMENT, with
** what to do about it, when the pattern can't be held against records of this layout.
*/
enum err_code filter_bind(const struct filter *f, const struct layout *l, struct predicate_bound *out, struct err *e);

#endif
