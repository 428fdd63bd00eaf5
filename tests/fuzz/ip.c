/* SPDX-License-Identifier: MIT */
/*
** Addresses and prefixes.  ip_parse() agrees with inet_pton(), and what ip_format() writes is read
** as the same address and is what inet_ntop() writes; bytes and texts sort alike; a prefix has the
** addresses that have its first bits; address_spelling() is the text of the address.  The scopes
** of neighbours in a prefix agree with what scope_of() says of an address that stands for another.
**
** Input: two texts with a comma between them, or 16 bytes of an address each.
*/
#include "fuzz.h"

#include <arpa/inet.h>

#include "net/ip.h"
#include "net/scope.h"
#include "record/address.h"
#include "record/tokens.h"

/* inet_pton() takes more bytes of an IPv4 address than ours, and the same texts otherwise. */
static int parse_by_libc(const char *p, size_t n, unsigned char out[IP_BYTES]) {
  char *text = text_of(p, n);
  static const unsigned char mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  int ok = strlen(text) == n;
  if (ok && strchr(text, ':')) {
    ok = inet_pton(AF_INET6, text, out) == 1;
  } else if (ok) {
    memcpy(out, mapped, sizeof mapped);
    ok = inet_pton(AF_INET, text, out + 12) == 1;
  }
  free(text);
  return ok;
}

static int bit_of(const unsigned char *p, uint32_t i) { return p[i / 8] >> (7 - i % 8) & 1; }

static void check_format(const struct ip *a, const unsigned char bytes[IP_BYTES]) {
  char text[IP_TEXT], libc[INET6_ADDRSTRLEN];
  struct ip again = {1, 2};
  size_t n = ip_format(a, text);
  PROPERTY(n == strlen(text) && ip_parse(text, n, &again) && !ip_compare(a, &again), "%s is not read again", text);
  if (ip_is_v4(a)) inet_ntop(AF_INET, bytes + 12, libc, sizeof libc);
  else inet_ntop(AF_INET6, bytes, libc, sizeof libc);
  /* inet_ntop() writes ::a.b.c.d where RFC 5952 leaves the choice. */
  PROPERTY(strchr(libc, '.') || !strcmp(text, libc), "%s, and %s by inet_ntop()", text, libc);
  PROPERTY(scope_of(a) < SCOPES && scope_name(scope_of(a)), "%s", text);
}

static void check_spelling(const char *p, size_t n) {
  struct address_room room;
  struct ip a;
  char text[IP_TEXT], *copy = copy_of(p, n, TOKENS_BLOCK);
  size_t got_n = n;
  const char *got = address_spelling(copy, &got_n, &room);
  if (ip_parse(p, n, &a)) PROPERTY(ip_format(&a, text) == got_n && !memcmp(got, text, got_n), "%.*s", (int)n, p);
  else PROPERTY(got_n == n && !memcmp(got, p, n), "%.*s", (int)n, p);
  free(copy);
}

/* Reads a text both ways. */
static int check_parse(const char *p, size_t n, struct ip *out) {
  unsigned char ours[IP_BYTES], libc[IP_BYTES];
  char *exact = copy_of(p, n, 0);
  int ok = ip_parse(exact, n, out);
  PROPERTY(ok == parse_by_libc(p, n, libc), "'%.*s' is %d", (int)n, p, ok);
  free(exact);
  if (!ok) return 0;
  ip_to_bytes(out, ours);
  PROPERTY(!memcmp(ours, libc, IP_BYTES), "'%.*s'", (int)n, p);
  check_format(out, ours);
  return 1;
}

static void check_pair(const struct ip *a, const struct ip *b) {
  unsigned char x[IP_BYTES], y[IP_BYTES];
  ip_to_bytes(a, x);
  ip_to_bytes(b, y);
  int bytes = memcmp(x, y, IP_BYTES), order = ip_compare(a, b);
  PROPERTY((bytes > 0) - (bytes < 0) == (order > 0) - (order < 0), "the order of two addresses: %d", order);
  uint32_t offset = 128 - ip_bits(a);
  for (uint32_t bits = 0; bits <= ip_bits(a); bits++) {
    struct ip_prefix prefix = ip_prefix_of(a, bits);
    int same = ip_is_v4(a) == ip_is_v4(b);
    for (uint32_t i = 0; i < bits; i++) same &= bit_of(x, offset + i) == bit_of(y, offset + i);
    PROPERTY(ip_in_prefix(a, &prefix) && ip_in_prefix(b, &prefix) == same, "%u bits", bits);
  }
}

/* ADDRESS/BITS is read as the address and a number are. */
static void check_prefix(const char *p, size_t n) {
  struct ip_prefix got;
  struct ip a;
  char *exact = copy_of(p, n, 0), *slash = n ? memchr(exact, '/', n) : NULL;
  int ok = ip_parse_prefix(exact, n, &got);
  size_t address_n = slash ? (size_t)(slash - exact) : n, digits = slash ? n - address_n - 1 : 0;
  int want = ip_parse(exact, address_n, &a);
  uint32_t bits = 0, written_v4 = want && !memchr(exact, ':', address_n);
  for (size_t i = 0; i < digits && want; i++) {
    want = slash[1 + i] >= '0' && slash[1 + i] <= '9' && digits <= 3;
    bits = bits * 10 + (uint32_t)(slash[1 + i] - '0');
  }
  if (slash && want) want = digits && (digits == 1 || slash[1] != '0') && bits <= (written_v4 ? 32 : 128);
  PROPERTY(ok == want, "'%.*s' is %d", (int)n, p, ok);
  if (ok && !slash) bits = ip_bits(&a);
  if (ok && slash && !written_v4 && ip_is_v4(&a) && bits >= 96) bits -= 96;
  if (ok && bits <= ip_bits(&a) && (written_v4 || !ip_is_v4(&a) || got.is_v4)) {
    struct ip_prefix made = ip_prefix_of(&a, bits);
    PROPERTY(!ip_compare(&made.net, &got.net) && !ip_compare(&made.mask, &got.mask) && made.is_v4 == got.is_v4,
             "'%.*s', %u bits", (int)n, p, bits);
  }
  free(exact);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct choices c = {data, size};
  struct ip a, b;
  size_t n, m;
  if (size == 2 * IP_BYTES) {
    if (!ip_from_bytes(data, IP_BYTES, &a) || !ip_from_bytes(data + IP_BYTES, IP_BYTES, &b)) abort();
    check_format(&a, data);
    check_pair(&a, &b);
    return 0;
  }
  const char *p = choose_text(&c, ',', &n), *q = choose_text(&c, ',', &m);
  if (n > 200 || m > 200) return 0;
  check_spelling(p, n);
  check_prefix(p, n);
  check_prefix(q, m);
  if (check_parse(p, n, &a) && check_parse(q, m, &b)) check_pair(&a, &b);
  return 0;
}
