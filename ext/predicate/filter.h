/* SPDX-License-Identifier: MIT */
/*
** The `filter` of a query: a CloudWatch pattern (pattern.h) that is applied to flow log records.
**
** The conditions of a pattern become predicates like those of a WHERE clause (predicate.h), on the
** tokens of the file's lines.  `action="REJECT"` in a pattern is therefore the same comparison of
** the same six bytes as in SQL.
**
** CloudWatch goes by position: a slot stands for the token at its place, and its name is only a
** label.  This is right for a file whose fields stand where the names of the pattern say.  Known
** names are those that field_find() knows.  They are compared with the layout of the file:
**
**   - If they fit the layout, the slots are applied by position.
**   - If they fit only the default format, each slot is applied to the field that it has in the
**     default format, so that a pattern asks about the same fields in any format.
**   - If they fit neither, it is an error.
**
** Unstructured terms are searched for in the whole line, without the time that CloudWatch's export
** puts before it.
**
** Call order: filter_new(); filter_bind() for each layout, from any number of threads;
** filter_free() by each owner.  filter_new(), filter_share() and filter_free() belong to one
** thread.
*/
#ifndef PREDICATE_FILTER_H
#define PREDICATE_FILTER_H

#include "record/layout.h"
#include "predicate/pattern.h"
#include "predicate/predicate.h"

struct filter;

/*
** Reads a pattern of n bytes.  Returns NULL on an error: ERR_NOMEM, or ERR_ARGUMENT as
** pattern_parse() reports it, with the position of the wrong character in e->line.
*/
struct filter *filter_new(const char *p, size_t n, struct err *e);

/*
** Returns the same filter for another owner, who must also call filter_free().  NULL is allowed.
*/
struct filter *filter_share(struct filter *f);

/* Ends the use by one owner; the last one frees the filter.  NULL is allowed. */
void filter_free(struct filter *f);

/*
** Adds the conditions of the filter to a predicate that is bound to the same layout, and to its
** `finds` which fields these need, as far as the pattern names them.  The predicate points into the filter from then on.  ERR_ARGUMENT, with a message that says what to
** write, when the pattern cannot be applied to records of this layout.
*/
enum err_code filter_bind(const struct filter *f, const struct layout *l, struct predicate_bound *out, struct err *e);

#endif
