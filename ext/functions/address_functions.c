/* SPDX-License-Identifier: MIT */
/*
** Each function reads its addresses with value_ip() and answers at once; nothing is kept, except
** for the prefix of cidr_match(): a constant prefix is parsed once for a statement and then lies
** in SQLite's auxiliary data.
*/
#include "functions/address_functions.h"

#include <string.h>

#include "base/mem.h"
#include "net/ip.h"
#include "net/scope.h"
#include "sqlite/value.h"

static void result_ip(sqlite3_context *ctx, const struct ip *ip) {
  char text[IP_TEXT];
  sqlite3_result_text(ctx, text, (int)ip_format(ip, text), SQLITE_TRANSIENT);
}

/* The prefix of an argument, read once for a constant; NULL with an error. */
static const struct ip_prefix *prefix_of(sqlite3_context *ctx, int arg, int is_blob, const char *text, size_t n,
                                         struct ip_prefix *here) {
  struct ip_prefix *kept = sqlite3_get_auxdata(ctx, arg);
  if (kept) return kept;
  if (is_blob) {
    value_result_error(ctx,
                       sqlite3_mprintf("flowlogs: cidr_match: the prefix is a blob, not text such as '10.0.0.0/8'"));
    return NULL;
  }
  if (!ip_parse_prefix(text, n, here)) {
    value_result_error(
        ctx, sqlite3_mprintf("flowlogs: cidr_match: '%s' is no prefix such as '10.0.0.0/8' or 'fd00::/8'", text));
    return NULL;
  }
  kept = mem_alloc(sizeof *kept);
  if (kept) {
    *kept = *here;
    sqlite3_set_auxdata(ctx, arg, kept, mem_free);
  }
  return here;
}

void address_cidr_match(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  struct ip ip;
  struct ip_prefix here;
  size_t n = 0, cidr_n = 0;
  (void)argc;
  int is_blob = sqlite3_value_type(argv[1]) == SQLITE_BLOB; /* before it is made a text */
  const char *cidr = value_text(ctx, argv[1], &cidr_n);
  if (!cidr || sqlite3_value_type(argv[0]) == SQLITE_NULL) return;
  int is_ip = value_ip(ctx, argv[0], &ip);
  if (!is_ip && sqlite3_value_type(argv[0]) == SQLITE_TEXT) {
    const char *text = value_text(ctx, argv[0], &n);
    if (!text) return;
    if (memchr(text, '/', n) && ip_parse_prefix(text, n, &here) && ip_parse(cidr, cidr_n, &ip)) {
      value_result_error(
          ctx, sqlite3_mprintf("flowlogs: cidr_match: the address comes first, then the prefix: cidr_match('%s', '%s')",
                               cidr, text));
      return;
    }
  }
  const struct ip_prefix *prefix = prefix_of(ctx, 1, is_blob, cidr, cidr_n, &here);
  if (prefix && is_ip) sqlite3_result_int(ctx, ip_in_prefix(&ip, prefix));
}

void address_family(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  struct ip ip;
  (void)argc;
  if (value_ip(ctx, argv[0], &ip)) sqlite3_result_int(ctx, ip_is_v4(&ip) ? 4 : 6);
}

void address_prefix(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  struct ip ip;
  int64_t bits;
  char text[IP_TEXT + 4];
  (void)argc;
  if (sqlite3_value_type(argv[0]) == SQLITE_NULL || sqlite3_value_type(argv[1]) == SQLITE_NULL) return;
  if (!value_integer(argv[1], &bits)) {
    const char *n = (const char *)sqlite3_value_text(argv[1]);
    value_result_error(ctx,
                       n ? sqlite3_mprintf("flowlogs: ip_prefix: '%s' is no number of bits, such as 24", n) : NULL);
    return;
  }
  if (!value_ip(ctx, argv[0], &ip)) return;
  if (bits < 0 || bits > ip_bits(&ip)) {
    static const char hint[] = "; for both families, write ip_prefix(ip, iif(ip_family(ip) = 4, 24, 64))";
    value_result_error(ctx, sqlite3_mprintf("flowlogs: ip_prefix: an IPv%d prefix has 0 to %d bits, not %lld%s",
                                            ip_is_v4(&ip) ? 4 : 6, (int)ip_bits(&ip), (long long)bits,
                                            bits > 32 && bits <= 128 ? hint : ""));
    return;
  }
  struct ip net = ip_prefix_of(&ip, (uint32_t)bits).net;
  size_t n = ip_format(&net, text);
  sqlite3_snprintf((int)(sizeof text - n), text + n, "/%d", (int)bits);
  sqlite3_result_text(ctx, text, -1, SQLITE_TRANSIENT);
}

void address_scope(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  struct ip ip;
  (void)argc;
  if (value_ip(ctx, argv[0], &ip)) value_result_constant(ctx, scope_name(scope_of(&ip)));
}

void address_is_private(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  struct ip ip;
  (void)argc;
  if (value_ip(ctx, argv[0], &ip)) sqlite3_result_int(ctx, scope_of(&ip) == SCOPE_PRIVATE);
}

void address_blob(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  struct ip ip;
  unsigned char bytes[IP_BYTES];
  (void)argc;
  if (!value_ip(ctx, argv[0], &ip)) return;
  ip_to_bytes(&ip, bytes);
  sqlite3_result_blob(ctx, bytes, sizeof bytes, SQLITE_TRANSIENT);
}

void address_text(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  struct ip ip;
  (void)argc;
  if (value_ip(ctx, argv[0], &ip)) result_ip(ctx, &ip);
}
