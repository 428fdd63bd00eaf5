/* SPDX-License-Identifier: MIT */
/* Which fields the files of a list have. */
#include "helpers.h"

#include "scan/header_survey.h"

/* The fields' names, in the table's order, for a list of files. */
static void expect(const char *const *paths, const char *format, const char *expected) {
  struct formats *formats = NULL;
  struct file file[8];
  struct files files = {.file = file};
  struct bytes found = {0};
  uint8_t visible[FIELD_COUNT];
  struct err e = {0};
  struct scan_options options = {.reader = {.guard = &unconfined, .policy = POLICY_SKIP}};
  memset(file, 0, sizeof file);
  memset(visible, 0xa5, sizeof visible);
  for (; paths[files.n]; files.n++) file[files.n].path = paths[files.n];
  if (format) assert_non_null(formats = formats_new(format, &e));
  options.reader.formats = formats;
  assert_int_equal(header_survey(&files, &options, visible, &e), ERR_NONE);
  bytes_add(&found, "", 0);
  for (int f = 0; f < FIELD_COUNT; f++)
    if (visible[f]) bytes_print(&found, "%s ", fields[f].name);
  CHECK(!strcmp(found.p, expected), "%s...: %s", paths[0], found.p);
  bytes_free(&found);
  formats_free(formats);
}

#define PATHS(...) ((const char *const[]){__VA_ARGS__, NULL})

static void test_fields(void **state) {
  struct bytes gz = {0};
  (void)state;
  write_text("a", "version srcaddr dstport\n2 10.0.0.1 80\n");
  write_text("b", "\n\nstart end region unknown-field\n");
  write_text("c", "10.0.0.1 443\n");
  write_text("notes", "nothing of interest\n");
  write_text("blank", "\n\n\n");
  add_member(&gz, "version az-id\n5 use1-az1\n", 25);
  write_file("gz", gz.p, gz.n);
  write_file("cut", gz.p, 15);
  bytes_free(&gz);
  expect(PATHS("a"), NULL, "version srcaddr dstport ");
  expect(PATHS("a", "b"), NULL, "version srcaddr dstport start end region ");
  expect(PATHS("gz", "cut", "missing", "notes", "blank"), NULL, "version az_id ");
  expect(PATHS("cut", "missing", "notes", "blank"), NULL, "");
  expect(PATHS("c"), NULL, "");
  expect(PATHS("c"), "srcaddr dstport", "srcaddr dstport ");
  write_text("d", "10.0.0.1 443\n10.0.0.1 443 eu\n10.0.0.1 443\n");
  expect(PATHS("d"), "[\"srcaddr dstport region\", \"dstaddr srcport\", \"start end bytes\"]",
         "srcaddr dstaddr srcport dstport region ");
  expect(PATHS(NULL), NULL, "");
}

/* Of many files the first, the last and some between are read. */
static void test_many(void **state) {
  static struct file file[3 * HEADER_SURVEY_FILES];
  struct files files = {.file = file, .n = COUNT(file)};
  uint8_t visible[FIELD_COUNT];
  struct err e = {0};
  (void)state;
  write_text("first", "version srcaddr\n");
  write_text("last", "version dstaddr\n");
  write_text("between", "version action\n");
  for (size_t i = 0; i < files.n; i++) file[i].path = i == 0 ? "first" : i == files.n - 1 ? "last" : "between";
  assert_int_equal(header_survey(&files,
                                 &(struct scan_options){.reader = {.guard = &unconfined, .policy = POLICY_SKIP}},
                                 visible, &e),
                   ERR_NONE);
  assert_true(visible[FIELD_version] && visible[FIELD_srcaddr] && visible[FIELD_dstaddr] && visible[FIELD_action]);
  assert_false(visible[FIELD_start]);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_fields), cmocka_unit_test(test_many)};
  return finish(cmocka_run_group_tests(tests, enter_temp_folder, leave_temp_folder));
}
