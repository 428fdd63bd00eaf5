/* SPDX-License-Identifier: MIT */
/*
** Nearly all values have neither blanks nor quotes, so that they are copied 16 bytes at a time,
** each with some bytes behind it that the next value overwrites:
**
**     10.0.0.1,443,"a b",        10.0.0.1 443 a%20b -
*/
#include "container/csv_fields.h"

#include <string.h>

#include "base/chars.h"
#include "base/number.h"
#include "container/event_time.h"
#include "container/feed.h"

#define COPY 16

_Static_assert(COPY <= CSV_PADDING && COPY <= LINES_PADDING && COPY <= FEED_PADDING, "values are copied in pieces");

/* A mask of which of the 16 bytes at p are blanks or control characters. */
static inline uint32_t blanks(const char *p) {
#if defined(__SSE2__)
  __m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
  return (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_min_epu8(v, _mm_set1_epi8(' ')), v));
#else
  uint32_t mask = 0;
  for (uint32_t i = 0; i < COPY; i++) mask |= (uint32_t)((unsigned char)p[i] <= ' ') << i;
  return mask;
#endif
}

/* Writes a value without the blanks around it, and with those in it as one token. */
static size_t put_odd(char *out, const struct csv_value *value) {
  static const char hex[] = "0123456789ABCDEF";
  const char *p = value->p, *end = p + value->n;
  size_t k = 0;
  while (p < end && char_is_space(*p)) p++;
  while (p < end && char_is_space(end[-1])) end--;
  for (; p < end; p++) {
    if (char_is_space(*p)) {
      out[k++] = '%';
      out[k++] = hex[(unsigned char)*p >> 4];
      out[k++] = hex[*p & 15];
      continue;
    }
    out[k++] = *p;
    p += value->has_quotes && *p == '"';
  }
  return k;
}

/* Writes a value.  There is room for three times its bytes, and COPY more. */
static inline size_t put(char *out, const struct csv_value *value) {
  if (value->has_quotes) return put_odd(out, value);
  for (uint32_t i = 0; i < value->n; i += COPY) {
    uint32_t left = value->n - i, odd = blanks(value->p + i);
    if (left < COPY) odd &= number_mask(left);
    if (odd) return put_odd(out, value);
    memcpy(out + i, value->p + i, COPY);
  }
  return value->n;
}

/* Writes a value of a field that is a time, which may be a date. */
static size_t put_time(char *out, const struct csv_value *value) {
  struct csv_value v = *value;
  while (v.n && char_is_space(*v.p)) v.p++, v.n--;
  while (v.n && char_is_space(v.p[v.n - 1])) v.n--;
  int64_t ms = v.n >= 19 ? event_time(v.p, v.n) : BLOCK_NO_TIME;
  if (ms < 0) return put(out, value);
  char digits[20];
  size_t n = 0;
  for (int64_t s = ms / 1000; s || !n; s /= 10) digits[n++] = (char)('0' + s % 10);
  for (size_t i = 0; i < n; i++) out[i] = digits[n - 1 - i];
  return n;
}

/*
** A number, of n bytes, which may be written as one with a fraction: tools whose integers have no
** value for a missing one do so.  Returns its bytes without a fraction of 0.
*/
static inline size_t without_zeros(const char *p, size_t n) {
  if (n < 3 || p[n - 1] != '0' || p[n - 2] != '.') return n;
  return n - 2 <= 16 && number_fits(p, n - 2) ? n - 2 : n;
}

size_t csv_fields_put(const struct csv_columns *c, const struct csv_row *row, char *line) {
  size_t k = 0;
  for (uint32_t i = 0; i < c->n; i++) {
    const struct csv_value *value = &row->value[i];
    if (!c->use[i]) continue;
    if (k + 3 * (size_t)value->n + 24 > BLOCK_LINE) return 0;
    size_t n = c->use[i] == CSV_TIME && value->n > 13 ? put_time(line + k, value) : put(line + k, value);
    if (c->use[i] >= CSV_NUMBER) n = without_zeros(line + k, n);
    if (!n) line[k + n++] = '-';
    k += n;
    line[k++] = ' ';
  }
  return k - 1;
}
