/* SPDX-License-Identifier: MIT */
/*
** A number is represented by its sign, its digits without zeros at either end, and the powers of
** ten of its first and last digit.  Numbers of the same sign are compared by the power of the
** first digit, and then digit by digit.  Nothing is rounded.
**
**     text      digits   top   scale
**     0042.50   4 2.5     1     -1       4 counts tens, 5 counts tenths
**     425e-1    4 2 5     1     -1       the same number
**     0.05      5        -2     -2
*/
#include "predicate/pattern_number.h"

#include <float.h>
#include <string.h>

#include "base/chars.h"

#define EXPONENT_MAX 1000000000 /* larger exponents count as this, which no number of digits can compensate */

/* The text from the first to the last digit that is not zero; there may be a point in between. */
struct decimal {
  int negative;
  const char *p, *end; /* p == end: zero */
  int64_t scale;       /* the power of ten that the last digit counts */
  int64_t top;         /* the power of ten that the first digit counts */
};

/* Reads [+-]digits behind an e.  Returns 0 if the text is not that up to its end. */
static int read_exponent(const char *p, const char *end, int64_t *out) {
  int negative = p < end && *p == '-';
  if (p < end && (*p == '-' || *p == '+')) p++;
  if (p == end) return 0;
  for (*out = 0; p < end && char_is_digit(*p); p++)
    if (*out < EXPONENT_MAX) *out = *out * 10 + (*p - '0');
  if (*out > EXPONENT_MAX) *out = EXPONENT_MAX;
  if (negative) *out = -*out;
  return p == end;
}

static int read_decimal(struct decimal *d, const char *p, size_t n) {
  const char *end = p + n, *point = NULL, *first = NULL, *last = NULL;
  int64_t exponent = 0;
  int digits = 0;
  d->negative = n && *p == '-';
  if (n && (*p == '-' || *p == '+')) p++;
  for (; p < end && (char_is_digit(*p) || (*p == '.' && !point)); p++) {
    if (*p == '.') {
      point = p;
      continue;
    }
    digits = 1;
    if (*p == '0') continue;
    if (!first) first = p;
    last = p;
  }
  if (!digits) return 0;
  if (!point) point = p;
  if (p < end && ((*p | 0x20) != 'e' || !read_exponent(p + 1, end, &exponent))) return 0;
  d->p = first;
  d->end = first ? last + 1 : first;
  if (!first) return d->negative = 0, d->scale = d->top = 0, 1;
  d->scale = exponent + (point > last ? point - last - 1 : point - last);
  d->top = exponent + (point > first ? point - first - 1 : point - first);
  return 1;
}

/* Returns 1 if the value is an integer that fits, and sets *out to it. */
static int to_integer(const struct decimal *d, int64_t *out) {
  uint64_t value = 0, limit = (uint64_t)INT64_MAX + (uint64_t)d->negative;
  if (d->scale < 0) return 0;
  for (const char *p = d->p; p < d->end; p++) {
    if (*p == '.') continue;
    uint64_t digit = (uint64_t)(*p - '0');
    if (value > (limit - digit) / 10) return 0;
    value = value * 10 + digit;
  }
  for (int64_t i = 0; value && i < d->scale; i++) {
    if (value > limit / 10) return 0;
    value *= 10;
  }
  *out = d->negative ? (int64_t)(0 - value) : (int64_t)value;
  return 1;
}

/* Returns an approximation, made from the first 19 digits and right in about 15 of them. */
static double to_double(const struct decimal *d) {
  double value = 0, power = 1, base = 10;
  int64_t taken = 0;
  if (d->top > 308) return d->negative ? -DBL_MAX : DBL_MAX;
  if (d->top < -308) return 0;
  for (const char *p = d->p; p < d->end && taken < 19; p++)
    if (*p != '.') {
      value = value * 10 + (*p - '0');
      taken++;
    }
  int64_t scale = d->top - (taken - 1);
  for (int64_t k = scale < 0 ? -scale : scale; k; k >>= 1, base *= base)
    if (k & 1) power *= base;
  value = scale < 0 ? value / power : value * power;
  if (value > DBL_MAX) value = DBL_MAX;
  return d->negative ? -value : value;
}

int pattern_number_parse(struct pattern_number *out, const char *p, size_t n) {
  struct decimal d;
  memset(out, 0, sizeof *out);
  if (!read_decimal(&d, p, n)) return 0;
  out->is_integer = to_integer(&d, &out->integer);
  out->real = out->is_integer ? (double)out->integer : to_double(&d);
  return 1;
}

/* Returns the next digit, or 0 behind the last one. */
static int next_digit(const char **p, const char *end) {
  if (*p < end && **p == '.') ++*p;
  return *p < end ? *(*p)++ - '0' : 0;
}

/* Compares the absolute values. */
static int compare_size(const struct decimal *a, const struct decimal *b) {
  if (a->p == a->end || b->p == b->end) return (a->p != a->end) - (b->p != b->end);
  if (a->top != b->top) return a->top < b->top ? -1 : 1;
  for (const char *p = a->p, *q = b->p; p < a->end || q < b->end;) {
    int x = next_digit(&p, a->end), y = next_digit(&q, b->end);
    if (x != y) return x < y ? -1 : 1;
  }
  return 0;
}

int pattern_number_compare(const struct pattern_number *a, const char *a_text, size_t a_n,
                           const struct pattern_number *b, const char *b_text, size_t b_n) {
  struct decimal x = {0}, y = {0};
  if (a->is_integer && b->is_integer) return (a->integer > b->integer) - (a->integer < b->integer);
  read_decimal(&x, a_text, a_n);
  read_decimal(&y, b_text, b_n);
  if (x.negative != y.negative) return x.negative ? -1 : 1;
  return x.negative ? compare_size(&y, &x) : compare_size(&x, &y);
}
