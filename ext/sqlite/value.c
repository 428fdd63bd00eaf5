/* SPDX-License-Identifier: MIT */
/*
** sqlite3_value_text() returns NULL for two reasons: the value is NULL, or there is no memory.
** The type is looked at first, so that the two can be told apart.  sqlite3_value_bytes() must be
** called after sqlite3_value_text(), because a conversion to text changes the length.
*/
#include "sqlite/value.h"

#include <string.h>

#include "base/printable.h"
#include "sqlite/report.h"

const char *value_text(sqlite3_context *ctx, sqlite3_value *v, size_t *n) {
  if (sqlite3_value_type(v) == SQLITE_NULL) return NULL;
  const char *text = (const char *)sqlite3_value_text(v);
  *n = (size_t)sqlite3_value_bytes(v);
  if (!text) sqlite3_result_error_nomem(ctx);
  return text;
}

int value_ip(sqlite3_context *ctx, sqlite3_value *v, struct ip *out) {
  size_t n;
  if (sqlite3_value_type(v) == SQLITE_BLOB) {
    const unsigned char *bytes = sqlite3_value_blob(v);
    return ip_from_bytes(bytes, (size_t)sqlite3_value_bytes(v), out);
  }
  const char *text = value_text(ctx, v, &n);
  return text && ip_parse(text, n, out);
}

int value_integer(sqlite3_value *v, int64_t *out) {
  double real;
  switch (sqlite3_value_numeric_type(v)) {
  case SQLITE_INTEGER: *out = sqlite3_value_int64(v); return 1;
  case SQLITE_FLOAT:
    real = sqlite3_value_double(v);
    if (!(real >= -9007199254740992.0 && real <= 9007199254740992.0)) return 0; /* 2^53: larger reals have gaps */
    *out = (int64_t)real;
    return (double)*out == real;
  default: return 0;
  }
}

int value_is_same(sqlite3_value *a, sqlite3_value *b) {
  const void *p = sqlite3_value_blob(a), *q = sqlite3_value_blob(b);
  int n = sqlite3_value_bytes(a);
  return sqlite3_value_type(a) == sqlite3_value_type(b) && n == sqlite3_value_bytes(b) &&
         (n == 0 || (p && q && !memcmp(p, q, (size_t)n)));
}

void value_result_constant(sqlite3_context *ctx, const char *text) {
  if (text) sqlite3_result_text(ctx, text, -1, SQLITE_STATIC);
}

void value_result_message(sqlite3_context *ctx, char *message) {
  if (message) sqlite3_result_error(ctx, message, -1);
  else sqlite3_result_error_nomem(ctx);
  sqlite3_free(message);
}

void value_result_code(sqlite3_context *ctx, int rc, char *message) {
  if (message) sqlite3_result_error(ctx, message, -1);
  if (rc == SQLITE_NOMEM) sqlite3_result_error_nomem(ctx);
  else if (rc != SQLITE_ERROR) sqlite3_result_error_code(ctx, rc);
  sqlite3_free(message);
}

void value_result_error(sqlite3_context *ctx, char *text) { value_result_message(ctx, report_clean(text)); }

void value_result_printable(sqlite3_context *ctx, const char *p, size_t n) {
  if (printable_is(p, n)) {
    sqlite3_result_text64(ctx, p, n, SQLITE_TRANSIENT, SQLITE_UTF8);
    return;
  }
  char *out = sqlite3_malloc64(PRINTABLE_GROWTH * (sqlite3_uint64)n);
  if (out) sqlite3_result_text64(ctx, out, printable_write(p, n, out, PRINTABLE_GROWTH * n), sqlite3_free, SQLITE_UTF8);
  else sqlite3_result_error_nomem(ctx);
}
