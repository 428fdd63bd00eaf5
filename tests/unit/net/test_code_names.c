/* SPDX-License-Identifier: MIT */
/*
** Names of codes: well-known ones, codes without a name, and all 256 masks of TCP flags, whose
** texts are read back.
*/
#include "helpers.h"

#include "net/code_names.h"

static const int64_t none[] = {-1, INT64_MIN, INT64_MAX, 65536, 65536 + 443, INT64_C(4294967296) + 6};

static void same(const char *got, const char *expected) {
  if (!expected || !got) CHECK(got == expected, "%s, not %s", got ? got : "NULL", expected ? expected : "NULL");
  else assert_string_equal(got, expected);
}

static void test_protocols(void **state) {
  (void)state;
  same(code_names_protocol(0), "HOPOPT");
  same(code_names_protocol(1), "ICMP");
  same(code_names_protocol(6), "TCP");
  same(code_names_protocol(17), "UDP");
  same(code_names_protocol(47), "GRE");
  same(code_names_protocol(50), "ESP");
  same(code_names_protocol(58), "IPv6-ICMP");
  same(code_names_protocol(132), "SCTP");
  same(code_names_protocol(255), "Reserved");
  same(code_names_protocol(200), NULL);
  same(code_names_protocol(256), NULL);
  for (size_t i = 0; i < COUNT(none); i++) same(code_names_protocol(none[i]), NULL);
}

static void test_ports(void **state) {
  static const struct {
    int64_t number, protocol;
    const char *name;
  } known[] = {
      {0, 6, NULL},
      {1, 6, "tcpmux"},
      {22, 0, "ssh"},
      {22, 17, "ssh"},
      {53, 6, "domain"},
      {53, 17, "domain"},
      {443, 6, "https"},
      {445, 6, "microsoft-ds"},
      {514, 0, "shell"},
      {514, 6, "shell"},
      {514, 17, "syslog"},
      {514, 132, "shell"},
      {3389, 6, "ms-wbt-server"},
      {5432, 6, "postgresql"},
      {5555, 6, "adb"},
      {5555, 17, "rplay"},
      {5999, 6, "cvsup"},
      {6000, 6, "x11"},
      {6063, 6, "x11"},
      {6064, 6, NULL},
      {6664, 6, NULL},
      {6665, 6, "ircu"},
      {6669, 6, "ircu"},
      {6670, 6, NULL},
      {9200, 6, "elasticsearch"},
      {10250, 0, "kubelet"},
      {26999, 6, NULL},
      {27000, 6, "flex-lm"},
      {27009, 6, "flex-lm"},
      {27010, 6, NULL},
      {47808, 17, "bacnet"},
      {65535, 6, NULL},
  };
  (void)state;
  for (size_t i = 0; i < COUNT(known); i++) same(code_names_port(known[i].number, known[i].protocol), known[i].name);
  for (size_t i = 0; i < COUNT(none); i++) {
    same(code_names_port(none[i], 6), NULL);
    same(code_names_port(none[i], 17), NULL);
    same(code_names_port(443, none[i]), "https");
  }
}

/*
** A name is as the registry requires: at most 15 letters, digits and hyphens, and no hyphen at an
** end.
*/
static void test_form_of_port_names(void **state) {
  (void)state;
  for (int number = 0; number < 65536; number++)
    for (int protocol = 6; protocol <= 17; protocol += 11) {
      const char *name = code_names_port(number, protocol);
      if (!name) continue;
      size_t n = strlen(name);
      CHECK(n > 0 && n <= 15 && name[0] != '-' && name[n - 1] != '-', "%d %s", number, name);
      CHECK(strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") == n, "%d %s", number,
            name);
    }
}

/* The set has the ports that have a name, and no others. */
static void test_set_of_ports(void **state) {
  (void)state;
  for (uint32_t protocol = 6; protocol <= CODE_NAMES_UDP; protocol += CODE_NAMES_UDP - 6) {
    static struct port_set set;
    memset(&set, 0, sizeof set);
    code_names_add_ports(&set, protocol);
    for (uint32_t port = 0; port < PORT_SET_PORTS; port++)
      CHECK(port_set_has(&set, port) == (code_names_port(port, protocol) != NULL), "%u/%u", (unsigned)port,
            (unsigned)protocol);
  }
}

static void test_flags(void **state) {
  static const char *const names[] = {"FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"};
  char out[CODE_NAMES_FLAGS];
  (void)state;
  for (int mask = 0; mask < 256; mask++) {
    struct bytes expected = {0};
    for (int bit = 0; bit < 8; bit++)
      if (mask & 1 << bit) bytes_print(&expected, "%s%s", expected.n ? "|" : "", names[bit]);
    if (!mask) bytes_print(&expected, "none");
    memset(out, 'x', sizeof out);
    assert_int_equal(code_names_flags(mask, out), expected.n);
    assert_string_equal(out, expected.p);
    bytes_free(&expected);
  }
  assert_int_equal(code_names_flags(18, out), 7);
  assert_string_equal(out, "SYN|ACK");
  assert_int_equal(code_names_flags(256, out), 0);
  for (size_t i = 0; i < COUNT(none); i++) assert_int_equal(code_names_flags(none[i], out), 0);
}

static void test_paths(void **state) {
  (void)state;
  same(code_names_path(0), NULL);
  same(code_names_path(1), "same VPC");
  same(code_names_path(5), "inter-region VPC peering");
  same(code_names_path(8), "internet gateway");
  same(code_names_path(9), NULL);
  for (int i = 1; i <= 8; i++)
    for (int j = 1; j < i; j++) assert_string_not_equal(code_names_path(i), code_names_path(j));
  for (size_t i = 0; i < COUNT(none); i++) same(code_names_path(none[i]), NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_protocols),    cmocka_unit_test(test_ports), cmocka_unit_test(test_form_of_port_names),
      cmocka_unit_test(test_set_of_ports), cmocka_unit_test(test_flags), cmocka_unit_test(test_paths),
  };
  return finish(cmocka_run_group_tests(tests, NULL, NULL));
}
