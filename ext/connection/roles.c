/* SPDX-License-Identifier: MIT */
/*
** Each rule is a function that returns 0 where it does not decide, a positive number for A, and a
** negative one for B.
*/
#include "connection/roles.h"

#include <string.h>

#include "net/code_names.h"

#define TCP       6
#define EPHEMERAL 1024 /* the least port that a client has, unless a service has it */

static int has_sign(const struct connection *c, enum flow_sign sign, uint32_t direction) {
  return (c->seen.signs & FLOW_SIGNS(sign, direction)) != 0;
}

static int has_ports(const struct flow_key *key) { return key->a.port != FLOW_NO_PORT && key->b.port != FLOW_NO_PORT; }

static int by_flags(const struct connection *c) {
  return has_sign(c, FLOW_SYN, 0) + has_sign(c, FLOW_SYN_ACK, 1) - has_sign(c, FLOW_SYN, 1) -
         has_sign(c, FLOW_SYN_ACK, 0);
}

void services_init(struct services *s, const struct port_set *more) {
  memset(s, 0, sizeof *s);
  code_names_add_ports(&s->udp, CODE_NAMES_UDP);
  code_names_add_ports(&s->other, TCP);
  for (size_t i = 0; more && i < sizeof more->bits / sizeof *more->bits; i++) {
    s->udp.bits[i] |= more->bits[i];
    s->other.bits[i] |= more->bits[i];
  }
}

/* Ports that are missing are in no set. */
static inline int by_service(const struct services *s, uint32_t a, uint32_t b, uint32_t protocol) {
  const struct port_set *set = protocol == CODE_NAMES_UDP ? &s->udp : &s->other;
  int is_a = port_set_has(set, a), is_b = port_set_has(set, b);
  if (is_a == is_b || (is_a ? b : a) < EPHEMERAL || (is_a ? b : a) == FLOW_NO_PORT) return 0;
  return is_b - is_a;
}

int role_may_need_peers(const struct services *s, uint32_t a, uint32_t b, uint32_t protocol) {
  return a != FLOW_NO_PORT && b != FLOW_NO_PORT && !by_service(s, a, b, protocol);
}

/*
** A scan, and a stream of datagrams that nobody answers.  With flags, the SYN of a client has decided already; what is
** left over is the late packet of a connection that was over, of either end.
*/
static int by_silence(const struct connection *c) {
  int a = has_sign(c, FLOW_SEEN, 0), b = has_sign(c, FLOW_SEEN, 1);
  return has_sign(c, FLOW_FLAGGED, 0) || has_sign(c, FLOW_FLAGGED, 1) ? 0 : a - b;
}

static struct role decided(int for_a, enum role_from from) {
  return (struct role){.client = for_a < 0, .from = for_a ? from : ROLE_UNDECIDED};
}

/* Where there are no ports, peers decide nothing: who pings many hosts is no server. */
struct role role_of(const struct connection *c, const struct flow_key *key, const struct services *s) {
  struct role role = decided(by_flags(c), ROLE_TCP_FLAGS);
  if (!role.from) role = decided(by_service(s, key->a.port, key->b.port, key->protocol), ROLE_SERVICE_PORT);
  if (!role.from) role = decided(by_silence(c), ROLE_ONE_WAY);
  if (!role.from && !has_ports(key)) role = role_by_peers(c, key, 0, 0);
  return role;
}

struct role role_by_peers(const struct connection *c, const struct flow_key *key, uint64_t a, uint64_t b) {
  struct role role = {.client = a > b, .from = a != b ? ROLE_MANY_PEERS : ROLE_UNDECIDED};
  if (!role.from && has_ports(key)) role = decided((int)key->a.port - (int)key->b.port, ROLE_LOWER_PORT);
  if (!role.from)
    role = (struct role){.client = c->seen.first == FLOW_NONE ? 0 : c->seen.opening & 1, .from = ROLE_FIRST_SEEN};
  return role;
}

const char *role_name(enum role_from from) {
  static const char *const name[ROLES] = {
      [ROLE_TCP_FLAGS] = "tcp-flags",   [ROLE_SERVICE_PORT] = "service-port", [ROLE_ONE_WAY] = "one-way",
      [ROLE_MANY_PEERS] = "many-peers", [ROLE_LOWER_PORT] = "lower-port",     [ROLE_FIRST_SEEN] = "first-seen",
  };
  return name[from];
}

/* What the flags say of a connection in which both ends sent something that was accepted. */
static const char *state_by_flags(const struct connection *c, const struct flow_key *key, uint32_t client) {
  uint32_t server = !client;
  int refused = key->protocol == TCP && has_sign(c, FLOW_RST, server) && has_sign(c, FLOW_SYN, client) &&
                !has_sign(c, FLOW_SYN_ACK, server);
  if (refused) return "refused";
  if (has_sign(c, FLOW_RST, 0) || has_sign(c, FLOW_RST, 1)) return "reset";
  return has_sign(c, FLOW_FIN, 0) && has_sign(c, FLOW_FIN, 1) ? "closed" : "established";
}

const char *connection_state(const struct connection *c, const struct flow_key *key, uint32_t client) {
  if (has_sign(c, FLOW_ACCEPTED, 0) && has_sign(c, FLOW_ACCEPTED, 1)) return state_by_flags(c, key, client);
  if (has_sign(c, FLOW_REJECTED, 0) || has_sign(c, FLOW_REJECTED, 1)) return "rejected";
  return has_sign(c, FLOW_SEEN, client) ? "no answer" : "one-sided";
}
