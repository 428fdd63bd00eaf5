/* SPDX-License-Identifier: MIT */
/* The spelling of addresses: examples, and random spellings against ip_parse() and ip_format(). */
#include "helpers.h"

#include "record/address.h"
#include "record/tokens.h"

static struct guarded memory;

/* Checks the spelling of a token, which other bytes follow. */
static void check(const char *token, const char *expected) {
  static const char *const after[] = {" 10.0.0.1", " ::1 ::1 ::1 ::1", "\n0123456789abcdef", "\t\r\n"};
  for (size_t i = 0; i < COUNT(after); i++) {
    struct address_room room;
    size_t n = strlen(token);
    char *p = memory.end - TOKENS_BLOCK - n;
    memcpy(p, token, n);
    memset(p + n, ' ', TOKENS_BLOCK);
    memcpy(p + n, after[i], strlen(after[i]));
    const char *got = address_spelling(p, &n, &room);
    CHECK(n == strlen(expected) && !memcmp(got, expected, n), "'%s' is '%.*s'", token, (int)n, got);
  }
}

static void test_examples(void **state) {
  static const struct {
    const char *token, *expected; /* NULL: the token itself */
  } table[] = {
      {"2001:DB8:0:0::1", "2001:db8::1"},
      {"2001:0db8:0000:0000:0000:0000:0000:0001", "2001:db8::1"},
      {"2001:db8::1", NULL},
      {"2001:db8:1234:a100:8d6e:3477:df66:f105", NULL}, /* the form that AWS shows */
      {"2001:DB8:1234:a100:8d6e:3477:df66:f105", "2001:db8:1234:a100:8d6e:3477:df66:f105"},
      {"2001:db8:1234:a100:8d6e:3477:df66:0105", "2001:db8:1234:a100:8d6e:3477:df66:105"},
      {"2001:db8:1234:0:8d6e:3477:df66:f105", NULL},
      {"2001:db8:0:0:8d6e:3477:df66:f105", "2001:db8::8d6e:3477:df66:f105"},
      {"1:2:3::5:6:7:8", "1:2:3:0:5:6:7:8"}, /* longer than the token */
      {"1::4:0:0:0:8", "1:0:0:4::8"},
      {"0::0", "::"},
      {"::", NULL},
      {"::1", NULL},
      {"0:0:0:0:0:0:0:1", "::1"},
      {"::ffff:10.0.0.5", "10.0.0.5"},
      {"::FFFF:0a00:0005", "10.0.0.5"},
      {"0:0:0:0:0:ffff:10.0.0.5", "10.0.0.5"},
      {"::1.2.3.4", "::102:304"},
      {"a::1.2.3.4", "a::102:304"},
      {"64:FF9B::192.0.2.33", "64:ff9b::c000:221"},
      /* no addresses, although they have the letters of one */
      {"10.0.0.5", NULL},
      {"10.0.0.05", NULL},
      {"10.0.0.256", NULL},
      {"1.5", NULL},
      {"..", NULL},
      {"ABC:", NULL},
      {":", NULL},
      {":::", NULL},
      {"1:2:3:4:5:6:7", NULL},
      {"1:2:3:4:5:6:7:8:9", NULL},
      {"1:2:3:4:5:6:7:12345", NULL},
      {"1:2:3:4:5:6:7:", NULL},
      {"::FFFF:10.0.0.05", NULL},
      {"A", NULL},
      {"-", NULL},
  };
  (void)state;
  for (size_t i = 0; i < COUNT(table); i++)
    check(table[i].token, table[i].expected ? table[i].expected : table[i].token);
}

/* Texts of the bytes that an address may have, of which many are addresses. */
static void test_random(void **state) {
  static const char *const group[] = {"0",  "0",   "00",   "0000", "1",    "a",    "F",
                                      "0a", "db8", "Ffff", "ffff", "1234", "12345"};
  uint32_t addresses = 0, changed = 0;
  (void)state;
  for (int round = 0; round < 200000; round++) {
    char token[80] = "", expected[IP_TEXT];
    uint32_t groups = random_below(20) ? 8 : random_below(10), gap = random_below(3) ? random_below(9) : 9;
    if (gap < 8) groups -= groups ? random_below(groups) : 0;
    for (uint32_t i = 0; i < groups; i++) {
      if (i) strcat(token, ":");
      if (i == gap % 9) strcat(token, i ? ":" : "::");
      if (i + 1 == groups && !random_below(8)) strcat(token, "10.0.0.5");
      else strcat(token, group[random_below(random_below(30) ? COUNT(group) - 1 : COUNT(group))]);
    }
    size_t n = strlen(token);
    struct ip ip;
    int is_address = n <= 45 && ip_parse(token, n, &ip);
    if (is_address) ip_format(&ip, expected);
    check(token, is_address ? expected : token);
    addresses += (uint32_t)is_address;
    changed += is_address && strcmp(token, expected) != 0;
  }
  assert_true(addresses > 50000 && changed > 20000 && addresses - changed > 2000);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_examples), cmocka_unit_test(test_random)};
  guarded_init(&memory, 4096);
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  guarded_clear(&memory);
  return failed;
}
