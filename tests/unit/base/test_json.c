/* SPDX-License-Identifier: MIT */
/*
** json_next() and json_list_next(): where JSON values and the elements of an array begin and end.
*/
#include "helpers.h"

#include "base/json.h"

/*
** Writes the values of a text that ends at an unmapped page, with '|' after each, and the error
** if there is one.
*/
static struct bytes values(const char *text, size_t n) {
  struct guarded g;
  struct bytes out = {0};
  struct err e = {0};
  const char *value = NULL;
  size_t value_n = 0;
  enum json_result rc;
  guarded_init(&g, n + 1);
  const char *p = memcpy(g.end - n, text, n), *end = g.end;
  bytes_add(&out, "", 0);
  while ((rc = json_next(&p, end, &value, &value_n, &e)) == JSON_VALUE) {
    assert_true(value + value_n == p && p <= end);
    bytes_add(&out, value, value_n);
    bytes_add(&out, "|", 1);
  }
  if (rc == JSON_ERROR) bytes_print(&out, "%s %s", e.code == ERR_DAMAGED ? "DAMAGED" : "FORMAT", e.text);
  else assert_int_equal(e.code, ERR_NONE);
  guarded_clear(&g);
  return out;
}

static void test_values(void **state) {
  static const struct {
    const char *text, *values;
  } cases[] = {
      {"", ""},
      {" \r\n\t", ""},
      {"{}", "{}|"},
      {"{}{}", "{}|{}|"},
      {" {\"a\":[1,{}]}\n[ ] \"x\" ", "{\"a\":[1,{}]}|[ ]|\"x\"|"},
      {"{\"a\":\"}{][\"}{}", "{\"a\":\"}{][\"}|{}|"},
      {"{\"a\\\"\":\"\\\\\"}\"\\\"\"", "{\"a\\\"\":\"\\\\\"}|\"\\\"\"|"},
      {"{]{}", "{]|{}|"}, /* whoever reads it refuses this */
      {"{\"\\u00001\":1}", "{\"\\u00001\":1}|"},
      {"\"\\\\u0000\"", "\"\\\\u0000\"|"},
      {"{}{", "{}|DAMAGED is cut off: a JSON object"},
      {"{}[{}", "{}|DAMAGED is cut off: a JSON object"},
      {"{\"a", "DAMAGED is cut off: a JSON string"},
      {"\"a\\", "DAMAGED is cut off: a JSON string"},
      {"\"a\\\"", "DAMAGED is cut off: a JSON string"},
      {"{},{}", "{}|FORMAT is no JSON: ','"},
      {"{}2", "{}|FORMAT is no JSON: '2'"},
      {"{}\x01", "{}|FORMAT is no JSON: byte 0x01"},
      {"{\"a\nb\":1}", "FORMAT is no JSON: a string has a control byte (0x0a)"},
  };
  (void)state;
  for (size_t i = 0; i < COUNT(cases); i++) {
    struct bytes got = values(cases[i].text, strlen(cases[i].text));
    CHECK(!strncmp(got.p, cases[i].values, strlen(cases[i].values)) &&
              (strpbrk(cases[i].values, "DF") || !strcmp(got.p, cases[i].values)),
          "%s: %s", cases[i].text, got.p);
    bytes_free(&got);
  }
  struct bytes nul = values("{\0}", 3), nul2 = values("\"\0\"", 3);
  assert_string_equal(nul.p, "FORMAT is no JSON: it has a NUL byte");
  assert_string_equal(nul2.p, "FORMAT is no JSON: a string has a control byte (0x00)");
  bytes_free(&nul);
  bytes_free(&nul2);
}

/*
** Writes the elements of an array that ends at an unmapped page, with '|' after each, and the error
** if there is one.
*/
static struct bytes elements(const char *text, size_t n) {
  struct guarded g;
  struct bytes out = {0};
  struct err e = {0};
  const char *value = NULL;
  size_t value_n = 0;
  enum json_result rc;
  guarded_init(&g, n + 1);
  struct json_list list = {.p = memcpy(g.end - n, text, n), .end = g.end};
  bytes_add(&out, "", 0);
  while ((rc = json_list_next(&list, &value, &value_n, &e)) == JSON_VALUE) {
    assert_true(value + value_n == list.p && list.p <= list.end && value_n > 0);
    bytes_add(&out, value, value_n);
    bytes_add(&out, "|", 1);
  }
  if (rc == JSON_ERROR) bytes_print(&out, "ERROR %s", e.text);
  else assert_int_equal(e.code, ERR_NONE);
  guarded_clear(&g);
  return out;
}

static void test_elements(void **state) {
  static const struct {
    const char *text, *elements;
  } cases[] = {
      {"[]", ""},
      {" \t[\r\n] ", ""},
      {"[\"a\"]", "\"a\"|"},
      {"[\"a\",\"b\\\"]\" , 443,null,-1.5e+3]", "\"a\"|\"b\\\"]\"|443|null|-1.5e+3|"},
      {"[[1,2],{\"a\":[]} ,\"\"]", "[1,2]|{\"a\":[]}|\"\"|"},
      {"[1 ]", "1|"},
      {"", "ERROR does not begin with '['"},
      {"1", "ERROR does not begin with '['"},
      {"{}", "ERROR does not begin with '['"},
      {"[", "ERROR is cut off at element 1"},
      {"[1", "1|ERROR is cut off at element 1"},
      {"[1,", "1|ERROR is cut off at element 2"},
      {"[\"a", "ERROR is cut off: a JSON string has no end"},
      {"[,1]", "ERROR lacks element 1"},
      {"[1,]", "1|ERROR lacks element 2"},
      {"[1,,2]", "1|ERROR lacks element 2"},
      {"[1 2]", "1|ERROR has neither ',' nor ']' behind element 1"},
      {"[\"a\"\"b\"]", "\"a\"|ERROR has neither ',' nor ']' behind element 1"},
      {"[1}", "1|ERROR has neither ',' nor ']' behind element 1"},
      {"[1:2]", "1|ERROR has neither ',' nor ']' behind element 1"},
      {"[1]]", "1|ERROR goes on behind its ']'"},
      {"[][]", "ERROR goes on behind its ']'"},
  };
  (void)state;
  for (size_t i = 0; i < COUNT(cases); i++) {
    struct bytes got = elements(cases[i].text, strlen(cases[i].text));
    CHECK(!strcmp(got.p, cases[i].elements), "%s: %s", cases[i].text, got.p);
    bytes_free(&got);
  }
  struct bytes nul = elements("[1\0]", 4);
  assert_string_equal(nul.p, "1|ERROR has neither ',' nor ']' behind element 1");
  bytes_free(&nul);
}

/*
** A text that is cut off gives the values before the cut, and an error unless it was cut between
** two values.
*/
static void test_every_cut(void **state) {
  static const char text[] = "{\"a\":\"\\\"}\",\"b\":[1,[2,{}]]} [\"x\\\\\"]\n\"y\"{}";
  struct bytes whole = values(text, strlen(text));
  (void)state;
  assert_string_equal(whole.p, "{\"a\":\"\\\"}\",\"b\":[1,[2,{}]]}|[\"x\\\\\"]|\"y\"|{}|");
  for (size_t n = 0; n < strlen(text); n++) {
    struct bytes got = values(text, n);
    const char *error = strstr(got.p, "DAMAGED");
    size_t same = error ? (size_t)(error - got.p) : got.n;
    CHECK(!memcmp(got.p, whole.p, same), "%zu bytes: %s", n, got.p);
    bytes_free(&got);
  }
  bytes_free(&whole);
}

static void test_deep(void **state) {
  struct bytes b = {0};
  (void)state;
  bytes_repeat(&b, '[', 1000000);
  bytes_repeat(&b, ']', 1000000);
  struct bytes got = values(b.p, b.n);
  assert_int_equal(got.n, b.n + 1);
  bytes_free(&got);
  bytes_free(&b);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_values), cmocka_unit_test(test_elements),
                                     cmocka_unit_test(test_every_cut), cmocka_unit_test(test_deep)};
  return finish(cmocka_run_group_tests(tests, NULL, NULL));
}
