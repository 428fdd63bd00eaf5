/* SPDX-License-Identifier: MIT */
/*
** IP addresses and prefixes: read from text, compared, matched, written.  Both families are 128 bits, an IPv4 address
** a.b.c.d being ::ffff:a.b.c.d, which is also how it may be written.  What is read must be the address and nothing
** else: no spaces, no zone, no brackets.  Pure functions; any thread.
*/
#ifndef NET_IP_H
#define NET_IP_H

#include <stddef.h>
#include <stdint.h>

#define IP_TEXT 46 /* the longest text of an address, and a NUL: 6 groups and an IPv4 address, which ip_parse() reads */

/* An address, IPv4 as ::ffff:a.b.c.d: 128 bits as two numbers, the first bit the highest of `high`. */
struct ip {
  uint64_t high, low;
};

/* A prefix (CIDR block). */
struct ip_prefix {
  struct ip net;  /* no bit set that `mask` lacks */
  struct ip mask; /* ones, then zeros; of an IPv4 prefix 96 ones at least */
  int is_v4;      /* 0 or 1 */
};

/*
** Reads all n bytes at p as an address; 0, and *out as it was, when they are none.  IPv4: four decimal numbers up to
** 255 without leading zeros.  IPv6: RFC 4291 in all its forms (`::`, IPv4 as the last 32 bits).  p may be NULL when n
** is 0.
*/
int ip_parse(const char *p, size_t n, struct ip *out);

/* Is it an IPv4 address? */
static inline int ip_is_v4(const struct ip *a) { return a->high == 0 && a->low >> 32 == 0xffff; }

/* Bits of an address of its family: 32 or 128. */
static inline uint32_t ip_bits(const struct ip *a) { return ip_is_v4(a) ? 32 : 128; }

/*
** Reads ADDRESS/BITS, or ADDRESS for it alone; 0, and *out as it was, when it is none.  Address bits beyond the prefix
** are ignored.  BITS has no leading zeros and goes to 32 behind a.b.c.d; ::ffff:a.b.c.d/BITS is IPv4 from 96 on.
*/
int ip_parse_prefix(const char *p, size_t n, struct ip_prefix *out);

/* The prefix of the first `bits` bits of an address, up to ip_bits() of it. */
struct ip_prefix ip_prefix_of(const struct ip *a, uint32_t bits);

/* Is it in the prefix?  An IPv4 address is in no IPv6 prefix, not even in ::/0. */
static inline int ip_in_prefix(const struct ip *a, const struct ip_prefix *p) {
  return (a->high & p->mask.high) == p->net.high && (a->low & p->mask.low) == p->net.low && ip_is_v4(a) == p->is_v4;
}

/* <0, 0 or >0, in the order of the 128 bits. */
int ip_compare(const struct ip *a, const struct ip *b);

/* Writes the text of RFC 5952: lower case, the first of the longest runs of zeros as `::`, IPv4 as a.b.c.d.  Returns
   its length. */
size_t ip_format(const struct ip *a, char out[IP_TEXT]);

#define IP_BYTES 16

/* The 128 bits, the first one first: memcmp() orders them as ip_compare() does. */
void ip_to_bytes(const struct ip *a, unsigned char out[IP_BYTES]);

/* Reads the 4 bytes of an IPv4 address, or what ip_to_bytes() writes; 0, and *out as it was, when n is neither. */
int ip_from_bytes(const unsigned char *p, size_t n, struct ip *out);

#endif
