/* SPDX-License-Identifier: MIT */
/*
** CloudWatch Logs filter patterns: reads them, and compares them with a text.
**
**     [version, account, eni, source, destination, srcport, destport="22", ..., action="REJECT", flowlogstatus]
**     REJECT -"10.0.0.1" %eni-0[0-9a-f]+%
**
** The first form is space-delimited.  It has a slot for each token of the text, and the name of a
** slot is only a label.  The second form is unstructured: a list of terms that occur in the text.
** Source: "Filter pattern syntax" in the CloudWatch Logs user guide.
**
** JSON patterns, `{ $.x = … }`, are refused, because flow log records are not JSON.  Also refused
** is what the guide does not define: parentheses in a slot, a condition in a slot about another
** slot, a term without quotes that contains `*` or `%`, and ?terms beside -terms.
**
** Call order: pattern_parse(); then, from any number of threads, pattern_matches() for a whole
** text or pattern_slot_passes() for one token; pattern_clear().  The struct owns copies of all
** that it needs.
*/
#ifndef PREDICATE_PATTERN_H
#define PREDICATE_PATTERN_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define PATTERN_MAX 1024 /* maximal number of characters in a pattern, as in CloudWatch */

struct regex; /* regex.h */

enum pattern_op { PATTERN_EQ, PATTERN_NE, PATTERN_LT, PATTERN_LE, PATTERN_GT, PATTERN_GE };

/* What a condition compares with. */
enum pattern_value {
  PATTERN_TEXT,     /* a text, in quotes or not, compared byte by byte */
  PATTERN_NUMBER,   /* a number without quotes, or behind < <= > >=; compared with tokens that are numbers */
  PATTERN_WILDCARD, /* a text in which `*` stands for any number of bytes; only with = and != */
  PATTERN_REGEX,    /* %…%, found anywhere in the token; only with = and != */
};

/*
** A number.  1e3 and 400.0 are integers, too.  All numbers are compared exactly
** (pattern_number.h).  If a number is not an integer or does not fit, `real` is an approximation.
*/
struct pattern_number {
  int is_integer;  /* 0 or 1: the value is an integer and fits into `integer` */
  int64_t integer; /* 0 if is_integer is 0 */
  double real;     /* set in either case */
};

/* NAME OP VALUE */
struct pattern_condition {
  uint8_t op;       /* enum pattern_op */
  uint8_t value;    /* enum pattern_value */
  uint8_t is_or;    /* 0 or 1: || stands before it; 0 for the first condition of a slot and behind && */
  const char *text; /* the value without quotes and percent signs; points into pattern.copy */
  size_t n;
  struct pattern_number number; /* set for PATTERN_NUMBER */
  struct regex *regex;          /* set for PATTERN_REGEX; owned */
};

/*
** A slot: alternatives, each of which is a list of conditions that must all hold.  && binds more
** tightly than ||.
*/
struct pattern_slot {
  const char *name; /* "" for a slot without one; points into pattern.copy */
  size_t name_n;
  uint32_t position;    /* 1-based character (not byte) of the pattern at which it begins, for messages */
  uint32_t nconditions; /* 0: any token passes */
  struct pattern_condition *condition;
};

enum pattern_kind {
  PATTERN_ALL,   /* every text matches: the pattern is empty, or [], [...], "", " " */
  PATTERN_SLOTS, /* space-delimited, with at least one slot */
  PATTERN_TERMS, /* unstructured */
};

#define PATTERN_NO_ELLIPSIS UINT32_MAX

enum pattern_term_kind {
  PATTERN_HAS,    /* term: the text contains it */
  PATTERN_LACKS,  /* -term: the text does not contain it */
  PATTERN_EITHER, /* ?term: the text contains at least one of these; never together with PATTERN_HAS */
};

struct pattern_term {
  uint8_t kind;     /* enum pattern_term_kind */
  const char *text; /* points into pattern.copy */
  size_t n;
  struct regex *regex; /* owned; NULL: the text itself is searched for */
};

struct pattern {
  enum pattern_kind kind;
  uint32_t nslots;
  struct pattern_slot *slot; /* the ellipsis is not among them */
  uint32_t ellipsis; /* number of slots before `...`, which stands for any number of tokens; or PATTERN_NO_ELLIPSIS */
  uint32_t nterms;
  struct pattern_term *term;
  char *copy; /* owned copy of the pattern's text; names and values point into it */
};

/*
** Reads a pattern of n bytes.  ERR_NOMEM; ERR_ARGUMENT, where e->line is the 1-based position of
** the wrong character (not byte) and e->text says what is wrong there.  On an error *out is all
** zeros and owns nothing.
*/
enum err_code pattern_parse(struct pattern *out, const char *p, size_t n, struct err *e);

/* Frees what the pattern owns, and makes the struct all zeros.  A struct of zeros is allowed. */
void pattern_clear(struct pattern *p);

/*
** Returns 1 if the text of n bytes matches, otherwise 0.  A line end at its end does not belong to
** it.  The text is split into tokens at spaces, tabs and line ends, as records are.  "…" and […]
** are one token, without these marks.  If there are more tokens than slots and no ellipsis, the
** text matches only if the last slot has no condition; this slot then stands for the rest.  A text
** with fewer tokens than slots never matches.
*/
int pattern_matches(const struct pattern *p, const char *text, size_t n);

/*
** Returns 1 if the token of n bytes passes the slot, otherwise 0.  A field that a record lacks is
** the token "-".  It passes != with other values, and = with "-", `*`, or a regex that matches it.
*/
int pattern_slot_passes(const struct pattern_slot *slot, const char *p, size_t n);

#endif
