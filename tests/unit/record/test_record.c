/* SPDX-License-Identifier: MIT */
/* What a line may be, kind by kind, in words too; and what of it comes into a batch. */
#include "helpers.h"

#include "record/layout.h"
#include "record/record.h"
#include "record/tokens.h"

static const struct path_fields no_path;
static struct tokens tokens;
static struct guarded memory;
static struct batch batch;

/* One line, split; its text ends TOKENS_BLOCK bytes before the end of the memory. */
static struct line split_line(const char *text) {
  size_t n = strlen(text);
  char *p = memory.end - TOKENS_BLOCK - n - 1;
  memcpy(p, text, n);
  p[n] = '\n';
  memset(p + n + 1, '7', TOKENS_BLOCK);
  assert_int_equal(tokens_split(&tokens, p, n + 1), n + 1);
  return tokens_line(&tokens, 0, 0);
}

static void make_layout(struct layout *l, const char *names) {
  struct err e = {0};
  assert_int_equal(layout_from_option(l, names, strlen(names), &e), ERR_NONE);
}

/* Can a field of that kind have the text? */
static int accepts(enum kind kind, const char *text) {
  static const char *const names[] = {
      [KIND_TEXT] = "version region",  [KIND_INT] = "region version",       [KIND_ADDR] = "region srcaddr",
      [KIND_ACTION] = "region action", [KIND_STATUS] = "region log-status", [KIND_TIME] = "region end",
      [KIND_COUNT] = "region bytes",
  };
  struct layout l;
  char both[256];
  uint32_t token = 1;
  if (kind == KIND_PREFIX) {
    make_layout(&l, "region");
    layout_add_prefix(&l);
    snprintf(both, sizeof both, "%s here", text);
    token = 0;
  } else {
    make_layout(&l, names[kind]);
    snprintf(both, sizeof both, "%s %s", kind == KIND_TEXT ? "5" : "here", text);
  }
  struct line line = split_line(both);
  int result = record_check(&l, &line);
  CHECK(result == RECORD_FITS || result == (int)token, "'%s': %d", both, result);
  return result == RECORD_FITS;
}

static void test_kinds(void **state) {
  static const struct {
    enum kind kind;
    int accepted;
    const char *texts[32];
  } table[] = {
      {KIND_TEXT, 1, {"-", "x", "123", "eni-0a1b", "\x7f\xff", "arn:aws:ecs:us-east-1:123456789012:cluster/x"}},
      {KIND_INT, 1, {"-", "0", "00", "1", "65535", "4294967296", "9223372036854775807", "0000000000000000001"}},
      {KIND_INT,
       0,
       {"--", "-1", "+1", "1.0", "1e3", "x", "12x", "x12", "1,000", "0x10", "9223372036854775808",
        "18446744073709551616", "00000000000000000001", "ACCEPT", "10.0.0.1"}},
      {KIND_TIME, 1, {"-", "0", "1773046800", "99999999999", "0000000099999999999"}},
      {KIND_TIME,
       0,
       {"100000000000", "999999999999", "1773046803000", "0000000100000000000", "9223372036854775807",
        "00000000000000000001", "-1", "1.0"}},
      {KIND_COUNT, 1, {"-", "0", "9007199254740", "999999999999999", "0000999999999999999"}},
      {KIND_COUNT,
       0,
       {"1000000000000000", "9999999999999999", "0001000000000000000", "9223372036854775807", "00000000000000000001",
        "-1", "x"}},
      {KIND_ADDR,
       1,
       {"-", "0.0.0.0", "10.0.0.1", "255.255.255.255", "172.31.16.139", "::", "::1", "2001:db8::1",
        "2001:DB8:0:0:0:0:0:1", "fe80::aBcD", "::ffff:10.0.0.1", "2001:0db8:0000:0000:0000:ffff:255.255.255.255"}},
      {KIND_ADDR,
       0,
       {"10", "443", "x", "ACCEPT", "eni-0a1b", "10.0.0.x", "10.0.0.1/8", "fe80::1%eth0", "example.com", "abcdef", "--",
        "1,2", "[::1]", "2001:0db8:0000:0000:0000:ffff:255.255.255.2555", "10_0_0_1"}},
      {KIND_ACTION, 1, {"-", "ACCEPT", "REJECT"}},
      {KIND_ACTION, 0, {"accept", "ACCEPTED", "ACCEP", "REJECTX", "OK", "6", "DROP", "REJEcT", "XACCEPT"}},
      {KIND_STATUS, 1, {"-", "OK", "NODATA", "SKIPDATA"}},
      {KIND_STATUS, 0, {"ok", "O", "OKK", "NODAT", "NODATAX", "SKIPDATA1", "ACCEPT", "0", "XNODATA"}},
      {KIND_PREFIX,
       1,
       {"2024-05-01T00:00:00Z", "2024-05-01T00:00:00.000Z", "2024-05-01T00:00:00.1Z", "2024-05-01T23:59:59.123456789Z",
        "1714521600000"}},
      {KIND_PREFIX,
       0,
       {"-", "2024-05-01", "2024-05-01T00:00:00", "2024-05-01T00:00:00.Z", "2024-05-01_00:00:00Z",
        "2024-05-01T00:00:00.000", "2024-05-01T00:00:00+00:00", "171452160000", "17145216000000", "1714521600", "2",
        "2024-05-0xT00:00:00Z", "2024-05-01T00:00:00,000Z", "2024-05-01T00:00:00.0x0Z", "2024/05/01T00:00:00Z",
        "171452160000x", "x714521600000"}},
  };
  (void)state;
  for (size_t i = 0; i < COUNT(table); i++)
    for (const char *const *text = table[i].texts; *text; text++)
      CHECK(accepts(table[i].kind, *text) == table[i].accepted, "kind %d, '%s'", (int)table[i].kind, *text);
}

/*
** Of several wrong tokens the one that is reported is the first of the numbers, or else of the
** others.
*/
static void test_count_and_place(void **state) {
  static const struct {
    const char *line;
    int result;
  } table[] = {
      {"2 123456789010 eni-1 10.0.0.1 10.0.0.2 1 2 6 20 4249 1 2 ACCEPT OK", RECORD_FITS},
      {"  2\t123456789010  eni-1 10.0.0.1 10.0.0.2 1 2 6 20 4249 1 2 ACCEPT OK \r", RECORD_FITS},
      {"- - - - - - - - - - - - - -", RECORD_FITS},
      {"2 unknown eni-1 - - - - - - - 1431280876 1431280934 - NODATA", RECORD_FITS},
      {"2 123456789010 eni-1 10.0.0.1 10.0.0.2 1 2 6 20 4249 1 2 ACCEPT", RECORD_COUNT},
      {"2 123456789010 eni-1 10.0.0.1 10.0.0.2 1 2 6 20 4249 1 2 ACCEPT OK OK", RECORD_COUNT},
      {"", RECORD_COUNT},
      {"x 123456789010 eni-1 10.0.0.1 10.0.0.2 1 2 6 20 4249 1 2 ACCEPT OK", 0},
      {"2 123456789010 eni-1 10.0.0.1 10.0.0.2 1 2 6 20 4249 1 2x ACCEPT OK", 11},
      {"2 123456789010 eni-1 host 10.0.0.2 1 2 6 20 4249 1 2 ACCEPT OK", 3},
      {"2 123456789010 eni-1 10.0.0.1 host 1 2 6 20 4249 1 2 ACCEPT OK", 4},
      {"2 123456789010 eni-1 10.0.0.1 10.0.0.2 1 2 6 20 4249 1 2 OK ACCEPT", 12},
      {"2 123456789010 eni-1 10.0.0.1 10.0.0.2 1 2 6 20 4249 1 2 ACCEPT FINE", 13},
      {"version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action "
       "log-status",
       0},
  };
  struct layout l;
  (void)state;
  layout_default(&l);
  for (size_t i = 0; i < COUNT(table); i++) {
    struct line line = split_line(table[i].line);
    int result = record_check(&l, &line);
    CHECK(result == table[i].result, "'%s': %d", table[i].line, result);
  }
}

static void check_explained(const char *names, int prefix, const char *text, const char *expected) {
  struct layout l;
  char out[ERR_TEXT];
  make_layout(&l, names);
  if (prefix) layout_add_prefix(&l);
  struct line line = split_line(text);
  int result = record_check(&l, &line);
  assert_int_not_equal(result, RECORD_FITS);
  record_explain(&l, result, &line, out);
  assert_string_equal(out, expected);
}

static void test_explain(void **state) {
  (void)state;
  check_explained("version srcaddr", 0, "2", "has 1 field where the file's format has 2");
  check_explained("version srcaddr", 0, "2 - 3", "has 3 fields where the file's format has 2");
  check_explained("version srcaddr", 1, "2024-05-01T00:00:00Z 2", "has 1 field where the file's format has 2");
  check_explained("version srcaddr", 1, "2024-05-01T00:00:00Z 2 - 3", "has 3 fields where the file's format has 2");
  check_explained("version srcaddr", 0, "", "has 0 fields where the file's format has 2");
  check_explained("version srcaddr", 1, "", "has 0 fields where the file's format has 2");
  check_explained("srcport", 0, "x1", "srcport is 'x1', not a number from 0 to 9223372036854775807");
  check_explained("bytes", 0, "1000000000000000",
                  "bytes is '1000000000000000', not a number from 0 to 999999999999999");
  check_explained("packets-lost-blackhole", 0, "1773046803000000",
                  "packets_lost_blackhole is '1773046803000000', not a number from 0 to 999999999999999");
  check_explained("end", 0, "100000000000", "end is '100000000000', not a number from 0 to 99999999999");
  check_explained("end", 0, "177304680300x", "end is '177304680300x', not a number from 0 to 99999999999");
  check_explained("start", 0, "1773046803000",
                  "start is '1773046803000', not a number from 0 to 99999999999; it looks like milliseconds, and flow "
                  "logs have seconds");
  check_explained("start", 0, "1773046803000000",
                  "start is '1773046803000000', not a number from 0 to 99999999999; it looks like microseconds, and "
                  "flow logs have seconds");
  check_explained("end", 0, "1773046803000000000",
                  "end is '1773046803000000000', not a number from 0 to 99999999999; it looks like nanoseconds, and "
                  "flow logs have seconds");
  check_explained("srcaddr", 0, "443", "srcaddr is '443', not an IP address");
  check_explained("pkt-dstaddr", 0, "443", "pkt_dstaddr is '443', not an IP address");
  check_explained("action", 0, "OK", "action is 'OK', not ACCEPT or REJECT");
  check_explained("log-status", 0, "6", "log_status is '6', not OK, NODATA or SKIPDATA");
  check_explained("region", 1, "now here",
                  "the first token is 'now', not the time that stands before the file's other lines");
  check_explained("srcport", 0, "1234567890123456789012345678901234567890",
                  "srcport is '1234567890123456789012345678901234567890', not a number from 0 to 9223372036854775807");
  check_explained(
      "srcport", 0, "12345678901234567890123456789012345678901",
      "srcport is '1234567890123456789012345678901234567890...', not a number from 0 to 9223372036854775807");
  check_explained("srcport", 0, "\x01\x1b[31m\x7f", "srcport is '??[31m?', not a number from 0 to 9223372036854775807");
}

/* --- by classes ------------------------------------------------------------------------------------------------- */

/* A token of any class and of 1 to 70 bytes, or one of those that formats have. */
static size_t random_token(char *out) {
  static const char *const letters[] = {"0123456789", "9",           "0123456789abcdefABCDEF", "0123456789.", "12af:.",
                                        "-",          "0123456789-", "/:;@`g.\xb1\xff"};
  static const char *const whole[] = {"-",
                                      "10.0.0.1",
                                      "2001:db8::1",
                                      "::1",
                                      ".",
                                      ":",
                                      "ACCEPT",
                                      "REJECT",
                                      "OK",
                                      "NODATA",
                                      "9223372036854775807",
                                      "9223372036854775808",
                                      "99999999999",
                                      "100000000000",
                                      "999999999999999",
                                      "1000000000000000",
                                      "443",
                                      "ACCEPTS",
                                      "O"};
  if (random_below(2)) {
    const char *text = whole[random_below(COUNT(whole))];
    memcpy(out, text, strlen(text));
    return strlen(text);
  }
  const char *from = letters[random_below(COUNT(letters))];
  size_t n = 1 + random_below(random_below(4) ? 20 : 70);
  for (size_t i = 0; i < n; i++) out[i] = from[random_below((uint32_t)strlen(from))];
  return n;
}

/* A token that its field can have, mostly. */
static size_t likely_token(const struct layout *l, uint32_t k, char *out) {
  static const char *const likely[][4] = {[KIND_INT] = {"1", "65535", "1714526001", "-"},
                                          [KIND_TIME] = {"1", "99999999999", "1714526001", "-"},
                                          [KIND_COUNT] = {"1", "999999999999999", "1714526001", "-"},
                                          [KIND_ADDR] = {"10.0.0.1", "191.44.156.24", "2001:db8::1", "1.1.1.1"},
                                          [KIND_ACTION] = {"ACCEPT", "REJECT", "ACCEPT", "REJECT"},
                                          [KIND_STATUS] = {"OK", "OK", "OK", "NODATA"},
                                          [KIND_TEXT] = {"-", "eni-0123456789", "1", "vpc-1"}};
  if (!random_below(40) || l->field[k] == FIELD_NONE) return random_token(out);
  const char *text = likely[fields[l->field[k]].kind][random_below(4)];
  memcpy(out, text, strlen(text));
  return strlen(text);
}

static size_t random_separators(char *out) {
  static const char separators[] = " \t\r";
  size_t n = random_below(50) ? 1 : 1 + random_below(70);
  for (size_t i = 0; i < n; i++) out[i] = random_below(50) ? ' ' : separators[random_below(3)];
  return n;
}

static size_t random_line(const struct layout *l, char *out) {
  uint32_t count = random_below(30) ? l->ntokens : random_below(l->ntokens + 3u);
  size_t n = random_below(50) ? 0 : random_separators(out);
  for (uint32_t k = 0; k < count; k++) {
    n += k < l->ntokens ? likely_token(l, k, out + n) : random_token(out + n);
    if (k + 1 < count || !random_below(50)) n += random_separators(out + n);
  }
  out[n++] = '\n';
  return n;
}

/* Windows of random lines, which begin at any offset of a block. */
static void test_line_fits(void **state) {
  static const char *const formats[] = {"srcport", "srcaddr", "srcaddr srcport action log-status", "x-one srcaddr end",
                                        "version account-id interface-id srcaddr dstaddr srcport dstport protocol "
                                        "packets bytes start end action log-status "
                                        "vpc-id subnet-id instance-id tcp-flags type pkt-srcaddr pkt-dstaddr region "
                                        "az-id sublocation-type sublocation-id "
                                        "pkt-src-aws-service pkt-dst-aws-service flow-direction traffic-path"};
  static char text[24 * 1024];
  (void)state;
  for (uint32_t round = 0; round < 3000; round++) {
    struct layout l;
    uint32_t format = random_below(COUNT(formats) + 2);
    if (format < COUNT(formats)) make_layout(&l, formats[format]);
    else if (format == COUNT(formats)) layout_default(&l);
    else layout_transit_gateway(&l);
    if (!random_below(8)) layout_add_prefix(&l);
    size_t n = 0;
    for (uint32_t lines = 1 + random_below(20); lines > 0 && n < sizeof text - 12 * 1024; lines--)
      n += random_line(&l, text + n);
    char *p = memory.end - TOKENS_BLOCK - n;
    memcpy(p, text, n);
    memset(p + n, "7 .\n"[random_below(4)], TOKENS_BLOCK);
    assert_int_equal(tokens_split(&tokens, p, n), n);
    for (uint32_t i = 0; i < tokens.nlines; i++) {
      const struct line line = tokens_line(&tokens, i, 0);
      CHECK(record_line_fits(&l, &tokens, &line) == (record_check(&l, &line) == RECORD_FITS), "'%.*s'",
            (int)(line.end - line.start), p + line.start);
    }
  }
}

/* --- storing ---------------------------------------------------------------------------------------------------- */

static void want(const char *names) {
  uint8_t wanted[COLUMN_COUNT] = {0};
  char copy[256];
  struct err e = {0};
  snprintf(copy, sizeof copy, "%s", names);
  for (char *p = strtok(copy, " "); p; p = strtok(NULL, " ")) {
    int f = field_find(p, strlen(p));
    wanted[!strcmp(p, "_raw") ? COLUMN_RAW : !strcmp(p, "_extra") ? COLUMN_EXTRA : f] = 1;
  }
  batch_clear(&batch);
  assert_int_equal(batch_init(&batch, wanted, &e), ERR_NONE);
}

/* The row that a line becomes, as print_rows() shows it; line is given as line 7 of file 0. */
static void check_row(const char *wanted, const char *names, int prefix, const char *text, const char *expected) {
  struct layout l;
  struct projection p;
  struct err e = {0};
  struct bytes got = {0};
  want(wanted);
  make_layout(&l, names);
  if (prefix) layout_add_prefix(&l);
  struct line line = split_line(text);
  line.number = 7;
  assert_int_equal(record_check(&l, &line), RECORD_FITS);
  assert_int_equal(projection_init(&p, &l, &no_path, &batch, &e), ERR_NONE);
  assert_int_equal(record_store(&p, &l, &line, &batch, &e), ERR_NONE);
  assert_int_equal(batch.nrows, 1);
  print_rows(&got, &batch);
  CHECK(!strncmp(got.p, "0:7", 3) && got.n == strlen(expected) + 4 && !strncmp(got.p + 3, expected, got.n - 4),
        "got '%.*s', not '%s'", (int)got.n - 4, got.p + 3, expected);
  bytes_free(&got);
}

static void test_store(void **state) {
  (void)state;
  check_row("version srcaddr bytes", "version srcaddr bytes", 0, "9223372036854775807 10.0.0.1 999999999999999",
            " version=9223372036854775807 srcaddr=10.0.0.1 bytes=999999999999999");
  check_row("bytes version", "version srcaddr bytes", 0, "2 10.0.0.1 007", " version=2 bytes=7");
  check_row("version srcaddr action", "action version", 0, "REJECT -", " action=REJECT");
  check_row("srcport", "version", 0, "2", "");
  check_row("", "version", 0, "2", "");
  check_row("version region", "version region", 1, "2024-05-01T00:00:00Z 5 eu", " version=5 region=eu");
  check_row("account_id", "version account_id", 0, "2 000012345678", " account_id=000012345678");
  check_row("ecs_task_arn", "ecs-task-arn", 0, "arn:aws:ecs:us-east-1:123456789012:task/abcdefghijklmnop",
            " ecs_task_arn=arn:aws:ecs:us-east-1:123456789012:task/abcdefghijklmnop");
  /* the one spelling of addresses; the line itself, and what is no address field, stay as they are */
  check_row("srcaddr dstaddr pkt_srcaddr pkt_dstaddr _raw", "dstaddr srcaddr pkt-dstaddr pkt-srcaddr", 0,
            "1:2:3::5:6:7:8 2001:DB8:0::1 10.0.0.256 ::ffff:10.0.0.5",
            " srcaddr=2001:db8::1 dstaddr=1:2:3:0:5:6:7:8 pkt_srcaddr=10.0.0.5 pkt_dstaddr=10.0.0.256 "
            "_raw=1:2:3::5:6:7:8 2001:DB8:0::1 10.0.0.256 ::ffff:10.0.0.5");
  check_row("srcaddr region _extra", "srcaddr region x-one", 0, "- 0::1 0::1",
            " region=0::1 _extra={\"x_one\":\"0::1\"}");
  check_row("_raw", "version region", 0, " 5\t eu  ", " _raw= 5\t eu  ");
  check_row("_raw", "version region", 0, "5 eu\r", " _raw=5 eu");
  check_row("_raw version", "version region", 1, "2024-05-01T00:00:00Z 5 eu",
            " version=5 _raw=2024-05-01T00:00:00Z 5 eu");
  check_row("_extra", "version region", 0, "5 eu", "");
  check_row("_extra", "version srcport dstport x-one x-other", 0, "5 1 2 x -",
            " _extra={\"x_one\":\"x\",\"x_other\":null}");
  check_row("_extra", "version x-new-field", 0, "5 \"a\\b\"/\xc3\xa9\x7f",
            " _extra={\"x_new_field\":\"\\\"a\\\\b\\\"/\xc3\xa9\x7f\"}");
  check_row("_extra _raw version", "version x-new-field", 1, "2024-05-01T00:00:00Z 5 7",
            " version=5 _raw=2024-05-01T00:00:00Z 5 7 _extra={\"x_new_field\":\"7\"}");
}

static void test_has(void **state) {
  struct layout l;
  struct projection p;
  struct err e = {0};
  (void)state;
  want("version region _raw _extra");
  make_layout(&l, "version srcport");
  assert_int_equal(projection_init(&p, &l, &no_path, &batch, &e), ERR_NONE);
  assert_int_equal(p.nitems, 1);
  assert_true(batch.has[FIELD_version] && batch.has[COLUMN_RAW]);
  assert_false(batch.has[FIELD_region] || batch.has[FIELD_srcport] || batch.has[COLUMN_EXTRA]);
  make_layout(&l, "region x-new");
  assert_int_equal(projection_init(&p, &l, &no_path, &batch, &e), ERR_NONE);
  assert_true(batch.has[FIELD_region] && batch.has[COLUMN_RAW] && batch.has[COLUMN_EXTRA]);
  assert_false(batch.has[FIELD_version]);
}

/* Rows of several layouts in one batch: a column that a row's layout lacks is NULL in that row. */
static void test_rows_of_several_layouts(void **state) {
  static const struct {
    const char *names, *line;
  } rows[] = {{"version region", "5 eu"}, {"srcport x-new", "7 n"}, {"srcport x-new", "8 -"}, {"region", "us"}};
  struct layout l;
  struct projection p;
  struct err e = {0};
  struct bytes got = {0};
  uint8_t had[COLUMN_COUNT];
  (void)state;
  want("version region srcport dstport _extra");
  for (size_t i = 0; i < COUNT(rows); i++) {
    make_layout(&l, rows[i].names);
    struct line line = split_line(rows[i].line);
    memcpy(had, batch.has, sizeof had);
    assert_int_equal(projection_init(&p, &l, &no_path, &batch, &e), ERR_NONE);
    if (batch.nrows) projection_continue(&p, &batch, had);
    assert_int_equal(record_store(&p, &l, &line, &batch, &e), ERR_NONE);
  }
  assert_false(batch.has[FIELD_dstport]);
  print_rows(&got, &batch);
  assert_string_equal(
      got.p, "0:1 version=5 region=eu\n0:1 srcport=7 _extra={\"x_new\":\"n\"}\n0:1 srcport=8 _extra={\"x_new\":null}\n"
             "0:1 region=us\n");
  bytes_free(&got);
}

/*
** As many rows as a batch has, of texts that must be escaped byte by byte: the arena grows under
** them.
*/
static void test_full_batch(void **state) {
  struct layout l;
  struct projection p;
  struct err e = {0};
  char text[2048];
  (void)state;
  want("version region _raw _extra");
  make_layout(&l, "version region x-name");
  assert_int_equal(projection_init(&p, &l, &no_path, &batch, &e), ERR_NONE);
  memcpy(text, "5 eu ", 5);
  for (uint32_t row = 0; row < BATCH_ROWS; row++) {
    size_t n = 1 + row % 2000;
    memset(text + 5, '"', n);
    text[5 + n] = 0;
    struct line line = split_line(text);
    line.number = row + 1;
    assert_int_equal(record_store(&p, &l, &line, &batch, &e), ERR_NONE);
  }
  assert_int_equal(batch.nrows, BATCH_ROWS);
  for (uint32_t row = 0; row < BATCH_ROWS; row++) {
    uint64_t raw = batch.cell[COLUMN_RAW][row], extra = batch.cell[COLUMN_EXTRA][row];
    size_t n = 1 + row % 2000;
    assert_int_equal(batch.line[row], row + 1);
    assert_int_equal(batch.cell[FIELD_version][row], 5);
    assert_true(cell_is(&batch, batch.cell[FIELD_region][row], "eu"));
    assert_int_equal(batch_text_n(raw), 5 + n);
    assert_memory_equal(batch_text(&batch, raw), "5 eu \"", 6);
    assert_int_equal(batch_text_n(extra), strlen("{\"x_name\":\"\"}") + 2 * n);
    assert_memory_equal(batch_text(&batch, extra), "{\"x_name\":\"\\\"", 12);
    assert_memory_equal(batch_text(&batch, extra) + batch_text_n(extra) - 4, "\\\"\"}", 4);
  }
  assert_in_range(batch.text_used, 1, batch.text_cap);
}

/* No room for the row: the batch is as it was. */
static void test_no_memory(void **state) {
  struct layout l;
  struct projection p;
  struct err e = {0};
  (void)state;
  want("region _raw");
  make_layout(&l, "version region");
  assert_int_equal(projection_init(&p, &l, &no_path, &batch, &e), ERR_NONE);
  struct line line = split_line("5 eu");
  mem_test_fail(1, 0);
  assert_int_equal(record_store(&p, &l, &line, &batch, &e), ERR_NOMEM);
  mem_test_fail(0, 0);
  assert_int_equal(e.code, ERR_NOMEM);
  assert_int_equal(batch.nrows, 0);
}

static int set_up(void **state) {
  struct err e = {0};
  (void)state;
  guarded_init(&memory, 64 * 1024);
  return tokens_init(&tokens, 32 * 1024, &e) != ERR_NONE;
}

static int tear_down(void **state) {
  (void)state;
  batch_clear(&batch);
  tokens_clear(&tokens);
  guarded_clear(&memory);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_line_fits),
      cmocka_unit_test(test_kinds),
      cmocka_unit_test(test_count_and_place),
      cmocka_unit_test(test_explain),
      cmocka_unit_test(test_store),
      cmocka_unit_test(test_has),
      cmocka_unit_test(test_rows_of_several_layouts),
      cmocka_unit_test(test_full_batch),
      cmocka_unit_test(test_no_memory),
  };
  return finish(cmocka_run_group_tests(tests, set_up, tear_down));
}
