/* SPDX-License-Identifier: MIT */
/*
** What `aws logs tail` and `aws logs ... --output text` print, whatever the pieces in which it comes
** and wherever it is cut off.
*/
#include "helpers.h"

#include "container_lines.h"

#define RECORD  "2 123456789010 eni-1 172.31.16.139 172.31.16.21 20641 22 6 20 4249 1418530010 1418530070 ACCEPT OK"
#define NODATA  "2 123456789010 eni-1 - - - - - - - 1431280876 1431280934 - NODATA"
#define UTC     "2024-05-01T00:00:00.123000+00:00 "
#define SHORT   "2024-05-01T00:00:00 "
#define MS      "1714521600123"
#define TAIL    "logs tail\n"
#define CLI     "cli text\n"
#define NO_TIME "! has no time in front, as lines of `aws logs tail` have | "
#define NO_ROW  "! has no message and no time with tabs between them, as the rows before it | "

static struct container container;

static const struct {
  const char *text, *lines;
} cases[] = {
    /* aws logs tail */
    {UTC "eni-1-all " RECORD "\n" UTC "eni-2-all " NODATA,
     "1 1714521600123 stream=eni-1-all | " RECORD "\n2 1714521600123 stream=eni-2-all | " NODATA "\n" TAIL},
    {SHORT RECORD "\r\n\r\n" SHORT "x\r\n", "1 1714521600000 | " RECORD "\n3 1714521600000 | x\n" TAIL},
    {"2024-05-01T00:00:00Z eni-1-all x\n2024-05-01T02:00:00+02:00 s y\n",
     "1 1714521600000 stream=eni-1-all | x\n2 1714521600000 stream=s | y\n" TAIL},
    {SHORT "x\nmore of it\n" SHORT "\n" UTC "s\n" UTC "s y\n" SHORT "z\n",
     "1 1714521600000 | x\n2 " NO_TIME "more of it\n3 ! has no message | \n"
     "4 stream=s ! has no message | \n5 1714521600123 stream=s | y\n6 1714521600000 | z\n" TAIL},
    {"damaged\n\n" UTC "s x\n" UTC "s y\n",
     "1 " NO_TIME "damaged\n3 1714521600123 stream=s | x\n4 1714521600123 stream=s | y\n" TAIL},
    /* What an export task writes, and other lines with a time in front. */
    {"2024-05-01T00:00:00.000Z " RECORD "\n", "lines\n"},
    {"2024-05-01T00:00:00.000Z eni-1 10.0.0.1 443\n", "lines\n"},
    {"1714521600000 " RECORD "\n", "lines\n"},
    {"2024-05-01 00:00:00 x\n", "lines\n"},
    {"2024-05-01T00:00:00\n", "lines\n"},
    {"1714521600000 a b\n" SHORT "a b\n", "lines\n"},
    {"srcaddr bytes\n" SHORT "x\n", "lines\n"},
    {RECORD "\n", "lines\n"},
    /* filter-log-events and get-log-events */
    {"EVENTS\t3\t1714521700000\teni-1-all\t" RECORD "\t" MS "\nSEARCHEDLOGSTREAMS\teni-1-all\tTrue\n",
     "1 1714521600123 stream=eni-1-all | " RECORD "\n" CLI},
    {"b/123\tf/456\nEVENTS\t1714521700000\t" RECORD "\t" MS "\nbad row\nEVENTS\t1\t2\nEVENTS\t1\tx\t" MS "\n",
     "2 1714521600123 | " RECORD "\n3 " NO_ROW "bad row\n"
     "4 ! has other values than an event, whose message has no tabs | EVENTS\t1\t2\n5 1714521600123 | x\n" CLI},
    {"token\nEVENTS\t1714521700000\ta b\t" MS "\ntoken\nEVENTS\t1714521700000\tc d\t" MS,
     "2 1714521600123 | a b\n4 1714521600123 | c d\n" CLI},
    {"EVENTS\n", "lines\n"},
    /* --query 'events[].[timestamp,message]' and its like */
    {RECORD "\t" MS "\r\n" NODATA "\t" MS, "1 1714521600123 | " RECORD "\n2 1714521600123 | " NODATA "\n" CLI},
    {RECORD "\teni-1-all\t" MS "\t1714521700000\n\nNone\n", "1 1714521600123 stream=eni-1-all | " RECORD "\n" CLI},
    {MS "\ts\ta 1 c\nc d\n" MS "\ta b\n",
     "1 1714521600123 stream=s | a 1 c\n2 stream=s " NO_ROW "c d\n3 1714521600123 | a b\n" CLI},
    /* --query 'events[].message' */
    {RECORD "\t" NODATA "\t" RECORD "\n", "1 | " RECORD "\n2 | " NODATA "\n3 | " RECORD "\n" CLI},
    {RECORD "\n" NODATA "\n\n" RECORD "\t" RECORD "\nNone\n" NODATA "\t\t" NODATA,
     "1 | " RECORD "\n2 | " NODATA "\n3 | " RECORD "\n4 | " RECORD "\n5 | " NODATA "\n6 | " NODATA "\n" CLI},
    /* Flow logs with tabs between tokens. */
    {"2\t123456789010\teni-1\t172.31.16.139\n", "lines\n"},
    {"srcaddr srcport bytes\tdstaddr dstport packets\n", "lines\n"},
    {"srcaddr srcport dstaddr dstport\n10.0.0.1 443\t10.0.0.2 80\n", "lines\n"},
    {"a b c d e f\n10.0.0.1 443 1\t10.0.0.2 80 2\n", "lines\n"},
    {"2 123456789010 eni-1\t172.31.16.139 172.31.16.21 20641\n", "lines\n"},
    {RECORD "\n" RECORD "\n", "lines\n"},
    {"5\t" RECORD "\n", "lines\n"},
    {MS "\t" RECORD "\n" MS "\t" NODATA, "lines\n"}, /* a time in front of the line */
};

static void test_cases(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT(cases); i++) {
    for (size_t piece = 1; piece < 300; piece += 1 + piece / 4) {
      char *got = container_lines(&container, cases[i].text, strlen(cases[i].text), piece, ERR_NONE);
      CHECK(!strcmp(got, cases[i].lines), "'%s' in pieces of %zu:\n%s\ninstead of\n%s", cases[i].text, piece, got,
            cases[i].lines);
      free(got);
    }
  }
}

/* What was read before a failure are the lines of the whole file. */
static void test_cuts(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT(cases); i++) {
    for (size_t n = 0; n < strlen(cases[i].text); n++) {
      char *got = container_lines(&container, cases[i].text, n, 7, ERR_DAMAGED), *form = strstr(got, CLI);
      if (!form) form = strstr(got, TAIL);
      CHECK(form ? strstr(form, ": cut off\n") != NULL : !strcmp(got, "lines\n"), "%s", got);
      CHECK(!form || !strncmp(got, cases[i].lines, (size_t)(form - got)), "'%s' at %zu:\n%s", cases[i].text, n, got);
      free(got);
    }
  }
}

/* Messages and lines that do not fit, and a line of messages that is longer than any buffer. */
static void test_long(void **state) {
  (void)state;
  for (int form = 0; form < 3; form++) {
    struct bytes file = {0};
    const char *front = form == 0 ? SHORT : form == 1 ? MS "\ts\t" : "", *end = form == 2 ? "\t" : "\n";
    static const size_t sizes[] = {BLOCK_LINE, BLOCK_LINE + 1, FEED_BUFFER, 3 * FEED_BUFFER};
    bytes_print(&file, "%s" RECORD "%s", front, end);
    bytes_print(&file, "%s" RECORD "%s", front, end);
    for (size_t i = 0; i < COUNT(sizes); i++) {
      bytes_print(&file, "%sa ", front);
      bytes_repeat(&file, 'x', sizes[i] - 2);
      bytes_print(&file, "%s", end);
    }
    for (int i = 0; i < 20000; i++) bytes_print(&file, "%s" RECORD "%s", front, end);
    char *got = container_lines(&container, file.p, file.n, 100000, ERR_NONE);
    const char *longer =
        form == 2 ? "\n5 ! is longer than 262144 bytes | a xxx" : "\n5 stream=s ! is longer than 262144 bytes | 1";
    CHECK(strstr(got, "\n3 1714") || strstr(got, "\n3 | a xxx"), "%.2000s", got);
    CHECK(strstr(got, " ! has a message that is too long for a record | a xxx"), "%d", form);
    CHECK(form == 0 || strstr(got, longer), "%d", form);
    CHECK(strstr(got,
                 form == 1 ? "\n6 stream=s ! is longer than 262144 bytes | " : "\n6 ! is longer than 262144 bytes | "),
          "%d", form);
    CHECK(strstr(got, form == 0   ? "\n20006 1714521600000 | " RECORD "\n" TAIL
                      : form == 1 ? "\n20006 1714521600123 stream=s | " RECORD "\n" CLI
                                  : "\n20006 | " RECORD "\n" CLI),
          "%d", form);
    free(got);
    bytes_free(&file);
  }
}

static int set_up(void **state) {
  (void)state;
  container_init(&container);
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  container_clear(&container);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_cases), cmocka_unit_test(test_cuts),
                                     cmocka_unit_test(test_long)};
  return finish(cmocka_run_group_tests(tests, set_up, tear_down));
}
