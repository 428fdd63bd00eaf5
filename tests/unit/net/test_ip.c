/* SPDX-License-Identifier: MIT */
/*
** Addresses are compared with inet_pton(), inet_ntop() and memcmp(), and prefixes with a
** computation bit by bit.  Texts lie at the end of a page, and once more between bytes that could
** continue them.
*/
#include "helpers.h"

#include <arpa/inet.h>

#include "net/ip.h"

static struct guarded page;

static struct ip from_bytes(const unsigned char b[16]) {
  struct ip a = {0, 0};
  for (int i = 0; i < 8; i++) {
    a.high = a.high << 8 | b[i];
    a.low = a.low << 8 | b[8 + i];
  }
  return a;
}

static void to_bytes(const struct ip *a, unsigned char b[16]) {
  for (int i = 0; i < 8; i++) {
    b[i] = (unsigned char)(a->high >> (56 - 8 * i));
    b[8 + i] = (unsigned char)(a->low >> (56 - 8 * i));
  }
}

/* Bit 0 is the first one. */
static int bit_of(const struct ip *a, int i) { return (int)((i < 64 ? a->high : a->low) >> (63 - i % 64) & 1); }

static void flip(struct ip *a, int i) { *(i < 64 ? &a->high : &a->low) ^= UINT64_C(1) << (63 - i % 64); }

static int same(const struct ip *a, const struct ip *b) { return a->high == b->high && a->low == b->low; }

static struct ip v4(uint32_t address) { return (struct ip){0, UINT64_C(0xffff00000000) | address}; }

static struct ip random_ip(void) {
  struct ip a;
  a.high = (uint64_t)random_u32() << 32 | random_u32();
  a.low = (uint64_t)random_u32() << 32 | random_u32();
  return a;
}

/* --- reading ------------------------------------------------------------------------------------------------------ */

/*
** Parses the text at different places in memory.  All results must be the same, and a failure
** must write nothing.
*/
static int parse(const char *text, size_t n, struct ip *out) {
  static const char around[] = {'1', '0', '.', ':', 'f', '/', ' ', 0, '\xff'};
  const struct ip untouched = {0x0123456789abcdef, 0xfedcba9876543210};
  struct ip first = untouched;
  char *p = page.end - n;
  memcpy(p, text, n);
  int ok = ip_parse(p, n, &first);
  if (!ok) assert_true(same(&first, &untouched));
  for (size_t i = 0; i < COUNT(around); i++) {
    struct ip other = untouched;
    memset(page.map, around[i], n + 32);
    memcpy(page.map + 16, text, n);
    CHECK(ip_parse(page.map + 16, n, &other) == ok && same(&other, &first), "'%.*s' amid byte %d", (int)n, text,
          around[i]);
  }
  *out = first;
  return ok;
}

/* Returns what inet_pton() says about the text, which has no NUL. */
static int reference(const char *text, size_t n, struct ip *out) {
  char copy[256];
  unsigned char b[16] = {[10] = 0xff, [11] = 0xff};
  if (n >= sizeof copy) fail();
  memcpy(copy, text, n);
  copy[n] = 0;
  int ok = inet_pton(AF_INET, copy, b + 12) == 1 || inet_pton(AF_INET6, copy, b) == 1;
  *out = from_bytes(b);
  return ok;
}

/* Returns whether it is an address. */
static int check(const char *text, size_t n) {
  struct ip ours, theirs;
  int ok = reference(text, n, &theirs);
  CHECK(parse(text, n, &ours) == ok, "'%.*s'", (int)n, text);
  if (ok) CHECK(same(&ours, &theirs), "'%.*s'", (int)n, text);
  return ok;
}

static void test_addresses(void **state) {
  static const struct {
    const char *text;
    uint64_t high, low;
  } table[] = {
      {"0.0.0.0", 0, 0xffff00000000},
      {"1.2.3.4", 0, 0xffff01020304},
      {"10.20.130.104", 0, 0xffff0a148268},
      {"255.255.255.255", 0, 0xffffffffffff},
      {"100.200.9.99", 0, 0xffff64c80963},
      {"::", 0, 0},
      {"::1", 0, 1},
      {"1::", 0x0001000000000000, 0},
      {"0:0:0:0:0:0:0:0", 0, 0},
      {"2001:db8::1", 0x20010db800000000, 1},
      {"2001:DB8:0:0:8:800:200C:417A", 0x20010db800000000, 0x00080800200c417a},
      {"1:2:3:4:5:6:7::", 0x0001000200030004, 0x0005000600070000},
      {"::2:3:4:5:6:7:8", 0x0000000200030004, 0x0005000600070008},
      {"1:2:3:4::5:6:7", 0x0001000200030004, 0x0000000500060007},
      {"1:2:3::5:6:7:8", 0x0001000200030000, 0x0005000600070008},
      {"::1.2.3.4", 0, 0x01020304},
      {"64:ff9b::192.0.2.33", 0x0064ff9b00000000, 0xc0000221},
      {"1:2:3:4:5:6:7.8.9.10", 0x0001000200030004, 0x000500060708090a},
      {"1::5:6:7.8.9.10", 0x0001000000000000, 0x000500060708090a},
      {"ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255", UINT64_MAX, UINT64_MAX}, /* the longest */
      {"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", UINT64_MAX, UINT64_MAX},
      /* IPv4 in other words */
      {"::ffff:1.2.3.4", 0, 0xffff01020304},
      {"::FFFF:102:304", 0, 0xffff01020304},
      {"0:0:0:0:0:ffff:1.2.3.4", 0, 0xffff01020304},
      {"0000:0000:0000:0000:0000:ffff:0102:0304", 0, 0xffff01020304},
  };
  (void)state;
  for (size_t i = 0; i < COUNT(table); i++) {
    struct ip a;
    CHECK(parse(table[i].text, strlen(table[i].text), &a), "%s", table[i].text);
    CHECK(a.high == table[i].high && a.low == table[i].low, "%s", table[i].text);
    CHECK(check(table[i].text, strlen(table[i].text)), "%s", table[i].text);
  }
}

static void test_no_addresses(void **state) {
  static const char *const table[] = {
      "",
      "-",
      ".",
      ":",
      "/",
      " ",
      "1",
      "localhost",
      "1.2.3",
      "1.2.3.",
      ".1.2.3",
      "1.2.3.4.",
      ".1.2.3.4",
      "1.2.3.4.5",
      "1..3.4",
      "1...4",
      "...",
      "1.2.3.256",
      "256.2.3.4",
      "1.2.999.4",
      "1.2.3.1000",
      "01.2.3.4",
      "1.02.3.4",
      "1.2.003.4",
      "1.2.3.00",
      "000.0.0.0",
      "1.2.3.4 ",
      " 1.2.3.4",
      "1.2.3. 4",
      "1.2.3.+4",
      "1.2.3.-4",
      "1.2.3.0x4",
      "1.2.3.a",
      "1,2,3,4",
      "1:2:3:4",
      "1.2.3:4",
      "1.2.3.4/8",
      "1.2.3.4/",
      "1.2.3.4\n",
      "16909060",
      "1234567",
      "12345678",
      "123456789012345",
      "192.168.100.2000",
      ":::",
      "::::",
      ":1",
      "1:",
      ":1::",
      "1::2:",
      "::1:",
      "1:::2",
      "1::2::3",
      "::1::",
      "1:2:3:4:5:6:7",
      "1:2:3:4:5:6:7:",
      "1:2:3:4:5:6:7:8:",
      ":1:2:3:4:5:6:7:8",
      "1:2:3:4:5:6:7:8:9",
      "1:2:3:4:5:6:7:8::",
      "::1:2:3:4:5:6:7:8",
      "1:2:3:4::5:6:7:8",
      "12345::",
      "00001::",
      "::fffff",
      "::g",
      "::G",
      "::`",
      "::@",
      "::-1",
      ":: 1",
      " ::1",
      "::1 ",
      "::1%eth0",
      "[::1]",
      "::1/128",
      "::0x1",
      "1.2.3.4::",
      "::1.2.3.4:5",
      "1:2.3.4.5::",
      "1:2:3:4:5:6:7:1.2.3.4",
      "1:2:3:4:5:1.2.3.4",
      "1:2:3:4:5:6::1.2.3.4",
      "::1:2:3:4:5:6:1.2.3.4",
      "::1.2.3",
      "::1.2.3.4.5",
      "::1.2.3.256",
      "::01.2.3.4",
      "::a.2.3.4",
      "::1.2.3.4.",
      "::.1.2.3.4",
      "::ffff:1.2.3.4 ",
      "::ffff:",
      "0000:0000:0000:0000:0000:0000:0000:0000:",
      "ffff:ffff:ffff:ffff:ffff:ffff:0255.255.255.255",
  };
  (void)state;
  for (size_t i = 0; i < COUNT(table); i++) CHECK(!check(table[i], strlen(table[i])), "'%s'", table[i]);
}

static void test_no_text_and_long_text(void **state) {
  static const char *const beginnings[] = {"", "1.2.3.4", "::", "1:2:3:4:5:6:7:8", "::1.2.3.4"};
  struct ip a;
  struct ip_prefix prefix;
  (void)state;
  assert_false(ip_parse(NULL, 0, &a));
  assert_false(ip_parse_prefix(NULL, 0, &prefix));
  for (size_t i = 0; i < COUNT(beginnings); i++)
    for (const char *c = "01f:./ x"; *c; c++)
      for (size_t more = 40; more < 100000; more = more * 2 + 1) {
        struct bytes b = {0};
        bytes_print(&b, "%s", beginnings[i]);
        bytes_repeat(&b, *c, more);
        assert_false(ip_parse(b.p, b.n, &a));
        assert_false(ip_parse_prefix(b.p, b.n, &prefix));
        bytes_free(&b);
      }
}

/*
** Every number of up to three digits, with leading zeros too, stands at each of the four places,
** beside numbers of all lengths.
*/
static void test_each_octet_at_each_place(void **state) {
  static const char *const others[] = {"0", "7", "10", "99", "100", "255"};
  (void)state;
  for (int at = 0; at < 4; at++)
    for (size_t k = 0; k < COUNT(others); k++)
      for (int digits = 1; digits <= 4; digits++)
        for (int v = 0; v < (digits == 1 ? 10 : digits == 2 ? 100 : digits == 3 ? 1000 : 1100); v++) {
          char octet[16], text[64];
          const char *part[4] = {others[k], others[k], others[k], others[k]};
          struct ip a;
          snprintf(octet, sizeof octet, "%0*d", digits, v);
          part[at] = octet;
          size_t n = (size_t)snprintf(text, sizeof text, "%s.%s.%s.%s", part[0], part[1], part[2], part[3]);
          int good = v < 256 && (digits == 1 || (octet[0] != '0' && digits <= 3));
          CHECK(ip_parse(text, n, &a) == good, "%s", text);
          if (!good) continue;
          uint32_t expected = 0;
          for (int i = 0; i < 4; i++) expected = expected << 8 | (uint32_t)atoi(part[i]);
          CHECK(a.high == 0 && a.low == (UINT64_C(0xffff00000000) | expected), "%s", text);
        }
}

/*
** Every byte, including 0, stands at every place of addresses of all forms; and every beginning
** and end of them is tried.
*/
static void test_each_byte_at_each_place(void **state) {
  static const char *const texts[] = {
      "1.2.3.4",      "10.2.3.4",   "1.20.30.4",     "192.168.100.200",     "255.255.255.255",     "9.99.255.0",
      "::",           "::1",        "1::",           "2001:db8::ff00:42",   "1:2:3:4:5:6:7:8",     "a:b:c:d:e:f:A:F",
      "::1.2.3.4",    "::ffff:0:0", "::12.34.56.78", "1:2:3:4:5:6:1.2.3.4", "1::6:100.100.100.10", "fe80::1:2:3:4",
      "1:2:3::6:7:8",
  };
  (void)state;
  for (size_t i = 0; i < COUNT(texts); i++) {
    size_t n = strlen(texts[i]);
    struct ip a;
    assert_true(check(texts[i], n));
    for (size_t at = 0; at <= n; at++) {
      check(texts[i], at);
      check(texts[i] + at, n - at);
      for (int c = 0; c < 256; c++) {
        char text[64];
        memcpy(text, texts[i], n);
        if (at < n) {
          text[at] = (char)c;
          if (c) check(text, n);
          else assert_false(parse(text, n, &a));
        }
        memmove(text + at + 1, texts[i] + at, n - at); /* one more byte */
        text[at] = (char)c;
        if (c) check(text, n + 1);
        else assert_false(parse(text, n + 1, &a));
      }
    }
  }
}

/* Texts are made of pieces that are chosen so that many are addresses. */
static void test_random_pieces(void **state) {
  static const char *const pieces[] = {
      ":",    ":",     ":", ":",  ":",       ":",       "::", "0", "1", "f", "ab", "0f", "12",     "db8",
      "ffff", "12345", "0", "00", "1.2.3.4", "::ffff:", ".",  "g", " ", "/", "%",  "-",  "1.2.3.", "10.0.0.1"};
  int good = 0;
  (void)state;
  for (int round = 0; round < 200000; round++) {
    char text[256] = "";
    for (uint32_t k = random_below(12); k > 0; k--) strcat(text, pieces[random_below(COUNT(pieces))]);
    good += check(text, strlen(text));
  }
  assert_in_range(good, 1000, 190000); /* the test looks at both answers */
}

static void print_v4(struct bytes *b) {
  static const uint32_t sizes[] = {10, 100, 256, 256};
  for (int i = 0; i < 4; i++) bytes_print(b, "%s%u", i ? "." : "", random_below(sizes[random_below(4)]));
}

/* Writes an address in a random one of its forms. */
static void random_address(struct bytes *b) {
  uint32_t gap = random_below(3) ? random_below(8) : 8, behind = gap + 1 + random_below(8 - gap % 8);
  int dotted = random_below(3) == 0 && (gap == 8 || behind <= 6);
  b->n = 0;
  if (random_below(3) == 0) {
    print_v4(b);
    return;
  }
  for (uint32_t i = 0; i < 8; i = i == gap ? behind : i + 1) {
    uint32_t value = (random_u32() & 0xffff) >> 4 * random_below(5);
    if (i == gap) {
      bytes_print(b, "::");
      continue;
    }
    if (i && i != behind) bytes_print(b, ":");
    if (i == 6 && dotted) {
      print_v4(b);
      break;
    }
    switch (random_below(4)) {
    case 0: bytes_print(b, "%04x", value); break;
    case 1: bytes_print(b, "%X", value); break;
    default: bytes_print(b, "%x", value); break;
    }
  }
}

/* A byte is replaced, removed or inserted. */
static void damage(struct bytes *b) {
  static const char letters[] = "0123456789abcdefABCDEF::::....gG/ -%";
  char c = letters[random_below(sizeof letters - 1)];
  size_t at = random_below((uint32_t)b->n);
  switch (random_below(3)) {
  case 0: b->p[at] = c; break;
  case 1: memmove(b->p + at, b->p + at + 1, b->n-- - at); break;
  default:
    bytes_add(b, "", 1);
    memmove(b->p + at + 1, b->p + at, b->n - 1 - at);
    b->p[at] = c;
  }
}

static void test_random_addresses(void **state) {
  struct bytes b = {0};
  int good = 0, rounds = 200000;
  (void)state;
  for (int round = 0; round < rounds; round++) {
    random_address(&b);
    CHECK(check(b.p, b.n), "'%s'", b.p);
    for (int times = 0; times < 3 && b.n; times++) {
      damage(&b);
      good += check(b.p, b.n);
    }
  }
  assert_in_range(good, rounds / 10, rounds * 2); /* the test looks at both answers */
  bytes_free(&b);
}

/* --- prefixes ----------------------------------------------------------------------------------------------------- */

/* Is the address in the prefix? The bits are compared one by one. */
static int in_block(const struct ip *a, const struct ip *net, int bits) {
  for (int i = 0; i < bits; i++)
    if (bit_of(a, i) != bit_of(net, i)) return 0;
  return 1;
}

static int parse_prefix(const char *text, size_t n, struct ip_prefix *out) {
  char *p = page.end - n;
  memcpy(p, text, n);
  return ip_parse_prefix(p, n, out);
}

static void check_prefix(const struct ip *net, const struct ip_prefix *p, int bits, const char *text) {
  int is_v4 = bits >= 96 && ip_is_v4(net);
  assert_int_equal(p->is_v4, is_v4);
  for (int i = 0; i < 128; i++) {
    CHECK(bit_of(&p->mask, i) == (i < bits), "%s, bit %d", text, i);
    CHECK(bit_of(&p->net, i) == (i < bits && bit_of(net, i)), "%s, bit %d", text, i);
  }
  for (int round = 0; round < 300; round++) { /* the address, each neighbour, others that begin as it does */
    struct ip a = *net;
    if (round < 128) {
      flip(&a, round);
    } else if (round > 128) {
      struct ip noise = random_ip();
      for (int i = (int)random_below(129); i < 128; i++)
        if (bit_of(&noise, i)) flip(&a, i);
    }
    int expected = in_block(&a, net, bits) && ip_is_v4(&a) == is_v4;
    CHECK(ip_in_prefix(&a, p) == expected, "%s, round %d", text, round);
  }
}

static void test_all_masks(void **state) {
  (void)state;
  for (int round = 0; round < 40; round++)
    for (int bits = 0; bits <= 128; bits++) {
      char text[128], address[64];
      unsigned char b[16];
      struct ip_prefix p;
      struct ip net = round ? random_ip() : (struct ip){UINT64_MAX, UINT64_MAX};
      if (round % 4 == 1) net = v4(random_u32()); /* ::ffff:a.b.c.d/BITS */
      if (round % 4 == 2) net.high = 0;
      to_bytes(&net, b);
      if (!inet_ntop(AF_INET6, b, address, sizeof address)) fail();
      size_t n = (size_t)snprintf(text, sizeof text, "%s/%d", address, bits);
      CHECK(parse_prefix(text, n, &p), "%s", text);
      check_prefix(&net, &p, bits, text);
    }
}

static void test_all_masks_v4(void **state) {
  (void)state;
  for (int round = 0; round < 100; round++)
    for (int bits = 0; bits <= 32; bits++) {
      char text[64];
      struct ip_prefix p;
      uint32_t address = round ? random_u32() : UINT32_MAX;
      struct ip net = v4(address);
      size_t n = (size_t)snprintf(text, sizeof text, "%u.%u.%u.%u/%d", address >> 24, address >> 16 & 255,
                                  address >> 8 & 255, address & 255, bits);
      CHECK(parse_prefix(text, n, &p), "%s", text);
      check_prefix(&net, &p, 96 + bits, text);
    }
}

/* ip_prefix_of() must equal what the text of address and bits gives. */
static void test_prefix_of(void **state) {
  (void)state;
  for (int round = 0; round < 40; round++)
    for (uint32_t bits = 0; bits <= 128; bits++) {
      struct ip a = round % 2 ? v4(random_u32()) : random_ip();
      struct ip_prefix parsed;
      char text[IP_TEXT + 8];
      if (bits > ip_bits(&a)) continue;
      size_t n = ip_format(&a, text);
      n += (size_t)snprintf(text + n, sizeof text - n, "/%u", bits);
      struct ip_prefix p = ip_prefix_of(&a, bits);
      CHECK(parse_prefix(text, n, &parsed), "%s", text);
      CHECK(same(&p.net, &parsed.net) && same(&p.mask, &parsed.mask) && p.is_v4 == parsed.is_v4, "%s", text);
      check_prefix(&a, &p, (int)(bits + 128 - ip_bits(&a)), text);
    }
}

static void test_prefixes(void **state) {
  static const struct {
    const char *text;
    int bits; /* of 128; -1 when it is no prefix */
    const char *in, *out;
  } table[] = {
      {"0.0.0.0/0", 96, "255.255.255.255", "::"},
      {"10.0.0.0/8", 104, "10.255.0.1", "11.0.0.0"},
      {"10.1.2.3/8", 104, "10.255.0.1", "9.255.255.255"},
      {"10.0.0.5", 128, "10.0.0.5", "10.0.0.4"},
      {"10.0.0.5/32", 128, "::ffff:10.0.0.5", "::10.0.0.5"},
      {"10.0.0.4/31", 127, "10.0.0.5", "10.0.0.6"},
      {"::ffff:10.0.0.0/104", 104, "10.9.9.9", "11.0.0.0"},
      {"::ffff:10.0.0.5", 128, "10.0.0.5", "::10.0.0.5"},
      {"::ffff:a00:5/128", 128, "10.0.0.5", "10.0.0.4"},
      {"::ffff:0:0/96", 96, "1.2.3.4", "::1.2.3.4"},
      {"::ffff:0.0.0.0/95", 95, "::fffe:1:2", "1.2.3.4"},
      {"::ffff:0.0.0.0/0", 0, "2001:db8::", "1.2.3.4"},
      {"::/0", 0, "::1", "1.2.3.4"},
      {"::/80", 80, "::fffe:0:1", "1.2.3.4"},
      {"::/96", 96, "::1.2.3.4", "1.2.3.4"},
      {"2001:db8::/32", 32, "2001:db8:ffff::1", "2001:db9::"},
      {"2001:db8::1/64", 64, "2001:db8::ffff:0:0:0", "2001:db8:0:1::"},
      {"2001:db8::1/65", 65, "2001:db8::7fff:0:0:0", "2001:db8::8000:0:0:0"},
      {"2001:db8::1/63", 63, "2001:db8:0:1::", "2001:db8:0:2::"},
      {"2001:db8::1", 128, "2001:db8::1", "2001:db8::"},
      {"2001:db8::1/128", 128, "2001:db8::1", "2001:db8::"},
      {"ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255/127", 127, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe", "::"},
      {"", -1, NULL, NULL},
      {"-", -1, NULL, NULL},
      {"/", -1, NULL, NULL},
      {"/8", -1, NULL, NULL},
      {"8", -1, NULL, NULL},
      {"10/8", -1, NULL, NULL},
      {"10.0.0.0/", -1, NULL, NULL},
      {"10.0.0.0/33", -1, NULL, NULL},
      {"10.0.0.0/128", -1, NULL, NULL},
      {"10.0.0.0/ 8", -1, NULL, NULL},
      {"10.0.0.0 /8", -1, NULL, NULL},
      {"10.0.0.0/8 ", -1, NULL, NULL},
      {" 10.0.0.0/8", -1, NULL, NULL},
      {"10.0.0.0/+8", -1, NULL, NULL},
      {"10.0.0.0/-8", -1, NULL, NULL},
      {"10.0.0.0/08", -1, NULL, NULL},
      {"10.0.0.0/008", -1, NULL, NULL},
      {"10.0.0.0/00", -1, NULL, NULL},
      {"10.0.0.0/000", -1, NULL, NULL},
      {"10.0.0.0/8/8", -1, NULL, NULL},
      {"10.0.0.0//8", -1, NULL, NULL},
      {"10.0.0.0/8x", -1, NULL, NULL},
      {"10.0.0.0/x", -1, NULL, NULL},
      {"10.0.0.0/:", -1, NULL, NULL},
      {"10.0.0.0/1:", -1, NULL, NULL},
      {"10.0.0.0/255.0.0.0", -1, NULL, NULL},
      {"10.0.0.0/4294967304", -1, NULL, NULL},
      {"10.0.0/8", -1, NULL, NULL},
      {"010.0.0.0/8", -1, NULL, NULL},
      {"::/129", -1, NULL, NULL},
      {"::/999", -1, NULL, NULL},
      {"::/1000", -1, NULL, NULL},
      {"::/0128", -1, NULL, NULL},
      {"::/00", -1, NULL, NULL},
      {"::/", -1, NULL, NULL},
      {"::ffff:10.0.0.0/129", -1, NULL, NULL},
      {"::1%1/128", -1, NULL, NULL},
      {":/0", -1, NULL, NULL},
  };
  const struct ip_prefix untouched = {{1, 2}, {3, 4}, 5};
  (void)state;
  for (size_t i = 0; i < COUNT(table); i++) {
    struct ip_prefix p = untouched;
    struct ip in, out, net;
    int ok = parse_prefix(table[i].text, strlen(table[i].text), &p);
    CHECK(ok == (table[i].bits >= 0), "'%s'", table[i].text);
    if (!ok) {
      assert_true(same(&p.net, &untouched.net) && same(&p.mask, &untouched.mask) && p.is_v4 == untouched.is_v4);
      continue;
    }
    assert_true(parse(table[i].text, strcspn(table[i].text, "/"), &net));
    check_prefix(&net, &p, table[i].bits, table[i].text);
    assert_true(parse(table[i].in, strlen(table[i].in), &in));
    assert_true(parse(table[i].out, strlen(table[i].out), &out));
    CHECK(ip_in_prefix(&in, &p), "%s in %s", table[i].in, table[i].text);
    CHECK(!ip_in_prefix(&out, &p), "%s not in %s", table[i].out, table[i].text);
  }
}

/*
** Only n bytes are read.  Every byte, including 0, at every place of a prefix gives what its
** parts give.
*/
static void test_bytes_of_prefixes(void **state) {
  static const char *const texts[] = {"10.0.0.0/8", "10.0.0.0/32", "fe80::/10", "1:2:3:4::/128"};
  (void)state;
  for (size_t i = 0; i < COUNT(texts); i++)
    for (size_t n = strlen(texts[i]), at = 0; at < n; at++)
      for (int c = 0; c < 256; c++) {
        char text[32];
        struct ip_prefix p;
        struct ip net;
        memcpy(text, texts[i], n + 1);
        text[at] = (char)c;
        char *slash = memchr(text, '/', n);
        size_t digits = slash ? strspn(slash + 1, "0123456789") : 0;
        int bits = slash ? atoi(slash + 1) : 0, most = memchr(text, ':', slash ? (size_t)(slash - text) : n) ? 128 : 32;
        int good = slash ? digits > 0 && slash + 1 + digits == text + n && (slash[1] != '0' || digits == 1) : 1;
        good = good && bits <= most && ip_parse(text, slash ? (size_t)(slash - text) : n, &net);
        CHECK(parse_prefix(text, n, &p) == good, "'%.*s'", (int)n, text);
        if (good) check_prefix(&net, &p, slash ? bits + 128 - most : 128, text);
      }
}

/* --- order and text ----------------------------------------------------------------------------------------------- */

static void test_order(void **state) {
  (void)state;
  for (int round = 0; round < 100000; round++) {
    struct ip a = random_ip(), b = random_below(8) ? a : random_ip();
    unsigned char x[16], y[16];
    for (uint32_t i = random_below(3); i > 0; i--) flip(&b, (int)random_below(128));
    to_bytes(&a, x);
    to_bytes(&b, y);
    int ours = ip_compare(&a, &b), theirs = memcmp(x, y, 16);
    assert_int_equal((ours > 0) - (ours < 0), (theirs > 0) - (theirs < 0));
  }
}

/* Writes the address and reads the text again. */
static void format(const struct ip *a, char out[IP_TEXT]) {
  struct ip again;
  memset(out, '#', IP_TEXT);
  size_t n = ip_format(a, out);
  assert_in_range(n, 2, IP_TEXT - 1);
  CHECK(memchr(out, 0, IP_TEXT) == out + n, "%s", out);
  CHECK(ip_parse(out, n, &again) && same(a, &again), "%s", out);
}

static void test_format(void **state) {
  static const struct {
    uint64_t high, low;
    const char *text;
  } table[] = {
      {0, 0xffff00000000, "0.0.0.0"},
      {0, 0xffff0a148268, "10.20.130.104"},
      {0, 0xffffffffffff, "255.255.255.255"},
      {0, 0xffff6409630a, "100.9.99.10"},
      {0, 0, "::"},
      {0, 1, "::1"},
      {0, 0x01020304, "::102:304"}, /* not IPv4: it says so */
      {0, 0xfffe01020304, "::fffe:102:304"},
      {0, 0x1ffff01020304, "::1:ffff:102:304"},
      {1, 0xffff01020304, "::1:0:ffff:102:304"},
      {0x0064ff9b00000000, 0xc0000221, "64:ff9b::c000:221"},
      {UINT64_MAX, UINT64_MAX, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
      /* RFC 5952, 4.1: no leading zeros; 4.2.1: as short as can be; 4.2.2: not for one group; 4.2.3: the longest, the
         first; 4.3: lower case */
      {0x20010db800000000, 0x0000000000000001, "2001:db8::1"},
      {0x20010db800000000, 0x0000000000020001, "2001:db8::2:1"},
      {0x20010db800000001, 0x0001000100010001, "2001:db8:0:1:1:1:1:1"},
      {0x2001000000000001, 0x0000000000000001, "2001:0:0:1::1"},
      {0x20010db800000000, 0x0001000000000001, "2001:db8::1:0:0:1"},
      {0x20010db80000aaaa, 0xABCDEF0100100100, "2001:db8:0:aaaa:abcd:ef01:10:100"},
      {0x0001000000000000, 0, "1::"},
      {0x0001000200030004, 0x0005000600000000, "1:2:3:4:5:6::"},
      {0x0001000200030004, 0x0005000600070000, "1:2:3:4:5:6:7:0"},
      {0x0000000200030004, 0x0005000600070008, "0:2:3:4:5:6:7:8"},
      {0x0000000000030004, 0x0005000600070008, "::3:4:5:6:7:8"},
  };
  (void)state;
  for (size_t i = 0; i < COUNT(table); i++) {
    const struct ip a = {table[i].high, table[i].low};
    char out[IP_TEXT];
    format(&a, out);
    assert_string_equal(out, table[i].text);
  }
}

/*
** inet_ntop() writes ::ffff:a.b.c.d, which is IPv4 here, and ::a.b.c.d, which RFC 5952 treats as
** any other address.
*/
static void check_format(const struct ip *a) {
  char ours[IP_TEXT], theirs[64];
  unsigned char b[16];
  format(a, ours);
  to_bytes(a, b);
  if (a->high == 0 && a->low >> 32 == 0) return;
  if (!inet_ntop(ip_is_v4(a) ? AF_INET : AF_INET6, ip_is_v4(a) ? b + 12 : b, theirs, sizeof theirs)) fail();
  assert_string_equal(ours, theirs);
}

static void test_format_against_inet_ntop(void **state) {
  (void)state;
  for (uint32_t zeros = 0; zeros < 256; zeros++) /* which groups are 0 */
    for (int round = 0; round < 400; round++) {
      unsigned char b[16];
      for (uint32_t i = 0; i < 8; i++) {
        uint32_t value = zeros >> i & 1 ? 0 : (random_u32() >> (16 + 4 * random_below(4))) | 1;
        b[2 * i] = (unsigned char)(value >> 8);
        b[2 * i + 1] = (unsigned char)value;
      }
      struct ip a = from_bytes(b);
      check_format(&a);
    }
  for (int round = 0; round < 200000; round++) {
    static const uint32_t sizes[] = {10, 100, 256};
    uint32_t address = 0;
    for (int i = 0; i < 4; i++) address = address << 8 | random_below(sizes[random_below(3)]);
    struct ip a = v4(address);
    assert_true(ip_is_v4(&a));
    check_format(&a);
  }
}

/* --- bytes -------------------------------------------------------------------------------------------------------- */

static void test_bytes(void **state) {
  (void)state;
  for (int round = 0; round < 10000; round++) {
    struct ip a = round % 3 ? random_ip() : v4(random_u32()), back = {1, 2};
    unsigned char expected[16], got[IP_BYTES];
    to_bytes(&a, expected);
    ip_to_bytes(&a, got);
    assert_memory_equal(got, expected, 16);
    assert_true(ip_from_bytes(got, 16, &back) && same(&back, &a));
    struct ip four = v4((uint32_t)a.low);
    assert_true(ip_from_bytes(got + 12, 4, &back) && same(&back, &four));
  }
  for (size_t n = 0; n < 40; n++) {
    static const unsigned char bytes[40];
    struct ip a = {1, 2};
    int ok = ip_from_bytes(n ? bytes : NULL, n, &a);
    assert_int_equal(ok, n == 4 || n == 16);
    if (!ok) assert_true(a.high == 1 && a.low == 2);
  }
}

/* The IPv4 addresses are ::ffff:0:0/96 and no others. */
static void test_is_v4(void **state) {
  (void)state;
  for (int i = 0; i < 128; i++) {
    struct ip a = v4(random_u32());
    flip(&a, i);
    assert_int_equal(ip_is_v4(&a), i >= 96);
    assert_int_equal(ip_bits(&a), i >= 96 ? 32 : 128);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_addresses),
      cmocka_unit_test(test_no_addresses),
      cmocka_unit_test(test_no_text_and_long_text),
      cmocka_unit_test(test_each_octet_at_each_place),
      cmocka_unit_test(test_each_byte_at_each_place),
      cmocka_unit_test(test_random_pieces),
      cmocka_unit_test(test_random_addresses),
      cmocka_unit_test(test_all_masks),
      cmocka_unit_test(test_all_masks_v4),
      cmocka_unit_test(test_prefix_of),
      cmocka_unit_test(test_prefixes),
      cmocka_unit_test(test_bytes_of_prefixes),
      cmocka_unit_test(test_order),
      cmocka_unit_test(test_format),
      cmocka_unit_test(test_format_against_inet_ntop),
      cmocka_unit_test(test_bytes),
      cmocka_unit_test(test_is_v4),
  };
  guarded_init(&page, 4096);
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  guarded_clear(&page);
  return finish(failed);
}
