/* SPDX-License-Identifier: MIT */
/* Tests what a line says about a connection, field by field. */
#include "helpers.h"

#include "base/number.h"
#include "connection/flow.h"
#include "record/record.h"

static struct tokens tokens;
static char padded[4096];

/* Splits a line, which must fit the format. */
static struct line split(struct layout *l, const char *format, const char *text) {
  struct err e = {0};
  assert_int_equal(layout_from_option(l, format, strlen(format), &e), ERR_NONE);
  memset(padded, 0, sizeof padded);
  int n = snprintf(padded, sizeof padded - TOKENS_BLOCK, "%s\n", text);
  assert_int_equal(tokens_split(&tokens, padded, (size_t)n), n);
  struct line line = tokens_line(&tokens, 0, 0);
  CHECK(record_check(l, &line) == RECORD_FITS, "%s", text);
  return line;
}

static enum flow_result read_line(const char *format, const char *text, struct flow *f, struct err *e) {
  static struct layout l;
  struct flow_binding b;
  struct err lacks = {0};
  struct line line = split(&l, format, text);
  memset(f, 0x55, sizeof *f);
  memset(e, 0, sizeof *e);
  flow_bind(&b, &l, &lacks);
  CHECK(!lacks.code, "%s", lacks.text);
  enum flow_result result = flow_read(&b, &line, f, e);
  assert_int_equal(result == FLOW_BAD, e->code == ERR_LINE);
  if (result == FLOW_READ && (f->src_differs || f->dst_differs)) assert_true(flow_may_differ(&b, &line));
  return result;
}

static void add_number(struct bytes *out, const char *name, uint64_t n) {
  if (n == FLOW_NONE) bytes_print(out, " %s -", name);
  else bytes_print(out, " %s %llu", name, (unsigned long long)n);
}

static void add_end(struct bytes *out, const struct flow_end *end) {
  char text[IP_TEXT];
  ip_format(&end->addr, text);
  if (end->port == FLOW_NO_PORT) bytes_print(out, "%s", text);
  else bytes_print(out, "%s/%u", text, (unsigned)end->port);
}

static void add_signs(struct bytes *out, uint32_t signs) {
  static const char letters[] = "sARYKXFG"; /* seen, accepted, rejected, SYN, SYN-ACK, RST, FIN, flagged */
  for (uint32_t d = 0; d < 2; d++) {
    bytes_print(out, d ? "|" : " ");
    for (uint32_t k = 0; k < FLOW_SIGN_BITS; k++)
      if (signs & FLOW_SIGNS(1u << k, d)) bytes_add(out, &letters[k], 1);
  }
  if (signs & FLOW_ACTION) bytes_print(out, "!");
}

/* A flow as text: ends in the direction of the packets, and what is not the usual. */
static void print_flow(struct bytes *out, const struct flow *f) {
  char text[IP_TEXT];
  add_end(out, &f->key.a);
  bytes_print(out, f->direction ? " < " : " > ");
  add_end(out, &f->key.b);
  if (f->key.protocol == FLOW_NO_PROTOCOL) bytes_print(out, " -");
  else bytes_print(out, " %u", (unsigned)f->key.protocol);
  add_signs(out, f->signs);
  if (f->start != FLOW_NONE || f->end != FLOW_NONE) add_number(out, "at", f->start), add_number(out, "to", f->end);
  if (f->packets != FLOW_NONE) add_number(out, "packets", f->packets);
  if (f->bytes != FLOW_NONE) add_number(out, "bytes", f->bytes);
  if (f->way) bytes_print(out, f->way == FLOW_INGRESS ? " in" : " out");
  if (f->src_differs) ip_format(&f->src, text), bytes_print(out, " src %s", text);
  if (f->dst_differs) ip_format(&f->dst, text), bytes_print(out, " dst %s", text);
}

#define ENDS "srcaddr dstaddr srcport dstport protocol "
#define PKT  ENDS "pkt_srcaddr pkt_dstaddr"

static void test_values(void **state) {
  static const struct {
    const char *format, *line, *flow; /* flow: NULL if the line has no ends; "!..." if it is wrong */
  } table[] = {
      /* the ends, and their order */
      {ENDS, "10.0.0.1 10.0.0.2 50000 443 6", "10.0.0.1/50000 > 10.0.0.2/443 6 sA|"},
      {ENDS, "10.0.0.2 10.0.0.1 443 50000 6", "10.0.0.1/50000 < 10.0.0.2/443 6 |sA"},
      {ENDS, "10.0.0.1 10.0.0.1 443 50000 6", "10.0.0.1/443 > 10.0.0.1/50000 6 sA|"},
      {ENDS, "10.0.0.1 10.0.0.1 50000 443 6", "10.0.0.1/443 < 10.0.0.1/50000 6 |sA"},
      {ENDS, "10.0.0.1 10.0.0.1 443 443 6", "10.0.0.1/443 > 10.0.0.1/443 6 sA|"},
      {ENDS, "9.255.255.255 10.0.0.0 0 65535 255", "9.255.255.255/0 > 10.0.0.0/65535 255 sA|"},
      {ENDS, "2001:DB8:0::1 ::ffff:10.0.0.1 1 2 0", "10.0.0.1/2 < 2001:db8::1/1 0 |sA"},
      {ENDS, "fd00::2 fd00::1 1 2 17", "fd00::1/2 < fd00::2/1 17 |sA"},
      /* no ports, no protocol */
      {ENDS, "10.0.0.1 10.0.0.2 0 0 1", "10.0.0.1 > 10.0.0.2 1 sA|"},
      {ENDS, "fd00::2 fd00::1 7 8 58", "fd00::1 < fd00::2 58 |sA"},
      {ENDS, "10.0.0.1 10.0.0.2 - - -", "10.0.0.1 > 10.0.0.2 - sA|"},
      {ENDS, "10.0.0.1 10.0.0.1 - 65535 6", "10.0.0.1/65535 < 10.0.0.1 6 |sA"},
      /* without ends */
      {ENDS, "- - - - -", NULL},
      {ENDS, "10.0.0.1 - 1 2 6", NULL},
      {ENDS, "- 10.0.0.1 1 2 6", NULL},
      {PKT, "- - 1 2 6 10.0.0.1 10.0.0.2", NULL},
      /* values that no packet has */
      {ENDS, "10.0.0.256 10.0.0.2 1 2 6", "!srcaddr is '10.0.0.256', which is no address"},
      {ENDS, "10.0.0.1 10.0.0 1 2 6", "!dstaddr is '10.0.0', which is no address"},
      {ENDS, "10.0.0.1 10.0.0.2 65536 2 6", "!srcport is 65536, which is more than 65535"},
      {ENDS, "10.0.0.1 10.0.0.2 1 9999999999 6", "!dstport is 9999999999, which is more than 65535"},
      {ENDS, "10.0.0.1 10.0.0.2 1 2 256", "!protocol is 256, which is more than 255"},
      {ENDS, "10.0.0.1 10.0.0.2 65536 70000 1", "!srcport is 65536, which is more than 65535"},
      {PKT, "10.0.0.1 10.0.0.2 1 2 6 1:2 10.0.0.2", "!pkt_srcaddr is '1:2', which is no address"},
      {PKT, "10.0.0.1 10.0.0.2 1 2 6 10.0.0.1 ::12345", "!pkt_dstaddr is '::12345', which is no address"},
      {PKT, "- 10.0.0.2 1 2 6 10.0.0.1 10.0.0.2", NULL},
      /* the addresses of the packet */
      {PKT, "10.0.0.1 10.0.0.2 1 2 6 10.0.0.1 10.0.0.2", "10.0.0.1/1 > 10.0.0.2/2 6 sA|"},
      {PKT, "10.0.0.1 10.0.0.2 1 2 6 - -", "10.0.0.1/1 > 10.0.0.2/2 6 sA|"},
      {PKT, "10.0.0.3 10.0.0.2 1 2 6 10.0.9.9 10.0.0.2", "10.0.0.2/2 < 10.0.9.9/1 6 |sA src 10.0.0.3"},
      {PKT, "10.0.0.3 10.0.0.2 1 2 6 10.0.0.3 8.8.8.8", "8.8.8.8/2 < 10.0.0.3/1 6 |sA dst 10.0.0.2"},
      {PKT, "fd00::1 fd00::2 1 2 6 FD00:0::1 fd00::0002", "fd00::1/1 > fd00::2/2 6 sA|"},
      {ENDS "pkt_dstaddr", "10.0.0.3 10.0.0.2 1 2 6 8.8.8.8", "8.8.8.8/2 < 10.0.0.3/1 6 |sA dst 10.0.0.2"},
      /* times */
      {ENDS "start end", "10.0.0.1 10.0.0.2 1 2 6 5 9", "10.0.0.1/1 > 10.0.0.2/2 6 sA| at 5 to 9"},
      {ENDS "start end", "10.0.0.1 10.0.0.2 1 2 6 9 5", "10.0.0.1/1 > 10.0.0.2/2 6 sA| at 9 to 9"},
      {ENDS "start end", "10.0.0.1 10.0.0.2 1 2 6 - 5", "10.0.0.1/1 > 10.0.0.2/2 6 sA| at 5 to 5"},
      {ENDS "start end", "10.0.0.1 10.0.0.2 1 2 6 9 -", "10.0.0.1/1 > 10.0.0.2/2 6 sA| at 9 to 9"},
      {ENDS "start end", "10.0.0.1 10.0.0.2 1 2 6 - -", "10.0.0.1/1 > 10.0.0.2/2 6 sA|"},
      {ENDS "start", "10.0.0.1 10.0.0.2 1 2 6 0", "10.0.0.1/1 > 10.0.0.2/2 6 sA| at 0 to 0"},
      {ENDS "end", "10.0.0.1 10.0.0.2 1 2 6 7", "10.0.0.1/1 > 10.0.0.2/2 6 sA| at 7 to 7"},
      /* counts */
      {ENDS "bytes packets", "10.0.0.1 10.0.0.2 1 2 6 0 999999999999",
       "10.0.0.1/1 > 10.0.0.2/2 6 sA| packets 999999999999 bytes 0"},
      {ENDS "bytes packets", "10.0.0.1 10.0.0.2 1 2 6 7 -", "10.0.0.1/1 > 10.0.0.2/2 6 sA| bytes 7"},
      /* the action */
      {ENDS "action", "10.0.0.1 10.0.0.2 1 2 6 ACCEPT", "10.0.0.1/1 > 10.0.0.2/2 6 sA|!"},
      {ENDS "action", "10.0.0.1 10.0.0.2 1 2 6 REJECT", "10.0.0.1/1 > 10.0.0.2/2 6 sR|!"},
      {ENDS "action", "10.0.0.1 10.0.0.2 1 2 6 -", "10.0.0.1/1 > 10.0.0.2/2 6 sA|"},
      {ENDS "action", "10.0.0.2 10.0.0.1 1 2 6 REJECT", "10.0.0.1/2 < 10.0.0.2/1 6 |sR!"},
      /* the flags of TCP, and of nothing else */
      {ENDS "tcp_flags", "10.0.0.1 10.0.0.2 1 2 6 2", "10.0.0.1/1 > 10.0.0.2/2 6 sAYG|"},
      {ENDS "tcp_flags", "10.0.0.1 10.0.0.2 1 2 6 18", "10.0.0.1/1 > 10.0.0.2/2 6 sAKG|"},
      {ENDS "tcp_flags", "10.0.0.1 10.0.0.2 1 2 6 19", "10.0.0.1/1 > 10.0.0.2/2 6 sAKFG|"},
      {ENDS "tcp_flags", "10.0.0.1 10.0.0.2 1 2 6 7", "10.0.0.1/1 > 10.0.0.2/2 6 sAYXFG|"},
      {ENDS "tcp_flags", "10.0.0.1 10.0.0.2 1 2 6 16", "10.0.0.1/1 > 10.0.0.2/2 6 sAG|"},
      {ENDS "tcp_flags", "10.0.0.1 10.0.0.2 1 2 6 0", "10.0.0.1/1 > 10.0.0.2/2 6 sAG|"},
      {ENDS "tcp_flags", "10.0.0.1 10.0.0.2 1 2 6 -", "10.0.0.1/1 > 10.0.0.2/2 6 sA|"},
      {ENDS "tcp_flags", "10.0.0.1 10.0.0.2 1 2 17 2", "10.0.0.1/1 > 10.0.0.2/2 17 sA|"},
      {ENDS "tcp_flags", "10.0.0.1 10.0.0.2 1 2 - 7", "10.0.0.1/1 > 10.0.0.2/2 - sA|"},
      /* the way */
      {ENDS "flow_direction", "10.0.0.1 10.0.0.2 1 2 6 ingress", "10.0.0.1/1 > 10.0.0.2/2 6 sA| in"},
      {ENDS "flow_direction", "10.0.0.1 10.0.0.2 1 2 6 egress", "10.0.0.1/1 > 10.0.0.2/2 6 sA| out"},
      {ENDS "flow_direction", "10.0.0.1 10.0.0.2 1 2 6 -", "10.0.0.1/1 > 10.0.0.2/2 6 sA|"},
      {ENDS "flow_direction", "10.0.0.1 10.0.0.2 1 2 6 ingressx", "10.0.0.1/1 > 10.0.0.2/2 6 sA|"},
      {ENDS "flow_direction", "10.0.0.1 10.0.0.2 1 2 6 Egress", "10.0.0.1/1 > 10.0.0.2/2 6 sA|"},
  };
  (void)state;
  for (size_t i = 0; i < COUNT(table); i++) {
    struct bytes got = {0};
    struct flow f;
    struct err e;
    enum flow_result result = read_line(table[i].format, table[i].line, &f, &e);
    if (result == FLOW_READ) print_flow(&got, &f);
    if (result == FLOW_BAD) bytes_print(&got, "!%s", e.text);
    CHECK(table[i].flow ? got.p && !strcmp(got.p, table[i].flow) : result == FLOW_WITHOUT_ENDS, "%s: %s", table[i].line,
          got.p);
    bytes_free(&got);
  }
}

/* A layout without one of the five fields, and which one it names. */
static void test_missing_fields(void **state) {
  static const char *const names[] = {"srcaddr", "dstaddr", "srcport", "dstport", "protocol"};
  (void)state;
  for (size_t left_out = 0; left_out < COUNT(names); left_out++) {
    static struct layout l;
    struct flow_binding b;
    struct bytes format = {0};
    struct err e = {0};
    bytes_print(&format, "version bytes start");
    for (size_t i = 0; i < COUNT(names); i++)
      if (i != left_out) bytes_print(&format, " %s", names[i]);
    assert_int_equal(layout_from_option(&l, format.p, format.n, &e), ERR_NONE);
    flow_bind(&b, &l, &e);
    assert_int_equal(e.code, ERR_FORMAT);
    CHECK(strstr(e.text, names[left_out]), "%s", e.text);
    bytes_free(&format);
  }
}

/* The addresses of a side need not be parsed to see that they are the same. */
static void test_may_differ(void **state) {
  static const struct {
    const char *format, *line;
    int may_differ;
  } table[] = {
      {PKT, "10.0.0.1 10.0.0.2 1 2 6 10.0.0.1 10.0.0.2", 0},
      {PKT, "10.0.0.1 10.0.0.2 1 2 6 10.0.0.3 10.0.0.2", 1},
      {PKT, "10.0.0.1 10.0.0.2 1 2 6 10.0.0.1 10.0.0.3", 1},
      {PKT, "10.0.0.1 10.0.0.2 1 2 6 10.0.0.10 10.0.0.2", 1},
      {ENDS, "10.0.0.1 10.0.0.2 1 2 6", 0},
  };
  (void)state;
  for (size_t i = 0; i < COUNT(table); i++) {
    static struct layout l;
    struct flow_binding b;
    struct err e = {0};
    struct line line = split(&l, table[i].format, table[i].line);
    flow_bind(&b, &l, &e);
    CHECK(flow_may_differ(&b, &line) == table[i].may_differ, "%s", table[i].line);
  }
}

static int begin(void **state) {
  struct err e = {0};
  (void)state;
  return tokens_init(&tokens, sizeof padded, &e) != ERR_NONE;
}

static int end(void **state) {
  (void)state;
  tokens_clear(&tokens);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_values),
      cmocka_unit_test(test_missing_fields),
      cmocka_unit_test(test_may_differ),
  };
  return finish(cmocka_run_group_tests(tests, begin, end));
}
