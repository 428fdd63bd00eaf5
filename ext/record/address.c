/* SPDX-License-Identifier: MIT */
/*
** Most IPv6 addresses in flow logs already have the right spelling, and most of these have all
** eight groups.  They are recognised without being read: in small letters, no group with a zero
** in front, no `::`, and no IPv4 address at the end.  All others are read and written again.
*/
#include "record/address.h"

#include <stdint.h>
#include <string.h>

#include "base/bytes.h"
#include "base/number.h"

#define COLONS  7            /* between eight groups */
#define LEAST   (8 + COLONS) /* bytes of eight groups */
#define MOST    (4 * 8 + COLONS)
#define EACH(c) (UINT64_C(0x0101010101010101) * (c)) /* the byte c eight times */

/*
** May a token at p be an IPv6 address?  It has a ':' among its first five bytes, because a group
** has at most four digits.
*/
static int may_be_v6(const char *p) {
  uint64_t x = bytes_load8(p) ^ UINT64_C(0x3a3a3a3a3a);
  return ((x - UINT64_C(0x0101010101)) & ~x & UINT64_C(0x8080808080)) != 0;
}

/* Returns a mask of which of the n (up to 48) bytes at p equal c. */
static uint64_t places(const char *p, size_t n, char c) {
  uint64_t low = number_equal(p, c) | number_equal(p + 16, c) << 16;
  return (low | (uint64_t)number_equal(p + 32, c) << 32) & ((UINT64_C(1) << n) - 1);
}

/*
** Is there no '.' and no large letter among the n (at least 8) bytes?  Of the bytes that a token
** of an address can have, all but large letters have the bit 0x20, and all but '.' have 0x10 or
** 0x40.
*/
static int is_small(const char *p, size_t n) {
  uint64_t lacks = 0;
  for (size_t i = 0; i < n; i += 8) {
    uint64_t x = bytes_load8(p + (i + 8 <= n ? i : n - 8));
    lacks |= ~x & EACH(0x20);
    lacks |= ~(x | x >> 2) & EACH(0x10);
  }
  return !lacks;
}

/*
** Is it certain that the text is as ip_format() writes it, or no address?  A group that begins
** with a zero may have to become `::`, so it is not certain then.
*/
static int is_spelled(const char *p, size_t n) {
  if (n < LEAST || n > MOST || !is_small(p, n)) return 0;
  uint64_t colons = places(p, n, ':'), begins = colons << 1 | 1;
  if (begins & (colons | places(p, n, '0')) || colons >> (n - 1)) return 0;
  return __builtin_popcountll(colons) == COLONS;
}

const char *address_spelling(const char *p, size_t *n, struct address_room *room) {
  struct ip ip;
  if (!may_be_v6(p) || is_spelled(p, *n) || !ip_parse(p, *n, &ip)) return p;
  memset(room, 0, sizeof *room);
  *n = ip_format(&ip, room->text);
  return room->text;
}
