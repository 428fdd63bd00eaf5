/* SPDX-License-Identifier: MIT */
/* Past bugs, a test each: what a header promised and the code did not do. */
#include "helpers.h"

#include "file/discover.h"
#include "file/object_name.h"
#include "scan/reader.h"
#include "scan/scan.h"
#include "scan/header_survey.h"

static struct root_guard guard;
static size_t max_files = 1000;

static void found(const char *a, const char *b, struct files *files, struct bytes *text) {
  const char *paths[2] = {a, b};
  struct discover_options options = {.guard = &guard, .max_files = max_files};
  struct err e = {0};
  files_init(files);
  memset(text, 0, sizeof *text);
  bytes_add(text, "", 0);
  if (discover(files, paths, b ? 2 : 1, &options, &e)) bytes_print(text, "%s", e.text);
  else
    for (size_t i = 0; i < files->n; i++) bytes_print(text, "%s|", files->file[i].path);
}

static void expect(const char *a, const char *b, const char *expected) {
  struct files files;
  struct bytes text;
  found(a, b, &files, &text);
  files_clear(&files);
  CHECK(!strcmp(text.p, expected), "'%s' '%s': '%s', not '%s'", a, b ? b : "", text.p, expected);
  bytes_free(&text);
}

static void make_tree(void) {
  guard = unconfined;
  unlink("r/leads-out.txt");
  unlink("r/dangling");
  make_folder("r");
  make_folder("r/s");
  make_folder("r/empty");
  write_text("r/1.log", "x");
  write_text("r/s/2.log", "x");
  write_text("top.log", "x");
}

/* A pattern below FLOWLOGS_ROOT finds what is there, though it begins outside. */
static void test_pattern_in_root(void **state) {
  char pattern[PATH_MAX + 16], expected[PATH_MAX + 16];
  struct err e = {0};
  (void)state;
  make_tree();
  assert_int_equal(root_guard_init(&guard, "r", &e), ERR_NONE);
  snprintf(pattern, sizeof pattern, "%s/r/*.log", temp_folder);
  snprintf(expected, sizeof expected, "%s/r/1.log|", temp_folder);
  expect(pattern, NULL, expected);
  guard = unconfined;
}

/* The same with a relative one. */
static void test_relative_pattern_in_root(void **state) {
  struct err e = {0};
  (void)state;
  make_tree();
  assert_int_equal(root_guard_init(&guard, "r/s", &e), ERR_NONE);
  expect("r/s/*.log", NULL, "r/s/2.log|");
  guard = unconfined;
}

static void test_no_files_in_scan(void **state) {
  static struct scan s;
  static const uint8_t nothing[COLUMN_COUNT];
  struct files files = {0};
  struct scan_options options = {.reader = {.guard = &unconfined, .policy = POLICY_FAIL}};
  struct err e = {0};
  const struct batch *b;
  (void)state;
  assert_int_equal(scan_open(&s, &files, nothing, &options, &e), ERR_NONE);
  scan_next(&s, &b, &e);
  scan_close(&s, NULL);
}

static void test_named_with_its_folder(void **state) {
  struct files files;
  struct bytes text;
  (void)state;
  make_tree();
  found("r", "r/1.log", &files, &text);
  int named = files.file[0].named;
  files_clear(&files);
  assert_string_equal(text.p, "r/1.log|r/s/2.log|");
  bytes_free(&text);
  assert_int_equal(named, 1);
}

static void test_nowhere_twice(void **state) {
  (void)state;
  make_tree();
  make_link("nowhere", "r/dangling");
  expect("r", "r/d*", "r/1.log|r/dangling|r/s/2.log|");
}

static void test_stars_first(void **state) {
  (void)state;
  unlink("r/dangling");
  make_tree();
  expect("**/*.log", NULL, "r/1.log|r/s/2.log|top.log|");
}

/* Under UBSan: qsort(NULL, 0, ...). */
static void test_empty_folder(void **state) {
  (void)state;
  make_tree();
  expect("r/empty", NULL, "there is no file in the folder 'r/empty'");
}

static void test_account_is_not_empty(void **state) {
  struct object_name k;
  (void)state;
  object_name_parse(&k, "/vpcflowlogs/us-east-1/x.log");
  assert_null(k.account.p);
}

static struct batch batch;

static void read_file(const char *path, struct bytes *text) {
  static struct reader r;
  struct reader_options options = {.guard = &unconfined, .policy = POLICY_COLLECT};
  struct err e = {0};
  memset(text, 0, sizeof *text);
  assert_int_equal(reader_init(&r, &options, &e), ERR_NONE);
  reader_open(&r, path, EXPECT_FLOW_LOG);
  batch_reset(&batch);
  for (enum reader_result rc = READER_MORE; rc < READER_END;) {
    rc = reader_next(&r, &batch, &e);
    if (rc == READER_MORE) continue;
    print_batch(text, &batch);
    batch_reset(&batch);
  }
  reader_clear(&r);
}

/* The line is the file's, whatever windows of blank lines come before. */
static void test_line_of_bad_header(void **state) {
  struct bytes file = {0}, text;
  (void)state;
  bytes_repeat(&file, '\n', 5000);
  bytes_print(&file, "version start start\n");
  write_file("file", file.p, file.n);
  read_file("file", &text);
  assert_string_equal(text.p, "! 0:5001 FORMAT names the field start twice | version start start\n");
  bytes_free(&file);
  bytes_free(&text);
}

/* What the first lines decide does not depend on how many blank lines are before them. */
static void test_blank_lines_first(void **state) {
  static const char exchanged[] = "end start\n5 9\n5 9\n5 9\n5 9\n5 9\n", late[] = "hello\nversion dstport\n2 443\n";
  static const size_t blanks[] = {0, 1, 255, 256, 300, 1022, 1023, 1024, 5000};
  (void)state;
  for (size_t i = 0; i < COUNT(blanks); i++)
    for (int k = 0; k < 2; k++) {
      struct bytes file = {0}, text, expected = {0};
      bytes_repeat(&file, '\n', blanks[i]);
      bytes_print(&file, "%s", k ? late : exchanged);
      write_file("file", file.p, file.n);
      read_file("file", &text);
      bytes_print(&expected, "0:%zu version=2 dstport=443\n", blanks[i] + 3);
      if (k) CHECK(!strncmp(text.p, expected.p, expected.n), "%zu blank lines: %s", blanks[i], text.p);
      else CHECK(strstr(text.p, "seems to have start and end exchanged"), "%zu blank lines: %s", blanks[i], text.p);
      bytes_free(&file);
      bytes_free(&text);
      bytes_free(&expected);
    }
}

/*
** A line that goes on in a member whose first bytes are damaged, or cut, is no row: its last
** value is not whole.
*/
static void test_half_a_line(void **state) {
  for (int cut = 0; cut < 2; cut++) {
    struct bytes gz = {0}, text;
    (void)state;
    add_member(&gz, "version region dstport\n2 a 1\n2 b 123", 36);
    size_t second = gz.n;
    add_member(&gz, "45\n2 c 3\n", 9);
    if (!cut) gz.p[second] ^= 1;
    write_file("file", gz.p, cut ? second + 1 : gz.n);
    read_file("file", &text);
    CHECK(!strstr(text.p, "dstport=123"), "%s", text.p);
    bytes_free(&gz);
    bytes_free(&text);
  }
}

/* A failed allocation in source_open() is ERR_NOMEM, and no field is missed for it. */
static void test_survey_no_memory(void **state) {
  struct file file = {.path = "s.gz"};
  struct files files = {.file = &file, .n = 1};
  (void)state;
  write_gzip("s.gz", "version srcaddr dstport\n", 24);
  for (size_t n = 1;; n++) {
    uint8_t visible[FIELD_COUNT];
    struct err e = {0};
    mem_test_fail(n, 0);
    enum err_code rc = header_survey(
        &files, &(struct scan_options){.reader = {.guard = &unconfined, .policy = POLICY_SKIP}}, visible, &e);
    size_t calls = mem_test_calls();
    mem_test_fail(0, 0);
    CHECK((n <= calls && rc == ERR_NOMEM) || (!rc && visible[FIELD_dstport]), "allocation %zu: %d", n, (int)rc);
    if (n > calls) break;
  }
}

int main(void) {
  uint8_t wanted[COLUMN_COUNT];
  struct err e = {0};
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_pattern_in_root),      cmocka_unit_test(test_relative_pattern_in_root),
      cmocka_unit_test(test_no_files_in_scan),     cmocka_unit_test(test_named_with_its_folder),
      cmocka_unit_test(test_nowhere_twice),        cmocka_unit_test(test_stars_first),
      cmocka_unit_test(test_account_is_not_empty), cmocka_unit_test(test_line_of_bad_header),
      cmocka_unit_test(test_half_a_line),          cmocka_unit_test(test_survey_no_memory),
      cmocka_unit_test(test_empty_folder),         cmocka_unit_test(test_blank_lines_first),
  };
  memset(wanted, 1, sizeof wanted);
  wanted[COLUMN_RAW] = 0;
  batch_init(&batch, wanted, &e);
  int failed = cmocka_run_group_tests(tests, enter_temp_folder, leave_temp_folder);
  batch_clear(&batch);
  return finish(failed);
}
