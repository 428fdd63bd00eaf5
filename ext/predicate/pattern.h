/* SPDX-License-Identifier: MIT */
/*
** CloudWatch Logs filter patterns: read, and held against a text.
**
**     [version, account, eni, source, destination, srcport, destport="22", ..., action="REJECT", flowlogstatus]
**     REJECT -"10.0.0.1" %eni-0[0-9a-f]+%
**
** The first form is space-delimited: a slot for each token of the text, whose name is a label and no more; the second
** is a list of terms that occur in the text.  Source: "Filter pattern syntax" in the CloudWatch Logs user guide.  JSON
** patterns, `{ $.x = … }`, are not for flow log records and are refused; so is what that guide leaves open: parentheses
** in a slot, a condition in a slot about another slot, a bare term with a `*` or a `%` in it, ? beside -.
**
** Call order: pattern_parse(), then from any number of threads pattern_matches() for a whole text or
** pattern_slot_passes() for one token; pattern_clear().  The struct owns copies of all that it needs.
*/
#ifndef PREDICATE_PATTERN_H
#define PREDICATE_PATTERN_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define PATTERN_MAX 1024 /* characters of a pattern, as in CloudWatch */

struct regex; /* regex.h */

enum pattern_op { PATTERN_EQ, PATTERN_NE, PATTERN_LT, PATTERN_LE, PATTERN_GT, PATTERN_GE };

/* What a condition compares with. */
enum pattern_value {
  PATTERN_TEXT,     /* a text: equal byte by byte; in quotes or not */
  PATTERN_NUMBER,   /* a number, not in quotes or behind < <= > >=: compared with tokens that are numbers */
  PATTERN_WILDCARD, /* a text in which `*` stands for any bytes, none included: = and != alone */
  PATTERN_REGEX,    /* %…%: found anywhere in the token: = and != alone */
};

/*
** A number.  1e3 and 400.0 are integers, too.  All are compared exactly (pattern_number.h); of those that are no
** integers or don't fit, `real` is near the value and no more.
*/
struct pattern_number {
  int is_integer;  /* it is one, and it fits */
  int64_t integer; /* 0 if not */
  double real;     /* in either case */
};

/* NAME OP VALUE */
struct pattern_condition {
  uint8_t op;       /* enum pattern_op */
  uint8_t value;    /* enum pattern_value */
  uint8_t is_or;    /* it begins another alternative (||); the first condition of a slot and what follows && have 0 */
  const char *text; /* the value's bytes, without quotes and percent signs; in the pattern's own copy */
  size_t n;
  struct pattern_number number; /* PATTERN_NUMBER */
  struct regex *regex;          /* PATTERN_REGEX */
};

/* A slot: alternatives, each a list of conditions that must all hold.  && binds more tightly than ||. */
struct pattern_slot {
  const char *name; /* "" for a slot without one; in the pattern's own copy */
  size_t name_n;
  uint32_t position;    /* 1-based character (not byte) in the pattern at which it begins, for messages */
  uint32_t nconditions; /* 0: any token passes */
  struct pattern_condition *condition;
};

enum pattern_kind {
  PATTERN_ALL,   /* every text matches: nothing, [], [...], "", " " */
  PATTERN_SLOTS, /* space-delimited, one slot at least */
  PATTERN_TERMS, /* unstructured */
};

#define PATTERN_NO_ELLIPSIS UINT32_MAX

enum pattern_term_kind {
  PATTERN_HAS,    /* term: the text has it */
  PATTERN_LACKS,  /* -term: the text lacks it */
  PATTERN_EITHER, /* ?term: the text has one of these; there is no PATTERN_HAS in a pattern that has them */
};

struct pattern_term {
  uint8_t kind;     /* enum pattern_term_kind */
  const char *text; /* in the pattern's own copy */
  size_t n;
  struct regex *regex; /* NULL: the text itself */
};

struct pattern {
  enum pattern_kind kind;
  uint32_t nslots;
  struct pattern_slot *slot; /* the ellipsis is none of them */
  uint32_t ellipsis;         /* slots before `...`, which stands for any number of tokens; or PATTERN_NO_ELLIPSIS */
  uint32_t nterms;
  struct pattern_term *term;
  char *copy; /* of the pattern's text: names and values point into it */
};

/*
** Reads a pattern.  ERR_NOMEM; ERR_ARGUMENT with e->line the 1-based character (not byte) at which it goes wrong and
** e->text what is wrong there.  On an error nothing is owned; *out is all zero.
*/
enum err_code pattern_parse(struct pattern *out, const char *p, size_t n, struct err *e);

/* Of a struct that is all zero, too. */
void pattern_clear(struct pattern *p);

/*
** Does a text match?  A line end at its end is none of it.  It is split into tokens at spaces, tabs and line ends, as
** records are; "…" and […] are one token, without these marks.  Without an ellipsis, more tokens than slots match only
** if the last slot asks nothing: it stands for the rest.  Fewer never match.
*/
int pattern_matches(const struct pattern *p, const char *text, size_t n);

/* Does a token pass a slot?  What a record lacks is the token "-": it passes !=, and = with "-", `*` or a regex. */
int pattern_slot_passes(const struct pattern_slot *slot, const char *p, size_t n);

#endif
