/* SPDX-License-Identifier: MIT */
/* Lists of files as one sequence of batches. */
#include "helpers.h"

#include "scan.h"

#define HEADER "version srcaddr dstport\n"
#define GOOD   HEADER "2 10.0.0.1 80\n2 10.0.0.1 81\n"
#define AWS    "123456789012_vpcflowlogs_us-east-1_fl-1234abcd_20180620T1620Z_fe123456.log.gz"

static uint8_t wanted[COLUMN_COUNT];

/* A list as discover() makes it, sorted and not named unless a '!' stands before the path. */
static struct files list_of(const char *const *paths) {
  static struct file file[32];
  struct files files = {.file = file};
  for (; paths[files.n]; files.n++) {
    assert_in_range(files.n, 0, COUNT(file) - 1);
    const char *path = paths[files.n];
    memset(&file[files.n], 0, sizeof *file);
    file[files.n].named = *path == '!';
    file[files.n].path = path + (*path == '!');
  }
  return files;
}

struct outcome {
  struct bytes text; /* print_batch() of all batches */
  enum err_code rc;
  struct err e;
};

static int stop_at(void *context) {
  int *left = context;
  return --*left < 0;
}

/* stop_after: how often the scan may ask before it is stopped; negative for never. */
static struct outcome run(const char *const *paths, enum policy policy, int stop_after) {
  static struct scan s;
  struct files files = list_of(paths);
  struct scan_options options = {.reader = {.confine = &unconfined, .policy = policy}};
  struct outcome o = {{0}, ERR_NONE, {0}};
  const struct batch *b = NULL;
  uint32_t file = 0;
  int stopped = 0;
  bytes_add(&o.text, "", 0);
  if (stop_after >= 0) {
    options.stop = stop_at;
    options.context = &stop_after;
  }
  assert_int_equal(scan_open(&s, &files, wanted, &options, &o.e), ERR_NONE);
  while (!stopped && !(o.rc = scan_next(&s, &b, &o.e)) && b) {
    assert_true(b->nrows || b->nproblems);
    assert_true(b->file >= file && b->file < files.n);
    file = b->file;
    print_batch(&o.text, b);
    stopped = policy == POLICY_FAIL && b->nproblems;
    if (stopped) assert_int_equal(b->nproblems, 1);
  }
  if (o.rc) assert_null(b);
  assert_int_equal(o.rc, o.e.code);
  scan_close(&s, NULL);
  return o;
}

static void expect(const char *const *paths, enum policy policy, const char *expected) {
  struct outcome o = run(paths, policy, -1);
  CHECK(o.rc == ERR_NONE && !strcmp(o.text.p, expected), "%s...: %d %s\n%s", paths[0], (int)o.rc, o.e.text, o.text.p);
  bytes_free(&o.text);
}

#define PATHS(...) ((const char *const[]){__VA_ARGS__, NULL})

static void make_files(void) {
  write_text("good", GOOD);
  write_gzip("good.gz", GOOD, strlen(GOOD));
  write_text("other", "just some notes\n");
  write_text("notes", "more notes\n");
  write_text("empty", "");
  write_text("blank", "\n\n");
  write_text("header", HEADER);
  write_text("bad", HEADER "2 10.0.0.1 80\n2 x 80\n2 10.0.0.1 81\n");
  write_text("likely", "eni-1 10.0.0.1 ACCEPT\n");
  write_text(AWS, "just some notes\n");
}

static void test_order(void **state) {
  (void)state;
  make_files();
  expect(PATHS("good", "header", "good.gz"), POLICY_FAIL,
         "0:2 version=2 srcaddr=10.0.0.1 dstport=80\n0:3 version=2 srcaddr=10.0.0.1 dstport=81\n"
         "2:2 version=2 srcaddr=10.0.0.1 dstport=80\n2:3 version=2 srcaddr=10.0.0.1 dstport=81\n");
  expect(PATHS("empty"), POLICY_FAIL, "");
  expect(PATHS("header", "blank", "empty"), POLICY_FAIL, "");
  expect(PATHS("other", "good", "notes"), POLICY_FAIL, /* passed over: not named */
         "1:2 version=2 srcaddr=10.0.0.1 dstport=80\n1:3 version=2 srcaddr=10.0.0.1 dstport=81\n");
}

static void test_problems(void **state) {
  static const char row[] = "version=2 srcaddr=10.0.0.1 dstport=80\n";
  char expected[1000];
  (void)state;
  make_files();
  snprintf(expected, sizeof expected, "0:2 %s! 0:3 LINE srcaddr is 'x', not an IP address | 2 x 80\n", row);
  expect(PATHS("bad", "good"), POLICY_FAIL, expected);
  snprintf(
      expected, sizeof expected,
      "0:2 %s0:4 version=2 srcaddr=10.0.0.1 dstport=81\n! 0:3 LINE srcaddr is 'x', not an IP address | 2 x 80\n"
      "1:2 %s1:3 version=2 srcaddr=10.0.0.1 dstport=81\n! 2:0 IO can't be opened: No such file or directory | NULL\n",
      row, row);
  expect(PATHS("bad", "good", "missing"), POLICY_COLLECT, expected);
  snprintf(expected, sizeof expected, "1:2 %s1:4 version=2 srcaddr=10.0.0.1 dstport=81\n", row);
  expect(PATHS("missing", "bad", "other"), POLICY_SKIP, expected);
}

/* What the user named, or AWS named as a flow log, must be one. */
static void test_expectation(void **state) {
  static const char why[] = "FORMAT is no flow log: its first line is neither a header nor a record | NULL\n";
  char expected[200];
  struct file file = {.path = "a/" AWS};
  (void)state;
  assert_int_equal(scan_expectation(&file), EXPECT_FLOW_LOG);
  file.path = "a/b.log.gz";
  assert_int_equal(scan_expectation(&file), EXPECT_NOTHING);
  file.named = 1;
  assert_int_equal(scan_expectation(&file), EXPECT_FLOW_LOG);
  make_files();
  snprintf(expected, sizeof expected, "! 1:0 %s", why);
  expect(PATHS("header", "!other"), POLICY_COLLECT, expected);
  expect(PATHS("header", AWS), POLICY_FAIL, expected);
  expect(PATHS("header", "other"), POLICY_COLLECT, "");
  struct outcome o = run(PATHS("header", "likely"), POLICY_FAIL, -1);
  assert_memory_equal(o.text.p, "! 1:0 FORMAT ", 13);
  bytes_free(&o.text);
}

/* When no file is a flow log, that is an error, if problems are. */
static void test_nothing_usable(void **state) {
  (void)state;
  make_files();
  for (int skip = 0; skip < 2; skip++) {
    struct outcome o = run(PATHS("notes", "other"), skip ? POLICY_SKIP : POLICY_FAIL, -1);
    assert_int_equal(o.rc, ERR_FORMAT);
    assert_non_null(strstr(o.e.text, "none of the 2 files"));
    assert_non_null(strstr(o.e.text, "'notes'"));
    assert_non_null(strstr(o.e.text, "is no flow log: its first line"));
    bytes_free(&o.text);
  }
  expect(PATHS("notes", "other"), POLICY_COLLECT, "");
  expect(PATHS("notes", "empty"), POLICY_FAIL, "");
}

/* Stopped at any time it asks: what came is a beginning of the whole. */
static void test_stop(void **state) {
  struct bytes file = {0};
  enum err_code rc = ERR_INTERRUPT;
  int stopped = 0;
  (void)state;
  make_files();
  bytes_print(&file, HEADER);
  for (int i = 0; i < 5000; i++) bytes_print(&file, "2 10.0.0.1 %d\n", i);
  bytes_repeat(&file, 'x', 2000000); /* a very long line is interruptible too */
  write_file("large", file.p, file.n);
  struct outcome whole = run(PATHS("good", "large", "other"), POLICY_COLLECT, -1);
  assert_int_equal(whole.rc, ERR_NONE);
  for (int after = 0; rc; after++, stopped++) {
    struct outcome o = run(PATHS("good", "large", "other"), POLICY_COLLECT, after);
    rc = o.rc;
    assert_true(rc == ERR_NONE || rc == ERR_INTERRUPT);
    assert_true(rc ? o.text.n <= whole.text.n : o.text.n == whole.text.n);
    assert_memory_equal(o.text.p, whole.text.p, o.text.n);
    bytes_free(&o.text);
  }
  assert_in_range(stopped, 12, 100); /* five windows of lines, seven pieces of the long one at least */
  bytes_free(&whole.text);
  bytes_free(&file);
}

/* Columns that nobody wants are not filled, and change nothing else. */
static void test_wanted(void **state) {
  (void)state;
  make_files();
  memset(wanted, 0, sizeof wanted);
  expect(PATHS("good"), POLICY_FAIL, "0:2\n0:3\n");
  expect(PATHS("bad"), POLICY_FAIL, "0:2\n! 0:3 LINE srcaddr is 'x', not an IP address | 2 x 80\n");
  wanted[FIELD_dstport] = wanted[COLUMN_RAW] = 1;
  expect(PATHS("good"), POLICY_FAIL, "0:2 dstport=80 _raw=2 10.0.0.1 80\n0:3 dstport=81 _raw=2 10.0.0.1 81\n");
  for (int f = 0; f < FIELD_COUNT; f++) wanted[f] = 1;
  wanted[COLUMN_RAW] = 0;
}

/* Closed at any time. */
static void test_close_early(void **state) {
  static struct scan s;
  struct files files = list_of(PATHS("bad", "good.gz", "header", "good"));
  struct scan_options options = {.reader = {.confine = &unconfined, .policy = POLICY_COLLECT}};
  int before = open_files();
  size_t live = mem_test_live();
  (void)state;
  make_files();
  for (int calls = 0; calls < 6; calls++) {
    struct err e = {0};
    const struct batch *b;
    assert_int_equal(scan_open(&s, &files, wanted, &options, &e), ERR_NONE);
    for (int i = 0; i < calls; i++) scan_next(&s, &b, &e);
    scan_close(&s, NULL);
    assert_int_equal(open_files(), before);
    assert_int_equal(mem_test_live(), live);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_order),          cmocka_unit_test(test_problems), cmocka_unit_test(test_expectation),
      cmocka_unit_test(test_nothing_usable), cmocka_unit_test(test_stop),     cmocka_unit_test(test_wanted),
      cmocka_unit_test(test_close_early),
  };
  for (int f = 0; f < FIELD_COUNT; f++) wanted[f] = 1;
  return finish(cmocka_run_group_tests(tests, enter_temp_folder, leave_temp_folder));
}
