/* SPDX-License-Identifier: MIT */
/* The names are in the tables of net/code_names.h; the functions only convert the arguments. */
#include "functions/code_functions.h"

#include "net/code_names.h"
#include "sqlite/value.h"

void code_protocol_name(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  int64_t n;
  (void)argc;
  if (value_integer(argv[0], &n)) value_result_constant(ctx, code_names_protocol(n));
}

void code_port_name(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  int64_t n, protocol = 0;
  if (argc == 2 && !value_integer(argv[1], &protocol)) return;
  if (value_integer(argv[0], &n)) value_result_constant(ctx, code_names_port(n, protocol));
}

void code_tcp_flags(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  int64_t mask;
  char out[CODE_NAMES_FLAGS];
  size_t n;
  (void)argc;
  if (value_integer(argv[0], &mask) && (n = code_names_flags(mask, out)))
    sqlite3_result_text(ctx, out, (int)n, SQLITE_TRANSIENT);
}

void code_traffic_path(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  int64_t n;
  (void)argc;
  if (value_integer(argv[0], &n)) value_result_constant(ctx, code_names_path(n));
}
