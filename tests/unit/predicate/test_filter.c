/* SPDX-License-Identifier: MIT */
/* Tables of patterns, each with a line of some layout and the expected answer. */
#include "helpers.h"

#include "predicate/filter.h"
#include "record/tokens.h"

#define LINE                                                                                                           \
  "2 123456789010 eni-1235b8ca123456789 172.31.16.139 172.31.16.21 20641 22 6 20 4249 1418530010 1418530070 "          \
  "REJECT OK\n"
#define NODATA "2 123456789010 eni-1235b8ca123456789 - - - - - - - 1431280876 1431280934 - NODATA\n"
#define NAMES                                                                                                          \
  "[version, account, eni, source, destination, srcport, destport%s, protocol, packets, bytes%s, start, end, "         \
  "action%s, logstatus]"

enum { NO, YES, MISMATCH };

static const struct path_fields no_path;
static struct tokens tokens;

static int set_up(void **state) {
  struct err e = {0};
  (void)state;
  return tokens_init(&tokens, 4096, &e);
}

static int tear_down(void **state) {
  (void)state;
  tokens_clear(&tokens);
  return mem_test_live() != 0;
}

/* Splits a line, which has readable bytes behind it. */
static struct line split(const char *line) {
  static char text[4096 + TOKENS_BLOCK];
  memset(text, 0, sizeof text);
  strcpy(text, line);
  tokens_split(&tokens, text, strlen(text));
  return tokens_line(&tokens, 0, 0);
}

static void layout_of(struct layout *l, const char *names) {
  struct err e = {0};
  assert_int_equal(layout_from_option(l, names, strlen(names), &e), ERR_NONE);
}

/* Returns NO, YES or MISMATCH; e has the text of the last error. */
static int answer(const char *pattern, const struct layout *l, const char *line, struct err *e) {
  static struct predicate_bound bound;
  static const struct predicate everything;
  memset(e, 0, sizeof *e);
  struct filter *f = filter_new(pattern, strlen(pattern), e);
  CHECK(f, "%s: %s", pattern, e->text);
  predicate_bind(&everything, l, &no_path, &bound);
  const struct line record = split(line);
  int result = filter_bind(f, l, &bound, e) ? MISMATCH : predicate_keeps(&bound, &record);
  filter_free(f);
  return result;
}

/* Conditions on dstport, bytes and action of the default format. */
static void test_conditions(void **state) {
  static const struct {
    const char *dstport, *bytes, *action;
    int line, nodata;
  } rows[] = {
      {"", "", "", YES, YES},
      {"=22", "", "", YES, NO},
      {"=\"22\"", "", "", YES, NO},
      {"=23", "", "", NO, NO},
      {"!=22", "", "", NO, YES},
      {"!=23", "", "", YES, YES},
      {"=22.0", "", "", YES, NO},
      {"=2.2e1", "", "", YES, NO},
      {"=-22", "", "", NO, NO},
      {"=-", "", "", NO, YES},
      {"!=-", "", "", YES, NO},
      {"=*", "", "", YES, YES},
      {"=2*", "", "", YES, NO},
      {"!=2*", "", "", NO, YES},
      {"=%^2%", "", "", YES, NO},
      {" = 80 || destport = 22", "", "", YES, NO},
      {" = 80 || destport = 8080", "", "", NO, NO},
      {" = \"80\" || destport = \"22\"", "", "", YES, NO},
      {" = 80 || destport = \"22\" || destport = 4*", "", "", YES, NO},
      {" = -5 || destport = -22", "", "", NO, NO},
      {"", ">= 4249", "", YES, NO},
      {"", "> 4249", "", NO, NO},
      {"", "<= 4249", "", YES, NO},
      {"", "< 4249", "", NO, NO},
      {"", "> 4248 && bytes < 4250", "", YES, NO},
      {"", "> 4249 && bytes < 4250", "", NO, NO},
      {"", "> 10 && bytes > 20 && bytes <= 4249 && bytes < 5000", "", YES, NO},
      {"", "> 5 && bytes != 4249", "", NO, NO},
      {"", "< 5 || bytes > 4000", "", YES, NO},
      {"", "> -1", "", YES, NO},
      {"", ">= -9223372036854775808", "", YES, NO},
      {"", "< 0", "", NO, NO},
      {"", "> 9223372036854775807", "", NO, NO},
      {"", "<= 9223372036854775807", "", YES, NO},
      {"", "< 1e30", "", YES, NO},
      {"", "< 4249.5", "", YES, NO},
      {"", "", "=REJECT", YES, NO},
      {"", "", "=\"REJECT\"", YES, NO},
      {"", "", "=reject", NO, NO},
      {"", "", "!=ACCEPT", YES, YES},
      {"", "", "=REJECT && action=REJECT", YES, NO},
      {"", "", "=ACCEPT || action=REJECT", YES, NO},
      {"=22", ">400", "=REJECT", YES, NO},
      {"=22", ">400", "=ACCEPT", NO, NO},
  };
  struct layout l;
  struct err e;
  (void)state;
  layout_default(&l);
  for (size_t i = 0; i < COUNT(rows); i++) {
    char pattern[512];
    snprintf(pattern, sizeof pattern, NAMES, rows[i].dstport, rows[i].bytes, rows[i].action);
    for (int k = 0; k < 2; k++) {
      const char *line = k ? NODATA : LINE;
      int got = answer(pattern, &l, line, &e), wanted = k ? rows[i].nodata : rows[i].line;
      CHECK(got == wanted, "%s on %s: %d %s", pattern, line, got, e.text);
    }
  }
}

/* Places and names agree with the layout, with the default format, or with neither. */
static void test_places(void **state) {
  static const char custom[] = "srcaddr dstport action x-odd bytes";
  static const char line[] = "10.0.0.1 22 REJECT x 400\n";
  static const struct {
    const char *names; /* NULL: the default format */
    const char *pattern;
    int answer;
  } rows[] = {
      {NULL, "[]", YES},
      {NULL, "[...]", YES},
      {NULL, "[a]", YES}, /* a last slot without a condition stands for the rest */
      {NULL, "[a=2, b]", YES},
      {NULL, "[a=2, b=123456789010]", MISMATCH}, /* two fields are too few */
      {NULL, "[a=2, b=123456789010, ...]", YES},
      {NULL, "[..., a=REJECT, b]", YES},
      {NULL, "[..., action=REJECT, logstatus=OK]", YES},
      {NULL, "[a=2, ..., b=OK]", YES},
      {NULL, "[..., dstport=22, logstatus]", MISMATCH}, /* the place before the last is action */
      {NULL, "[a,b,c,d,e,f,g,h,i,j,k,l,m,n,o]", MISMATCH},
      {NULL, "[a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,...]", MISMATCH},
      {custom, "[srcaddr=10.0.0.1, dstport=22, action=REJECT, odd=x, bytes=400]", YES},
      {custom, "[a=10.0.0.1, b=22, c=REJECT, d=y, e]", NO},
      {custom, "[..., action=REJECT, odd, bytes]", YES},
      {custom, "[source=10.*, ...]", YES},
      {custom, "[destination=10.*, ...]", MISMATCH},
      {custom, "[..., action=ACCEPT, logstatus]", NO}, /* the default format's places: the field, wherever it is */
      {custom, "[..., action=REJECT, logstatus]", YES},
      {custom, "[version, account, eni, source, destination, srcport, destport=22, ...]", YES},
      {custom, "[version, account, eni, source, destination, srcport=22, ...]", NO}, /* it has no srcport */
      {custom, "[version, account, eni, source, destination, srcport!=22, ...]", YES},
      {custom,
       "[version, account, eni, source, destination, srcport, destport=22, protocol, packets, bytes, start, end, "
       "action, logstatus=OK]",
       NO},
      {custom, "[a,b,c,d,e,f,g=22,h,i,j,k,l,m,n]", MISMATCH}, /* nothing says that it is meant for the default format */
  };
  struct layout l;
  struct err e;
  (void)state;
  for (size_t i = 0; i < COUNT(rows); i++) {
    if (rows[i].names) layout_of(&l, rows[i].names);
    else layout_default(&l);
    int got = answer(rows[i].pattern, &l, rows[i].names ? line : LINE, &e);
    CHECK(got == rows[i].answer, "%s: %d %s", rows[i].pattern, got, e.text);
    if (got == MISMATCH) assert_true(e.code == ERR_ARGUMENT && strstr(e.text, "filter"));
  }
}

/* The time that the export puts before a line is neither a place nor part of the text. */
static void test_prefix(void **state) {
  static const char line[] = "2018-09-22T20:28:14.000Z " LINE;
  struct layout l;
  struct err e;
  (void)state;
  layout_default(&l);
  layout_add_prefix(&l);
  assert_int_equal(answer("[version=2, ...]", &l, line, &e), YES);
  assert_int_equal(answer("[..., action=REJECT, logstatus]", &l, line, &e), YES);
  assert_int_equal(answer("\"2018\"", &l, line, &e), NO);
  assert_int_equal(answer("REJECT", &l, line, &e), YES);
  assert_int_equal(answer("\"2 123456789010\"", &l, line, &e), YES);
  assert_int_equal(answer("\"REJECT OK\"", &l, line, &e), YES);
  assert_int_equal(answer("-REJECT", &l, line, &e), NO);
}

static void test_errors(void **state) {
  static const char *const wrong[] = {"[a=]", "[a", "{ $.a = 1 }", "[a <]", "[..., ...]"};
  (void)state;
  for (size_t i = 0; i < COUNT(wrong); i++) {
    struct err e = {0};
    assert_null(filter_new(wrong[i], strlen(wrong[i]), &e));
    CHECK(e.code == ERR_ARGUMENT && e.line > 0, "%s: %s", wrong[i], e.text);
  }
}

static void test_no_memory(void **state) {
  static const char pattern[] = "[a=1 || a=2, b=x || b=y, c=%z+%, d=10.*, e>5 && e<9, ...]";
  (void)state;
  size_t before = mem_test_live();
  for (size_t k = 1;; k++) {
    struct err e = {0};
    mem_test_fail(k, 0);
    struct filter *f = filter_new(pattern, strlen(pattern), &e);
    mem_test_fail(0, 0);
    int is_read = f != NULL;
    filter_free(f);
    assert_int_equal(mem_test_live(), before);
    if (is_read) break;
    assert_int_equal(e.code, ERR_NOMEM);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_conditions), cmocka_unit_test(test_places),    cmocka_unit_test(test_prefix),
      cmocka_unit_test(test_errors),     cmocka_unit_test(test_no_memory),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
