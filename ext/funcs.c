/* SPDX-License-Identifier: MIT */
/* The SQL functions.  All are pure: they may be used in indexes, views and triggers. */
#include <string.h>

#include "flowlogs.h"
#include "ip.h"
#include "mem.h"

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

/* A value's text and length; NULL for NULL, and with an error when there is no memory. */
static const char *text_of(sqlite3_context *ctx, sqlite3_value *v, size_t *n) {
  if (sqlite3_value_type(v) == SQLITE_NULL) return NULL;
  const char *text = (const char *)sqlite3_value_text(v);
  if (!text) sqlite3_result_error_nomem(ctx);
  *n = (size_t)sqlite3_value_bytes(v);
  return text;
}

/* The prefix of an argument, read once for a constant; NULL with an error. */
static const struct ip_prefix *prefix_of(sqlite3_context *ctx, int arg, const char *text, size_t n,
                                         struct ip_prefix *here) {
  struct ip_prefix *kept = sqlite3_get_auxdata(ctx, arg);
  if (kept) return kept;
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
  const char *text = text_of(ctx, argv[0], &n), *cidr = text_of(ctx, argv[1], &cidr_n);
  if (!text || !cidr) return;
  if (memchr(text, '/', n) && ip_parse_prefix(text, n, &here) && ip_parse(cidr, cidr_n, &ip)) {
    error(ctx, sqlite3_mprintf("flowlogs: cidr_match: the address comes first, then the prefix: cidr_match('%s', '%s')",
                               cidr, text));
    return;
  }
  const struct ip_prefix *prefix = prefix_of(ctx, 1, cidr, cidr_n, &here);
  if (prefix && ip_parse(text, n, &ip)) sqlite3_result_int(ctx, ip_in_prefix(&ip, prefix));
}

static const char *const cidr_names[] = {"cidr_match", "isIpInSubnet", "isIpv4InSubnet", "isIpv6InSubnet"};

#define CIDR_NAMES (sizeof cidr_names / sizeof *cidr_names)

int funcs_find(sqlite3_vtab *table, int argc, const char *name,
               void (**function)(sqlite3_context *, int, sqlite3_value **), void **data) {
  (void)table;
  *data = NULL;
  for (size_t i = 0; argc == 2 && i < CIDR_NAMES; i++) {
    if (sqlite3_stricmp(cidr_names[i], name)) continue;
    *function = cidr_match;
    return SQLITE_INDEX_CONSTRAINT_FUNCTION;
  }
  return 0;
}

int funcs_register(sqlite3 *db) {
  const int pure = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
  int rc = sqlite3_create_function_v2(db, "flowlogs_version", 0, pure, NULL, version, NULL, NULL, NULL);
  for (size_t i = 0; !rc && i < CIDR_NAMES; i++)
    rc = sqlite3_create_function_v2(db, cidr_names[i], 2, pure, NULL, cidr_match, NULL, NULL, NULL);
  if (!rc) rc = cwl_register(db);
  return rc;
}
