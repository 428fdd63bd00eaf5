/* SPDX-License-Identifier: MIT */
/*
** What the CSV reader makes of small files, whatever the pieces in which they come and wherever
** they are cut off.
*/
#include "helpers.h"

#include "container_lines.h"

#define RECORD  "2 123456789010 eni-1 172.31.16.139 172.31.16.21 20641 22 6 20 4249 1418530010 1418530070 ACCEPT OK"
#define COUNTED "! has 1 columns, but the header has 2 | "
#define OPEN    "! has a value in quotes that does not end | "
#define DOUBLE  "! has a quote within a value in quotes that is not doubled | "

static struct container container;

static const struct {
  const char *text, *lines;
} cases[] = {
    /* The console. */
    {"timestamp,message\n1714521600000," RECORD "\n", "2 1714521600000 | " RECORD "\ncsv messages\n"},
    {"timestamp,message\r\n1714521600000,\"" RECORD "\"\r\n", "2 1714521600000 | " RECORD "\ncsv messages\n"},
    {"\xef\xbb\xbf\n \r\nTimeStamp;Message\n2024-05-01T00:00:00Z;x y",
     "4 1714521600000 | x y\ncsv messages\n"}, /* blank lines are lines */
    {"timestamp,message\n,a \"b\" c\n?,\"a \"\"b\"\", c\"\n", "2 | a \"b\" c\n3 | a \"b\", c\ncsv messages\n"},
    {"message\na, b; c\n\"a\t\"\"b\"\"\"\n", "2 | a, b; c\n3 | a\t\"b\"\ncsv messages\n"},
    {"timestamp,message\n1,\"a\nb\"\n2,\"c\r\n\"\n3,\n,\n\n4,d\n",
     "2 ! has a message of several lines; a record is one line | 1,\"a\n4 | c\n6 ! has no message | 3,\n9 | d\ncsv "
     "messages\n"},
    /* Logs Insights. */
    {"@timestamp,@message\n2024-05-01 00:00:00.123,x\n", "2 1714521600123 | x\ncsv insights\n"},
    {"@log,@logStream,@message,@ptr\n123456789012:/vpc/flow,eni-1-all,x,p\n/own:1,eni-2-all,y,q\n,,z,r\n",
     "2 group=/vpc/flow stream=eni-1-all | x\n3 group=/own:1 stream=eni-2-all | y\n4 | z\ncsv insights\n"},
    {"@timestamp,srcAddr,@ptr,bytes\n2024-05-01 00:00:00.000,10.0.0.1,p,40\n,10.0.0.2,p,\n",
     "header | srcAddr bytes\n2 1714521600000 | 10.0.0.1 40\n3 | 10.0.0.2 -\ncsv insights\n"},
    {"@timestamp,bytes\n,40\n", "header | bytes\n2 | 40\ncsv insights\n"},
    {"@timestamp,sum(bytes),srcAddr,dstAddr\n", "lines\n"},
    {"@timestamp,@requestId\n", "lines\n"},
    /* Fields as columns. */
    {"\"srcaddr\",\"dstaddr\",\"bytes\"\n\"10.0.0.1\",\"\",\"840\"\n",
     "header | srcaddr dstaddr bytes\n2 | 10.0.0.1 - 840\ncsv fields\n"},
    {"Src Addr, dst-addr ,my note,,BYTES\n 10.0.0.1 ,\"::1\",\"a \"\"b\"\" \",x,7\n",
     "header | Src_Addr dst-addr my_note BYTES\n2 | 10.0.0.1 ::1 a%20\"b\" 7\ncsv fields\n"},
    {"srcaddr\tdstport\tbytes\n10.0.0.1\t\t5\n", "header | srcaddr dstport bytes\n2 | 10.0.0.1 - 5\ncsv fields\n"},
    {"srcaddr\tdstport\tbytes\n10.0.0.1 443 5\n", "lines\n"},   /* only the header has tabs */
    {"srcaddr\tdstport\tbytes\n10.0.0.1\t443\t5\n", "lines\n"}, /* a flow log with tabs */
    {"srcaddr\tdstport\tbytes\n10.0.0.1\t443\t5\n10.0.0.1\t\t5\n1\n", "lines\n"},
    {"\"srcaddr\"\tbytes\n10.0.0.1\t5\n", "header | srcaddr bytes\n2 | 10.0.0.1 5\ncsv fields\n"},
    {"srcaddr, dstaddr, start\n10.0.0.1 10.0.0.2 1773046800\n", "lines\n"}, /* no row has commas */
    {"srcaddr, dstaddr, start\n1\n::1,::2,3\n",
     "header | srcaddr dstaddr start\n2 ! has 1 columns, but the header has 3 | 1\n3 | ::1 ::2 3\ncsv fields\n"},
    {"file,start_time,end_time,srcaddr,start,end\n/a b,2024-05-01 00:00:00,,10.0.0.1,1714521600,\n",
     "header | file srcaddr start end\n2 | /a%20b 10.0.0.1 1714521600 -\ncsv fields\n"},
    {"start_time,srcaddr,end\n2024-05-01 00:00:00,10.0.0.1,2024-05-01T00:01:00.5Z\n1970-01-01 00:00:00,,5\n",
     "header | start_time srcaddr end\n2 | 1714521600 10.0.0.1 1714521660\n3 | 0 - 5\ncsv fields\n"},
    {"srcaddr,srcport,bytes,end,vpc_id\n::1,22.0,.0,1714521600.0,1.0\n::2,22.5,1e5.0,\" 7.0 \",\n",
     "header | srcaddr srcport bytes end vpc_id\n2 | ::1 22 .0 1714521600 1.0\n3 | ::2 22.5 1e5.0 7 -\ncsv fields\n"},
    {"srcaddr,dstaddr,log_group,log_stream,event_time\n::1,::2,/g,s,2024-05-01 00:00:00\n",
     "header | srcaddr dstaddr\n2 1714521600000 group=/g stream=s | ::1 ::2\ncsv fields\n"},
    {"srcaddr,dstaddr,bytes,srcaddr\n", "csv fields\nbroken at 1: names the field srcaddr twice\n"},
    {"srcaddr,dstaddr,source,bytes\n1.1.1.1,2.2.2.2,3.3.3.3,4\n",
     "header | srcaddr dstaddr bytes\n2 | 1.1.1.1 2.2.2.2 4\ncsv fields\n"},
    /* A header once more, and another one. */
    {"srcaddr,bytes\n1.1.1.1,1\nsrcaddr,bytes\n\xef\xbb\xbf\"srcaddr\",bytes\n2.2.2.2,2\nbytes,srcaddr\n3,3.3.3.3\n",
     "header | srcaddr bytes\n2 | 1.1.1.1 1\n5 | 2.2.2.2 2\nheader | bytes srcaddr\n7 | 3 3.3.3.3\ncsv fields\n"},
    {"srcaddr,bytes\n1.1.1.1,1\nbytes,bytes,srcaddr\n1.1.1.1,2\n",
     "header | srcaddr bytes\n2 | 1.1.1.1 1\ncsv fields\nbroken at 3: names the field bytes twice\n"},
    /* Rows that cannot be used. */
    {"srcaddr,bytes\n1.1.1.1\n1.1.1.1,2\n",
     "header | srcaddr bytes\n2 " COUNTED "1.1.1.1\n3 | 1.1.1.1 2\ncsv fields\n"},
    {"srcaddr,bytes\n\"1.1.1.1,2\n3.3.3.3,4\n",
     "header | srcaddr bytes\n2 " OPEN "\"1.1.1.1,2\n3 | 3.3.3.3 4\ncsv fields\n"},
    {"srcaddr,bytes\n\"1.1.1.1,2\n\"3.3.3.3\",4\n",
     "header | srcaddr bytes\n2 " DOUBLE "\"1.1.1.1,2\n3 | 3.3.3.3 4\ncsv fields\n"},
    {"srcaddr,bytes\n1.1.1.1,\"2", "header | srcaddr bytes\n2 " OPEN "1.1.1.1,\"2\ncsv fields\n"},
    {"srcaddr,bytes\n1.1.1.1,\"2\"x", "header | srcaddr bytes\n2 " DOUBLE "1.1.1.1,\"2\"x\ncsv fields\n"},
    /* No CSV of flow logs. */
    {RECORD "\n", "lines\n"},
    {"version account-id interface-id\n", "lines\n"},
    {"version\taccount-id\tsrcaddr\n" RECORD "\n", "lines\n"},
    {"2,123456789010,eni-1,10.0.0.1,10.0.0.2,1,2,6,1,1,1,2,ACCEPT,OK\n", "lines\n"},
    {"srcaddr,_col1\n10.0.0.1,5\n", "lines\n"},
    {"instance_id,vpc_id,subnet_id,region\n", "lines\n"},
    {"\"No.\",\"Time\",\"Source\",\"Destination\",\"Protocol\",\"Length\",\"Info\"\n", "lines\n"},
    {"account_id,type,start,end\n", "lines\n"},
    {"srcip,score\n", "lines\n"},
    {"srcAddr,dstAddr,total\n", "lines\n"},
    {"srcaddr,dstaddr,flows,packets,bytes\n", "lines\n"},
    {"srcaddr,dstaddr,total,end\n", "header | srcaddr dstaddr total end\ncsv fields\n"},
    {"bytes,action\n", "lines\n"},
    {"ip,name,owner\n", "lines\n"},
    {"a,b\nc,d\n", "lines\n"},
    {"srcaddr,\"dst\naddr\",bytes\n", "lines\n"},
    {"", "lines\n"},
};

static void check(const char *p, size_t n, size_t piece, const char *expected) {
  char *got = container_lines(&container, p, n, piece, ERR_NONE);
  CHECK(!strcmp(got, expected), "'%.*s' in pieces of %zu:\n%s\ninstead of\n%s", (int)n, p, piece, got, expected);
  free(got);
}

static void test_cases(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT(cases); i++)
    for (size_t piece = 1; piece < 12; piece += 1 + piece / 4)
      check(cases[i].text, strlen(cases[i].text), piece, cases[i].lines);
}

/* The lines up to the last one but `less`, without what follows them. */
static size_t lines_before(const char *text, int less) {
  size_t n = strlen(text);
  for (; n && less >= 0; n--)
    if (text[n - 1] == '\n' && less-- == 0) break;
  return n;
}

/*
** A file that ends too early has the lines that the whole file has up to there, except for the
** last one.
*/
static void test_cuts(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT(cases); i++) {
    for (size_t n = 0; n < strlen(cases[i].text); n++) {
      char *cut = container_lines(&container, cases[i].text, n, 1000, ERR_NONE);
      char *failed = container_lines(&container, cases[i].text, n, 3, ERR_DAMAGED);
      size_t same = lines_before(failed, 2); /* without the form and the error */
      int is_broken = strstr(failed, "broken") || strstr(cases[i].lines, "lines\n") || strstr(cases[i].text, "\"");
      CHECK(is_broken || strstr(failed, "error") || !strcmp(failed, "lines\n"), "%s", failed);
      CHECK(is_broken || !strncmp(failed, cases[i].lines, same), "'%s' at %zu:\n%s", cases[i].text, n, failed);
      CHECK(is_broken || !strcmp(cut, "lines\n") || !strncmp(failed, cut, same), "'%s' at %zu:\n%s\nand\n%s",
            cases[i].text, n, failed, cut);
      free(cut);
      free(failed);
    }
  }
}

/* Rows and lines that do not fit into the feed, of which the next row is found all the same. */
static void test_long_rows(void **state) {
  (void)state;
  static const size_t sizes[] = {BLOCK_LINE - 1,  BLOCK_LINE,  BLOCK_LINE + 1,
                                 FEED_BUFFER - 3, FEED_BUFFER, 3 * FEED_BUFFER};
  for (size_t i = 0; i < COUNT(sizes); i++) {
    for (int quoted = 0; quoted < 2; quoted++) {
      struct bytes file = {0};
      bytes_print(&file, "timestamp,message\n,%s", quoted ? "\"" : "");
      bytes_repeat(&file, 'x', sizes[i]);
      bytes_print(&file, "%s\n1714521600000,y\n", quoted ? "\"" : "");
      char *got = container_lines(&container, file.p, file.n, 70000, ERR_NONE);
      const char *why = sizes[i] <= BLOCK_LINE ? "2 | xx"
                        : sizes[i] + 2 + 2 * (size_t)quoted <= FEED_BUFFER
                            ? "2 ! has a message that is too long for a record | ,"
                            : "2 ! is longer than 262144 bytes, or has a value in quotes that does not end | ,";
      CHECK(!strncmp(got, why, strlen(why)), "%zu: %.100s", sizes[i], got);
      CHECK(strstr(got, "\n3 1714521600000 | y\ncsv messages\n"), "%zu: %.100s", sizes[i], got);
      free(got);
      bytes_free(&file);
    }
  }
}

/* A quote that never ends takes no more than its own line with it. */
static void test_open_quote(void **state) {
  (void)state;
  struct bytes file = {0};
  bytes_print(&file, "srcaddr,bytes\n\"1.1.1.1,1\n");
  for (int i = 0; i < 40000; i++) bytes_print(&file, "10.0.0.1,%d\n", i);
  char *got = container_lines(&container, file.p, file.n, 70000, ERR_NONE);
  assert_non_null(strstr(got,
                         "2 ! is longer than 262144 bytes, or has a value in quotes that does not end | \"1.1.1.1,1\n"
                         "3 | 10.0.0.1 0\n4 | 10.0.0.1 1\n"));
  assert_non_null(strstr(got, "\n40002 | 10.0.0.1 39999\ncsv fields\n"));
  free(got);
  bytes_free(&file);
}

static void test_wide_rows(void **state) {
  (void)state;
  struct bytes file = {0};
  bytes_print(&file, "srcaddr,dstaddr,bytes");
  for (int i = 3; i < LAYOUT_TOKENS; i++) bytes_print(&file, ",c%d", i);
  bytes_print(&file, "\n1.1.1.1");
  for (int i = 1; i < LAYOUT_TOKENS; i++) bytes_print(&file, ",%d", i);
  bytes_print(&file, "\n1.1.1.1");
  for (int i = 1; i < LAYOUT_TOKENS; i++) bytes_print(&file, ",%d", i);
  size_t whole = file.n;
  bytes_print(&file, ",more\n");
  char *got = container_lines(&container, file.p, file.n, 70000, ERR_NONE);
  assert_non_null(strstr(got, "\n3 ! has 257 columns, but the header has 256 | 1.1.1.1,1,2"));
  free(got);
  got = container_lines(&container, file.p, whole, 70000, ERR_NONE);
  assert_non_null(strstr(got, "\n3 | 1.1.1.1 1 2 3"));
  free(got);
  bytes_free(&file);
}

/* There may be no memory for the state of a kind, or for the buffers of all kinds. */
static void test_no_memory(void **state) {
  int failed = 0;
  (void)state;
  for (size_t i = 1; i < 20; i++) {
    struct container c;
    container_init(&c);
    mem_test_fail(i, 0);
    char *got = container_lines(&c, cases[0].text, strlen(cases[0].text), 10, ERR_NONE);
    mem_test_fail(0, 0);
    failed += strcmp(got, cases[0].lines) != 0;
    if (strcmp(got, cases[0].lines)) assert_string_equal(got, "cannot be started: out of memory\n");
    free(got);
    container_clear(&c);
  }
  assert_in_range(failed, 3, 10);
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
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_cases),      cmocka_unit_test(test_cuts),      cmocka_unit_test(test_long_rows),
      cmocka_unit_test(test_open_quote), cmocka_unit_test(test_wide_rows), cmocka_unit_test(test_no_memory),
  };
  return finish(cmocka_run_group_tests(tests, set_up, tear_down));
}
