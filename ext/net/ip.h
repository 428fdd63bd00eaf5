/* SPDX-License-Identifier: MIT */
/*
** Reads, compares, matches and writes IP addresses and prefixes.  Addresses of both families have
** 128 bits: the IPv4 address a.b.c.d is ::ffff:a.b.c.d, and may also be written in this way.  A
** text must be the address and nothing else, without spaces, zone or brackets.  The functions are
** pure; any thread may call them.
*/
#ifndef NET_IP_H
#define NET_IP_H

#include <stddef.h>
#include <stdint.h>

/*
** Bytes of the longest text of an address and its NUL: six groups and an IPv4 address, which
** ip_parse() reads.
*/
#define IP_TEXT 46

/*
** An address; IPv4 is ::ffff:a.b.c.d.  The 128 bits are two numbers, and the first bit of the
** address is the highest bit of `high`.
*/
struct ip {
  uint64_t high, low;
};

/* A prefix (CIDR block). */
struct ip_prefix {
  struct ip net;  /* has no bit that `mask` does not have */
  struct ip mask; /* ones and then zeros; at least 96 ones for IPv4 */
  int is_v4;      /* 0 or 1 */
};

/*
** Reads all n bytes at p as an address and returns 1; returns 0 and leaves *out unchanged when
** they are not an address.  An IPv4 address is four decimal numbers up to 255 without leading
** zeros.  An IPv6 address may have any form of RFC 4291, with `::` and with an IPv4 address as
** the last 32 bits.  p may be NULL when n is 0.
*/
int ip_parse(const char *p, size_t n, struct ip *out);

/* Is it an IPv4 address? */
static inline int ip_is_v4(const struct ip *a) { return a->high == 0 && a->low >> 32 == 0xffff; }

/* Returns the number of bits of an address in its family: 32 or 128. */
static inline uint32_t ip_bits(const struct ip *a) { return ip_is_v4(a) ? 32 : 128; }

/*
** Reads ADDRESS/BITS, or ADDRESS for a prefix of that address alone, and returns 1; returns 0 and
** leaves *out unchanged when the text is neither.  Bits of the address after the prefix are
** ignored.  BITS has no leading zeros, and is at most 32 after a.b.c.d.  ::ffff:a.b.c.d/BITS is
** an IPv4 prefix when BITS is at least 96.
*/
int ip_parse_prefix(const char *p, size_t n, struct ip_prefix *out);

/* Returns the prefix of the first `bits` bits of an address, at most ip_bits() of it. */
struct ip_prefix ip_prefix_of(const struct ip *a, uint32_t bits);

/* Is the address in the prefix? An IPv4 address is in no IPv6 prefix, not even in ::/0. */
static inline int ip_in_prefix(const struct ip *a, const struct ip_prefix *p) {
  return (a->high & p->mask.high) == p->net.high && (a->low & p->mask.low) == p->net.low && ip_is_v4(a) == p->is_v4;
}

/* Are the two the same address? */
static inline int ip_is_same(const struct ip *a, const struct ip *b) { return a->high == b->high && a->low == b->low; }

/* Returns a number less than, equal to or greater than 0, by the order of the 128 bits. */
int ip_compare(const struct ip *a, const struct ip *b);

/*
** Writes the text of RFC 5952 and a NUL: lower case, the first of the longest runs of zeros as
** `::`, and IPv4 as a.b.c.d.  Returns the length of the text.
*/
size_t ip_format(const struct ip *a, char out[IP_TEXT]);

#define IP_BYTES 16

/*
** Writes the 128 bits, the first bit first.  memcmp() orders these bytes as ip_compare() orders
** the addresses.
*/
void ip_to_bytes(const struct ip *a, unsigned char out[IP_BYTES]);

/*
** Reads the 4 bytes of an IPv4 address, or the 16 bytes that ip_to_bytes() writes, and returns 1;
** returns 0 and leaves *out unchanged for any other n.
*/
int ip_from_bytes(const unsigned char *p, size_t n, struct ip *out);

#endif
