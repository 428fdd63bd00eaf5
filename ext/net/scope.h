/* SPDX-License-Identifier: MIT */
/*
** Classifies addresses by IANA's registries of special-purpose addresses (RFC 6890 and the RFCs
** named below).  The functions are pure; any thread may call them.
**
**     scope          IPv4                                   IPv6
**
**     unspecified    0.0.0.0                                ::
**     loopback       127.0.0.0/8 (RFC 1122)                 ::1 (RFC 4291)
**     private        10.0.0.0/8, 172.16.0.0/12,             fc00::/7 (RFC 4193)
**                    192.168.0.0/16 (RFC 1918)
**     shared         100.64.0.0/10 (RFC 6598)               -
**     link-local     169.254.0.0/16 (RFC 3927)              fe80::/10 (RFC 4291)
**     multicast      224.0.0.0/4 (RFC 5771)                 ff00::/8 (RFC 4291)
**     broadcast      255.255.255.255 (RFC 8190)             -
**     documentation  192.0.2.0/24, 198.51.100.0/24,         2001:db8::/32 (RFC 3849), 3fff::/20 (RFC 9637)
**                    203.0.113.0/24 (RFC 5737)
**     benchmarking   198.18.0.0/15 (RFC 2544)               2001:2::/48 (RFC 5180)
**     translation    -                                      64:ff9b:1::/48 (RFC 8215)
**     reserved       the rest of 0.0.0.0/8 (RFC 791),       100::/64 (RFC 6666), 100:0:0:1::/64 (RFC 9780),
**                    192.0.0.0/24 (RFC 6890) except         5f00::/16 (RFC 9602), 2001:10::/28 (RFC 4843), the rest
**                    .9 and .10, 192.88.99.0/24             of 2001::/23 (RFC 2928); all that lies outside
**                    (RFC 7526), 240.0.0.0/4 (RFC 1112)     2000::/3 and has no other scope (RFC 4291)
**     global         all others
**
** An IPv6 address may stand for an IPv4 address.  ::ffff:a.b.c.d is a.b.c.d, as everywhere.
** 64:ff9b::a.b.c.d has the scope of a.b.c.d, because a NAT64 gateway sends the packet there (RFC
** 6052 allows only global addresses there, but AWS's gateways also reach the private ones).
** 6to4, 2002::/16 (RFC 3056), and Teredo, 2001::/32 (RFC 4380), are global, because such packets
** cross the public internet, whatever they carry.  192.0.0.9 and .10 (RFC 7723, 8155), 2001:1::1
** to ::3 (RFC 7723, 8155, 9665), 2001:3::/32 (RFC 7450), 2001:4:112::/48 (RFC 7535), 2001:20::/28
** (RFC 7343) and 2001:30::/28 (RFC 9374) are global, as their registry says.
*/
#ifndef NET_SCOPE_H
#define NET_SCOPE_H

#include "net/ip.h"

enum scope {
  SCOPE_GLOBAL,
  SCOPE_UNSPECIFIED,
  SCOPE_LOOPBACK,
  SCOPE_PRIVATE,
  SCOPE_SHARED,
  SCOPE_LINK_LOCAL,
  SCOPE_MULTICAST,
  SCOPE_BROADCAST,
  SCOPE_DOCUMENTATION,
  SCOPE_BENCHMARKING,
  SCOPE_TRANSLATION,
  SCOPE_RESERVED,
  SCOPES
};

/* Returns the scope of an address. */
enum scope scope_of(const struct ip *a);

/* Returns the name of a scope as in the table above.  The text is constant. */
const char *scope_name(enum scope scope);

#endif
