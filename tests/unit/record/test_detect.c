/* SPDX-License-Identifier: MIT */
/* Tests what detect() decides from the first lines of a file. */
#include "helpers.h"

#include "record/detect.h"
#include "record/marks.h"

#define RECORD "2 123456789010 eni-1 172.31.16.139 172.31.16.21 20641 22 6 20 4249 1418530010 1418530070 ACCEPT OK"
#define NODATA "2 123456789010 eni-1 - - - - - - - 1431280876 1431280934 - NODATA"
#define ISO    "2018-09-22T20:28:14.000Z "
#define MILLIS "1537648094000 "
#define TGW                                                                                                            \
  "6 TransitGateway 123456789010 tgw-1 tgw-attach-1 1 2 vpc-1 vpc-2 subnet-1 subnet-2 eni-1 eni-2 use1-az1 use1-az2 "  \
  "tgw-attach-2 10.0.0.1 10.1.0.1 4711 443 6 1 2 1 2 OK IPv4 0 0 0 0 2 us-east-1 ingress - -"
#define HEADER "version account-id srcaddr dstaddr"
#define TEN    "x\nx\nx\nx\nx\nx\nx\nx\nx\nx\n"

static struct tokens tokens;
static int choice;                   /* what detect() said */
static int expected = 1;             /* argument of detect(): the file should be a flow log */
static struct detect_memory *memory; /* and the header of the files before */

static enum detect_result detect_text(const char *text, const char *format, struct layout *l, char why[ERR_TEXT],
                                      struct err *e) {
  static char padded[16384];
  struct err unused = {0};
  struct formats *given = NULL;
  size_t n = strlen(text);
  assert_in_range(n, 1, sizeof padded - TOKENS_BLOCK);
  memset(padded, 0, sizeof padded);
  memcpy(padded, text, n);
  if (format) assert_non_null(given = formats_new(format, &unused));
  tokens_split(&tokens, padded, n);
  memset(e, 0, sizeof *e);
  memset(why, 0, ERR_TEXT);
  enum detect_result result = detect(&tokens, given ? given : formats_default(), expected, memory, l, &choice, why, e);
  formats_free(given);
  return result;
}

/* Of the layout, the tables state only the number of tokens, the prefix and the first field. */
static const struct {
  const char *text, *format;
  enum detect_result result;
  int ntokens, prefix, first; /* of the layout; first: the first field */
} table[] = {
    {"\n", NULL, DETECT_BLANK, 0, 0, 0},
    {" \t\r\n\n  \n", NULL, DETECT_BLANK, 0, 0, 0},
    {"\n", "srcaddr", DETECT_BLANK, 0, 0, 0},
    /* headers */
    {HEADER "\n", NULL, DETECT_FLOW_LOG, 4, 0, FIELD_version},
    {HEADER "\n", "end start", DETECT_FLOW_LOG, 4, 0, FIELD_version}, /* a header decides */
    {"\n\n" HEADER "\n", NULL, DETECT_FLOW_LOG, 4, 0, FIELD_version},
    {"end\n5\n", NULL, DETECT_FLOW_LOG, 1, 0, FIELD_end},
    {"\nend\n5\n", NULL, DETECT_FLOW_LOG, 1, 0, FIELD_end}, /* blank lines do not count */
    {"x\nend\n5\n", NULL, DETECT_OTHER, 0, 0, 0},
    {"damaged line\n" HEADER "\n", NULL, DETECT_FLOW_LOG, 4, 0, FIELD_version},
    {TEN "x\nx\nx\nx\nx\n" HEADER "\n", NULL, DETECT_FLOW_LOG, 4, 0, FIELD_version}, /* the 16th line */
    {TEN "x\nx\nx\nx\nx\nx\n" HEADER "\n", NULL, DETECT_OTHER, 0, 0, 0},             /* the 17th */
    {TEN "\n\n\n\n\nx\nx\nx\nx\nx\n" HEADER "\n", NULL, DETECT_FLOW_LOG, 4, 0, FIELD_version},
    {"srcaddr srcaddr dstaddr\n", NULL, DETECT_ERROR, 0, 0, 0},
    /* the default format */
    {RECORD "\n", NULL, DETECT_FLOW_LOG, 14, 0, FIELD_version},
    {NODATA "\n", NULL, DETECT_FLOW_LOG, 14, 0, FIELD_version},
    {"damaged\n" RECORD "\n", NULL, DETECT_FLOW_LOG, 14, 0, FIELD_version},
    {ISO RECORD "\n", NULL, DETECT_FLOW_LOG, 15, 1, FIELD_version},
    {MILLIS NODATA "\n", NULL, DETECT_FLOW_LOG, 15, 1, FIELD_version},
    {RECORD "\n" HEADER "\n", NULL, DETECT_FLOW_LOG, 14, 0, FIELD_version},
    {"yesterday " RECORD "\n", NULL, DETECT_LIKELY, 0, 0, 0},
    /* transit gateways */
    {TGW "\n", NULL, DETECT_FLOW_LOG, 36, 0, FIELD_version},
    {ISO TGW "\n", NULL, DETECT_FLOW_LOG, 37, 1, FIELD_version},
    /* the user's format */
    {"10.0.0.1 443\n", "srcaddr dstport", DETECT_FLOW_LOG, 2, 0, FIELD_srcaddr},
    {MILLIS "10.0.0.1 443\n", "srcaddr dstport", DETECT_FLOW_LOG, 3, 1, FIELD_srcaddr},
    {RECORD "\n", "srcaddr dstport", DETECT_LIKELY, 0, 0, 0},
    {"443 10.0.0.1\n", "srcaddr dstport", DETECT_OTHER, 0, 0, 0},
    /* the marks of flow logs, in another format */
    {"eni-1 10.0.0.1 443 ACCEPT\n", NULL, DETECT_LIKELY, 0, 0, 0},
    {"10.0.0.1 443 REJECT OK\n", NULL, DETECT_LIKELY, 0, 0, 0},
    {"eni-1 - - NODATA\n", NULL, DETECT_LIKELY, 0, 0, 0},
    {"something first\neni-1 10.0.0.1 443 ACCEPT\n", NULL, DETECT_LIKELY, 0, 0, 0},
    {"{\"srcaddr\":\"10.0.0.1\",\"dstaddr\":\"10.0.0.2\"}\n", NULL, DETECT_LIKELY, 0, 0, 0},
    {"version,account_id,srcaddr,dstaddr\n", NULL, DETECT_LIKELY, 0, 0, 0},
    {"2,123456789010,eni-1,10.0.0.1,10.0.0.2,1,2,6,1,1,1,2,ACCEPT,OK\n", NULL, DETECT_LIKELY, 0, 0, 0},
    {"10.0.0.1 10.0.0.2 5 x\n", NULL, DETECT_LIKELY, 0, 0, 0},
    {"2001:db8:0:0:0:0:0:1 fe80::1 5 x\n", NULL, DETECT_LIKELY, 0, 0, 0},
    /* addresses with ports, times and versions do not indicate a flow log */
    {"2015-05-13T23:39:43.945958Z my-lb 192.168.131.39:2817 10.0.0.1:80 0.000073 0.001048 200\n", NULL, DETECT_OTHER, 0,
     0, 0},
    {"May 13 23:39:43 host sshd: from 10.0.0.1 port 22\n", NULL, DETECT_OTHER, 0, 0, 0},
    {"upgraded from 1.2 to 1.3\n", NULL, DETECT_OTHER, 0, 0, 0},
    {"Meeting 10:15 to 10:40:00 about the sync\n", NULL, DETECT_OTHER, 0, 0, 0},
    {"{\"logFormat\":\"${srcaddr} ${dstaddr}\"}\n", NULL, DETECT_OTHER, 0, 0, 0},
    /* others */
    {"Permission Check Successful\n", NULL, DETECT_OTHER, 0, 0, 0},
    {"the end of the start\n", NULL, DETECT_OTHER, 0, 0, 0},
    {"# notes\n\nsee ACCEPT and REJECT\n", NULL, DETECT_OTHER, 0, 0, 0},
    {"{\"Records\":[]}\n", NULL, DETECT_OTHER, 0, 0, 0},
    {"\x01\x02\x03\n", NULL, DETECT_OTHER, 0, 0, 0},
};

static void test_table(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT(table); i++) {
    static struct layout l;
    struct err e;
    char why[ERR_TEXT];
    enum detect_result got = detect_text(table[i].text, table[i].format, &l, why, &e);
    CHECK(got == table[i].result, "'%s': %d, not %d", table[i].text, (int)got, (int)table[i].result);
    CHECK(!!*why == (got == DETECT_LIKELY || got == DETECT_OTHER), "'%s': %s", table[i].text, why);
    CHECK((e.code != ERR_NONE) == (got == DETECT_ERROR), "'%s': %s", table[i].text, e.text);
    if (got != DETECT_FLOW_LOG) continue;
    CHECK(l.ntokens == table[i].ntokens && l.prefix == table[i].prefix, "'%s': %d tokens", table[i].text, l.ntokens);
    assert_int_equal(l.field[l.prefix], table[i].first);
    CHECK(choice == FORMATS_NONE || choice % 2 == l.prefix, "'%s': %d", table[i].text, choice);
  }
}

/* Headers that a header of the same names, or with the same beginning, must not decide about. */
static const char *const headers[] = {
    HEADER "\n",
    HEADER "\n" RECORD "\n",
    HEADER "\r\n",
    HEADER " \n",
    HEADER " bytes\n",
    "VERSION account_id srcaddr dstaddr\n",
    "end\n5\n",
    "\xef\xbb\xbf end\n5\n",
    "\xef\xbb\xbf" HEADER "\n",
    "#Fields: x y end\n1 2 3\n",
    "x y end\n1 2 3\n",
    "#Fields: end\n",
    "\n" HEADER "\n",
    "damaged\n" HEADER "\n",
    HEADER "\x01\n",
    "query-name vpc-id srcaddr\n1 2 3\n",
    "srcaddr srcaddr dstaddr\n",
};

/* What the second text is found to be with the memory of the first, and without. */
static void check_memory(const char *first, const char *text) {
  static struct detect_memory of_first;
  static struct layout l, without;
  struct err e;
  char why[ERR_TEXT], why_without[ERR_TEXT];
  memset(&of_first, 0, sizeof of_first);
  memory = NULL;
  enum detect_result expect = detect_text(text, NULL, &without, why_without, &e);
  int choice_without = choice;
  memory = &of_first;
  detect_text(first, NULL, &l, why, &e);
  memset(&l, 0, sizeof l);
  enum detect_result got = detect_text(text, NULL, &l, why, &e);
  memory = NULL;
  CHECK(got == expect, "'%s' behind '%s': %d, not %d", text, first, (int)got, (int)expect);
  if (got != DETECT_FLOW_LOG) {
    assert_string_equal(why, why_without);
  } else {
    CHECK(choice == choice_without && !memcmp(&l, &without, offsetof(struct layout, text) + without.text_n),
          "'%s' behind '%s'", text, first);
  }
}

/* The header of the file before decides nothing that the file itself would not. */
static void test_memory(void **state) {
  (void)state;
  for (expected = 0; expected <= 1; expected++) {
    for (size_t i = 0; i < COUNT(headers); i++) {
      for (size_t k = 0; k < COUNT(headers); k++) check_memory(headers[i], headers[k]);
      for (size_t k = 0; k < COUNT(table); k++) check_memory(headers[i], table[k].text);
    }
  }
  expected = 1;
}

/* Another file asks whether a single name is a header, or not. */
static void test_memory_of_single_name(void **state) {
  static const char *const single[] = {"region\nus-east-1\n", "\xef\xbb\xbf region\nus-east-1\n"};
  static struct detect_memory seen;
  static struct layout l;
  struct err e;
  char why[ERR_TEXT];
  (void)state;
  for (size_t i = 0; i < COUNT(single); i++) {
    memory = &seen;
    assert_int_equal(detect_text(single[i], NULL, &l, why, &e), DETECT_FLOW_LOG);
    expected = 0;
    assert_int_equal(detect_text(single[i], NULL, &l, why, &e), DETECT_OTHER);
    expected = 1;
  }
  memory = NULL;
}

/* A line that is remembered is not asked again: a memory that says something else is believed. */
static void test_memory_is_used(void **state) {
  static struct detect_memory seen;
  static struct layout l;
  struct err e;
  char why[ERR_TEXT];
  (void)state;
  memory = &seen;
  detect_text(HEADER "\n", NULL, &l, why, &e);
  seen.layout.ntokens = 3;
  assert_int_equal(detect_text(HEADER "\n" RECORD "\n", NULL, &l, why, &e), DETECT_FLOW_LOG);
  assert_int_equal(l.ntokens, 3);
  memory = NULL;
}

/* Which of several formats the first line is in. */
static void test_choice(void **state) {
  static const char several[] = "[\"srcaddr dstport\", \"dstport srcaddr\", \"srcaddr dstport bytes\"]";
  static struct layout l;
  struct err e;
  char why[ERR_TEXT];
  (void)state;
  assert_int_equal(detect_text(HEADER "\n", several, &l, why, &e), DETECT_FLOW_LOG);
  assert_int_equal(choice, FORMATS_NONE);
  assert_int_equal(detect_text("damaged\n1 10.0.0.1\n", several, &l, why, &e), DETECT_FLOW_LOG);
  assert_int_equal(choice, 2);
  assert_int_equal(l.field[0], FIELD_dstport);
  assert_int_equal(detect_text(MILLIS "10.0.0.1 1 2\n", several, &l, why, &e), DETECT_FLOW_LOG);
  assert_int_equal(choice, 5);
  assert_int_equal(l.ntokens, 4);
  assert_int_equal(detect_text(RECORD "\n", several, &l, why, &e), DETECT_LIKELY);
  assert_string_equal(
      why, "has no header line and its lines, of 14 fields, fit none of the 3 formats given; the line begins with "
           "'2 123456789010 eni-1 172.31.16.139 172.31.16.21 20641 22 6 2...'");
}

/* Many lists begin with a single known word.  It is a header only where a flow log is expected. */
static void test_single_name(void **state) {
  static struct layout l;
  struct err e;
  char why[ERR_TEXT];
  (void)state;
  assert_int_equal(detect_text("region\nus-east-1\n", NULL, &l, why, &e), DETECT_FLOW_LOG);
  expected = 0;
  assert_int_equal(detect_text("region\nus-east-1\n", NULL, &l, why, &e), DETECT_OTHER);
  assert_int_equal(detect_text("srcaddr bytes\n10.0.0.1 5\n", NULL, &l, why, &e), DETECT_FLOW_LOG);
  expected = 1;
}

static void test_utf16(void **state) {
  static const char little[] = "\xff\xfes\0r\0c\0a\0d\0d\0r\0 \0b\0y\0t\0e\0s\0\n\0";
  static const char other[] = "\xff\xfes\0o\0m\0e\0t\0h\0i\0n\0g\0 \0b\0y\0t\0e\0s\0\n\0";
  (void)state;
  assert_true(marks_in_utf16(little, sizeof little));
  assert_true(marks_in_utf16(little + 1, sizeof little - 1));
  assert_false(marks_in_utf16(other, sizeof other));
  assert_false(marks_in_utf16(little, 8));
}

static void test_tgw_layout(void **state) {
  static struct layout l;
  struct err e;
  char why[ERR_TEXT];
  (void)state;
  assert_int_equal(detect_text(TGW "\n", NULL, &l, why, &e), DETECT_FLOW_LOG);
  assert_int_equal(l.token[FIELD_tgw_src_eni], 11);
  assert_int_equal(l.token[FIELD_pkt_dst_aws_service], 35);
}

/* The line in the error is that of the header in the window. */
static void test_error_line(void **state) {
  static struct layout l;
  struct err e;
  char why[ERR_TEXT];
  (void)state;
  assert_int_equal(detect_text("\nx\n\nstart start end action\n" RECORD "\n", NULL, &l, why, &e), DETECT_ERROR);
  assert_int_equal(e.code, ERR_FORMAT);
  assert_int_equal(e.line, 4);
  assert_non_null(strstr(e.text, "start"));
}

/* The reason names the line that it is about, and shows where that begins. */
static void test_reasons(void **state) {
  static const struct {
    const char *text, *format;
    uint64_t line;
    const char *why;
  } table_of_reasons[] = {
      {"\n\neni-1 10.0.0.1 443 ACCEPT\n", NULL, 3,
       "has no header line, and its 4 fields are not AWS's default: name them with format='${version} ${srcaddr} "
       "...'; the line begins with 'eni-1 10.0.0.1 443 ACCEPT'"},
      {"words\neni-1 10.0.0.1 443 ACCEPT\n", "srcaddr bytes", 2,
       "has no header line and its lines don't fit the format given: they have 4 fields, the format has 2; the line "
       "begins with 'eni-1 10.0.0.1 443 ACCEPT'"},
      {"10.0.0.1 10.0.0.2\n", "srcaddr bytes", 1,
       "has no header line, and doesn't fit the format given: bytes is '10.0.0.2', not a number from 0 to "
       "999999999999999; the line begins with '10.0.0.1 10.0.0.2'"},
      {"2 123456789010 eni-1 172.31.16.139 172.31.16.21 20641 22 6 20 4249 1418530010000 1418530070000 ACCEPT OK\n",
       NULL, 1,
       "has no header line, and doesn't fit AWS's default format: start is '1418530010000', not a number from 0 to "
       "99999999999; it looks like milliseconds, and flow logs have seconds; the line begins with '2 123456789010 "
       "eni-1 172.31.16.139 172.31.16.21 20641 22 6 2...'"},
      {"a,10.0.0.1,10.0.0.2,srcaddr,dstaddr\n", NULL, 1,
       "looks like flow log records as CSV without a header line; write the names of the columns in front, as in "
       "'version,account_id,srcaddr'; the line begins with 'a,10.0.0.1,10.0.0.2,srcaddr,dstaddr'"},
      {"{\"srcaddr\":\"10.0.0.1\",\"dstaddr\":\"10.0.0.2\"}\n", NULL, 1,
       "looks like flow log records in JSON of an unknown form; objects with the names of fields as keys can be read, "
       "one for each record; the line begins with '{\"srcaddr\":\"10.0.0.1\",\"dstaddr\":\"10.0.0.2\"}'"},
      {"\nhello\tw\xc3\xb6rld\xff\r\n", NULL, 2,
       "is no flow log: its first line is neither a header nor a record; the line begins with 'hello?w\xc3\xb6rld?"
       "?'"},
      {"123456789 123456789 123456789 123456789 123456789 123456789\xc3\xa4 and more\n", NULL, 1,
       "is no flow log: its first line is neither a header nor a record; the line begins with '123456789 123456789 "
       "123456789 123456789 123456789 123456789...'"},
      {"\x01\nhello\x7f\nhello \xc2\x9b\n", NULL, 0, "is no flow log: its first line is neither a header nor a record"},
  };
  (void)state;
  for (size_t i = 0; i < COUNT(table_of_reasons); i++) {
    static struct layout l;
    struct err e;
    char why[ERR_TEXT];
    detect_text(table_of_reasons[i].text, table_of_reasons[i].format, &l, why, &e);
    assert_string_equal(why, table_of_reasons[i].why);
    assert_int_equal(e.line, table_of_reasons[i].line);
  }
}

static int set_up(void **state) {
  struct err e = {0};
  (void)state;
  return tokens_init(&tokens, 16384, &e) != ERR_NONE;
}

static int tear_down(void **state) {
  (void)state;
  tokens_clear(&tokens);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_table),
                                     cmocka_unit_test(test_tgw_layout),
                                     cmocka_unit_test(test_choice),
                                     cmocka_unit_test(test_single_name),
                                     cmocka_unit_test(test_utf16),
                                     cmocka_unit_test(test_error_line),
                                     cmocka_unit_test(test_reasons),
                                     cmocka_unit_test(test_memory),
                                     cmocka_unit_test(test_memory_of_single_name),
                                     cmocka_unit_test(test_memory_is_used)};
  return finish(cmocka_run_group_tests(tests, set_up, tear_down));
}
