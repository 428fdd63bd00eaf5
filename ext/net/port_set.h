/* SPDX-License-Identifier: MIT */
/*
** A set of port numbers: a bit for each.  A struct that is all zero is the empty set.  Any thread may
** ask, while nothing is added.
*/
#ifndef NET_PORT_SET_H
#define NET_PORT_SET_H

#include <stdint.h>

#define PORT_SET_PORTS 65536

struct port_set {
  uint64_t bits[PORT_SET_PORTS / 64];
};

static inline void port_set_add(struct port_set *s, uint32_t port) { s->bits[port / 64] |= UINT64_C(1) << port % 64; }

/* Has the set the port?  NULL is the empty set, and a number above 65535 is in none. */
static inline int port_set_has(const struct port_set *s, uint32_t port) {
  return s && port < PORT_SET_PORTS && (s->bits[port / 64] >> port % 64 & 1);
}

#endif
