/* SPDX-License-Identifier: MIT */
/*
** JSON of every form in which flow logs come becomes lines.  Some texts are also cut at every byte,
** which leaves the lines in front of the cut.
*/
#include "json_expect.h"

/* --- forms ------------------------------------------------------------------------------------------------------- */

static void test_events_of_the_api(void **state) {
  static const struct row rows[] = {
      {"{\"events\":[{\"timestamp\":5,\"message\":\"2 a\",\"ingestionTime\":6},{\"message\":\"2 "
       "b\"}],\"nextToken\":\"x\"}",
       "1 5 | 2 a\n2 | 2 b\njson events\n"},
      {"{\n  \"events\": [\n    {\"logStreamName\": \"s1\", \"message\": \"2 a\"},\n    {\"message\": \"2 b\", "
       "\"logStreamName\": \"s2\", \"eventId\": \"0\"}\n  ],\n  \"searchedLogStreams\": []\n}\n",
       "1 stream=s1 | 2 a\n2 stream=s2 | 2 b\njson events\n"},
      {"{\"events\":[{\"message\":\"2 a\"}]}{\"events\":[]}\r\n {\"events\":[{\"message\":\"2 b\"}]}",
       "1 | 2 a\n2 | 2 b\njson events\n"},
      {"{\"events\":[]}", "json events\n"},
      {"[{\"timestamp\":1700000000000,\"message\":\"2 a\",\"eventId\":\"1\"},{\"message\":\"2 b\"}]",
       "1 1700000000000 | 2 a\n2 | 2 b\njson events\n"},
      {"[\"2 a\",\n\"2 b\\n\"]", "1 | 2 a\n2 | 2 b\njson messages\n"},
      {"\"2 123456789010 a\"\n\"2 123456789010 b\"\n", "1 | 2 123456789010 a\n"
                                                       "2 | 2 123456789010 b\n"
                                                       "json messages\n"},
      {"[\"\\n2 a\",\"2 b\"]", "1 | \n2 | 2 a\n3 | 2 b\njson messages\n"}, /* a line break in front makes two lines */
      {"[[[\"2 a\"]],[{\"message\":\"2 b\"}]]", "1 | 2 a\n2 | 2 b\njson messages\n"},
      {"\xef\xbb\xbf {\"events\":[{\"message\":\"2 a\"}]}", "1 | 2 a\njson events\n"},
  };
  (void)state;
  expect_all(rows, COUNT(rows));
}

static void test_subscriptions(void **state) {
  static const struct row rows[] = {
      {"{" DATA ",\"subscriptionFilters\":[\"x\"],\"logEvents\":[{\"id\":\"0\",\"timestamp\":7,\"message\":\"2 a\","
       "\"extractedFields\":{\"message\":\"no\",\"x\":[1,{}]}},{\"message\":\"2 b\"}],\"policyLevel\":\"A\"}",
       "1 7 group=g stream=s | 2 a\n2 group=g stream=s | 2 b\njson subscription\n"},
      /* sorted keys: the stream is known when the object ends */
      {"{\"logEvents\":[{\"message\":\"2 a\",\"timestamp\":7},{\"message\":\"\"},{\"message\":\"2 "
       "b\"}],\"logGroup\":\"g\","
       "\"logStream\":\"s\",\"messageType\":\"DATA_MESSAGE\"}{" DATA ",\"logEvents\":[{\"message\":\"2 c\"}]}",
       "1 7 group=g stream=s | 2 a\n2 group=g stream=s ! the event has an empty message | \n3 group=g stream=s | 2 b\n"
       "4 group=g stream=s | 2 c\njson subscription\n"},
      {"{\"logEvents\":[{\"message\":\"2 a\"}]}", "1 | 2 a\njson subscription\n"},
      {"{\"logEvents\":[{\"message\":\"CWL CONTROL MESSAGE: x\"}],\"messageType\":\"CONTROL_MESSAGE\"}{" DATA
       ",\"logEvents\":[{\"message\":\"2 a\"}]}",
       "1 group=g stream=s | 2 a\njson subscription\n"},
      {"{\"messageType\":\"CONTROL_MESSAGE\",\"logGroup\":\"\",\"logStream\":\"\",\"logEvents\":[{\"message\":\"x\"}]}",
       "json\n"},
      {"{" DATA ",\"logEvents\":[]}", "json subscription\n"},
      {"{\"messageType\":\"OTHER\",\"logEvents\":[{\"message\":\"2 a\"}]}",
       "json\nbroken at 0: has a messageType that is neither DATA_MESSAGE nor CONTROL_MESSAGE; its keys are "
       "messageType, "
       "logEvents\n"},
      {"{\"logEvents\":[{\"message\":\"2 a\"}],\"messageType\":\"DATA_MESSAGE\\u0000\"}",
       "json subscription\nbroken at 0: has a messageType that is neither DATA_MESSAGE nor CONTROL_MESSAGE; its keys "
       "are "
       "logEvents, messageType\n"},
      {"{\"messageType\":\"DATA_MESSAGE\"}", "json\nbroken at 0: has no list of logEvents; its keys are messageType\n"},
      {"{\"logEvents\":{}}", "json\nbroken at 0: has no list of logEvents; its keys are logEvents\n"},
      {"{" DATA ",\"logEvents\\u0000\":[]}", "json\nbroken at 0: has no list of logEvents; its keys are messageType, "
                                             "owner, logGroup, logStream, logEvents?\n"},
  };
  (void)state;
  for (size_t i = 0; i < COUNT(rows); i++) expect_text(rows[i].text, strlen(rows[i].text), rows[i].expected);
  expect(rows[0].text, rows[0].expected);
}

static void test_messages(void **state) {
  static const struct row rows[] = {
      {"{\"message\":\"2 a\"}{\"message\":\"2 b\\n\"}\n{\"message\":\"2 c\"}",
       "1 | 2 a\n2 | 2 b\n3 | 2 c\njson messages\n"},
      {"{\"host\":\"h\",\"message\":\"2 "
       "a\",\"timestamp\":\"2024-05-01T00:00:00.5Z\",\"log_group\":\"g\",\"log_stream\":\"s\"}",
       "1 1714521600500 group=g stream=s | 2 a\njson messages\n"},
      {"{\"message\":\"2 a\",\"date\":1714521600.25,\"logGroup\":\"g\"}\n{\"message\":\"2 "
       "b\",\"time\":1714521600250000}\n"
       "{\"message\":\"2 c\",\"timestamp\":null,\"tags\":{\"a\":[]},\"logStream\":5}",
       "1 1714521600250 group=g | 2 a\n2 1714521600250 | 2 b\n3 | 2 c\njson messages\n"},
      {"{\"message\":\"a \\\"b\\\" \\\\ \\/ \\u00e9\\u20ac\\ud83d\\ude00 \\t\"}",
       "1 | a \"b\" \\ / \xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80 \t\njson messages\n"},
      {"{\"\\u006d\\u0065ssage\":\"2 a\"}", "1 | 2 a\njson messages\n"},
      {"{\"message\":\"2 a\",\"message\":\"2 b\"}",
       "1 | 2 b\njson messages\n"}, /* the last counts, as with most readers */
  };
  (void)state;
  for (size_t i = 0; i < COUNT(rows); i++) expect_text(rows[i].text, strlen(rows[i].text), rows[i].expected);
  expect(rows[0].text, rows[0].expected);
  expect(rows[3].text, rows[3].expected);
}

static void test_insights(void **state) {
  static const struct row rows[] = {
      {"[{\"@timestamp\":\"2024-05-01 00:00:00.123\",\"@message\":\"2 "
       "a\",\"@logStream\":\"s\",\"@log\":\"1:/g:h\",\"@ptr\":\"p\"}]",
       "1 1714521600123 group=/g:h stream=s | 2 a\njson insights\n"},
      {"[{\"@timestamp\":\"2024-05-01 00:00:00.123\",\"srcAddr\":\"10.0.0.1\",\"dstAddr\":\"10.0.0.2\",\"@ptr\":\"p\"},"
       "{\"srcAddr\":\"10.0.0.3\"}]",
       "header | srcAddr dstAddr\n"
       "1 1714521600123 | 10.0.0.1 10.0.0.2\n"
       "2 | 10.0.0.3 -\n"
       "json insights\n"},
      {"{\"results\":[[{\"field\":\"@timestamp\",\"value\":\"2024-05-01 "
       "00:00:00.000\"},{\"field\":\"@message\",\"value\":\"2 a\"},"
       "{\"field\":\"@ptr\",\"value\":\"p\"}],[{\"value\":\"10.0.0.1\",\"field\":\"srcAddr\"},{\"field\":\"bytes\","
       "\"value\":\"5\"}]],"
       "\"statistics\":{\"recordsMatched\":2.0},\"status\":\"Complete\"}",
       "1 1714521600000 | 2 a\n"
       "header | srcAddr bytes\n"
       "2 | 10.0.0.1 5\n"
       "json insights\n"},
      {"[[{\"field\":\"@message\",\"value\":\"2 a\"}],[{\"field\":\"@message\",\"value\":\"2 b\"}]]",
       "1 | 2 a\n2 | 2 b\njson insights\n"},
      {"{\"results\":[],\"statistics\":{}}", "json\n"},
      {"[{\"srcAddr\":\"10.0.0.1\",\"sum(bytes)\":\"5\"}]",
       "json\n"
       "broken at 0: has sums and no records: 'sum(bytes)' is an aggregation of Logs Insights; a query s"
       "uch as fields @timestamp, @message gives the records\n"},
      {"{\"results\":[[{\"field\":\"count(*)\",\"value\":\"5\"}]]}",
       "json\n"
       "broken at 0: has sums and no records: 'count(*)' is an aggregation of Logs Insights; a query suc"
       "h as fields @timestamp, @message gives the records\n"},
  };
  (void)state;
  for (size_t i = 0; i < COUNT(rows); i++) expect_text(rows[i].text, strlen(rows[i].text), rows[i].expected);
}

static void test_fields(void **state) {
  static const struct row rows[] = {
      {"{\"version\":2,\"srcaddr\":\"10.0.0.1\",\"log-status\":\"OK\"}\n{\"version\":2,\"srcaddr\":null,\"log-status\":"
       "\"NODATA\"}\n",
       "header | version srcaddr log-status\n"
       "1 | 2 10.0.0.1 OK\n"
       "2 | 2 - NODATA\n"
       "json fields\n"},
      {"[{\"srcAddr\":\"10.0.0.1\",\"dstAddr\":\"::1\",\"srcPort\":0},{\"srcAddr\":\"10.0.0.2\",\"dstAddr\":\"::2\","
       "\"srcPort\":1,"
       "\"instance-id\":\"i-1\"},{\"dstAddr\":\"::3\"}]",
       "header | srcAddr dstAddr srcPort\n"
       "1 | 10.0.0.1 ::1 0\n"
       "header | srcAddr dstAddr srcPort instance-id\n"
       "2 | 10.0.0.2 ::2 1 i-1\n"
       "3 | - ::3 - -\n"
       "json fields\n"},
      {"{\"srcaddr\":\"10.0.0.1\",\"bytes\":5,\"tags\":{\"a\":1}}", "header | srcaddr bytes\n"
                                                                    "1 | 10.0.0.1 5\n"
                                                                    "json fields\n"},
      {"{\"source\":{\"ip\":\"10.0.0.1\"},\"bytes\":5,\"host\":\"h\"}",
       "json\n"
       "broken at 0: is a JSON object without flow log records; its keys are source, bytes, host\n"},
      {"{\"srcaddr\":\"10.0.0.1\",\"bytes\":5,\"log_group\":\"g\"}{\"a\":1}{\"srcaddr\":\"10.0.0.2\",\"bytes\":6}",
       "header group=g | srcaddr bytes\n"
       "1 group=g | 10.0.0.1 5\n"
       "2 ! is a JSON object without flow log records; its keys are a | \n"
       "3 | 10.0.0.2 6\n"
       "json fields\n"},
      {"{\"message\":\"2 a\"}{\"srcaddr\":\"10.0.0.1\",\"bytes\":5}{\"message\":\"2 b\"}",
       "1 | 2 a\nheader | srcaddr bytes\n2 | 10.0.0.1 5\nheader | \n3 | 2 b\njson messages\n"},
      {"{\"srcaddr\":\"10.0.0.1\",\"time\":1700000000123456789}{\"srcaddr\":\"::1\",\"time\":99999999999999999999}",
       "header | srcaddr\n1 1700000000123 | 10.0.0.1\n2 | ::1\njson fields\n"},
      /* no record, although its names are known */
      {"{\"srcaddr\":\"10.0.0.1\",\"dstaddr\":\"::1\",\"bytes\":5,\"a\":1,\"@b\":1}{\"a\":2}{\"log_group\":\"g\","
       "\"message\":{}}"
       "{\"@b\":2}{\"srcaddr\":\"::2\"}",
       "header | srcaddr dstaddr bytes a\n1 | 10.0.0.1 ::1 5 1\n2 ! is a JSON object without flow log records; its "
       "keys are a | "
       "\n3 group=g ! is a JSON object without flow log records; its keys are log_group, message | \n4 ! is a JSON "
       "object "
       "without flow log records; its keys are @b | \n5 | ::2 - - -\njson insights\n"},
  };
  (void)state;
  for (size_t i = 0; i < COUNT(rows); i++) expect_text(rows[i].text, strlen(rows[i].text), rows[i].expected);
}

/* --- base64 and gzip --------------------------------------------------------------------------------------------- */

#define SUBSCRIPTION "{" DATA ",\"logEvents\":[{\"timestamp\":7,\"message\":\"2 a\"},{\"message\":\"2 b\"}]}"

static void test_base64(void **state) {
  static const char *const kinesis = "{\"Records\":[{\"kinesis\":{\"kinesisSchemaVersion\":\"1.0\",\"data\":\"@\"},"
                                     "\"eventSource\":\"aws:kinesis\"},{\"Data\":\"@\"}]}";
  static const char lines[] = "1 7 group=g stream=s | 2 a\n2 group=g stream=s | 2 b\njson event\n";
  static const char twice[] = "1 7 group=g stream=s | 2 a\n2 group=g stream=s | 2 b\n3 7 group=g stream=s | 2 a\n"
                              "4 group=g stream=s | 2 b\njson event\n";
  (void)state;
  expect_bytes(with("{\"awslogs\":{\"data\":\"@\"}}", base64(gzip(text_of(SUBSCRIPTION)))), lines);
  expect_bytes(with("{\"awslogs\":{\"data\":\"@\"}}", base64(gzip(gzip(text_of(SUBSCRIPTION))))), lines);
  expect_bytes(with(kinesis, base64(gzip(text_of(SUBSCRIPTION)))), twice);
  expect_bytes(with("{\"invocationId\":\"i\",\"records\":[{\"recordId\":\"1\",\"data\":\"@\"},{\"data\":\"@\"}]}",
                    base64(text_of(SUBSCRIPTION))),
               twice);
  expect_bytes(with("{\"records\":[{\"data\":\"@\"}]}", base64(text_of("2 a\r\n\n2 b"))),
               "1 | 2 a\r\n2 | \n3 | 2 b\njson event\n");
  expect_bytes(with("\"@\"\n{\"message\":\"2 c\"}", base64(gzip(text_of("{\"message\":\"2 123456789010 a\"}\n\"@\"")))),
               "1 | 2 123456789010 a\n2 | @\n3 | 2 c\njson messages\n");
  expect_bytes(with("[\"2 a\\n2 b\",\"{\\\"message\\\":\\\"2 c\\\"}\"]", text_of("")),
               "1 | 2 a\n2 | 2 b\n3 | 2 c\njson messages\n");
}

static void test_damaged_base64(void **state) {
  static const char *const record = "{\"records\":[{\"data\":\"@\"},{\"data\":\"MiBi\"}]}";
  (void)state;
  struct bytes cut = gzip(text_of(SUBSCRIPTION));
  cut.n -= 9;
  expect_bytes(with(record, base64(cut)), "1 7 group=g stream=s | 2 a\n2 group=g stream=s | 2 b\n3 ! record 1 of its "
                                          "list: the gzip data is cut off | \n4 | 2 b\njson event\n");
  expect_bytes(with(record, text_of("H4sI$")),
               "1 ! record 1 of its list: is no base64: byte 5 is '$' | \n2 | 2 b\njson event\n");
  expect_bytes(with(record, text_of("")), "1 ! record 1 of its list: is empty | \n2 | 2 b\njson event\n");
  expect_bytes(
      with(record, base64(text_of("{\"message\":\"2 a\"}{\"message\""))),
      "1 | 2 a\n2 ! record 1 of its list: is cut off: a JSON object or array has no end | \n3 | 2 b\njson event\n");
  expect_bytes(with(record, base64(text_of("{\"message\":\"2 a\"},{\"message\":\"2 c\"}"))),
               "1 | 2 a\n2 ! record 1 of its list: is no JSON: ',' stands where an object should begin | \n3 | 2 "
               "b\njson event\n");
  expect_bytes(
      with(record, base64(text_of("{\"logEvents\":[{\"message\":\"2 a\"}]"))),
      "1 | 2 a\n2 ! record 1 of its list: is cut off: a JSON object or array has no end | \n3 | 2 b\njson event\n");
  expect_bytes(with(record, base64(text_of("{\"a\":1}"))),
               "1 ! is a JSON object without flow log records; its keys are a | \n2 | 2 b\njson event\n");
}

/* Base64 within base64 is read 4 deep. */
static void test_nesting(void **state) {
  (void)state;
  struct bytes b = text_of("{\"message\":\"2 a\"}");
  for (int depth = 1; depth <= 5; depth++) {
    b = with("{\"awslogs\":{\"data\":\"@\"}}", base64(gzip(b)));
    expect_text(b.p, b.n,
                depth <= 4 ? "1 | 2 a\njson event\n"
                           : "1 ! has records within records within records, more than 4 deep | \njson event\n");
  }
  bytes_free(&b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_events_of_the_api), cmocka_unit_test(test_subscriptions), cmocka_unit_test(test_messages),
      cmocka_unit_test(test_insights),          cmocka_unit_test(test_fields),        cmocka_unit_test(test_base64),
      cmocka_unit_test(test_damaged_base64),    cmocka_unit_test(test_nesting),
  };
  end_after(60);
  container_init(&container);
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  container_clear(&container);
  return finish(failed);
}
