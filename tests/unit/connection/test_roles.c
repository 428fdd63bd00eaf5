/* SPDX-License-Identifier: MIT */
/* Tests each rule that decides who the client is, and each state of a connection. */
#include "helpers.h"

#include "connection/roles.h"

#define TCP  6
#define UDP  17
#define NONE FLOW_NO_PORT

/* Signs as letters, those of A before '|': s seen, A accepted, R rejected, Y SYN, K SYN-ACK, X RST, F FIN, G flags. */
static uint32_t signs_of(const char *letters) {
  static const char known[] = "sARYKXFG";
  uint32_t signs = 0, direction = 0;
  for (; *letters; letters++) {
    if (*letters == '|') direction = 1;
    else signs |= FLOW_SIGNS(1u << (strchr(known, *letters) - known), direction);
  }
  return signs;
}

static void test_roles(void **state) {
  static const struct {
    const char *signs;
    uint32_t protocol, a_port, b_port;
    uint64_t a_peers, b_peers;
    char first; /* who sent first: a, b, or - without times */
    char client;
    enum role_from from;
  } table[] = {
      /* flags: a point for each of SYN of one end and SYN-ACK of the other */
      {"sAY|", TCP, 443, 60000, 0, 0, 'b', 'a', ROLE_TCP_FLAGS},
      {"|sAK", TCP, 443, 60000, 0, 0, 'b', 'a', ROLE_TCP_FLAGS},
      {"sAY|sAK", TCP, 443, 60000, 9, 1, 'b', 'a', ROLE_TCP_FLAGS},
      {"sAK|sAY", TCP, 60000, 443, 1, 9, 'a', 'b', ROLE_TCP_FLAGS},
      {"sAYK|sAY", TCP, 60000, 443, 0, 0, 'a', 'b', ROLE_TCP_FLAGS},
      {"sAYK|sA", TCP, 60000, 443, 0, 0, 'b', 'a', ROLE_SERVICE_PORT},
      {"sAY|sAY", TCP, 60000, 443, 0, 0, 'b', 'a', ROLE_SERVICE_PORT},
      {"sAYK|sAYK", TCP, 443, 60000, 0, 0, 'a', 'b', ROLE_SERVICE_PORT},
      {"sAX|sAF", TCP, 443, 60000, 0, 0, 'a', 'b', ROLE_SERVICE_PORT},
      /* services: 8443 is one of the list, 443 and 53 have names, 60000 to 60002 have none */
      {"sA|", TCP, 60000, 443, 9, 0, 'b', 'a', ROLE_SERVICE_PORT},
      {"sA|", UDP, 53, 60000, 9, 0, 'b', 'b', ROLE_SERVICE_PORT},
      {"sA|", TCP, 60000, 60007, 0, 0, 'b', 'a', ROLE_SERVICE_PORT},
      {"sA|", TCP, 1024, 443, 0, 0, 'b', 'a', ROLE_SERVICE_PORT},
      {"sA|sA", TCP, 1023, 443, 0, 0, 'b', 'a', ROLE_LOWER_PORT},
      {"sA|sA", TCP, 53, 443, 0, 0, 'b', 'b', ROLE_LOWER_PORT},
      {"sA|sA", TCP, 60007, 443, 0, 0, 'b', 'a', ROLE_LOWER_PORT},
      /* who has no answer is the client, unless flags would have told it */
      {"sA|", TCP, 60000, 60001, 9, 1, 'b', 'a', ROLE_ONE_WAY},
      {"|sR", UDP, 60000, 60001, 1, 9, 'a', 'b', ROLE_ONE_WAY},
      {"sA|", 1, NONE, NONE, 1, 9, 'b', 'a', ROLE_ONE_WAY},
      {"sAG|", TCP, 60000, 60001, 9, 1, 'a', 'b', ROLE_MANY_PEERS},
      {"sAXG|", TCP, 60000, 60001, 1, 1, 'b', 'b', ROLE_LOWER_PORT},
      /* peers */
      {"sA|sA", TCP, 60000, 60001, 3, 2, 'a', 'b', ROLE_MANY_PEERS},
      {"sA|sA", TCP, 60001, 60000, 2, 3, 'b', 'a', ROLE_MANY_PEERS},
      /* ports */
      {"sA|sA", TCP, 60000, 60001, 2, 2, 'a', 'b', ROLE_LOWER_PORT},
      {"sA|sA", TCP, 60001, 60000, 2, 2, 'b', 'a', ROLE_LOWER_PORT},
      /* what was seen first */
      {"sA|sA", TCP, 60000, 60000, 2, 2, 'a', 'a', ROLE_FIRST_SEEN},
      {"sA|sA", TCP, 60000, 60000, 2, 2, 'b', 'b', ROLE_FIRST_SEEN},
      {"sA|sA", TCP, 60000, 60000, 2, 2, '-', 'a', ROLE_FIRST_SEEN},
      /* without ports, peers and ports decide nothing */
      {"sA|sA", 1, NONE, NONE, 5, 1, 'a', 'a', ROLE_FIRST_SEEN},
      {"sA|sA", 58, NONE, NONE, 5, 1, 'b', 'b', ROLE_FIRST_SEEN},
      {"sA|sA", TCP, NONE, 443, 1, 5, 'b', 'b', ROLE_FIRST_SEEN},
      {"sA|sA", TCP, 443, NONE, 1, 5, 'a', 'a', ROLE_FIRST_SEEN},
      {"sA|sA", FLOW_NO_PROTOCOL, NONE, NONE, 1, 5, '-', 'a', ROLE_FIRST_SEEN},
  };
  static struct port_set more;
  static struct services services;
  (void)state;
  port_set_add(&more, 60007);
  services_init(&services, &more);
  for (size_t i = 0; i < COUNT(table); i++) {
    struct connection c = {.seen.first = 100, .seen.last = 200, .seen.signs = signs_of(table[i].signs)};
    struct flow_key key = {.a.port = table[i].a_port, .b.port = table[i].b_port, .protocol = table[i].protocol};
    c.seen.opening = 100 << 1 | (table[i].first == 'b');
    if (table[i].first == '-') c.seen.first = c.seen.last = FLOW_NONE, c.seen.opening = UINT64_MAX;
    struct role role = role_of(&c, &key, &services);
    int needs_peers = table[i].from >= ROLE_MANY_PEERS && key.a.port != NONE && key.b.port != NONE;
    CHECK((role.from == ROLE_UNDECIDED) == needs_peers, "row %zu: %d", i, (int)role.from);
    if (needs_peers) assert_true(role_may_need_peers(&services, key.a.port, key.b.port, key.protocol));
    if (role.from == ROLE_SERVICE_PORT || key.a.port == NONE || key.b.port == NONE)
      assert_false(role_may_need_peers(&services, key.a.port, key.b.port, key.protocol));
    if (!role.from) role = role_by_peers(&c, &key, table[i].a_peers, table[i].b_peers);
    CHECK(role.from == table[i].from && role.client == (table[i].client == 'b'), "row %zu: %s, %c", i,
          role_name(role.from), role.client ? 'b' : 'a');
  }
}

/* Without a list of services the names alone count. */
static void test_no_services(void **state) {
  struct connection c = {.seen.first = 1, .seen.last = 1};
  static struct services names;
  struct flow_key key = {.a.port = 60007, .b.port = 60000, .protocol = TCP};
  (void)state;
  services_init(&names, NULL);
  assert_int_equal(role_of(&c, &key, &names).from, ROLE_UNDECIDED);
  key.a.port = 443;
  assert_int_equal(role_of(&c, &key, &names).from, ROLE_SERVICE_PORT);
  assert_string_equal(role_name(ROLE_SERVICE_PORT), "service-port");
  assert_string_equal(role_name(ROLE_FIRST_SEEN), "first-seen");
}

/* A is the client. */
static void test_states(void **state) {
  static const struct {
    const char *signs;
    uint32_t protocol;
    const char *is;
  } table[] = {
      {"sA|sA", TCP, "established"}, {"sAY|sAK", TCP, "established"}, {"sAF|sA", TCP, "established"},
      {"sAF|sAF", TCP, "closed"},    {"sAYF|sAKF", TCP, "closed"},    {"sAX|sA", TCP, "reset"},
      {"sAFX|sAF", TCP, "reset"},    {"sA|sAX", TCP, "reset"},        {"sAY|sAX", TCP, "refused"},
      {"sAY|sAKX", TCP, "reset"},    {"sAYX|sA", TCP, "reset"},       {"sAYX|sAX", TCP, "refused"},
      {"sAY|sAX", UDP, "reset"},     {"sAR|sA", TCP, "established"},  {"sA|sAR", TCP, "established"},
      {"sR|", TCP, "rejected"},      {"sAR|", TCP, "rejected"},       {"sA|sR", TCP, "rejected"},
      {"|sR", TCP, "rejected"},      {"sR|sA", TCP, "rejected"},      {"sA|", TCP, "no answer"},
      {"sAYF|", TCP, "no answer"},   {"|sA", TCP, "one-sided"},       {"|sAX", TCP, "one-sided"},
      {"sA|sA", 1, "established"},
  };
  (void)state;
  for (size_t i = 0; i < COUNT(table); i++) {
    uint32_t signs = signs_of(table[i].signs), mask = (1u << FLOW_SIGN_BITS) - 1;
    struct connection c = {.seen.signs = signs},
                      other = {.seen.signs = signs >> FLOW_SIGN_BITS | (signs & mask) << FLOW_SIGN_BITS};
    struct flow_key key = {.protocol = table[i].protocol};
    const char *got = connection_state(&c, &key, 0), *exchanged = connection_state(&other, &key, 1);
    CHECK(!strcmp(got, table[i].is) && !strcmp(exchanged, table[i].is), "%s: %s, %s", table[i].signs, got, exchanged);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_roles),
      cmocka_unit_test(test_no_services),
      cmocka_unit_test(test_states),
  };
  return finish(cmocka_run_group_tests(tests, NULL, NULL));
}
