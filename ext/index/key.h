/* SPDX-License-Identifier: MIT */
/*
** The keys of an index over log files: an address, an interface or a port, as bytes that sort.
**
** The first byte of a key is its kind, so that the keys of a kind lie side by side in a run.  The
** bytes after it are those of the value.  Keys are in the order of key_compare(): that of
** memcmp(), and a key that another one begins with is before it.
**
** A text that does not fit is cut, and so is the text that is looked for.  Texts that differ only
** behind the cut therefore have the same key, and an answer names too many files, never too few.
** The functions are pure; any thread may call them.
*/
#ifndef INDEX_KEY_H
#define INDEX_KEY_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "net/ip.h"

#define KEY_MAX 64 /* bytes of a key, its kind included */

/* The numbers are stored in indexes and must not change. */
enum key_kind {
  KEY_ADDRESS_V4 = 1,   /* 4 bytes, in the order of ip_compare() */
  KEY_ADDRESS_V6 = 2,   /* 16 bytes, likewise */
  KEY_ADDRESS_TEXT = 3, /* the text of an address field that ip_parse() does not read, such as 10.0.0.256 */
  KEY_INTERFACE = 4,    /* a text */
  KEY_PORT = 5,         /* 2 bytes, the high byte first */
};

struct index_key {
  uint8_t n; /* bytes of b: 1 to KEY_MAX for a key, 0 for none */
  unsigned char b[KEY_MAX];
};

/*
** Makes the key of the n bytes of an address field.  Every spelling of an address gives the same
** key: ::ffff:a.b.c.d that of a.b.c.d, and 2001:DB8:0::1 that of 2001:db8::1.  p may be NULL when
** n is 0.
*/
void key_of_address(struct index_key *out, const char *p, size_t n);

/* Makes the key of an address, which is also that of its texts. */
void key_of_ip(struct index_key *out, const struct ip *a);

/* Makes the key of an interface.  p may be NULL when n is 0. */
void key_of_interface(struct index_key *out, const char *p, size_t n);

/* Makes the key of a port.  Numbers that no port has, above 65535, all have the key of 65535. */
void key_of_port(struct index_key *out, uint64_t port);

/*
** The least and the greatest key of the addresses in a prefix: those of the kind of the prefix
** between the two, both included, are in it, and no others are (ip_in_prefix()).
*/
void key_range_of_prefix(struct index_key *least, struct index_key *greatest, const struct ip_prefix *p);

/* Returns a number less than, equal to or greater than 0. */
static inline int key_compare(const struct index_key *a, const struct index_key *b) {
  int c = memcmp(a->b, b->b, a->n < b->n ? a->n : b->n);
  return c ? c : (int)a->n - (int)b->n;
}

#endif
