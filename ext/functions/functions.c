/* SPDX-License-Identifier: MIT */
/*
** The SQL functions.  All are pure: they may be used in indexes, generated columns, CHECK, views and triggers.
**
** NULL in, NULL out.  What is no address (value.h) gives NULL.  A code is an integer, or what SQLite makes one of: 6.0
** and '6', but not 6.5 and 'six', which give NULL.
*/
#include <string.h>

#include "flowlogs.h"
#include "functions/functions.h"
#include "net/ip.h"
#include "base/mem.h"
#include "net/code_names.h"
#include "net/scope.h"
#include "sqlite/value.h"

/* flowlogs_version(): the extension's version, as "0.1.0". */
static void version(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  (void)argc;
  (void)argv;
  sqlite3_result_text(ctx, FLOWLOGS_VERSION, -1, SQLITE_STATIC);
}

static void error(sqlite3_context *ctx, char *text) {
  if (text) sqlite3_result_error(ctx, text, -1);
  else sqlite3_result_error_nomem(ctx);
  sqlite3_free(text);
}

/* --- arguments and results ---------------------------------------------------------------------------------------- */

/* Reads an integer; 0 when it is none. */
static int integer_of(sqlite3_value *v, int64_t *out) {
  double real;
  switch (sqlite3_value_numeric_type(v)) {
  case SQLITE_INTEGER: *out = sqlite3_value_int64(v); return 1;
  case SQLITE_FLOAT:
    real = sqlite3_value_double(v);
    if (!(real >= -9007199254740992.0 && real <= 9007199254740992.0)) return 0; /* 2^53: beyond, reals have gaps */
    *out = (int64_t)real;
    return (double)*out == real;
  default: return 0;
  }
}

static void result_ip(sqlite3_context *ctx, const struct ip *ip) {
  char text[IP_TEXT];
  sqlite3_result_text(ctx, text, (int)ip_format(ip, text), SQLITE_TRANSIENT);
}

/* A text that is constant; NULL for NULL. */
static void result_name(sqlite3_context *ctx, const char *name) {
  if (name) sqlite3_result_text(ctx, name, -1, SQLITE_STATIC);
}

/* --- addresses ---------------------------------------------------------------------------------------------------- */

/* The prefix of an argument, read once for a constant; NULL with an error. */
static const struct ip_prefix *prefix_of(sqlite3_context *ctx, int arg, int is_blob, const char *text, size_t n,
                                         struct ip_prefix *here) {
  struct ip_prefix *kept = sqlite3_get_auxdata(ctx, arg);
  if (kept) return kept;
  if (is_blob) {
    error(ctx, sqlite3_mprintf("flowlogs: cidr_match: the prefix is a blob, not text such as '10.0.0.0/8'"));
    return NULL;
  }
  if (!ip_parse_prefix(text, n, here)) {
    error(ctx, sqlite3_mprintf("flowlogs: cidr_match: '%s' is no prefix such as '10.0.0.0/8' or 'fd00::/8'", text));
    return NULL;
  }
  kept = mem_alloc(sizeof *kept);
  if (kept) {
    *kept = *here;
    sqlite3_set_auxdata(ctx, arg, kept, mem_free);
  }
  return here;
}

/*
** cidr_match(ip, cidr): 1 if the address lies in the prefix, 0 if not; NULL if one is NULL or ip is no address.  An
** IPv4 address is in no IPv6 prefix, ::ffff:a.b.c.d is the IPv4 address, a cidr without a length is the one address.
** Also isIpInSubnet, isIpv4InSubnet and isIpv6InSubnet, CloudWatch's names.  Error: a cidr that is none; the two in the
** wrong order.
*/
static void cidr_match(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
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
      error(ctx,
            sqlite3_mprintf("flowlogs: cidr_match: the address comes first, then the prefix: cidr_match('%s', '%s')",
                            cidr, text));
      return;
    }
  }
  const struct ip_prefix *prefix = prefix_of(ctx, 1, is_blob, cidr, cidr_n, &here);
  if (prefix && is_ip) sqlite3_result_int(ctx, ip_in_prefix(&ip, prefix));
}

/* ip_family(ip): 4 or 6. */
static void family(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  struct ip ip;
  (void)argc;
  if (value_ip(ctx, argv[0], &ip)) sqlite3_result_int(ctx, ip_is_v4(&ip) ? 4 : 6);
}

/*
** ip_prefix(ip, n): the network of the first n bits, as '10.0.0.0/8' or 'fd00::/8'.  Error: an n that is no number of
** bits of the address's family.
*/
static void network(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  struct ip ip;
  int64_t bits;
  char text[IP_TEXT + 4];
  (void)argc;
  if (sqlite3_value_type(argv[0]) == SQLITE_NULL || sqlite3_value_type(argv[1]) == SQLITE_NULL) return;
  if (!integer_of(argv[1], &bits)) {
    const char *n = (const char *)sqlite3_value_text(argv[1]);
    error(ctx, n ? sqlite3_mprintf("flowlogs: ip_prefix: '%s' is no number of bits, such as 24", n) : NULL);
    return;
  }
  if (!value_ip(ctx, argv[0], &ip)) return;
  if (bits < 0 || bits > ip_bits(&ip)) {
    static const char hint[] = "; for both families, write ip_prefix(ip, iif(ip_family(ip) = 4, 24, 64))";
    error(ctx,
          sqlite3_mprintf("flowlogs: ip_prefix: an IPv%d prefix has 0 to %d bits, not %lld%s", ip_is_v4(&ip) ? 4 : 6,
                          (int)ip_bits(&ip), (long long)bits, bits > 32 && bits <= 128 ? hint : ""));
    return;
  }
  struct ip net = ip_prefix_of(&ip, (uint32_t)bits).net;
  size_t n = ip_format(&net, text);
  sqlite3_snprintf((int)(sizeof text - n), text + n, "/%d", (int)bits);
  sqlite3_result_text(ctx, text, -1, SQLITE_TRANSIENT);
}

/* ip_scope(ip): 'private', 'global' and so on: see scope.h. */
static void scope(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  struct ip ip;
  (void)argc;
  if (value_ip(ctx, argv[0], &ip)) result_name(ctx, scope_name(scope_of(&ip)));
}

/* ip_is_private(ip): is its scope 'private'? */
static void is_private(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  struct ip ip;
  (void)argc;
  if (value_ip(ctx, argv[0], &ip)) sqlite3_result_int(ctx, scope_of(&ip) == SCOPE_PRIVATE);
}

/* ip_blob(ip): 16 bytes, of an IPv4 address those of ::ffff:a.b.c.d, which sort as addresses. */
static void to_blob(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  struct ip ip;
  unsigned char bytes[IP_BYTES];
  (void)argc;
  if (!value_ip(ctx, argv[0], &ip)) return;
  ip_to_bytes(&ip, bytes);
  sqlite3_result_blob(ctx, bytes, sizeof bytes, SQLITE_TRANSIENT);
}

/* ip_text(blob): the address as text, in the one form of RFC 5952; of a text too, so all its spellings become one. */
static void to_text(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  struct ip ip;
  (void)argc;
  if (value_ip(ctx, argv[0], &ip)) result_ip(ctx, &ip);
}

/* --- codes: see code_names.h ------------------------------------------------------------------------------------------- */

static void protocol_name(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  int64_t n;
  (void)argc;
  if (integer_of(argv[0], &n)) result_name(ctx, code_names_protocol(n));
}

/* port_name(port) or port_name(port, protocol), which tells TCP's syslog from UDP's. */
static void port_name(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  int64_t n, protocol = 0;
  if (argc == 2 && !integer_of(argv[1], &protocol)) return;
  if (integer_of(argv[0], &n)) result_name(ctx, code_names_port(n, protocol));
}

static void tcp_flags(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  int64_t mask;
  char out[CODE_NAMES_FLAGS];
  size_t n;
  (void)argc;
  if (integer_of(argv[0], &mask) && (n = code_names_flags(mask, out)))
    sqlite3_result_text(ctx, out, (int)n, SQLITE_TRANSIENT);
}

static void traffic_path(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  int64_t n;
  (void)argc;
  if (integer_of(argv[0], &n)) result_name(ctx, code_names_path(n));
}

/* --- all of them -------------------------------------------------------------------------------------------------- */

static const struct {
  const char *name;
  int nargs;
  void (*function)(sqlite3_context *, int, sqlite3_value **);
} functions[] = {
    {"flowlogs_version", 0, version},  {"cidr_match", 2, cidr_match},
    {"isIpInSubnet", 2, cidr_match},   {"isIpv4InSubnet", 2, cidr_match},
    {"isIpv6InSubnet", 2, cidr_match}, {"ip_family", 1, family},
    {"ip_prefix", 2, network},         {"ip_scope", 1, scope},
    {"ip_is_private", 1, is_private},  {"ip_blob", 1, to_blob},
    {"ip_text", 1, to_text},           {"protocol_name", 1, protocol_name},
    {"port_name", 1, port_name},       {"port_name", 2, port_name},
    {"tcp_flags", 1, tcp_flags},       {"traffic_path", 1, traffic_path},
};

const struct function_description function_descriptions[] = {
    {"flowlogs_version", "", "TEXT", "The version of the extension.", "flowlogs_version()"},
};
const size_t function_descriptions_count = sizeof function_descriptions / sizeof *function_descriptions;

#define FUNCTIONS (sizeof functions / sizeof *functions)

int functions_find(sqlite3_vtab *table, int argc, const char *name,
                   void (**function)(sqlite3_context *, int, sqlite3_value **), void **data) {
  (void)table;
  *data = NULL;
  for (size_t i = 0; argc == 2 && i < FUNCTIONS; i++) {
    if (functions[i].function != cidr_match || sqlite3_stricmp(functions[i].name, name)) continue;
    *function = cidr_match;
    return SQLITE_INDEX_CONSTRAINT_FUNCTION;
  }
  return 0;
}

int functions_register(sqlite3 *db) {
  const int pure = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
  int rc = cwl_match_register(db);
  if (!rc) rc = require_register(db);
  for (size_t i = 0; !rc && i < FUNCTIONS; i++)
    rc = sqlite3_create_function_v2(db, functions[i].name, functions[i].nargs, pure, NULL, functions[i].function, NULL,
                                    NULL, NULL);
  return rc;
}
