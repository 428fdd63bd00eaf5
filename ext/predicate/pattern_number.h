/* SPDX-License-Identifier: MIT */
/*
** Numbers in filter patterns and in the tokens that they are held against: [+-]digits[.digits][e[+-]digits], compared
** by their exact values, however long they are, in any locale.  From any thread.
*/
#ifndef PREDICATE_PATTERN_NUMBER_H
#define PREDICATE_PATTERN_NUMBER_H

#include "predicate/pattern.h"

/* Is the whole text a number?  Its value goes to *out. */
int pattern_number_parse(struct pattern_number *out, const char *p, size_t n);

/* -1, 0 or 1: a less than, equal to, greater than b.  Both are the numbers that were parsed from the texts beside them. */
int pattern_number_compare(const struct pattern_number *a, const char *a_text, size_t a_n,
                           const struct pattern_number *b, const char *b_text, size_t b_n);

#endif
