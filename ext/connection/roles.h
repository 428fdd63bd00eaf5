/* SPDX-License-Identifier: MIT */
/*
** Which end of a connection is the client, and what became of the connection.
**
** The client is the end that opened the connection.  The first of these rules that decides counts:
**
**     tcp-flags      the client sends SYN, and the server answers SYN-ACK
**     service-port   the server has the port of a known service, and the client an ephemeral port,
**                    which is one from 1024 on without a service
**     one-way        the server has not answered, and no flags say that the one who sent was not the client
**     many-peers     the server (address and port) meets more peers than the client
**     lower-port     the server has the lower port
**     first-seen     the client sent what was seen first
**
** Ports are not compared where a protocol has none.  The functions are pure.
*/
#ifndef CONNECTION_ROLES_H
#define CONNECTION_ROLES_H

#include "connection/connections.h"
#include "net/port_set.h"

enum role_from {
  ROLE_UNDECIDED,
  ROLE_TCP_FLAGS,
  ROLE_SERVICE_PORT,
  ROLE_ONE_WAY,
  ROLE_MANY_PEERS,
  ROLE_LOWER_PORT,
  ROLE_FIRST_SEEN,
  ROLES,
};

/* Who the client is: 0 for A, 1 for B; and what decided. */
struct role {
  uint32_t client;
  enum role_from from;
};

/* The ports of known services. */
struct services {
  struct port_set udp, other;
};

/* Those that have a name, and `more`, which may be NULL. */
void services_init(struct services *s, const struct port_set *more);

/* Can it be that only the peers tell who the client is, as far as these ports say? */
int role_may_need_peers(const struct services *s, uint32_t a, uint32_t b, uint32_t protocol);

/* What the connection and its ports say by themselves; ROLE_UNDECIDED if the peers must be counted. */
struct role role_of(const struct connection *c, const struct flow_key *key, const struct services *s);

/* The same for a connection that is undecided, with the number of peers of A and of B. */
struct role role_by_peers(const struct connection *c, const struct flow_key *key, uint64_t a, uint64_t b);

const char *role_name(enum role_from from);

/*
** What became of the connection:
**
**     established   both ends sent, and packets of both were accepted
**     closed        the same, and both ends closed it (FIN)
**     reset         the same, and an end gave it up (RST)
**     refused       the server answered the client's SYN with RST
**     no answer     only the client sent
**     rejected      packets of an end were rejected, and none were accepted, or none came back
**     one-sided     only what the server sent was logged
*/
const char *connection_state(const struct connection *c, const struct flow_key *key, uint32_t client);

#endif
