/* SPDX-License-Identifier: MIT */
/* Tests which records cannot be right, and when the layout is blamed for them. */
#include "helpers.h"

#include "record/plausible.h"

static struct tokens tokens;
static char padded[64 * 1024];

static void split(const struct bytes *text) {
  assert_in_range(text->n, 1, sizeof padded - TOKENS_BLOCK);
  memset(padded, 0, sizeof padded);
  memcpy(padded, text->p, text->n);
  assert_int_equal(tokens_split(&tokens, padded, text->n), text->n);
}

static void test_record(void **state) {
  static const struct {
    const char *format, *line, *why; /* why: NULL if the record can be right */
  } table[] = {
      {"start end packets bytes", "5 5 7 7", NULL},
      {"start end packets bytes", "5 6 0 0", NULL},
      {"start end packets bytes", "5 6 7 0", NULL}, /* AWS has not counted the bytes */
      {"start end packets bytes", "5 0 - -", "its end (0) is before its start (5)"},
      {"start end packets bytes", "- - - -", NULL},
      {"start end packets bytes", "6 - 7 -", NULL},
      {"start end packets bytes", "- 5 - 6", NULL},
      {"start packets", "6 7", NULL},
      {"start end packets bytes", "6 5 7 7", "its end (5) is before its start (6)"},
      {"start end packets bytes", "6 6 7 5", "it has fewer bytes (5) than packets (7)"},
      {"end bytes packets start", "5 5 7 6",
       "its end (5) is before its start (6), and it has fewer bytes (5) than packets (7)"},
      {"start end packets bytes", "99999999999 099999999998 - -",
       "its end (99999999998) is before its start (99999999999)"},
  };
  (void)state;
  for (size_t i = 0; i < COUNT(table); i++) {
    static struct layout l;
    struct bytes text = {0};
    struct err e = {0};
    char why[ERR_TEXT] = "";
    bytes_print(&text, "%s\n", table[i].line);
    split(&text);
    assert_int_equal(layout_from_option(&l, table[i].format, strlen(table[i].format), &e), ERR_NONE);
    const struct line line = tokens_line(&tokens, 0, 0);
    CHECK(plausible_not_record(&l, &line, why) == (table[i].why != NULL), "%s", table[i].line);
    CHECK(plausible_not_record(&l, &line, NULL) == (table[i].why != NULL), "%s", table[i].line);
    if (table[i].why) {
      assert_non_null(strstr(why, "is read, but cannot be right: "));
      CHECK(strstr(why, table[i].why), "%s", why);
    }
    bytes_free(&text);
  }
}

#define TIMES  "seems to have start and end exchanged: in "
#define COUNTS "seems to have packets and bytes exchanged: in "
#define BOTH   "seems to have start and end, or packets and bytes, exchanged: in "

/* Each letter is a line: g good, t times exchanged, c counts, b both, z no bytes, n no values, x no record, h another header, o its own. */
static void test_layout(void **state) {
  static const struct {
    const char *lines;
    uint32_t first;
    const char *why;
  } table[] = {
      {"ttt", 0, NULL}, /* too few to tell */
      {"tttt", 0, TIMES "4 of its first 4 records, end is before start;"},
      {"xtntxntnt", 0, TIMES "4 of its first 4 records"},
      {"tgtg", 0, NULL},
      {"tgtgt", 0, TIMES "3 of its first 5 records"},
      {"ccccg", 0, COUNTS "4 of its first 5 records, there are fewer bytes than packets;"},
      {"bbbbg", 0, BOTH "4 of its first 5 records, end is before start, or there are fewer bytes than packets;"},
      {"ttccg", 0, BOTH "4 of its first 5 records"},
      {"ggggtttttt", 4, TIMES "6 of its first 6 records"},
      {"ttttgggg", 4, NULL},
      {"ggggggggtttttttttttt", 0, NULL},
      {"gggggggtttttttttggggggg", 0, TIMES "9 of its first 16 records"}, /* line 17 and those after it do not count */
      {"zzzz", 0, NULL},
      {"zzzztttt", 0, NULL},
      {"nnnn", 0, NULL},
      {"xxxx", 0, NULL},
      {"gggghtttttttttttt", 0, NULL}, /* another file was appended, whose fields have another order */
      {"gggottttt", 0, TIMES "5 of its first 8 records"},
  };
  static const char *const line[] = {['g'] = "5 6 7 8",
                                     ['t'] = "6 5 7 8",
                                     ['c'] = "5 6 8 7",
                                     ['b'] = "6 5 8 7",
                                     ['z'] = "5 6 8 0",
                                     ['n'] = "- - - -",
                                     ['x'] = "6 5 8",
                                     ['h'] = "end start packets bytes",
                                     ['o'] = "start end packets bytes"};
  (void)state;
  for (size_t i = 0; i < COUNT(table); i++) {
    static struct layout l;
    struct bytes text = {0};
    struct err e = {0};
    char why[ERR_TEXT] = "";
    for (const char *p = table[i].lines; *p; p++) bytes_print(&text, "%s\n", line[(unsigned char)*p]);
    split(&text);
    assert_int_equal(layout_from_option(&l, "start end packets bytes", strlen("start end packets bytes"), &e),
                     ERR_NONE);
    int result = plausible_not_layout(&l, NULL, &tokens, table[i].first, tokens.nlines, why);
    CHECK((result > 0) == (table[i].why != NULL) && (result <= 0 || !strncmp(why, table[i].why, strlen(table[i].why))),
          "%s: %s", table[i].lines, why);
    assert_int_equal(layout_from_option(&l, "start bytes version srcport", strlen("start bytes version srcport"), &e),
                     ERR_NONE);
    assert_int_equal(plausible_not_layout(&l, NULL, &tokens, 0, tokens.nlines, why), 0);
    bytes_free(&text);
  }
}

/* Records are sought among the first lines alone. */
static void test_far_lines(void **state) {
  static struct layout l;
  struct bytes text = {0};
  struct err e = {0};
  char why[ERR_TEXT];
  (void)state;
  assert_int_equal(layout_from_option(&l, "start end", strlen("start end"), &e), ERR_NONE);
  for (int i = 0; i < PLAUSIBLE_LINES - 3; i++) bytes_print(&text, "- 5\n");
  for (int i = 0; i < 9; i++) bytes_print(&text, "6 5\n");
  split(&text);
  assert_int_equal(plausible_not_layout(&l, NULL, &tokens, 0, tokens.nlines, why), 0);
  assert_int_equal(plausible_not_layout(&l, NULL, &tokens, 1, tokens.nlines, why), 1);
  bytes_free(&text);
}

/* Where another format has as many fields, its lines do not count. */
static void test_other_formats(void **state) {
  struct bytes text = {0};
  struct formats_state s;
  struct layout l;
  struct err e = {0};
  char why[ERR_TEXT];
  struct formats *f = formats_new("[\"start end action\", \"end start srcaddr\"]", &e);
  (void)state;
  for (int i = 0; i < 8; i++) bytes_print(&text, "5 6 ACCEPT\n6 5 10.0.0.1\n6 5 -\n");
  split(&text);
  formats_begin(&s, f);
  for (int choice = 0; choice <= 2; choice += 2) {
    formats_layout(f, choice, &l);
    formats_set(&s, choice);
    assert_int_equal(plausible_not_layout(&l, &s, &tokens, 0, tokens.nlines, why), 0);
  }
  formats_free(f);
  f = formats_new("[\"start end action\", \"bytes\"]", &e);
  formats_begin(&s, f);
  formats_layout(f, 0, &l);
  formats_set(&s, 0);
  assert_int_equal(plausible_not_layout(&l, &s, &tokens, 0, tokens.nlines, why), 1);
  formats_free(f);
  bytes_free(&text);
}

static int set_up(void **state) {
  struct err e = {0};
  (void)state;
  return tokens_init(&tokens, sizeof padded, &e) != ERR_NONE;
}

static int tear_down(void **state) {
  (void)state;
  tokens_clear(&tokens);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_record), cmocka_unit_test(test_layout),
                                     cmocka_unit_test(test_far_lines), cmocka_unit_test(test_other_formats)};
  return finish(cmocka_run_group_tests(tests, set_up, tear_down));
}
