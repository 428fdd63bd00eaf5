/* SPDX-License-Identifier: MIT */
/*
** What is hashed, in network byte order; the end with the smaller (address, port) is written first:
**
**     seed | address address | protocol 00 | port port
**        2 |  4 + 4 or 16 + 16 |   1   1   |   2    2     bytes; no ports for protocols without them
**
** The ID is "1:" and the base64 of the SHA-1 of these bytes.
*/
#include "functions/community_id.h"

#include <string.h>

#include "base/base64.h"
#include "base/sha1.h"
#include "net/ip.h"
#include "sqlite/value.h"

enum { ICMP = 1, TCP = 6, UDP = 17, ICMPV6 = 58, SCTP = 132 };

#define HASHED (2 + 2 * IP_BYTES + 2 + 4) /* bytes at most */

#define USAGE "community_id(srcaddr, srcport, dstaddr, dstport, protocol)"

/* An end of the flow. */
struct end {
  struct ip ip;
  int64_t port;
};

/* Reads a number up to `most`, and returns 1; or returns 0 with the error set. */
static int read_number(sqlite3_context *ctx, sqlite3_value *v, const char *name, int64_t most, int64_t *out) {
  if (value_integer(v, out) && *out >= 0 && *out <= most) return 1;
  if (sqlite3_value_type(v) == SQLITE_BLOB) {
    value_result_error(ctx, sqlite3_mprintf("flowlogs: community_id: the %s is a blob, not a number", name));
    return 0;
  }
  const char *text = (const char *)sqlite3_value_text(v), *quote = sqlite3_value_type(v) == SQLITE_TEXT ? "'" : "";
  value_result_error(ctx, text
                              ? sqlite3_mprintf("flowlogs: community_id: the %s is %s%!.100s%s, not a number from 0 to "
                                                "%lld; the order is " USAGE,
                                                name, quote, text, quote, (long long)most)
                              : NULL);
  return 0;
}

/* Does the second end come before the first one? */
static int is_swapped(const struct end *a, const struct end *b, int has_ports) {
  int order = ip_compare(&a->ip, &b->ip);
  return order > 0 || (order == 0 && has_ports && a->port > b->port);
}

static size_t put_ip(unsigned char *to, const struct ip *ip) {
  unsigned char bytes[IP_BYTES];
  size_t n = ip_is_v4(ip) ? 4 : IP_BYTES;
  ip_to_bytes(ip, bytes);
  memcpy(to, bytes + IP_BYTES - n, n);
  return n;
}

static size_t put_16(unsigned char *to, int64_t value) {
  to[0] = (unsigned char)(value >> 8);
  to[1] = (unsigned char)(value & 0xff);
  return 2;
}

static void result_id(sqlite3_context *ctx, const struct end ends[2], int64_t protocol, int has_ports, int64_t seed) {
  const struct end *first = ends, *second = ends + 1;
  unsigned char hashed[HASHED], digest[SHA1_BYTES];
  char id[2 + BASE64_LENGTH(SHA1_BYTES)] = "1:";
  if (is_swapped(first, second, has_ports)) first = ends + 1, second = ends;
  size_t n = put_16(hashed, seed);
  n += put_ip(hashed + n, &first->ip);
  n += put_ip(hashed + n, &second->ip);
  hashed[n++] = (unsigned char)protocol;
  hashed[n++] = 0;
  if (has_ports) {
    n += put_16(hashed + n, first->port);
    n += put_16(hashed + n, second->port);
  }
  sha1(hashed, n, digest);
  base64_encode(digest, sizeof digest, id + 2);
  sqlite3_result_text(ctx, id, sizeof id, SQLITE_TRANSIENT);
}

void community_id(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  struct end ends[2] = {{{0, 0}, 0}, {{0, 0}, 0}};
  int64_t protocol, seed = 0;
  if (sqlite3_value_type(argv[4]) == SQLITE_NULL || !read_number(ctx, argv[4], "protocol", 255, &protocol)) return;
  int has_ports = protocol == TCP || protocol == UDP || protocol == SCTP;
  for (int i = 0; i < argc; i++)
    if (sqlite3_value_type(argv[i]) == SQLITE_NULL && (has_ports || (i != 1 && i != 3))) return;
  if (argc == 6 && !read_number(ctx, argv[5], "seed", 65535, &seed)) return;
  if (has_ports && !(read_number(ctx, argv[1], "srcport", 65535, &ends[0].port) &&
                     read_number(ctx, argv[3], "dstport", 65535, &ends[1].port)))
    return;
  if (protocol == ICMP || protocol == ICMPV6) return;
  if (!value_ip(ctx, argv[0], &ends[0].ip) || !value_ip(ctx, argv[2], &ends[1].ip)) return;
  if (ip_is_v4(&ends[0].ip) == ip_is_v4(&ends[1].ip)) result_id(ctx, ends, protocol, has_ports, seed);
}
