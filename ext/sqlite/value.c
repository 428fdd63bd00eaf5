/* SPDX-License-Identifier: MIT */
#include "sqlite/value.h"

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
