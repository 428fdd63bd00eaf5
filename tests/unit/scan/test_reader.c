/* SPDX-License-Identifier: MIT */
/*
** Whole files read under each policy: rows, problems and verdicts, as text that can be compared.
*/
#include "helpers.h"

#include "scan/reader.h"

#define H3      "version srcaddr dstport\n"
#define DEFAULT "2 123456789010 eni-1 10.0.0.1 10.0.0.2 1 2 6 20 4249 3 4 ACCEPT OK\n"

#define TGW                                                                                                            \
  "6 TransitGateway 123456789010 tgw-1 - - - - - - - - - - - - 10.0.0.3 - 4711 443 6 - 2 1 2 OK - 0 - - - 2 - - - -\n"

static struct batch batch; /* all columns but _extra and _raw */

/* Reads a file to its end, which must come within a bounded number of calls. */
static void read_file(struct reader *r, const char *path, enum expectation expectation, struct bytes *out) {
  enum reader_result rc;
  struct err e = {0};
  size_t calls = 0, problems = 0, rows = 0;
  reader_open(r, path, expectation);
  batch_reset(&batch);
  do {
    rc = reader_next(r, &batch, &e);
    CHECK(++calls < 20000, "%s: no end", path);
    if (rc == READER_MORE) {
      assert_true(batch_has_room(&batch) && !batch.nproblems);
      continue;
    }
    if (rc == READER_FULL) assert_true(batch.nrows || batch.nproblems);
    print_batch(out, &batch);
    problems += batch.nproblems;
    rows += batch.nrows;
    batch_reset(&batch);
  } while (rc == READER_MORE || rc == READER_FULL);
  assert_int_equal(rc, READER_END);
  assert_int_equal(e.code, ERR_NONE);
  assert_int_equal(r->rows, rows);
  if (r->options->policy != POLICY_SKIP) assert_int_equal(r->nproblems, problems);
  else assert_int_equal(problems, 0);
  assert_int_equal(reader_next(r, &batch, &e), READER_END);
  assert_int_equal(batch.nrows + batch.nproblems, 0);
  reader_close(r);
}

struct outcome {
  struct bytes text; /* print_batch() of all batches */
  enum verdict verdict;
  uint64_t rows, problems;
  char why[ERR_TEXT];
};

static struct outcome read_one(const char *path, enum policy policy, enum expectation expectation, const char *format) {
  static struct reader r;
  struct outcome o = {{0}, VERDICT_OPEN, 0, 0, ""};
  struct reader_options options = {.guard = &unconfined, .policy = policy};
  struct err e = {0};
  struct formats *formats = NULL;
  if (format) assert_non_null(formats = formats_new(format, &e));
  options.formats = formats;
  bytes_add(&o.text, "", 0);
  assert_int_equal(reader_init(&r, &options, &e), ERR_NONE);
  read_file(&r, path, expectation, &o.text);
  o.verdict = r.verdict;
  o.rows = r.rows;
  o.problems = r.nproblems;
  memcpy(o.why, r.why, sizeof o.why);
  reader_clear(&r);
  formats_free(formats);
  return o;
}

static void check_outcome(struct outcome *o, const char *what, enum verdict verdict, const char *expected) {
  CHECK(!strcmp(o->text.p, expected), "%s\ngot:\n%sexpected:\n%s", what, o->text.p, expected);
  CHECK(o->verdict == verdict, "%s: verdict %d, not %d", what, (int)o->verdict, (int)verdict);
  bytes_free(&o->text);
}

#define A1 " version=2 srcaddr=10.0.0.1 dstport=80\n"
#define DEF_FIELDS                                                                                                     \
  " version=2 account_id=123456789010 interface_id=eni-1 srcaddr=10.0.0.1 dstaddr=10.0.0.2 srcport=1 dstport=2 "       \
  "protocol=6 packets=20 bytes=4249 start=3 end=4 action=ACCEPT log_status=OK"
#define DEF DEF_FIELDS "\n"
#define TGW_FIELDS_                                                                                                    \
  " version=6 account_id=123456789010 srcaddr=10.0.0.3 srcport=4711 dstport=443 protocol=6 bytes=2 start=1 end=2 "     \
  "log_status=OK tcp_flags=2 resource_type=TransitGateway tgw_id=tgw-1 packets_lost_no_route=0"
#define TGW_ROW  TGW_FIELDS_ "\n"
#define AT(time) " _event_time=" time "\n"

/* Files as they are read with POLICY_COLLECT and EXPECT_FLOW_LOG. */
static const struct {
  const char *what, *file;
  enum verdict verdict;
  const char *expected;
} table[] = {
    {"header and rows", H3 "2 10.0.0.1 80\n2 10.0.0.1 80\n", VERDICT_FLOW_LOG, "0:2" A1 "0:3" A1},
    {"no final LF", H3 "2 10.0.0.1 80", VERDICT_FLOW_LOG, "0:2" A1},
    {"header alone", H3, VERDICT_FLOW_LOG, ""},
    {"CRLF", "version srcaddr dstport\r\n2 10.0.0.1 80\r\n", VERDICT_FLOW_LOG, "0:2" A1},
    {"tabs and spaces", " version\tsrcaddr  dstport \n\t2  10.0.0.1\t 80 \n", VERDICT_FLOW_LOG, "0:2" A1},
    {"mark", "\xef\xbb\xbf" H3 "2 10.0.0.1 80\n", VERDICT_FLOW_LOG, "0:2" A1},
    {"mark and a space", "\xef\xbb\xbf " H3 "2 10.0.0.1 80\n", VERDICT_FLOW_LOG, "0:2" A1},
    {"marks of files that were appended",
     H3 "2 10.0.0.1 80\n\xef\xbb\xbf " H3 "2 10.0.0.1 80\n\xef\xbb\xbf" H3
        "2 10.0.0.1 80\n\xef\xbb\xbf dstport srcaddr version\n80 10.0.0.1 2\n",
     VERDICT_FLOW_LOG, "0:2" A1 "0:4" A1 "0:6" A1 "0:8" A1},
    {"a mark behind a damaged line", "x\n\xef\xbb\xbf" H3 "2 10.0.0.1 80\n", VERDICT_FLOW_LOG,
     "0:3" A1 "! 0:1 LINE has 1 field where the file's format has 3 | x\n"},
    {"mark, no header", "\xef\xbb\xbf" DEFAULT, VERDICT_FLOW_LOG, "0:1" DEF},
    {"blank lines", "\n\n" H3 "\n2 10.0.0.1 80\n\n  \n", VERDICT_FLOW_LOG, "0:5" A1},
    {"default format", DEFAULT DEFAULT, VERDICT_FLOW_LOG, "0:1" DEF "0:2" DEF},
    {"time prefix", "2024-05-01T12:34:56.7Z " DEFAULT, VERDICT_FLOW_LOG,
     "0:1" DEF_FIELDS AT("2024-05-01 12:34:56.700")},
    {"missing values", H3 "- - -\n", VERDICT_FLOW_LOG, "0:2\n"},
    {"a header again", H3 "2 10.0.0.1 80\n" H3 "2 10.0.0.1 80\n", VERDICT_FLOW_LOG, "0:2" A1 "0:4" A1},
    {"another layout", H3 "2 10.0.0.1 80\ndstport srcaddr version\n80 10.0.0.1 2\n", VERDICT_FLOW_LOG,
     "0:2" A1 "0:4" A1},
    {"fewer columns, and back", H3 "2 10.0.0.1 80\nstart end region\n5 6 eu\n" H3 "2 10.0.0.1 80\n", VERDICT_FLOW_LOG,
     "0:2" A1 "0:4 start=5 end=6 region=eu\n0:6" A1},
    {"a header behind the default format", DEFAULT H3 "2 10.0.0.1 80\n", VERDICT_FLOW_LOG, "0:1" DEF "0:3" A1},
    {"the same names spelled otherwise", "account-id srcaddr dstport\n1 - 80\naccount_id srcaddr dstport\n2 - 80\n",
     VERDICT_FLOW_LOG, "0:2 account_id=1 dstport=80\n0:4 account_id=2 dstport=80\n"},
    {"several formats", DEFAULT TGW "\n" DEFAULT DEFAULT TGW, VERDICT_FLOW_LOG,
     "0:1" DEF "0:2" TGW_ROW "0:4" DEF "0:5" DEF "0:6" TGW_ROW},
    {"with and without a time prefix", DEFAULT "1773046800000 " DEFAULT "2024-05-01T00:00:00.000Z " TGW,
     VERDICT_FLOW_LOG,
     "0:1" DEF "0:2" DEF_FIELDS AT("2026-03-09 09:00:00.000") "0:3" TGW_FIELDS_ AT("2024-05-01 00:00:00.000")},
    {"several formats, then a header", TGW DEFAULT H3 "2 10.0.0.1 80\n" TGW, VERDICT_FLOW_LOG,
     "0:1" TGW_ROW "0:2" DEF "0:4" A1 "! 0:5 LINE has 36 fields where the file's format has 3 | " TGW},
    {"a line in none of the formats", TGW "2 x\n" DEFAULT, VERDICT_FLOW_LOG,
     "0:1" TGW_ROW "0:3" DEF "! 0:2 LINE has 2 fields where the file's format has 36 | 2 x\n"},
    {"a header has one format", H3 "2 10.0.0.1 80\n" DEFAULT, VERDICT_FLOW_LOG,
     "0:2" A1 "! 0:3 LINE has 14 fields where the file's format has 3 | " DEFAULT},
    {"wrong number", H3 "2 10.0.0.1 80\n2 10.0.0.1\n2 10.0.0.1 80 x\n2 10.0.0.1 80\n", VERDICT_FLOW_LOG,
     "0:2" A1 "0:5" A1 "! 0:3 LINE has 2 fields where the file's format has 3 | 2 10.0.0.1\n"
     "! 0:4 LINE has 4 fields where the file's format has 3 | 2 10.0.0.1 80 x\n"},
    {"wrong value", H3 "2 10.0.0.1 http\n", VERDICT_FLOW_LOG,
     "! 0:2 LINE dstport is 'http', not a number from 0 to 9223372036854775807 | 2 10.0.0.1 http\n"},
    {"unknown field", "version what-ever srcport dstport\n2 x 5 1\n2 x 5 y\n", VERDICT_FLOW_LOG,
     "0:2 version=2 srcport=5 dstport=1\n"
     "! 0:3 LINE dstport is 'y', not a number from 0 to 9223372036854775807 | 2 x 5 y\n"},
    {"control byte", H3 "2 10.0.0.1 80\n2 10.0.0.1 8\x01\n", VERDICT_FLOW_LOG,
     "0:2" A1 "! 0:3 LINE has a control byte (0x01); the file may be damaged | 2 10.0.0.1 8\x01\n"},
    {"control byte in a text", "version region\n2 e\tu\n2 eu\r\n2 e\x0bu\n2 e\x7fu\n", VERDICT_FLOW_LOG,
     "0:3 version=2 region=eu\n! 0:2 LINE has 3 fields where the file's format has 2 | 2 e\tu\n"
     "! 0:4 LINE has a control byte (0x0b); the file may be damaged | 2 e\x0bu\n"
     "! 0:5 LINE has a control byte (0x7f); the file may be damaged | 2 e\x7fu\n"},
    {"control character in a text", "version region\n2 \xc2\xa0\n2 e\xc2\x9b\n2 \xc3\x9b\n2 \xc2\x80\n2 \xc2\x9f\n",
     VERDICT_FLOW_LOG,
     "0:2 version=2 region=\xc2\xa0\n0:4 version=2 region=\xc3\x9b\n"
     "! 0:3 LINE has a control character (U+009B, byte 4 of the line); the file may be damaged | 2 e\xc2\x9b\n"
     "! 0:5 LINE has a control character (U+0080, byte 3 of the line); the file may be damaged | 2 \xc2\x80\n"
     "! 0:6 LINE has a control character (U+009F, byte 3 of the line); the file may be damaged | 2 \xc2\x9f\n"},
    {"not UTF-8", "version region\n2 \xc3\xb6\n2 e\xc3\n2 \xff\n2 \xed\xa0\x80\n2 u\n", VERDICT_FLOW_LOG,
     "0:2 version=2 region=\xc3\xb6\n0:6 version=2 region=u\n"
     "! 0:3 LINE has a byte that is not UTF-8 (0xc3, byte 4 of the line); the file may be damaged, or in another "
     "encoding | 2 e?\n"
     "! 0:4 LINE has a byte that is not UTF-8 (0xff, byte 3 of the line); the file may be damaged, or in another "
     "encoding | 2 ?\n"
     "! 0:5 LINE has a byte that is not UTF-8 (0xed, byte 3 of the line); the file may be damaged, or in another "
     "encoding | 2 ???\n"},
    {"not UTF-8 in a line that fits in no other way", H3 "2 10.0.0.1 8\xff\n2 10.0.0.1 80\n", VERDICT_FLOW_LOG,
     "0:3" A1 "! 0:2 LINE has a byte that is not UTF-8 (0xff, byte 13 of the line); the file may be damaged, or in "
     "another encoding | 2 10.0.0.1 8?\n"},
    {"not UTF-8 in the first line of a file without a header", "2 \xe9 eni-1 - - - - - - - 3 4 - NODATA\n",
     VERDICT_FLOW_LOG,
     "! 0:1 LINE has a byte that is not UTF-8 (0xe9, byte 3 of the line); the file may be damaged, or in another "
     "encoding | 2 ? eni-1 - - - - - - - 3 4 - NODATA\n"},
    {"texts, not UTF-8", "region az-id\neu a\xff\n", VERDICT_FLOW_LOG,
     "! 0:2 LINE has a byte that is not UTF-8 (0xff, byte 5 of the line); the file may be damaged, or in another "
     "encoding | eu a?\n"},
    {"damaged lines before the header", "damaged\n" H3 "2 10.0.0.1 80\n", VERDICT_FLOW_LOG,
     "0:3" A1 "! 0:1 LINE has 1 field where the file's format has 3 | damaged\n"},
    {"a header that can't be used", H3 "2 10.0.0.1 80\nversion start start\n5 6 7\n", VERDICT_FLOW_LOG,
     "0:2" A1 "! 0:3 FORMAT names the field start twice | version start start\n"},
    {"such a header first", "\nversion start start\n5 6 7\n", VERDICT_BAD,
     "! 0:2 FORMAT names the field start twice | version start start\n"},
    /* layouts of nothing but texts, in which any line passes */
    {"texts", "region az-id\neu az1\nregion az-id\neu az2\n", VERDICT_FLOW_LOG,
     "0:2 region=eu az_id=az1\n0:4 region=eu az_id=az2\n"},
    {"texts, another layout", "region az-id vpc-id\neu az1 v\nstart end action\n1 2 REJECT\n", VERDICT_FLOW_LOG,
     "0:2 vpc_id=v region=eu az_id=az1\n0:4 start=1 end=2 action=REJECT\n"},
    {"texts, field names as values", "region az-id\nstart foo\n", VERDICT_FLOW_LOG, "0:2 region=start az_id=foo\n"},
    {"texts, control byte", "region az-id\neu a\x02\n", VERDICT_FLOW_LOG,
     "! 0:2 LINE has a control byte (0x02); the file may be damaged | eu a\x02\n"},
    /* no flow logs */
    {"empty", "", VERDICT_EMPTY, ""},
    {"blank lines alone", "\n\r\n  \n", VERDICT_EMPTY, ""},
    {"other text", "hello\nworld\n", VERDICT_BAD,
     "! 0:1 FORMAT is no flow log: its first line is neither a header nor a record; the line begins with 'hello' | "
     "hello\n"},
    {"zstd", "\x28\xb5\x2f\xfdxx\n", VERDICT_BAD,
     "! 0:0 FORMAT is a zstd file, which can't be read; plain text, gzip and Parquet can | NULL\n"},
};

static void test_table(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT(table); i++)
    for (int gzip = 0; gzip < 2; gzip++) {
      if (gzip) write_gzip("file", table[i].file, strlen(table[i].file));
      else write_text("file", table[i].file);
      struct outcome o = read_one("file", POLICY_COLLECT, EXPECT_FLOW_LOG, NULL);
      check_outcome(&o, table[i].what, table[i].verdict, table[i].expected);
    }
}

/*
** POLICY_SKIP: the same rows, the problems counted.  POLICY_FAIL: what comes before the first
** problem, and that.
*/
static void test_policies(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT(table); i++) {
    struct bytes rows = {0}, until = {0};
    uint64_t problems = 0, first = UINT64_MAX;
    bytes_add(&rows, "", 0);
    bytes_add(&until, "", 0);
    for (const char *p = table[i].expected, *end; *p; p = end) {
      end = strchr(p, '\n') + 1;
      if (*p == '!' && !problems++) first = strtoull(p + 4, NULL, 10);
      if (*p != '!') bytes_add(&rows, p, (size_t)(end - p));
    }
    for (const char *p = table[i].expected, *end; *p; p = end) { /* rows come before problems */
      uint64_t line = strtoull(*p == '!' ? p + 4 : p + 2, NULL, 10);
      end = strchr(p, '\n') + 1;
      if (*p == '!' ? line == first : line < first) bytes_add(&until, p, (size_t)(end - p));
    }
    write_text("file", table[i].file);
    struct outcome skip = read_one("file", POLICY_SKIP, EXPECT_FLOW_LOG, NULL);
    assert_int_equal(skip.problems, problems);
    check_outcome(&skip, table[i].what, table[i].verdict, rows.p);
    struct outcome fails = read_one("file", POLICY_FAIL, EXPECT_FLOW_LOG, NULL);
    check_outcome(&fails, table[i].what, table[i].verdict, until.p);
    bytes_free(&rows);
    bytes_free(&until);
  }
}

/* A file found in a folder is passed over, unless it has the marks of a flow log. */
static void test_expectations(void **state) {
  static const struct {
    const char *file;
    enum verdict verdict[3]; /* for each expectation */
  } files[] = {
      {"hello\n", {VERDICT_OTHER, VERDICT_BAD, VERDICT_BAD}},
      {"\x28\xb5\x2f\xfdxx\n", {VERDICT_OTHER, VERDICT_BAD, VERDICT_BAD}},
      {"PAR1\nxx", {VERDICT_BAD, VERDICT_BAD, VERDICT_BAD}}, /* AWS delivers flow logs so */
      {"eni-1 10.0.0.1 443 ACCEPT\n", {VERDICT_BAD, VERDICT_BAD, VERDICT_BAD}},
      {"version start start\n", {VERDICT_BAD, VERDICT_BAD, VERDICT_BAD}},
      {"", {VERDICT_EMPTY, VERDICT_EMPTY, VERDICT_BAD}},
      {"\n \n", {VERDICT_EMPTY, VERDICT_EMPTY, VERDICT_BAD}},
      {H3, {VERDICT_FLOW_LOG, VERDICT_FLOW_LOG, VERDICT_FLOW_LOG}},
  };
  (void)state;
  for (size_t i = 0; i < COUNT(files); i++) {
    write_text("file", files[i].file);
    for (int expectation = EXPECT_NOTHING; expectation <= EXPECT_DELIVERY; expectation++) {
      enum verdict expected = files[i].verdict[expectation];
      struct outcome o = read_one("file", POLICY_COLLECT, (enum expectation)expectation, NULL);
      CHECK(o.verdict == expected, "'%s', %d: %d", files[i].file, expectation, (int)o.verdict);
      CHECK(o.problems == (expected == VERDICT_BAD), "'%s': %s", files[i].file, o.text.p);
      CHECK(!!*o.why == (expected == VERDICT_BAD || expected == VERDICT_OTHER), "'%s': %s", files[i].file, o.why);
      bytes_free(&o.text);
    }
  }
}

static void test_format_option(void **state) {
  (void)state;
  write_text("file", "80 10.0.0.1 2\n81 10.0.0.1 2\n");
  struct outcome o = read_one("file", POLICY_COLLECT, EXPECT_NOTHING, "dstport srcaddr version");
  check_outcome(&o, "format", VERDICT_FLOW_LOG, "0:1" A1 "0:2 version=2 srcaddr=10.0.0.1 dstport=81\n");
  write_text("file", H3 "2 10.0.0.1 80\n");
  o = read_one("file", POLICY_COLLECT, EXPECT_NOTHING, "dstport srcaddr version");
  check_outcome(&o, "a header decides", VERDICT_FLOW_LOG, "0:2" A1);
  write_text("file", "80 10.0.0.1 2\n2 10.0.0.1 80\n- 10.0.0.1 -\n80 10.0.0.1 2 eu\n80 10.0.0.1 2\n");
  o = read_one("file", POLICY_COLLECT, EXPECT_NOTHING,
               "[\"dstport srcaddr version\", \"version srcaddr dstport\", \"dstport srcaddr version region\"]");
  check_outcome(&o, "the first format that fits", VERDICT_FLOW_LOG,
                "0:1" A1 "0:2 version=80 srcaddr=10.0.0.1 dstport=2\n0:3 srcaddr=10.0.0.1\n"
                "0:4 version=2 srcaddr=10.0.0.1 dstport=80 region=eu\n0:5" A1);
}

/* Each format of a file is judged by its own records, where the lines first change to it. */
static void test_exchanged_columns_of_a_later_format(void **state) {
  struct bytes file = {0};
  (void)state;
  for (int i = 0; i < 5; i++) bytes_print(&file, "10.0.0.1 2\n9 5 7 8\n");
  write_file("file", file.p, file.n);
  struct outcome o =
      read_one("file", POLICY_COLLECT, EXPECT_NOTHING, "[\"srcaddr version\", \"start end packets bytes\"]");
  check_outcome(
      &o, "exchanged", VERDICT_FLOW_LOG,
      "0:1 version=2 srcaddr=10.0.0.1\n! 0:2 FORMAT seems to have start and end exchanged: in 5 of its first 5 "
      "records, end is before start; the header of the file, or format, must name the fields in the order of "
      "its lines | 9 5 7 8\n");
  o = read_one("file", POLICY_COLLECT, EXPECT_NOTHING, "[\"srcaddr version\", \"end start packets bytes\"]");
  assert_int_equal(o.rows, 10);
  assert_int_equal(o.problems, 0);
  bytes_free(&o.text);
  bytes_free(&file);
}

static void test_unreadable(void **state) {
  (void)state;
  struct outcome o = read_one("missing", POLICY_COLLECT, EXPECT_NOTHING, NULL);
  assert_int_equal(o.verdict, VERDICT_BAD);
  assert_string_equal(o.text.p, "! 0:0 IO can't be opened: No such file or directory | NULL\n");
  bytes_free(&o.text);
  o = read_one("missing", POLICY_SKIP, EXPECT_FLOW_LOG, NULL);
  assert_int_equal(o.verdict, VERDICT_BAD);
  assert_int_equal(o.problems, 1);
  bytes_free(&o.text);
  o = read_one(".", POLICY_FAIL, EXPECT_FLOW_LOG, NULL);
  assert_non_null(strstr(o.text.p, "! 0:0 IO "));
  bytes_free(&o.text);
}

/*
** Lines of 64 KiB are the longest that count; longer ones are one problem each, whatever their
** length.
*/
static void test_long_lines(void **state) {
  static const size_t lengths[] = {60000, 65536, 65537, 100000, 262143, 262144, 300000, 1000000};
  (void)state;
  for (size_t i = 0; i < COUNT(lengths); i++)
    for (int last = 0; last < 2; last++) {
      struct bytes file = {0};
      int fits = lengths[i] <= 65536;
      bytes_print(&file, "version region dstport\n2 x 1\n2 ");
      bytes_repeat(&file, 'y', lengths[i] - 4);
      bytes_print(&file, " 7");
      if (!last) bytes_print(&file, "\n2 z 2\n");
      write_file("file", file.p, file.n);
      struct outcome o = read_one("file", POLICY_COLLECT, EXPECT_FLOW_LOG, NULL);
      CHECK(!strncmp(o.text.p, "0:2 version=2 dstport=1 region=x\n", 32), "%zu", lengths[i]);
      CHECK(o.rows == (uint64_t)(1 + fits + !last) && o.problems == (uint64_t)!fits, "%zu: %d rows, %d problems",
            lengths[i], (int)o.rows, (int)o.problems);
      if (!fits) {
        const char *problem = strstr(o.text.p, "! 0:3 LINE is longer than 65536 bytes | 2 yyy");
        CHECK(problem && strspn(strstr(problem, "yyy"), "y") == 1022, "%zu: the line's first 1024 bytes", lengths[i]);
      }
      if (!last) assert_non_null(strstr(o.text.p, "0:4 version=2 dstport=2 region=z\n"));
      bytes_free(&o.text);
      bytes_free(&file);
    }
}

/* Binary data without a line end. */
static void test_no_lines(void **state) {
  struct bytes file = {0};
  (void)state;
  bytes_print(&file, "PAR1");
  bytes_repeat(&file, 'x', 600000);
  write_file("file", file.p, file.n);
  struct outcome o = read_one("file", POLICY_COLLECT, EXPECT_NOTHING, NULL);
  assert_int_equal(o.verdict, VERDICT_BAD);
  assert_non_null(strstr(o.text.p, "Parquet"));
  bytes_free(&o.text);
  memcpy(file.p, "xxxx", 4);
  write_file("file", file.p, file.n);
  o = read_one("file", POLICY_COLLECT, EXPECT_NOTHING, NULL);
  assert_int_equal(o.verdict, VERDICT_OTHER);
  assert_string_equal(o.text.p, "");
  assert_non_null(strstr(o.why, "too long"));
  bytes_free(&o.text);
  bytes_free(&file);
}

/* Numbers of lines over many windows and blocks, with rows and problems among each other. */
static void test_line_numbers(void **state) {
  struct bytes file = {0}, expected = {0};
  (void)state;
  bytes_print(&file, "version region dstport\n");
  for (unsigned i = 2; i < 30000; i++) {
    uint32_t kind = random_below(100);
    if (kind == 0) bytes_print(&file, "\n");
    else if (kind == 1) bytes_print(&file, "2 x\n");
    else if (kind == 2) bytes_print(&file, "version region dstport\n");
    else bytes_print(&file, "2 r%u %u\n", i, i);
    if (kind > 2) bytes_print(&expected, "0:%u version=2 dstport=%u region=r%u\n", i, i, i);
  }
  write_gzip("file", file.p, file.n);
  struct outcome o = read_one("file", POLICY_SKIP, EXPECT_FLOW_LOG, NULL);
  assert_int_equal(o.text.n, expected.n);
  assert_memory_equal(o.text.p, expected.p, expected.n);
  assert_in_range(o.problems, 100, 1000);
  bytes_free(&o.text);
  o = read_one("file", POLICY_COLLECT, EXPECT_FLOW_LOG, NULL);
  unsigned line = 0;
  for (const char *p = o.text.p; (p = strstr(p, "\n! 0:")) != NULL;) {
    unsigned next = (unsigned)strtoul(p += 5, NULL, 10), at = 1;
    assert_true(next > line);
    line = next;
    const char *text = file.p;
    while (at++ < line) text = strchr(text, '\n') + 1;
    CHECK(!strncmp(text, "2 x\n", 4), "line %u is '%.10s'", line, text);
  }
  assert_true(line > 0);
  bytes_free(&o.text);
  bytes_free(&file);
  bytes_free(&expected);
}

/* A problem on every line of full windows. */
static void test_nothing_but_problems(void **state) {
  struct bytes file = {0};
  (void)state;
  bytes_print(&file, H3);
  for (int i = 0; i < 9000; i++) bytes_print(&file, "x\n");
  write_file("file", file.p, file.n);
  struct outcome o = read_one("file", POLICY_COLLECT, EXPECT_FLOW_LOG, NULL);
  assert_int_equal(o.problems, 9000);
  assert_int_equal(o.rows, 0);
  bytes_free(&o.text);
  o = read_one("file", POLICY_FAIL, EXPECT_FLOW_LOG, NULL);
  assert_int_equal(o.problems, 1);
  bytes_free(&o.text);
  bytes_free(&file);
}

/* The rows before the damage are delivered, the line in it is not. */
static void test_damaged_gzip(void **state) {
  struct bytes file = {0}, gz = {0};
  (void)state;
  bytes_print(&file, "version region dstport\n2 a 1\n2 b 2\n2 c 3\n");
  add_member(&gz, file.p, file.n);
  bytes_print(&file, "2 d 4\n2 e 55555");
  gz.n = 0;
  add_member(&gz, file.p, file.n);
  write_file("file", gz.p, gz.n - 4); /* only the length is missing */
  struct outcome o = read_one("file", POLICY_COLLECT, EXPECT_NOTHING, NULL);
  check_outcome(&o, "cut", VERDICT_FLOW_LOG,
                "0:2 version=2 dstport=1 region=a\n0:3 version=2 dstport=2 region=b\n0:4 version=2 dstport=3 region=c\n"
                "0:5 version=2 dstport=4 region=d\n! 0:6 DAMAGED the gzip data is cut off | NULL\n");
  write_file("file", gz.p, 12);
  o = read_one("file", POLICY_COLLECT, EXPECT_NOTHING, NULL);
  check_outcome(&o, "cut", VERDICT_BAD, "! 0:1 DAMAGED the gzip data is cut off | NULL\n");
  bytes_free(&file);
  bytes_free(&gz);
}

/*
** One reader for many files of all kinds, some left in the middle: none has an effect on the
** next.
*/
static void test_reuse(void **state) {
  static struct reader r;
  static const char good[] = H3 "2 10.0.0.1 80\n";
  struct reader_options options = {.guard = &unconfined, .policy = POLICY_COLLECT};
  struct err e = {0};
  struct bytes big = {0};
  int before = open_files();
  (void)state;
  bytes_print(&big, "region\n");
  for (int i = 0; i < 9000; i++) bytes_print(&big, "x%d\n", i);
  write_text("good", good);
  assert_int_equal(reader_init(&r, &options, &e), ERR_NONE);
  for (size_t i = 0; i <= COUNT(table); i++)
    for (int calls = 0; calls < 3; calls++) {
      struct bytes out = {0};
      if (i < COUNT(table)) write_gzip("file", table[i].file, strlen(table[i].file));
      else write_file("file", big.p, big.n);
      reader_open(&r, i % 7 == 3 ? "missing" : "file", EXPECT_FLOW_LOG);
      for (int k = 0; k < calls; k++) assert_int_not_equal(reader_next(&r, &batch, &e), READER_ERROR);
      if (calls) reader_close(&r);
      read_file(&r, "good", EXPECT_NOTHING, &out);
      CHECK(!strcmp(out.p, "0:2" A1), "after %zu: %s", i, out.p);
      bytes_free(&out);
    }
  reader_clear(&r);
  assert_int_equal(open_files(), before);
  bytes_free(&big);
}

static int set_up(void **state) {
  uint8_t wanted[COLUMN_COUNT];
  struct err e = {0};
  memset(wanted, 1, sizeof wanted);
  wanted[COLUMN_RAW] = wanted[COLUMN_EXTRA] = 0;
  end_after(60); /* a reader that doesn't end must not hang the tests */
  return enter_temp_folder(state) || batch_init(&batch, wanted, &e);
}

static int tear_down(void **state) {
  batch_clear(&batch);
  return leave_temp_folder(state);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_table),
      cmocka_unit_test(test_policies),
      cmocka_unit_test(test_expectations),
      cmocka_unit_test(test_format_option),
      cmocka_unit_test(test_exchanged_columns_of_a_later_format),
      cmocka_unit_test(test_unreadable),
      cmocka_unit_test(test_long_lines),
      cmocka_unit_test(test_no_lines),
      cmocka_unit_test(test_line_numbers),
      cmocka_unit_test(test_nothing_but_problems),
      cmocka_unit_test(test_damaged_gzip),
      cmocka_unit_test(test_reuse),
  };
  return finish(cmocka_run_group_tests(tests, set_up, tear_down));
}
