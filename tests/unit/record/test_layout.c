/* SPDX-License-Identifier: MIT */
/*
** Tests layouts from headers, from the `format` option and from AWS's defaults, and what is
** refused.
*/
#include "helpers.h"

#include "record/layout.h"
#include "record/tokens.h"

static struct tokens tokens;

/* Calls layout_from_header() with a line of text. */
static int from_header(struct layout *l, const char *line, int single, struct err *e) {
  static char text[3 * LAYOUT_TEXT];
  memset(text, 0, sizeof text);
  assert_in_range(strlen(line), 0, sizeof text - TOKENS_BLOCK - 2);
  snprintf(text, sizeof text, "%s\n", line);
  tokens_split(&tokens, text, strlen(text));
  const struct line first = tokens_line(&tokens, 0, 0);
  return layout_from_header(l, &first, single, e);
}

/* Checks that the lists of a layout agree with each other. */
static void check_layout(const struct layout *l) {
  uint32_t ints = 0, checks = 0, unknown = 0;
  assert_in_range(l->ntokens, 1, LAYOUT_TOKENS);
  for (int f = 0; f < FIELD_COUNT; f++)
    if (l->token[f] != LAYOUT_ABSENT) assert_int_equal(l->field[l->token[f]], f);
  for (uint32_t k = 0; k < l->ntokens; k++) {
    int f = l->field[k];
    if (l->prefix && k == 0) {
      assert_int_equal(f, FIELD_NONE);
    } else if (f == FIELD_NONE) {
      assert_int_equal(l->unknown[unknown++], k);
    } else {
      assert_int_equal(l->token[f], k);
      assert_int_equal(field_find(layout_name(l, k), l->name_n[k]), f);
      if (kind_is_int(fields[f].kind)) {
        assert_int_equal(l->ints[ints++], k);
      } else if (fields[f].kind != KIND_TEXT) {
        assert_int_equal(l->check[checks].token, k);
        assert_int_equal(l->check[checks++].kind, fields[f].kind);
      }
    }
  }
  if (l->prefix) {
    assert_int_equal(l->check[checks].token, 0);
    assert_int_equal(l->check[checks++].kind, KIND_PREFIX);
  }
  assert_int_equal(l->nints, ints);
  assert_int_equal(l->nchecks, checks);
  assert_int_equal(l->nunknown, unknown);
  assert_int_equal(layout_is_texts(l), ints + checks == 0);
}

/* Returns the names that the layout has, as in "account_id|foo|". */
static void check_names(const struct layout *l, const char *expected) {
  struct bytes names = {0};
  for (uint32_t k = l->prefix; k < l->ntokens; k++) bytes_print(&names, "%.*s|", (int)l->name_n[k], layout_name(l, k));
  assert_string_equal(names.p, expected);
  bytes_free(&names);
}

static void test_defaults(void **state) {
  struct layout l;
  (void)state;
  memset(&l, 0xa5, sizeof l);
  layout_default(&l);
  check_layout(&l);
  assert_int_equal(l.ntokens, 14);
  for (int f = 0; f < 14; f++) assert_int_equal(l.field[f], f);
  memset(&l, 0xa5, sizeof l);
  layout_transit_gateway(&l);
  check_layout(&l);
  assert_int_equal(l.ntokens, 36);
  for (int k = 0; k < 36; k++) assert_int_equal(l.field[k], fields_tgw[k]);
  assert_int_equal(l.token[FIELD_action], LAYOUT_ABSENT);
}

static void test_prefix(void **state) {
  struct layout l;
  struct err e = {0};
  (void)state;
  layout_default(&l);
  layout_add_prefix(&l);
  check_layout(&l);
  assert_int_equal(l.prefix, 1);
  assert_int_equal(l.ntokens, 15);
  for (int f = 0; f < 14; f++) assert_int_equal(l.token[f], f + 1);
  layout_add_prefix(&l); /* it has a prefix already, and does not change */
  assert_int_equal(l.ntokens, 15);
  assert_int_equal(layout_from_option(&l, "srcaddr x-what x-ever srcport dstport",
                                      strlen("srcaddr x-what x-ever srcport dstport"), &e),
                   ERR_NONE);
  layout_add_prefix(&l);
  check_layout(&l);
  assert_int_equal(l.unknown[0], 2);
  check_names(&l, "srcaddr|x-what|x-ever|srcport|dstport|");
  assert_int_equal(layout_from_option(&l, "tgw-id", strlen("tgw-id"), &e), ERR_NONE);
  assert_true(layout_is_texts(&l));
  layout_add_prefix(&l);
  check_layout(&l);
  assert_false(layout_is_texts(&l));
}

static void test_headers(void **state) {
  static const struct {
    const char *line;
    int single, elsewhere; /* results of layout_from_header() where a single name is sufficient, and elsewhere */
    const char *names;
  } table[] = {
      {"version account-id interface-id srcaddr", 1, 1, "version|account-id|interface-id|srcaddr|"},
      {"  version\taccount_id   interface-id\r", 1, 1, "version|account_id|interface-id|"},
      {"srcaddr dstaddr", 1, 1, "srcaddr|dstaddr|"},
      {"start end", 1, 1, "start|end|"},
      {"instance-id", 1, 0, "instance-id|"},
      {"the end", 0, 0, NULL},
      {"vpc-id shiny-new-field bytes", 1, 1, "vpc-id|shiny-new-field|bytes|"}, /* vpc-id does not occur in prose */
      {"end", 1, 0, "end|"},
      {"start end action", 1, 1, "start|end|action|"},
      {"start end foo", 0, 0, NULL}, /* two are known, but both are words of prose */
      {"start end action foo bar baz-2", 1, 1, "start|end|action|foo|bar|baz-2|"},
      {"#Fields: end foo bar baz-2", 1, 1, "end|foo|bar|baz-2|"},
      {"\xef\xbb\xbf#Fields: srcaddr", 1, 1, "srcaddr|"},
      {"#Fields: foo bar", 0, 0, NULL},
      {"#Fields:", 0, 0, NULL},
      {"#Fields: end 5", 0, 0, NULL},
      {"start end action foo bar baz qux", 0, 0, NULL}, /* less than half are known */
      {"start end action 5", 0, 0, NULL},               /* 5 is not a name */
      {"start end action foo.bar", 0, 0, NULL},
      {"start end action -", 0, 0, NULL},
      {"start end action _x", 0, 0, NULL},
      {"start end action x\xc3\xa9", 0, 0, NULL},
      {"start,end,action", 0, 0, NULL},
      {"${start} ${end} ${action}", 0, 0, NULL},
      {"START END ACTION", 1, 1, "START|END|ACTION|"},
      {"accountId interfaceId srcAddr azId X-Id", 1, 1, "accountId|interfaceId|srcAddr|azId|X-Id|"},
      {"version account eni source destination srcport", 1, 1, "version|account|eni|source|destination|srcport|"},
      {"sourceaddress numbytes", 1, 1, "sourceaddress|numbytes|"},
      {"Source Destination Protocol Length Info", 0, 0, NULL}, /* headings of other lists */
      {"Interface Status", 0, 0, NULL},
      {"source destination", 0, 0, NULL},
      {"Start End", 0, 0, NULL},
      {"status", 0, 0, NULL},
      {"Srcaddr", 1, 0, "Srcaddr|"},
      {"srcaddr source", -1, -1, NULL}, /* two names of one field */
      {"accountId account-id", -1, -1, NULL},
      {"start_time start", -1, -1, NULL},
      {"srcaddr dstaddr X-Id x_id", -1, -1, NULL},
      {"the end of the start", 0, 0, NULL},
      {"", 0, 0, NULL},
      {"2 123456789010 eni-1 - - - - - - - 1 2 - NODATA", 0, 0, NULL},
      {"start end action start", -1, -1, NULL}, /* a name stands twice */
      {"account-id end action account_id", -1, -1, NULL},
      {"start end action foo foo", -1, -1, NULL},
      {"start start", -1, -1, NULL},
  };
  (void)state;
  for (size_t i = 0; i < COUNT(table); i++)
    for (int single = 0; single < 2; single++) {
      static struct layout l, before;
      struct err e = {0};
      int expected = single ? table[i].single : table[i].elsewhere;
      memset(&l, 0xa5, sizeof l);
      before = l;
      int got = from_header(&l, table[i].line, single, &e);
      CHECK(got == expected, "'%s': %d, not %d", table[i].line, got, expected);
      CHECK(e.code == (expected < 0 ? ERR_FORMAT : ERR_NONE), "'%s': %s", table[i].line, e.text);
      if (expected == 0) assert_memory_equal(&l, &before, sizeof l);
      if (expected != 1) continue;
      check_layout(&l);
      check_names(&l, table[i].names);
    }
}

static void test_options(void **state) {
  static const struct {
    const char *text, *names; /* NULL: refused */
  } table[] = {
      {"version account-id srcaddr", "version|account-id|srcaddr|"},
      {"${version} ${account-id} ${srcaddr}", "version|account-id|srcaddr|"},
      {"version, account_id,srcaddr", "version|account_id|srcaddr|"},
      {"  ${version}${srcaddr}\n\tdstaddr\r\n", "version|srcaddr|dstaddr|"},
      {"action", "action|"},
      {"$${version} $${account-id}", "version|account-id|"},   /* Terraform */
      {"\\${version} \\${account-id}", "version|account-id|"}, /* a shell, in double quotes */
      {"${!version} ${!account-id}", "version|account-id|"},   /* CloudFormation's Sub */
      {"'${version} ${account-id}'", "version|account-id|"},
      {"\"version\", \"account-id\"\n", "version|account-id|"},
      {"version \\\naccount-id\\\r\n srcaddr", "version|account-id|srcaddr|"},
      {"version\naccount-id\r\nsrcaddr", "version|account-id|srcaddr|"},
      {"${version}\\n${account-id}\\tsrcaddr\\n", "version|account-id|srcaddr|"}, /* JSON */
      {"srcaddr x-foo X_Bar", "srcaddr|x-foo|X_Bar|"},
      {"x-foo srcaddr", "x-foo|srcaddr|"},
      {"srcaddr foo", NULL},
      {"srcaddr x-", NULL},
      {"x-foo x-bar srcaddr", "x-foo|x-bar|srcaddr|"},
      {"x-foo", NULL},
      {"", NULL},
      {" , ,\n", NULL},
      {"foo", NULL},
      {"foo bar srcaddr", NULL},
      {"srcaddr srcaddr", NULL},
      {"account-id account_id", NULL},
      {"srcaddr dstaddr x-foo xFoo", NULL},
      {"srcaddr dstaddr x-foo X_foo", NULL},
      {"${srcaddr", NULL},
      {"srcaddr}", NULL},
      {"$srcaddr", NULL},
      {"$ {srcaddr}", NULL},
      {"${}", NULL},
      {"${src addr}", NULL},
      {"srcaddr;dstaddr", NULL},
      {"srcaddr 5", NULL},
      {"srcaddr\\", NULL},
      {"srcaddr \\dstaddr", NULL},
      {"$$srcaddr", NULL},
      {"$$${srcaddr}", NULL},
      {"$$", NULL},
      {"${!}", NULL},
      {"!srcaddr", NULL},
      {"${srcaddr\\}", NULL},
      {"'\"", NULL},
      {"{srcaddr}", NULL},
      {"srcaddr dst\xc3\xa4"
       "ddr",
       NULL},
  };
  (void)state;
  for (size_t i = 0; i < COUNT(table); i++) {
    struct layout l;
    struct err e = {0};
    enum err_code rc = layout_from_option(&l, table[i].text, strlen(table[i].text), &e);
    CHECK(rc == (table[i].names ? ERR_NONE : ERR_ARGUMENT), "'%s': %s", table[i].text, e.text);
    assert_int_equal(e.code, rc);
    if (rc) {
      CHECK(!strncmp(e.text, "format", 6), "%s", e.text);
      continue;
    }
    check_layout(&l);
    check_names(&l, table[i].names);
  }
}

/*
** A header with every field, one with the largest number of tokens, and headers beyond the limits.
*/
static void test_limits(void **state) {
  struct bytes text = {0};
  struct layout l;
  struct err e = {0};
  (void)state;
  for (int f = 0; f < FIELD_COUNT; f++) bytes_print(&text, "%s ", fields[f].name);
  assert_int_equal(from_header(&l, text.p, 0, &e), 1);
  check_layout(&l);
  assert_int_equal(l.ntokens, FIELD_COUNT);
  for (int i = 0; i < FIELD_COUNT; i++) bytes_print(&text, "unknown-%d ", i);
  assert_int_equal(from_header(&l, text.p, 0, &e), 1);
  check_layout(&l);
  assert_int_equal(l.nunknown, FIELD_COUNT);
  for (int i = 2 * FIELD_COUNT; i <= LAYOUT_TOKENS; i++) bytes_print(&text, "more-%d ", i);
  assert_int_equal(from_header(&l, text.p, 0, &e), 0); /* more than half of the names are unknown */
  assert_int_equal(e.code, ERR_NONE);
  bytes_free(&text);

  /* names of 100 bytes until the text is too long */
  for (int f = 0; f < FIELD_COUNT; f++) bytes_print(&text, "%s ", fields[f].name);
  for (int i = 0; i < FIELD_COUNT; i++) bytes_print(&text, "x%0150d ", i);
  assert_in_range(text.n, LAYOUT_TEXT + 1, 2 * LAYOUT_TEXT);
  assert_int_equal(from_header(&l, text.p, 0, &e), -1);
  assert_int_equal(e.code, ERR_FORMAT);
  memset(&e, 0, sizeof e);
  assert_int_equal(layout_from_option(&l, text.p, strlen(text.p), &e), ERR_ARGUMENT);
  bytes_free(&text);

  /* one name that just fits into LAYOUT_TEXT, and one that does not */
  for (size_t over = 0; over < 2; over++) {
    bytes_print(&text, "end x-");
    bytes_repeat(&text, 'x', LAYOUT_TEXT - 7 + over);
    memset(&e, 0, sizeof e);
    assert_int_equal(layout_from_option(&l, text.p, strlen(text.p), &e), over ? ERR_ARGUMENT : ERR_NONE);
    if (!over) check_layout(&l);
    bytes_free(&text);
  }
}

/* The prefix counts as one of the LAYOUT_TOKENS tokens. */
static void test_prefix_at_limit(void **state) {
  struct layout l;
  (void)state;
  layout_default(&l);
  l.ntokens = LAYOUT_TOKENS;
  layout_add_prefix(&l);
  assert_int_equal(l.ntokens, LAYOUT_TOKENS);
  assert_int_equal(l.prefix, 0);
}

static int set_up(void **state) {
  struct err e = {0};
  (void)state;
  return tokens_init(&tokens, 4 * LAYOUT_TEXT, &e) != ERR_NONE;
}

static int tear_down(void **state) {
  (void)state;
  tokens_clear(&tokens);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_defaults), cmocka_unit_test(test_prefix), cmocka_unit_test(test_headers),
      cmocka_unit_test(test_options),  cmocka_unit_test(test_limits), cmocka_unit_test(test_prefix_at_limit),
  };
  return finish(cmocka_run_group_tests(tests, set_up, tear_down));
}
