/* SPDX-License-Identifier: MIT */
/*
** The regular expressions of CloudWatch Logs filter patterns, `%…%`: compiled, and looked for in a text.
**
**     ^ $        the text's begin and end          \d \D \s \S \w \W   as in Java and Perl, ASCII
**     .          any byte but a line feed          \xhh                the byte
**     [a-z] [^…] a byte of a set                   \ and a symbol      the symbol itself
**     ? * +      {n} {n,} {n,m}  repetition        |                   between whole alternatives: there are no groups
**
** Everything works on bytes; in the expression itself, all are ASCII.  What has no meaning, or one that could be
** another in CloudWatch (groups, a** and a*?, an empty alternative, `]` and `}` on their own), is refused.
**
** Call order: regex_compile(), then regex_search() from any number of threads; regex_free().  A search takes time in
** proportion to the text (times 1 to REGEX_STATES / 64), whatever text and expression are, and no memory.
*/
#ifndef PREDICATE_REGEX_H
#define PREDICATE_REGEX_H

#include <stddef.h>

#include "base/err.h"

#define REGEX_REPEAT 1000 /* the most that {n,m} may say */
#define REGEX_STATES 1024 /* of an expression: its items, repetitions written out, and one per alternative */

struct regex;

/*
** ERR_NOMEM; ERR_ARGUMENT with e->line the 1-based place in p at which it goes wrong and e->text what is wrong there.
** *out is NULL then.
*/
enum err_code regex_compile(struct regex **out, const char *p, size_t n, struct err *e);

/* Does it occur anywhere in the text? */
int regex_search(const struct regex *r, const char *p, size_t n);

void regex_free(struct regex *r); /* NULL is fine */

#endif
