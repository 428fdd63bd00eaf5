/* SPDX-License-Identifier: MIT */
/*
** The regular expressions of CloudWatch Logs filter patterns, `%…%`: compiles them, and searches
** for them in a text.
**
**     ^ $        beginning and end of text          \d \D \s \S \w \W   as in Java and Perl, ASCII
**     .          any byte but a line feed          \xhh                the byte
**     [a-z] [^…] a byte of a set                   \ and a symbol      the symbol itself
**     ? * +      {n} {n,} {n,m}  repetition        |                   between whole alternatives: there are no groups
**
** Everything works on bytes; the expression itself must be ASCII.  Expressions that have no
** meaning, or may have another one in CloudWatch, are refused: groups, a** and a*?, an empty
** alternative, `]` and `}` alone.
**
** Call order: regex_compile(); then regex_search() from any number of threads; regex_free().  The
** time of a search is proportional to the length of the text, with a factor of 1 to REGEX_STATES /
** 64, whatever text and expression are.  A search allocates no memory.
*/
#ifndef PREDICATE_REGEX_H
#define PREDICATE_REGEX_H

#include <stddef.h>

#include "base/err.h"

#define REGEX_REPEAT 1000 /* largest number in {n,m} */
#define REGEX_STATES                                                                                                   \
  1024 /* largest number of states: one for each item, with repetitions written out, and one for each alternative */

struct regex;

/*
** Compiles the expression of n bytes.  ERR_NOMEM; ERR_ARGUMENT, where e->line is the 1-based
** position of the wrong byte in p and e->text says what is wrong there.  *out is NULL on an error.
*/
enum err_code regex_compile(struct regex **out, const char *p, size_t n, struct err *e);

/* Returns 1 if the expression matches anywhere in the text of n bytes, otherwise 0. */
int regex_search(const struct regex *r, const char *p, size_t n);

/* NULL is allowed. */
void regex_free(struct regex *r);

#endif
