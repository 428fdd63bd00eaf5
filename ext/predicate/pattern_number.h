/* SPDX-License-Identifier: MIT */
/*
** Numbers in filter patterns and in the tokens that are compared with them:
**  [+-]digits[.digits][e[+-]digits].  They are compared by their exact values, however long they
** are, and whatever the locale is.  The functions are pure; any thread may call them.
*/
#ifndef PREDICATE_PATTERN_NUMBER_H
#define PREDICATE_PATTERN_NUMBER_H

#include "predicate/pattern.h"

/* Returns 1 if the whole text is a number, and sets *out to its value; otherwise 0. */
int pattern_number_parse(struct pattern_number *out, const char *p, size_t n);

/*
** Returns -1, 0 or 1 if a is less than, equal to or greater than b.  Each must be the number that
** pattern_number_parse() read from the text beside it.
*/
int pattern_number_compare(const struct pattern_number *a, const char *a_text, size_t a_n,
                           const struct pattern_number *b, const char *b_text, size_t b_n);

#endif
