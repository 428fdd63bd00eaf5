/* SPDX-License-Identifier: MIT */
/*
** Each function reads its addresses with value_ip() and answers at once.  Nothing is kept, except
** for cidr_match(), which a join with a table of prefixes calls for each record and each prefix:
** the prefixes that a thread has read last, and the last address, by their texts.  A prefix is in
** one of the WAYS places of the set that its text chooses, and the oldest of these gives way.
*/
#include "functions/address_functions.h"

#include <string.h>

#include "net/ip.h"
#include "net/scope.h"
#include "sqlite/value.h"

static void result_ip(sqlite3_context *ctx, const struct ip *ip) {
  char text[IP_TEXT];
  sqlite3_result_text(ctx, text, (int)ip_format(ip, text), SQLITE_TRANSIENT);
}

/* --- cidr_match -------------------------------------------------------------------------------------------------- */

#define KEY_WORDS 6  /* longer texts are read each time */
#define SETS      32 /* a power of two */
#define WAYS      4

/* A text, with its bytes in words and zeros behind them. */
struct key {
  uint64_t word[KEY_WORDS];
  size_t n; /* 0: the place is free */
};

static _Thread_local struct {
  struct kept_prefix {
    struct key key;
    struct ip_prefix prefix;
  } prefix[SETS][WAYS];
  unsigned char oldest[SETS];
  struct key address_key;
  struct ip address;
} kept;

static int make_key(const char *text, size_t n, struct key *key) {
  if (!n || n > sizeof key->word) return 0;
  memset(key->word, 0, sizeof key->word);
  memcpy(key->word, text, n);
  key->n = n;
  return 1;
}

static int is_same_key(const struct key *a, const struct key *b) {
  uint64_t differs = a->n ^ b->n;
  for (int i = 0; i < KEY_WORDS; i++) differs |= a->word[i] ^ b->word[i];
  return !differs;
}

static unsigned set_of(const struct key *key) {
  uint64_t h = key->n;
  for (int i = 0; i < KEY_WORDS; i++) h = (h ^ key->word[i]) * UINT64_C(0x9e3779b97f4a7c15);
  return (unsigned)(h >> 32) & (SETS - 1);
}

/* Reads a prefix, as ip_parse_prefix(). */
static int read_prefix(const char *text, size_t n, struct ip_prefix *out) {
  struct key key;
  if (!make_key(text, n, &key)) return ip_parse_prefix(text, n, out);
  unsigned set = set_of(&key);
  for (int i = 0; i < WAYS; i++)
    if (is_same_key(&kept.prefix[set][i].key, &key)) {
      *out = kept.prefix[set][i].prefix;
      return 1;
    }
  if (!ip_parse_prefix(text, n, out)) return 0;
  kept.prefix[set][kept.oldest[set]++ % WAYS] = (struct kept_prefix){key, *out};
  return 1;
}

/* Reads an address, as value_ip(). */
static int read_address(sqlite3_context *ctx, sqlite3_value *v, struct ip *out) {
  struct key key;
  size_t n;
  if (sqlite3_value_type(v) != SQLITE_TEXT) return value_ip(ctx, v, out);
  const char *text = value_text(ctx, v, &n);
  if (!text) return 0;
  int has_key = make_key(text, n, &key);
  if (has_key && is_same_key(&key, &kept.address_key)) {
    *out = kept.address;
    return 1;
  }
  if (!ip_parse(text, n, out)) return 0;
  if (has_key) {
    kept.address_key = key;
    kept.address = *out;
  }
  return 1;
}

/* The arguments in the other order. */
static int is_turned(const char *text, size_t n, const char *cidr, size_t cidr_n) {
  struct ip_prefix prefix;
  struct ip ip;
  return memchr(text, '/', n) && ip_parse_prefix(text, n, &prefix) && ip_parse(cidr, cidr_n, &ip);
}

void address_cidr_match(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  struct ip ip;
  struct ip_prefix prefix;
  size_t n = 0, cidr_n = 0;
  (void)argc;
  int is_blob = sqlite3_value_type(argv[1]) == SQLITE_BLOB; /* before it is made a text */
  const char *cidr = value_text(ctx, argv[1], &cidr_n);
  if (!cidr || sqlite3_value_type(argv[0]) == SQLITE_NULL) return;
  int is_ip = read_address(ctx, argv[0], &ip);
  if (!is_ip && sqlite3_value_type(argv[0]) == SQLITE_TEXT) {
    const char *text = value_text(ctx, argv[0], &n);
    if (!text) return;
    if (is_turned(text, n, cidr, cidr_n)) {
      value_result_error(
          ctx, sqlite3_mprintf("flowlogs: cidr_match: the address comes first, then the prefix: cidr_match('%s', '%s')",
                               cidr, text));
      return;
    }
  }
  if (is_blob)
    value_result_error(ctx,
                       sqlite3_mprintf("flowlogs: cidr_match: the prefix is a blob, not text such as '10.0.0.0/8'"));
  else if (!read_prefix(cidr, cidr_n, &prefix))
    value_result_error(
        ctx, sqlite3_mprintf("flowlogs: cidr_match: '%s' is no prefix such as '10.0.0.0/8' or 'fd00::/8'", cidr));
  else if (is_ip) sqlite3_result_int(ctx, ip_in_prefix(&ip, &prefix));
}

/* --- the others -------------------------------------------------------------------------------------------------- */

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
