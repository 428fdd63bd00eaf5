/* SPDX-License-Identifier: MIT */
/* Lines and texts with the marks of flow log records, and others that have addresses. */
#include "helpers.h"

#include "record/marks.h"

static struct tokens tokens;

static const struct {
  const char *line;
  int has;
} lines[] = {
    {"10.0.0.1 10.0.0.2", 1},
    {"2001:db8::1 2001:db8::2 443", 1},
    {"10.0.0.1 443 ACCEPT", 1},
    {"443 6 REJECT", 1},
    {"REJECT", 0},
    {"eni-12345 REJECT 5", 1},
    {"eni-12345 10.0.0.1", 1},
    {"10.0.0.1 my-name 10.0.0.2 443 6", 1},
    {"10.0.0.1 my-name 10.0.0.2 your_name 443", 1},
    {"my-cluster my-service 10.0.0.1 10.0.0.2", 1},
    {"10.0.0.1 mine 10.0.0.2 443", 1},
    {"10.0.0.1 mine 10.0.0.2 yours 443", 0},
    {"10.0.0.1 0.25 10.0.0.2 443 6", 0},
    {"from host: 10.0.0.1 10.0.0.2 443 6 17", 1},
    {"from host: 10.0.0.1 10.0.0.2 443 6", 0},
    {"from host: 10.0.0.1 443 REJECT", 1},
    {"from host: 10.0.0.1 REJECT", 0},
    {"from host: 10.0.0.1 S3 10.0.0.2 AMAZON 443 6 17", 1},
    {"Connection from 10.0.0.1 port 5 to 10.0.0.2 port 6", 0},
    {"12:30:00 10.0.0.1 12:30:01 10.0.0.2", 0},
    {"{\"srcaddr\":1,\"dstaddr\":2}", 1},
    {"srcaddr=1 dstaddr=2", 1},
    {"x\",\"srcAddr\":\"1\",\"dstAddr\":\"2\"", 1},
    {"x,srcaddr,dstaddr", 1},
    {"the fields srcaddr, dstaddr", 0},
    {"srcaddr='${srcaddr}' dstaddr='${dstaddr}'", 0},
    {"7 version srcaddr dstaddr", 1},
    {"#version srcaddr, dstaddr", 1},
    {"aws.vpcflow.action=x", 1},
    {"\"eni-1 ACCEPT OK\"", 1},
    {"", 0},
};

static void test_lines(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT(lines); i++) {
    char text[512] = "";
    memcpy(text, lines[i].line, strlen(lines[i].line));
    text[strlen(text)] = '\n';
    tokens_split(&tokens, text, strlen(text));
    const struct line line = tokens_line(&tokens, 0, 0);
    CHECK(marks_in_line(&line) == lines[i].has, "%s", lines[i].line);
  }
}

static int set_up(void **state) {
  struct err e = {0};
  (void)state;
  return tokens_init(&tokens, 4096, &e) != ERR_NONE;
}

static int tear_down(void **state) {
  (void)state;
  tokens_clear(&tokens);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_lines)};
  return finish(cmocka_run_group_tests(tests, set_up, tear_down));
}
