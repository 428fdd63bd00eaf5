/* SPDX-License-Identifier: MIT */
/*
** A number is its sign, its digits without zeros at either end, and the power of ten that they are multiplied with.
** Two numbers with the same sign then compare by the place of their first digit, and digit by digit.  Nothing is
** rounded.
*/
#include "predicate/pattern_number.h"

#include <float.h>
#include <string.h>

#include "base/chars.h"

#define EXPONENT_MAX 1000000000 /* larger ones in the text count as this: more than digits can make up for */

/* A number's digits, with a point among them perhaps: from its first to its last that is no zero. */
struct decimal {
  int negative;
  const char *p, *end; /* p == end: zero */
  int64_t scale;       /* of the last digit: the power of ten that it counts */
  int64_t top;         /* of the first digit */
};

/* Reads [+-]digits behind an e; 0 if it isn't that to the end. */
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

/* The digits' value as an integer, if it fits. */
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

/* A double near the value: from its first 19 digits, and good to 15 or so. */
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

/* The next digit, 0 behind the last. */
static int next_digit(const char **p, const char *end) {
  if (*p < end && **p == '.') ++*p;
  return *p < end ? *(*p)++ - '0' : 0;
}

/* Compares without the sign. */
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
  struct decimal x, y;
  if (a->is_integer && b->is_integer) return (a->integer > b->integer) - (a->integer < b->integer);
  read_decimal(&x, a_text, a_n);
  read_decimal(&y, b_text, b_n);
  if (x.negative != y.negative) return x.negative ? -1 : 1;
  return x.negative ? compare_size(&y, &x) : compare_size(&x, &y);
}
