/* SPDX-License-Identifier: MIT */
/*
** JSON that cannot be used, or not wholly: events without a record, documents that are no flow logs,
** texts that are no JSON, and what is larger than the limits.
*/
#include "json_expect.h"

/* --- what cannot be used ----------------------------------------------------------------------------------------- */

static void test_bad_events(void **state) {
  static const struct row rows[] = {
      {"{\"events\":[{\"message\":\"2 a\\n2 b\"},{\"message\":\" \\t\"},{\"message\":{\"a\":1}},{},5,null,"
       "[1],{\"message\":\"2 z\"}]}",
       "1 ! the event has a message of several lines; a record is one | 2 a 2 b\n"
       "2 ! the event has an empty message |  \t\n"
       "3 ! the event has no \"message\" that is a text | \n"
       "4 ! the event has no \"message\" that is a text | \n"
       "5 ! the event has no \"message\" that is a text | \n"
       "6 ! the event has no \"message\" that is a text | \n"
       "7 ! the event has no \"message\" that is a text | \n"
       "8 | 2 z\n"
       "json events\n"},
      {"{\"message\":\"2 a\"}{\"b\":1}{\"message\":\"2 c\"}[5]{\"message\":\"2 d\",\"events\":[{\"message\":\"2 e\"}]}",
       "1 | 2 a\n"
       "2 ! is a JSON object without flow log records; its keys are b | \n"
       "3 | 2 c\n"
       "4 ! has a list of things that are neither objects nor texts | \n"
       "5 ! can be read in more than one way; its keys are message, events | \n"
       "json messages\n"},
      {"{\"events\":[{\"message\":\"2 a\"}],\"message\":\"2 b\",\"awslogs\":{\"data\":\"\"}}",
       "1 | 2 a\n"
       "2 ! can be read in more than one way; its keys are events, message, awslogs | \n"
       "json events\n"},
  };
  (void)state;
  for (size_t i = 0; i < COUNT(rows); i++) expect_text(rows[i].text, strlen(rows[i].text), rows[i].expected);
}

static void test_foreign(void **state) {
  static const struct row rows[] = {
      {"{\"Records\":[{\"eventVersion\":\"1\",\"userIdentity\":{\"a\":\"b\"}},{\"eventVersion\":\"2\"}]}",
       "json\n"
       "broken at 0: is a log of CloudTrail, and no flow log; its keys are eventVersion, userIdentity\n"},
      {"{\"Records\":[{\"eventSource\":\"aws:s3\",\"s3\":{\"object\":{\"key\":\"a\"}}}]}",
       "json\n"
       "broken at 0: is an event of S3, which names objects and holds no records; read these with flowlo"
       "gs(path)\n"},
      {"{\"type\":\"http\",\"elb\":\"x\"}\n{\"type\":\"http\"}\n",
       "json\n"
       "broken at 0: is a JSON object without flow log records; its keys are type, elb\n"},
      {"{\"type\":\"http\"}{\"message\":\"2 a\"}{}",
       "1 ! is a JSON object without flow log records; its keys are type | \n2 | 2 a\n"
       "3 ! is a JSON object without flow log records; its keys are none | \njson messages\n"},
      {"{}", "json\n"
             "broken at 0: is a JSON object without flow log records; its keys are none\n"},
      {"[]", "json\n"
             "broken at 0: is an empty list\n"},
      {"[[],[]]", "json\n"
                  "broken at 0: is an empty list\n"},
      {"[1,2]", "json\n"
                "broken at 0: has a list of things that are neither objects nor texts\n"},
      {"[true]", "lines\n"},
      {"{\"Records\":[]}", "json\n"
                           "broken at 0: has a list of records that is empty\n"},
      {"{\"records\":[5]}", "json\n"
                            "broken at 0: has a list of records of which one is no JSON object\n"},
      {"{\"awslogs\":{\"data\":5}}", "json\n"
                                     "broken at 0: is a JSON object without flow log records; its keys are awslogs\n"},
      {"{a:1}", "lines\n"},
      {"\"a b\",\"c d\"\n", "lines\n"},
      {"[2024-01-01] x", "lines\n"},
  };
  (void)state;
  for (size_t i = 0; i < COUNT(rows); i++) expect_text(rows[i].text, strlen(rows[i].text), rows[i].expected);
}

static void test_malformed(void **state) {
  static const struct row rows[] = {
      {"{\"message\":\"2 a\"}\n{\"message\":\"2 b\n{\"message\":\"2 c\"}\n{\"message\":\"2 "
       "d\",\"x\":\n{\"message\":\"2 e\"}\n"
       "{\"message\":\"2 f\"}\n",
       "1 | 2 a\n"
       "2 ! is no JSON: a line ends within a text | \n"
       "3 | 2 c\n"
       "4 ! is no JSON: '{' stands where ',' or '}' should be | {\"message\":\"2 f\"}\n"
       "5 | 2 f\n"
       "json messages\n"},
      {"{\"message\":\"2 a\"} nonsense\n{\"message\":\"2 b\"}",
       "1 | 2 a\n"
       "2 ! is no JSON: 'n' stands where an object should begin | nonsense\n"
       "3 | 2 b\n"
       "json messages\n"},
      {"{\"message\":\"2 a\"}nonsense", "1 | 2 a\n"
                                        "json messages\n"
                                        "broken at 2: is no JSON: 'n' stands where an object should begin\n"},
      {"{\"message\":\"2 a\"},{\"message\":\"2 b\"}",
       "1 | 2 a\n"
       "json messages\n"
       "broken at 2: is no JSON: ',' stands where an object should begin\n"},
      {"[\n{\"message\":\"2 a\"},\n{\"message\":2 b\"},\n{\"message\":\"2 c\"},\n{\"message\":\"2 "
       "d\"}\n]\n{\"message\":\"2 e\"}\n",
       "1 | 2 a\n"
       "2 ! is no JSON: 'b' stands where ',' or '}' should be | b\"},\n"
       "3 | 2 c\n"
       "4 | 2 d\n"
       "5 | 2 e\n"
       "json messages\n"},
      {"{\"events\":[\n{\"message\":\"2 a\"},\n{\"message\":},\n{\"message\":\"2 c\"}\n],\"nextToken\":\"x y\"}\n",
       "1 | 2 a\n"
       "2 ! is no JSON: '}' stands where a value should be | },\n"
       "3 | 2 c\n"
       "json events\n"},
      {"{\"logEvents\":[{\"message\":\"2 a\"},{\"message\":!\n{\"message\":\"2 b\"}",
       "1 | 2 a\n"
       "2 ! is no JSON: '!' stands where a value should be | !\n"
       "3 | 2 b\n"
       "json subscription\n"},
      {"{\"message\":\"2 a\\x\"}",
       "json\n"
       "broken at 1: is no JSON: a backslash stands before a character that is not escaped\n"},
      {"{\"message\":\"2 a\\u12g4\"}", "json\n"
                                       "broken at 1: has a \\u without four digits\n"},
      {"{\"message\":\"2 a\",}", "json\n"
                                 "broken at 1: is no JSON: '}' stands where a name should be\n"},
      {"{\"message\":\"2 a\" \"b\":1}", "json\n"
                                        "broken at 1: is no JSON: '\"' stands where ',' or '}' should be\n"},
      {"{\"message\" \"2 a\"}", "json\n"
                                "broken at 1: is no JSON: '\"' stands where ':' should be\n"},
      {"[\"2 a\",]", "1 | 2 a\n"
                     "json messages\n"
                     "broken at 2: is no JSON: ']' stands where a value should be\n"},
      {"[\"2 a\" \"2 b\"]", "1 | 2 a\n"
                            "json messages\n"
                            "broken at 2: is no JSON: '\"' stands where ',' or ']' should be\n"},
      {"{\"message\":\"2 a\",\"b\":01}", "json\n"
                                         "broken at 1: is no JSON: '0' stands where a value should be\n"},
      {"{\"message\":\"2 a\",\"b\":nul}", "json\n"
                                          "broken at 1: is no JSON: 'n' stands where a value should be\n"},
      {"{\"message\":\"2 a\",\"b\":1.}", "json\n"
                                         "broken at 1: is no JSON: '1' stands where a value should be\n"},
      {"{\"message\":\"2 a\",\"b\":[1,2}}", "json\n"
                                            "broken at 1: is no JSON: '}' stands where ',' or ']' should be\n"},
      {"{\"message\":\"2 a\",\"b\":{\"c\":[{}],\"d\":-1.5e+3,\"e\":\"\\\"\"}}", "1 | 2 a\njson messages\n"},
      {"{\"message\":\"2 a\"", "json\n"
                               "broken at 1: is cut off: a JSON object or array has no end\n"},
      {"{\"message\":\"2 a\"}}", "1 | 2 a\n"
                                 "json messages\n"
                                 "broken at 2: is no JSON: '}' stands where an object should begin\n"},
      /* a long word is wrong wherever the file ends */
      {"{\"message\":\"2 a\",\"b\":1111111111111111111111111111111111111111111111111111111111111111",
       "json\nbroken at 1: is no JSON: '1' stands where a value should be\n"},
      {"{\"message\":\"2 a\",\"b\":111111111111111111111111111111111111111111111111111111111111111",
       "json\nbroken at 1: is cut off: a JSON object or array has no end\n"},
  };
  (void)state;
  for (size_t i = 0; i < COUNT(rows); i++) expect_text(rows[i].text, strlen(rows[i].text), rows[i].expected);
}

/* --- limits ------------------------------------------------------------------------------------------------------ */

static void expect_end(struct bytes b, const char *end) {
  for (size_t piece = SIZE_MAX; piece; piece = piece == SIZE_MAX ? 1000 : 0) {
    char *got = lines_of(b.p, b.n, piece);
    size_t n = strlen(got), end_n = strlen(end);
    CHECK(n >= end_n && !strcmp(got + n - end_n, end), "%.100s\n%s", b.p, n > 500 ? got + n - 500 : got);
    free(got);
  }
  bytes_free(&b);
}

/* A text of so many bytes with something around it. */
static struct bytes long_text(const char *before, size_t n, const char *behind) {
  struct bytes b = text_of(before);
  bytes_repeat(&b, 'x', n);
  bytes_add(&b, behind, strlen(behind));
  return b;
}

static void test_long_texts(void **state) {
  static const char next[] = "\"}{\"message\":\"2 b\"}";
  (void)state;
  expect_end(long_text("{\"message\":\"", 65536, next), "\n2 | 2 b\njson messages\n");
  struct bytes b = long_text("{\"message\":\"", 1000000, next);
  char *got = lines_of(b.p, b.n, 4096);
  assert_true(strstr(got, "1 ! is longer than 65536 bytes | xxx") == got && strlen(got) < 1200);
  free(got);
  bytes_free(&b);
  /* what is not looked at may have any length */
  expect_end(long_text("{\"a\":\"", 1000000, "\",\"message\":\"2 b\"}"), "1 | 2 b\njson messages\n");
  expect_end(long_text("{\"a\":{\"b\":[\"", 1000000, "\"]},\"message\":\"2 b\"}"), "1 | 2 b\njson messages\n");
  expect_end(long_text("{\"", 1000000, "\":1,\"message\":\"2 b\"}"), "1 | 2 b\njson messages\n");
  expect_end(long_text("{\"message\":\"2 a\",\"timestamp\":\"", 1000000, next), "1 | 2 a\n2 | 2 b\njson messages\n");
  expect_end(long_text("{\"messageType\":\"", 1000000, next),
             "1 ! has a messageType that is neither DATA_MESSAGE nor CONTROL_MESSAGE; its keys are messageType | \n"
             "2 | 2 b\njson messages\n");
  expect_end(long_text("{\"srcaddr\":\"10.0.0.1\",\"dstaddr\":\"", 1000000, next),
             "1 ! has more than 1024 fields, or values that are too long for one record | \n2 | 2 b\njson messages\n");
  expect_end(long_text("{\"message\":\"2 a\",\"b\":1", 100, "}"),
             "broken at 1: is no JSON: '1' stands where a value should be\n");
}

/* More members than are kept do not hide the message. */
static void test_many_members(void **state) {
  (void)state;
  for (int is_long = 0; is_long < 2; is_long++) {
    struct bytes b = text_of("{\"logStream\":\"s\","),
                 c = text_of("{\"srcaddr\":\"::1\",\"dstaddr\":\"::2\",\"bytes\":5,");
    for (int i = 0; i < 3000; i++) {
      bytes_print(&b, "\"f%d\":\"%0*d\",", i, is_long ? 900 : 1, i);
      bytes_print(&c, "\"g%d\":\"%0*d\",", i, is_long ? 900 : 1, i);
    }
    bytes_print(&b, "\"message\":\"2 a\"}");
    expect_end(b, "1 stream=s | 2 a\njson messages\n");
    bytes_print(&c, "\"dstaddr\":\"::1\"}");
    expect_end(c, "1 ! has more than 1024 fields, or values that are too long for one record | \njson\n");
  }
}

static void test_deep(void **state) {
  (void)state;
  for (int depth = 10; depth <= 100000; depth *= 10) {
    struct bytes lists = {0}, ignored = text_of("{\"message\":\"2 a\",\"x\":");
    bytes_repeat(&lists, '[', (size_t)depth);
    bytes_print(&lists, "\"2 a\"");
    bytes_repeat(&lists, ']', (size_t)depth);
    expect_end(lists, depth == 10 ? "1 | 2 a\njson messages\n"
                                  : "broken at 1: has lists and objects too deep in one another\n");
    bytes_repeat(&ignored, '[', (size_t)depth);
    bytes_repeat(&ignored, ']', (size_t)depth);
    bytes_add(&ignored, "}", 1);
    expect_end(ignored, depth <= 1000 ? "1 | 2 a\njson messages\n"
                                      : "broken at 1: has lists and objects more than 1024 deep in one another\n");
  }
}

/* Events in front of the name of their stream wait in bounded memory. */
static void test_hold(void **state) {
  struct bytes b = text_of("{\"logEvents\":[");
  (void)state;
  for (int i = 0; i < 300; i++) {
    bytes_print(&b, "%s{\"message\":\"2 ", i ? "," : "");
    bytes_repeat(&b, 'a', 60000);
    bytes_print(&b, "\"}");
  }
  bytes_print(&b, "]," DATA "}{\"message\":\"2 z\"}");
  expect_end(
      b, "300 group=g stream=s ! this event and others before it stand in front of the name of their stream, and they "
         "are more than 16 MiB; write logEvents behind messageType, logGroup and logStream | \n301 | 2 z\n"
         "json subscription\n");
}

/* Many events, more than a block and a feed have, in pieces of any size. */
static void test_many_events(void **state) {
  struct bytes b = {0}, expected = {0};
  uint64_t number = 0;
  (void)state;
  for (int page = 0; page < 4; page++) {
    bytes_print(&b, "{\n \"events\": [");
    for (int i = 0; i < 3000; i++) {
      const char *escaped = i % 7 ? "" : "\\u0061\\n";
      bytes_print(&b, "%s{\"logStreamName\":\"s%d\",\"timestamp\":%d,\"message\":\"2 %d%s\"}", i ? ",\n  " : "", i % 3,
                  i, i * i, escaped);
      bytes_print(&expected, "%llu %d stream=s%d | 2 %d%s\n", (unsigned long long)++number, i, i % 3, i * i,
                  i % 7 ? "" : "a");
    }
    bytes_print(&b, "]}");
  }
  bytes_print(&expected, "json events\n");
  for (int i = 0; i < 12; i++)
    expect_lines(b.p, b.n, i < 2 ? (size_t)FEED_BUFFER : 1 + random_below(20000), expected.p);
  expect_lines(b.p, b.n, 7, expected.p);
  bytes_free(&b);
  bytes_free(&expected);
}

static int asks;

static int stop_at_ten(void *context) {
  (void)context;
  return ++asks > 10;
}

static void test_stop_and_failure(void **state) {
  struct bytes b = long_text("{\"a\":\"", 8000000, "\"}");
  (void)state;
  container.stop.ask = stop_at_ten;
  char *got = lines_of(b.p, b.n, 4096);
  assert_string_equal(got, "json\nerror at 0: interrupted\n");
  container.stop.ask = NULL;
  free(got);
  bytes_free(&b);
  static const char text[] = "{\"logEvents\":[{\"message\":\"2 a\"},{\"message\":\"2 b";
  got = container_lines(&container, text, strlen(text), 3, ERR_DAMAGED);
  assert_string_equal(got, "1 | 2 a\njson subscription\nerror at 0: cut off\n");
  free(got);
}

/* Each allocation fails in turn. */
static void test_no_memory(void **state) {
  struct bytes inner = text_of("{\"logEvents\":[{\"message\":\"2 a\"}],\"logStream\":\"s\"}");
  struct bytes b = with("[\"2 a\",{\"awslogs\":{\"data\":\"@\"}},{\"srcaddr\":\"::1\"}]", base64(gzip(inner)));
  size_t fails = 0;
  (void)state;
  for (int has_failed = 1; has_failed; fails++) {
    container_clear(&container);
    container_init(&container);
    mem_test_fail(fails + 1, 1);
    char *got = lines_of(b.p, b.n, 64);
    has_failed = mem_test_calls() > fails;
    mem_test_fail(0, 0);
    CHECK(!has_failed || strstr(got, "memory"), "allocation %zu: %s", fails, got);
    free(got);
  }
  assert_true(fails > 8);
  bytes_free(&b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_bad_events), cmocka_unit_test(test_foreign),      cmocka_unit_test(test_malformed),
      cmocka_unit_test(test_long_texts), cmocka_unit_test(test_many_members), cmocka_unit_test(test_deep),
      cmocka_unit_test(test_hold),       cmocka_unit_test(test_many_events),  cmocka_unit_test(test_stop_and_failure),
      cmocka_unit_test(test_no_memory),
  };
  end_after(60);
  container_init(&container);
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  container_clear(&container);
  return finish(failed);
}
