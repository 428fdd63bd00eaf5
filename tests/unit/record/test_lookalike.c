/* SPDX-License-Identifier: MIT */
/* What detect() says of files that look like flow logs, or that are CSV of something else. */
#include "helpers.h"

#include "record/detect.h"
#include "record/lookalike.h"

#define RECORD  "2 123456789010 eni-1 172.31.16.139 172.31.16.21 20641 22 6 20 4249 1418530010 1418530070 ACCEPT OK"
#define HEADER  "version account-id srcaddr dstaddr"
#define GREP    "has the name of a file or a number in front of each line, as grep -H and grep -n write them"
#define CAT     "has its number in front of each line, as cat -n and nl write it"
#define NO_HEAD "looks like flow log records as CSV without a header line"
#define NO_ROWS "names columns of a flow log as CSV does, but no row behind the header has as many values"
#define NOTHING "is no flow log: its first line is neither a header nor a record"

static struct tokens tokens;

static const struct {
  const char *text, *format;
  enum detect_result result;
  const char *why; /* its beginning */
} cases[] = {
    {"a/b.log:" RECORD "\n", NULL, DETECT_LIKELY, GREP},
    {"b.log:17:" RECORD "\n", NULL, DETECT_LIKELY, GREP},
    {"17:" RECORD "\n", NULL, DETECT_LIKELY, GREP},
    {"my own logs/b.log:" RECORD "\n", NULL, DETECT_LIKELY, GREP},
    {"b.log:" HEADER "\n", NULL, DETECT_LIKELY, GREP},
    {"b.log:1537648094000 " RECORD "\n", NULL, DETECT_LIKELY, GREP},
    {"b.log:10.0.0.1 443\n", "srcaddr dstport", DETECT_LIKELY, GREP},
    {"damaged\nb.log:" RECORD "\n", NULL, DETECT_LIKELY, GREP},
    {"12:30:00 x\n", NULL, DETECT_OTHER, NOTHING},
    {"     1\t" RECORD "\n", NULL, DETECT_LIKELY, CAT},
    {"     1\t" HEADER "\n     2\t2 1 10.0.0.1 10.0.0.2\n", NULL, DETECT_LIKELY, CAT},
    {"7 " RECORD "\n", NULL, DETECT_LIKELY, "has no header line, and its 15 fields are not AWS's default"},
    {"srcAddr,dstAddr,sum(bytes)\n10.0.0.1,10.0.0.2,5\n", NULL, DETECT_OTHER,
     "is CSV of sums, which are no records: its column 'sum(bytes)' is computed from several; export the records, in "
     "Logs Insights with 'fields @timestamp, @message'"},
    {"\"srcaddr\",\"dstaddr\",\"_col2\"\n", NULL, DETECT_OTHER,
     "is CSV of sums, which are no records: its column '_col2'"},
    {"srcAddr,dstAddr,Total Bytes\n1,2,3\n", NULL, DETECT_OTHER,
     "is CSV of sums, which are no records: its column 'Total Bytes' seems to be computed from several, and none is a "
     "time"},
    {"a,total\n1,2\n", NULL, DETECT_OTHER, "is CSV whose columns are a,total: no flow log"},
    {"ip,name,owner\r\n10.0.0.1,a,b\r\n", NULL, DETECT_OTHER, "is CSV whose columns are ip,name,owner: no flow log"},
    {"instance_id,vpc_id,subnet_id\n1,2,3\n", NULL, DETECT_OTHER,
     "is CSV whose columns are instance_id,vpc_id,subnet_id: no flow log"},
    {"hello, world\n", NULL, DETECT_OTHER, NOTHING},
    {"ip, name of it\n1, 2\n", NULL, DETECT_OTHER, "is CSV whose columns are ip, name of it: no flow log"},
    {"version,srcaddr,dstaddr\n2\n", NULL, DETECT_LIKELY, NO_ROWS},
    {"Hello, world\nand more\n", NULL, DETECT_OTHER, NOTHING},
    {"a,b,1\n", NULL, DETECT_OTHER, NOTHING},
    {"2,123456789010,eni-1,10.0.0.1,10.0.0.2,1,2,6,1,1,1,2,ACCEPT,OK\n", NULL, DETECT_LIKELY, NO_HEAD},
    {"\"10.0.0.1\",\"10.0.0.2\",\"1\",\"2\"\n", NULL, DETECT_LIKELY, NO_HEAD},
    {"version,srcaddr,dstaddr\n2,10.0.0.1,10.0.0.2\n", NULL, DETECT_LIKELY, NO_ROWS}, /* a container has read it */
    {"3 a,b eni-1 10.0.0.1 ACCEPT OK\n", NULL, DETECT_LIKELY, "has no header line, and its 6 fields"},
};

static void test_cases(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT(cases); i++) {
    static char text[4096];
    static struct layout layout;
    struct err e = {0}, unused = {0};
    char why[ERR_TEXT] = "";
    int choice;
    struct formats *given = cases[i].format ? formats_new(cases[i].format, &unused) : NULL;
    memset(text, 0, sizeof text);
    memcpy(text, cases[i].text, strlen(cases[i].text));
    tokens_split(&tokens, text, strlen(text));
    enum detect_result got = detect(&tokens, given ? given : formats_default(), 0, NULL, &layout, &choice, why, &e);
    CHECK(got == cases[i].result, "'%s': %d, not %d: %s", text, (int)got, (int)cases[i].result, why);
    CHECK(!strncmp(why, cases[i].why, strlen(cases[i].why)), "'%s': %s", text, why);
    formats_free(given);
  }
}

static void test_sums(void **state) {
  static const struct {
    const char *name;
    int is;
  } names[] = {
      {"sum(bytes)", 1}, {"count(*)", 1},   {"COUNT_DISTINCT(srcAddr)", 1}, {"bin(5m)", 1}, {"_col0", 1},  {"bytes", 0},
      {"sum", 0},        {"summary(x)", 0}, {"strlen(@message)", 0},        {"_col", 0},    {"_color", 0}, {"", 0}};
  (void)state;
  for (size_t i = 0; i < COUNT(names); i++)
    CHECK(lookalike_is_sum(names[i].name, strlen(names[i].name)) == names[i].is, "%s", names[i].name);
  static const struct {
    const char *name;
    int may_be;
  } words[] = {{"total", 1},   {"total_bytes", 1}, {"Bytes Total", 1}, {"FLOWS", 1}, {"x-count", 1},
               {"totally", 0}, {"subtotal", 0},    {"note", 0},        {"", 0}};
  for (size_t i = 0; i < COUNT(words); i++)
    CHECK(lookalike_may_be_sum(words[i].name, strlen(words[i].name)) == words[i].may_be, "%s", words[i].name);
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
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_cases), cmocka_unit_test(test_sums)};
  return finish(cmocka_run_group_tests(tests, set_up, tear_down));
}
