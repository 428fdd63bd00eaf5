/* SPDX-License-Identifier: MIT */
/*
** INT96 is a time as Hive and Spark once wrote it: eight bytes with the nanoseconds of the day, and four
** with its Julian number; day 2440588 is 1970-01-01.
*/
#include "parquet/plain.h"

#include "base/bytes.h"

#define DAY          86400
#define JULIAN_1970  2440588
#define NANOS        INT64_C(1000000000)
#define PLAIN_LENGTH 4 /* bytes of the length of a text */

size_t plain_width(const struct schema_column *column) {
  return column->type == SCHEMA_INT32 ? 4 : column->type == SCHEMA_INT96 ? 12 : 8;
}

static int64_t julian(const char *p) {
  int64_t nanos = (int64_t)bytes_load8(p), day = (int32_t)bytes_load4(p + 8);
  if (nanos < 0 || nanos >= DAY * NANOS) return -1; /* which no field can be */
  return (day - JULIAN_1970) * DAY + nanos / NANOS;
}

int plain_numbers(const unsigned char **at, const unsigned char *end, const struct schema_column *column, int64_t *out,
                  uint32_t n) {
  size_t width = plain_width(column);
  const char *p = (const char *)*at;
  if (n > (size_t)(end - *at) / width) return 0;
  *at += n * width;
  if (width == 8)
    for (uint32_t i = 0; i < n; i++) out[i] = (int64_t)bytes_load8(p + 8 * (size_t)i);
  else if (width == 12)
    for (uint32_t i = 0; i < n; i++) out[i] = julian(p + 12 * (size_t)i);
  else if (column->values == SCHEMA_UNSIGNED)
    for (uint32_t i = 0; i < n; i++) out[i] = bytes_load4(p + 4 * (size_t)i);
  else
    for (uint32_t i = 0; i < n; i++) out[i] = (int32_t)bytes_load4(p + 4 * (size_t)i);
  return 1;
}

int plain_texts(const unsigned char **at, const unsigned char *end, struct parquet_text *out, uint32_t n) {
  const unsigned char *p = *at;
  for (uint32_t i = 0; i < n; i++) {
    if ((size_t)(end - p) < PLAIN_LENGTH) return 0;
    uint32_t length = bytes_load4((const char *)p);
    p += PLAIN_LENGTH;
    if (length > (size_t)(end - p)) return 0;
    out[i] = (struct parquet_text){p, length};
    p += length;
  }
  *at = p;
  return 1;
}

/* Rounded down, so that what lies before 1970 stays below 0. */
static int64_t divide(int64_t x, int64_t by) { return x / by - (x % by < 0); }

int64_t plain_second(const struct schema_column *column, int64_t x) {
  switch (column->values) {
  case SCHEMA_DAYS: return x * DAY;
  case SCHEMA_MILLIS: return divide(x, 1000);
  case SCHEMA_MICROS: return divide(x, 1000000);
  case SCHEMA_NANOS: return divide(x, NANOS);
  default: return x;
  }
}

void plain_seconds(const struct schema_column *column, int64_t *number, uint32_t n) {
  if (column->values < SCHEMA_DAYS || column->values > SCHEMA_NANOS) return;
  for (uint32_t i = 0; i < n; i++) number[i] = plain_second(column, number[i]);
}
