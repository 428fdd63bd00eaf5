/* SPDX-License-Identifier: MIT */
/*
** Scopes: the first and the last address of each network that has a scope of its own, and their
** neighbours outside of it.
*/
#include "helpers.h"

#include "net/scope.h"

static const struct {
  const char *first, *last;
  const char *scope; /* of both */
  const char *below, *above;
} table[] = {
    {"0.0.0.0", "0.0.0.0", "unspecified", "", "reserved"},
    {"0.0.0.1", "0.255.255.255", "reserved", "unspecified", "global"},
    {"10.0.0.0", "10.255.255.255", "private", "global", "global"},
    {"100.64.0.0", "100.127.255.255", "shared", "global", "global"},
    {"127.0.0.0", "127.255.255.255", "loopback", "global", "global"},
    {"169.254.0.0", "169.254.255.255", "link-local", "global", "global"},
    {"172.16.0.0", "172.31.255.255", "private", "global", "global"},
    {"192.0.0.0", "192.0.0.8", "reserved", "global", "global"},
    {"192.0.0.9", "192.0.0.10", "global", "reserved", "reserved"},
    {"192.0.0.11", "192.0.0.255", "reserved", "global", "global"},
    {"192.0.2.0", "192.0.2.255", "documentation", "global", "global"},
    {"192.88.99.0", "192.88.99.255", "reserved", "global", "global"},
    {"192.168.0.0", "192.168.255.255", "private", "global", "global"},
    {"198.18.0.0", "198.19.255.255", "benchmarking", "global", "global"},
    {"198.51.100.0", "198.51.100.255", "documentation", "global", "global"},
    {"203.0.113.0", "203.0.113.255", "documentation", "global", "global"},
    {"224.0.0.0", "239.255.255.255", "multicast", "global", "reserved"},
    {"240.0.0.0", "255.255.255.254", "reserved", "multicast", "broadcast"},
    {"255.255.255.255", "255.255.255.255", "broadcast", "reserved", ""},
    {"::", "::", "unspecified", "", "loopback"},
    {"::1", "::1", "loopback", "unspecified", "reserved"},
    {"::2", "::fffe:ffff:ffff", "reserved", "loopback", ""},
    {"64:ff9b::8.0.0.0", "64:ff9b::9.255.255.255", "global", "global", "private"},
    {"64:ff9b::10.0.0.0", "64:ff9b::10.255.255.255", "private", "global", "global"},
    {"64:ff9b::192.168.0.0", "64:ff9b::192.168.255.255", "private", "global", "global"},
    {"64:ff9b::255.255.255.255", "64:ff9b::255.255.255.255", "broadcast", "reserved", "reserved"},
    {"64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff", "translation", "reserved", "reserved"},
    {"100::", "100::ffff:ffff:ffff:ffff", "reserved", "reserved", "reserved"},
    {"1fff:ffff::", "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "reserved", "reserved", "global"},
    {"2001::", "2001:0:ffff:ffff:ffff:ffff:ffff:ffff", "global", "global", "reserved"},
    {"2001:1::1", "2001:1::3", "global", "reserved", "reserved"},
    {"2001:2::", "2001:2:0:ffff:ffff:ffff:ffff:ffff", "benchmarking", "reserved", "reserved"},
    {"2001:3::", "2001:3:ffff:ffff:ffff:ffff:ffff:ffff", "global", "reserved", "reserved"},
    {"2001:4:112::", "2001:4:112:ffff:ffff:ffff:ffff:ffff", "global", "reserved", "reserved"},
    {"2001:10::", "2001:1f:ffff:ffff:ffff:ffff:ffff:ffff", "reserved", "reserved", "global"},
    {"2001:20::", "2001:3f:ffff:ffff:ffff:ffff:ffff:ffff", "global", "reserved", "reserved"},
    {"2001:40::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", "reserved", "global", "global"},
    {"2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "documentation", "global", "global"},
    {"2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "global", "global", "global"},
    {"3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", "documentation", "global", "global"},
    {"4000::", "fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "reserved", "global", "private"},
    {"5f00::", "5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "reserved", "reserved", "reserved"},
    {"fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "private", "reserved", "reserved"},
    {"fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "link-local", "reserved", "reserved"},
    {"fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "reserved", "link-local", "multicast"},
    {"ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "multicast", "reserved", ""},
};

static void expect(const struct ip *a, const char *scope) {
  char text[IP_TEXT];
  ip_format(a, text);
  CHECK(!strcmp(scope_name(scope_of(a)), scope), "%s is %s, not %s", text, scope_name(scope_of(a)), scope);
}

static void test_edges(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT(table); i++) {
    struct ip first, last;
    assert_true(ip_parse(table[i].first, strlen(table[i].first), &first));
    assert_true(ip_parse(table[i].last, strlen(table[i].last), &last));
    expect(&first, table[i].scope);
    expect(&last, table[i].scope);
    struct ip below = {first.high - (first.low == 0), first.low - 1};
    struct ip above = {last.high + (last.low == UINT64_MAX), last.low + 1};
    if (*table[i].below) expect(&below, table[i].below);
    if (*table[i].above) expect(&above, table[i].above);
  }
}

/* Each scope has a different name. */
static void test_names(void **state) {
  (void)state;
  for (int i = 0; i < SCOPES; i++)
    for (int j = 0; j < i; j++) assert_string_not_equal(scope_name((enum scope)i), scope_name((enum scope)j));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_edges),
      cmocka_unit_test(test_names),
  };
  return finish(cmocka_run_group_tests(tests, NULL, NULL));
}
