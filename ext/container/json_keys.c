/* SPDX-License-Identifier: MIT */
/*
** A key is compared with those of its length, as two words of eight bytes, behind which there are
** zeros: no key of the table is longer.
*/
#include "container/json_keys.h"

#include <string.h>

#include "base/bytes.h"
#include "base/chars.h"
#include "base/number.h"
#include "container/event_time.h"

#define IN(kind) (1u << (kind))

#define EVENT  (IN(JSON_OBJECT) | IN(JSON_EVENT) | IN(JSON_RECORD) | IN(JSON_ROW))
#define OBJECT (IN(JSON_OBJECT) | IN(JSON_RECORD))

struct row {
  char name[JSON_KEY_PADDING]; /* zeros behind it */
  enum json_key key;
  unsigned in; /* bits of the kinds of objects */
};

#define ROWS(...) ((const struct row[]){__VA_ARGS__, {"", JSON_KEY_OTHER, 0}})

/* By their lengths.  Names that Vector, Fluent Bit and others write stand beside AWS's. */
static const struct row *const rows[JSON_KEY_PADDING] = {
    [2] = ROWS({"s3", JSON_KEY_S3, IN(JSON_RECORD)}),
    [3] = ROWS({"log", JSON_KEY_LINE, OBJECT}),
    [4] = ROWS({"@log", JSON_KEY_LOG, EVENT}, {"Data", JSON_KEY_DATA, IN(JSON_RECORD)},
               {"data", JSON_KEY_DATA, IN(JSON_RECORD) | IN(JSON_AWSLOGS) | IN(JSON_KINESIS)},
               {"date", JSON_KEY_TIME, EVENT}, {"time", JSON_KEY_TIME, EVENT}),
    [6] = ROWS({"events", JSON_KEY_EVENTS, OBJECT}),
    [7] = ROWS({"message", JSON_KEY_MESSAGE, EVENT}, {"eventId", JSON_KEY_API, EVENT},
               {"results", JSON_KEY_RESULTS, OBJECT}, {"Records", JSON_KEY_RECORDS, OBJECT},
               {"records", JSON_KEY_RECORDS, OBJECT}, {"awslogs", JSON_KEY_AWSLOGS, OBJECT},
               {"kinesis", JSON_KEY_KINESIS, IN(JSON_RECORD)}),
    [8] = ROWS({"@message", JSON_KEY_MESSAGE, EVENT}, {"logGroup", JSON_KEY_GROUP, EVENT}),
    [9] = ROWS({"timestamp", JSON_KEY_TIME, EVENT}, {"logEvents", JSON_KEY_LOG_EVENTS, OBJECT},
               {"logStream", JSON_KEY_STREAM, EVENT}, {"log_group", JSON_KEY_GROUP, EVENT}),
    [10] = ROWS({"@timestamp", JSON_KEY_TIME, EVENT}, {"@logStream", JSON_KEY_STREAM, EVENT},
                {"log_stream", JSON_KEY_STREAM, EVENT}),
    [11] = ROWS({"messageType", JSON_KEY_TYPE, OBJECT}),
    [12] = ROWS({"logGroupName", JSON_KEY_GROUP, EVENT}),
    [13] = ROWS({"logStreamName", JSON_KEY_STREAM, EVENT}, {"ingestionTime", JSON_KEY_API, EVENT}),
    [14] = ROWS({"log_group_name", JSON_KEY_GROUP, EVENT}),
    [15] = ROWS({"log_stream_name", JSON_KEY_STREAM, EVENT}),
};

/* A word of a key, with zeros behind its end. */
static inline uint64_t word(const char *p, size_t n, size_t at) {
  if (n <= at) return 0;
  uint64_t w = bytes_load8(p + at);
  return n - at >= 8 ? w : w & ((UINT64_C(1) << 8 * (n - at)) - 1);
}

enum json_key json_key_find(const char *p, size_t n, enum json_open in) {
  if (n >= JSON_KEY_PADDING || !rows[n]) return JSON_KEY_OTHER;
  const uint64_t a = word(p, n, 0), b = word(p, n, 8);
  for (const struct row *row = rows[n]; row->in; row++)
    if (bytes_load8(row->name) == a && bytes_load8(row->name + 8) == b)
      return row->in & IN(in) ? row->key : JSON_KEY_OTHER;
  return JSON_KEY_OTHER;
}

/* The number that the n digits at p are, and whose unit its size tells; a fraction behind it is passed over. */
static int64_t number_time(const char *p, size_t n, int is_any) {
  uint64_t number = 0;
  int64_t fraction = 0, unit = 100;
  size_t i = 0;
  for (; i < n && i < NUMBER_DIGITS && char_is_digit(p[i]); i++) number = number * 10 + (uint64_t)(p[i] - '0');
  if (i == 0 || (i < n && p[i] != '.') || number > INT64_MAX) return JSON_NO_TIME;
  const int64_t value = (int64_t)number;
  for (size_t k = i + 1; k < n; k++, unit /= 10) {
    if (!char_is_digit(p[k])) return JSON_NO_TIME;
    fraction += (p[k] - '0') * unit;
  }
  if (!is_any) return value;
  if (value < INT64_C(100000000000)) return value * 1000 + fraction;
  if (value < INT64_C(100000000000000)) return value;
  return value < INT64_C(100000000000000000) ? value / 1000 : value / 1000000;
}

int64_t json_time(const char *p, size_t n, int is_any) {
  int64_t ms;
  enum event_zone zone;
  if (n > 10 && p[4] == '-') return event_time_parse(p, n, &ms, &zone) == n ? ms : JSON_NO_TIME;
  return number_time(p, n, is_any);
}
