/* SPDX-License-Identifier: MIT */
/* Tests the formats of lines without a header: reading the option, and which one a line is in. */
#include "helpers.h"

#include "record/formats.h"

#define RECORD "2 123456789010 eni-1 172.31.16.139 172.31.16.21 20641 22 6 20 4249 1418530010 1418530070 ACCEPT OK"
#define TIME   "2018-09-22T20:28:14.000Z "
#define TGW                                                                                                            \
  "6 TransitGateway 123456789010 tgw-1 tgw-attach-1 1 2 vpc-1 vpc-2 subnet-1 subnet-2 eni-1 eni-2 use1-az1 use1-az2 "  \
  "tgw-attach-2 10.0.0.1 10.1.0.1 4711 443 6 1 2 1 2 OK IPv4 0 0 0 0 2 us-east-1 ingress - -"
#define NONE FORMATS_NONE

static struct tokens tokens;

static struct line line_of(const char *text) {
  static char padded[4096];
  size_t n = strlen(text);
  assert_in_range(n, 1, sizeof padded - TOKENS_BLOCK - 1);
  memset(padded, 0, sizeof padded);
  memcpy(padded, text, n);
  padded[n] = '\n';
  tokens_split(&tokens, padded, n + 1);
  return tokens_line(&tokens, 0, 0);
}

/* The names of all formats, with a bar between two. */
static void check_names(const struct formats *f, const char *expected) {
  struct bytes got = {0};
  bytes_add(&got, "", 0);
  for (uint32_t i = 0; i < f->n; i++)
    bytes_print(&got, "%s%.*s", i ? "|" : "", f->layout[i].text_n - 1, f->layout[i].text);
  assert_string_equal(got.p, expected);
  bytes_free(&got);
}

static void test_option(void **state) {
  static const struct {
    const char *text, *names; /* NULL: refused */
  } table[] = {
      {"srcaddr dstaddr", "srcaddr dstaddr"},
      {"\"srcaddr dstaddr\"", "srcaddr dstaddr"},
      {"[\"srcaddr dstaddr\"]", "srcaddr dstaddr"},
      {" [ \"srcaddr dstaddr\" ,\n\"${bytes} ${x-new}\"\t] ", "srcaddr dstaddr|bytes x-new"},
      {"[\"srcaddr\\ndstaddr\", \"\\\"bytes\\\"\"]", "srcaddr dstaddr|bytes"},
      /* a format that stands twice, in whatever spelling, is one format */
      {"[\"account-id bytes\", \"bytes\", \"accountId Bytes\", \"bytes\"]", "account-id bytes|bytes"},
      {"[\"bytes x-a\", \"bytes X_A\", \"bytes x-b\"]", "bytes x-a|bytes x-b"},
      {"[]", NULL},
      {"[", NULL},
      {"[\"srcaddr\"", NULL},
      {"[\"srcaddr\",]", NULL},
      {"[\"srcaddr\" \"dstaddr\"]", NULL},
      {"[\"srcaddr\"] x", NULL},
      {"[\"srcaddr", NULL},
      {"[\"srcaddr\\\"]", NULL},
      {"[srcaddr, dstaddr]", NULL},
      {"[\"\"]", NULL},
      {"[\"srcaddr\", \"srcadr\"]", NULL},
      {"[\"srcaddr\", 5]", NULL},
      {"", NULL},
      {"srcaddr ]", NULL},
  };
  (void)state;
  for (size_t i = 0; i < COUNT(table); i++) {
    struct err e = {0};
    struct formats *f = formats_new(table[i].text, &e);
    CHECK(!f == !table[i].names, "'%s': %s", table[i].text, e.text);
    CHECK(f ? !e.code : e.code == ERR_ARGUMENT && !strncmp(e.text, "format: ", 8), "'%s': %s", table[i].text, e.text);
    if (!f) continue;
    assert_true(f->is_given);
    check_names(f, table[i].names);
    struct formats *copy = formats_copy(f);
    formats_free(f);
    check_names(copy, table[i].names);
    formats_free(copy);
  }
}

static void test_many(void **state) {
  struct bytes text = {0};
  (void)state;
  for (int n = FORMATS_MAX; n <= FORMATS_MAX + 1; n++) {
    struct err e = {0};
    text.n = 0;
    for (int i = 0; i < n; i++) bytes_print(&text, "%c\"bytes x-%d\"", i ? ',' : '[', i);
    bytes_print(&text, "]");
    struct formats *f = formats_new(text.p, &e);
    CHECK(!f == (n > FORMATS_MAX), "%d: %s", n, e.text);
    if (f) assert_int_equal(f->n, n);
    formats_free(f);
  }
  bytes_free(&text);
}

static void test_no_memory(void **state) {
  struct err e = {0};
  (void)state;
  mem_test_fail(1, 0);
  assert_null(formats_new("srcaddr", &e));
  assert_int_equal(e.code, ERR_NOMEM);
  struct formats *f = formats_new("srcaddr", &(struct err){0});
  mem_test_fail(1, 0);
  assert_null(formats_copy(f));
  formats_free(f);
}

/* Which choice a line is in. */
static void test_choose(void **state) {
  static const char two[] = "[\"srcaddr dstport\", \"dstport srcaddr\"]";
  static const char prefixes[] = "[\"srcaddr dstport\", \"type srcaddr dstport\", \"end\"]";
  static const struct {
    const char *formats, *line; /* NULL: the defaults */
    int choice;
  } table[] = {
      {NULL, RECORD, 0},
      {NULL, TIME RECORD, 1},
      {NULL, TGW, 2},
      {NULL, TIME TGW, 3},
      {NULL, RECORD " x", NONE},
      {NULL, "yesterday " RECORD, NONE},
      {NULL, "- - - - - - - - - - - - - -", 0},
      {NULL, "- - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - -", NONE}, /* no resource type */
      {"srcaddr dstport", RECORD, NONE},
      {two, "10.0.0.1 80", 0},
      {two, "80 10.0.0.1", 2},
      {two, "- -", 0}, /* it fits both */
      {two, TIME "80 10.0.0.1", 3},
      {two, "80 80", NONE},
      {two, "80", NONE},
      {prefixes, "10.0.0.1 80", 0},
      {prefixes, TIME "10.0.0.1 80", 1}, /* not the second format, whose type could be any text */
      {prefixes, "IPv4 10.0.0.1 80", 2},
      {prefixes, "5", 4},
      {prefixes, TIME "5", 5},
      {prefixes, "1773046800000 -", 5},
      {prefixes, "- 5", 0},
  };
  (void)state;
  for (size_t i = 0; i < COUNT(table); i++) {
    struct formats *given = table[i].formats ? formats_new(table[i].formats, &(struct err){0}) : NULL;
    const struct formats *f = given ? given : formats_default();
    struct line line = line_of(table[i].line);
    int choice = formats_choose(f, &line);
    CHECK(choice == table[i].choice, "'%s' in '%s': %d", table[i].line, table[i].formats, choice);
    if (choice != NONE) {
      struct layout l;
      formats_layout(f, choice, &l);
      assert_int_equal(l.prefix, choice % 2);
      assert_int_equal(l.ntokens, line.count);
      assert_int_equal(l.field[l.prefix], f->layout[choice / 2].field[0]);
    }
    formats_free(given);
  }
}

/* A reader's way through the lines of a file. */
static void test_changes(void **state) {
  struct formats *f = formats_new("[\"srcaddr dstport\", \"dstport srcaddr\", \"bytes\"]", &(struct err){0});
  struct formats_state s;
  struct layout l;
  struct line line;
  (void)state;
  formats_begin(&s, f);
  assert_int_equal(s.choice, NONE);
  line = line_of("10.0.0.1 80");
  assert_false(formats_change(&s, &line, &l)); /* a header decides */
  formats_set(&s, 0);
  assert_false(s.has_rival);
  line = line_of("80 10.0.0.1");
  assert_true(formats_change(&s, &line, &l));
  assert_int_equal(s.choice, 2);
  assert_int_equal(l.field[0], FIELD_dstport);
  assert_true(s.has_rival);
  assert_false(formats_change(&s, &line, &l));
  assert_false(formats_is_earlier(&s, &line));
  line = line_of("- -"); /* it fits the choice at hand, but also an earlier one */
  assert_true(formats_is_earlier(&s, &line));
  assert_true(formats_change(&s, &line, &l));
  assert_int_equal(s.choice, 0);
  assert_false(formats_is_earlier(&s, &line));
  line = line_of("1 2 3");
  assert_false(formats_change(&s, &line, &l));
  assert_int_equal(s.seen, 3);
  line = line_of(TIME "5");
  assert_true(formats_change(&s, &line, &l));
  assert_int_equal(l.prefix, 1);
  assert_true(s.has_rival); /* the first format has two tokens as well */
  assert_int_equal(s.seen, 7);
  formats_begin(&s, f);
  assert_int_equal(s.seen, 0);
  formats_free(f);
}

/* What is wrong with a line depends on its number of fields, or on the lines before it. */
static void test_explain(void **state) {
  static const struct {
    int choice;
    const char *line, *expected;
  } table[] = {
      {0, "10.0.0.1 x", "dstport is 'x', not a number from 0 to 9223372036854775807"},
      {0, "1 2 3", "has 3 fields where the file's format has 2"},
      {0, "x", "bytes is 'x', not a number from 0 to 999999999999999"},
      {4, "10.0.0.1 x", "dstport is 'x', not a number from 0 to 9223372036854775807"},
      {4, "1 2 3", "has 3 fields where the file's format has 1"},
      {5, TIME "10.0.0.1 x", "dstport is 'x', not a number from 0 to 9223372036854775807"},
      {5, "10.0.0.1 x", "bytes is 'x', not a number from 0 to 999999999999999"},
      {NONE, "10.0.0.1 x", "has 2 fields where the file's format has 14"},
  };
  struct formats *f = formats_new("[\"srcaddr dstport\", \"dstport srcaddr\", \"bytes\"]", &(struct err){0});
  (void)state;
  for (size_t i = 0; i < COUNT(table); i++) {
    struct formats_state s;
    struct layout l;
    char why[ERR_TEXT];
    formats_begin(&s, f);
    formats_set(&s, table[i].choice);
    if (table[i].choice == NONE) layout_default(&l);
    else formats_layout(f, table[i].choice, &l);
    struct line line = line_of(table[i].line);
    formats_explain(&s, &l, &line, why);
    CHECK(!strcmp(why, table[i].expected), "'%s': %s", table[i].line, why);
  }
  formats_free(f);
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
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_option), cmocka_unit_test(test_many),    cmocka_unit_test(test_no_memory),
      cmocka_unit_test(test_choose), cmocka_unit_test(test_changes), cmocka_unit_test(test_explain),
  };
  return finish(cmocka_run_group_tests(tests, set_up, tear_down));
}
