/* SPDX-License-Identifier: MIT */
/*
** IPv4 and IPv6 addresses are two kinds, each with as many bytes as its addresses have.  In the
** order of ip_compare() the IPv4 addresses lie between IPv6 addresses; here they lie before them,
** so that a range of IPv6 keys, even that of ::/0, has no IPv4 address in it.
*/
#include "index/key.h"

static void set(struct index_key *out, enum key_kind kind, const void *p, size_t n) {
  if (n > KEY_MAX - 1) n = KEY_MAX - 1;
  out->b[0] = (unsigned char)kind;
  if (n) memcpy(out->b + 1, p, n);
  out->n = (uint8_t)(n + 1);
}

/* The key of an address as one of that family, whatever its first bits are. */
static void set_address(struct index_key *out, const struct ip *a, int is_v4) {
  unsigned char b[IP_BYTES];
  ip_to_bytes(a, b);
  if (is_v4) set(out, KEY_ADDRESS_V4, b + IP_BYTES - 4, 4);
  else set(out, KEY_ADDRESS_V6, b, IP_BYTES);
}

void key_of_ip(struct index_key *out, const struct ip *a) { set_address(out, a, ip_is_v4(a)); }

void key_of_address(struct index_key *out, const char *p, size_t n) {
  struct ip a;
  if (ip_parse(p, n, &a)) key_of_ip(out, &a);
  else set(out, KEY_ADDRESS_TEXT, p, n);
}

void key_of_interface(struct index_key *out, const char *p, size_t n) { set(out, KEY_INTERFACE, p, n); }

void key_of_port(struct index_key *out, uint64_t port) {
  uint32_t x = port > 65535 ? 65535 : (uint32_t)port;
  const unsigned char b[2] = {(unsigned char)(x >> 8), (unsigned char)x};
  set(out, KEY_PORT, b, sizeof b);
}

void key_range_of_prefix(struct index_key *least, struct index_key *greatest, const struct ip_prefix *p) {
  struct ip last = {p->net.high | ~p->mask.high, p->net.low | ~p->mask.low};
  set_address(least, &p->net, p->is_v4);
  set_address(greatest, &last, p->is_v4);
}
