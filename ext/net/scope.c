/* SPDX-License-Identifier: MIT */
/*
** Tables of networks are searched from the beginning, and the first network that contains the
** address decides.  A network that is a part of another one therefore stands before it.  They are
** short enough that a search without an index is fast.  The networks and their sources are in
** scope.h.
*/
#include "net/scope.h"

/* An IPv4 address as a number of 32 bits. */
#define V4(a, b, c, d) ((uint32_t)(a) << 24 | (b) << 16 | (c) << 8 | (d))

static const struct {
  uint32_t net;
  uint32_t bits; /* 1 to 32 */
  enum scope scope;
} v4_nets[] = {
    {V4(10, 0, 0, 0), 8, SCOPE_PRIVATE},
    {V4(172, 16, 0, 0), 12, SCOPE_PRIVATE},
    {V4(192, 168, 0, 0), 16, SCOPE_PRIVATE},
    {V4(100, 64, 0, 0), 10, SCOPE_SHARED},
    {V4(127, 0, 0, 0), 8, SCOPE_LOOPBACK},
    {V4(169, 254, 0, 0), 16, SCOPE_LINK_LOCAL},
    {V4(0, 0, 0, 0), 32, SCOPE_UNSPECIFIED},
    {V4(0, 0, 0, 0), 8, SCOPE_RESERVED},
    {V4(192, 0, 0, 9), 32, SCOPE_GLOBAL},
    {V4(192, 0, 0, 10), 32, SCOPE_GLOBAL},
    {V4(192, 0, 0, 0), 24, SCOPE_RESERVED},
    {V4(192, 0, 2, 0), 24, SCOPE_DOCUMENTATION},
    {V4(192, 88, 99, 0), 24, SCOPE_RESERVED},
    {V4(198, 18, 0, 0), 15, SCOPE_BENCHMARKING},
    {V4(198, 51, 100, 0), 24, SCOPE_DOCUMENTATION},
    {V4(203, 0, 113, 0), 24, SCOPE_DOCUMENTATION},
    {V4(224, 0, 0, 0), 4, SCOPE_MULTICAST},
    {V4(255, 255, 255, 255), 32, SCOPE_BROADCAST},
    {V4(240, 0, 0, 0), 4, SCOPE_RESERVED},
};

/* IPv6 prefixes of at most 64 bits, which the first half of an address decides. */
static const struct {
  uint64_t net;
  uint32_t bits; /* 1 to 64 */
  enum scope scope;
} v6_nets[] = {
    {0xfc00000000000000, 7, SCOPE_PRIVATE},        {0xfe80000000000000, 10, SCOPE_LINK_LOCAL},
    {0xff00000000000000, 8, SCOPE_MULTICAST},      {0x0064ff9b00010000, 48, SCOPE_TRANSLATION},
    {0x2001000000000000, 32, SCOPE_GLOBAL},        {0x2001000200000000, 48, SCOPE_BENCHMARKING},
    {0x2001000300000000, 32, SCOPE_GLOBAL},        {0x2001000401120000, 48, SCOPE_GLOBAL},
    {0x2001002000000000, 28, SCOPE_GLOBAL},        {0x2001003000000000, 28, SCOPE_GLOBAL},
    {0x2001000000000000, 23, SCOPE_RESERVED},      {0x20010db800000000, 32, SCOPE_DOCUMENTATION},
    {0x3fff000000000000, 20, SCOPE_DOCUMENTATION}, {0x2000000000000000, 3, SCOPE_GLOBAL},
};

#define COUNT(a) (sizeof(a) / sizeof *(a))

static enum scope v4_scope(uint32_t v4) {
  for (size_t i = 0; i < COUNT(v4_nets); i++)
    if ((v4 ^ v4_nets[i].net) >> (32 - v4_nets[i].bits) == 0) return v4_nets[i].scope;
  return SCOPE_GLOBAL;
}

enum scope scope_of(const struct ip *a) {
  if (ip_is_v4(a)) return v4_scope((uint32_t)a->low);
  if (a->high == 0x0064ff9b00000000 && a->low >> 32 == 0) return v4_scope((uint32_t)a->low);
  if (a->high == 0 && a->low <= 1) return a->low ? SCOPE_LOOPBACK : SCOPE_UNSPECIFIED;
  if (a->high == 0x2001000100000000 && a->low >= 1 && a->low <= 3) return SCOPE_GLOBAL;
  for (size_t i = 0; i < COUNT(v6_nets); i++)
    if ((a->high ^ v6_nets[i].net) >> (64 - v6_nets[i].bits) == 0) return v6_nets[i].scope;
  return SCOPE_RESERVED;
}

const char *scope_name(enum scope scope) {
  static const char *const names[SCOPES] = {
      [SCOPE_GLOBAL] = "global",
      [SCOPE_UNSPECIFIED] = "unspecified",
      [SCOPE_LOOPBACK] = "loopback",
      [SCOPE_PRIVATE] = "private",
      [SCOPE_SHARED] = "shared",
      [SCOPE_LINK_LOCAL] = "link-local",
      [SCOPE_MULTICAST] = "multicast",
      [SCOPE_BROADCAST] = "broadcast",
      [SCOPE_DOCUMENTATION] = "documentation",
      [SCOPE_BENCHMARKING] = "benchmarking",
      [SCOPE_TRANSLATION] = "translation",
      [SCOPE_RESERVED] = "reserved",
  };
  return names[scope];
}
