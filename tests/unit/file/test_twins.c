/* SPDX-License-Identifier: MIT */
/* Which files of a list hold the same delivery, by their names. */
#include "helpers.h"

#include "file/twins.h"
#include "mem_test.h"

#define STEM  "123456789012_vpcflowlogs_us-east-1_fl-1234abcd_20180620T1620Z_fe123456"
#define OTHER "123456789012_vpcflowlogs_us-east-1_fl-1234abcd_20180620T1620Z_fe123457"

static void test_names(void **state) {
  static const struct {
    const char *path;
    int twin; /* index of the nearest file before it with the same delivery, or -1 */
  } table[] = {
      {"a/" OTHER ".log.gz", -1},
      {"a/" STEM ".log", -1},
      {"a/" STEM ".log.gz", 1}, /* unzipped beside the original */
      {"a/" STEM ".log.parquet", -1},
      {"a/b/" STEM ".log.gz", 2}, /* a copy in another folder */
      {STEM ".log.gz", 4},
      {"a/" STEM ".log.parquet.gz", -1},
      {"b/" STEM ".log.parquet", 3},
      {"a/" STEM, -1}, /* nobody knows what is in it */
      {"b/" STEM, -1},
      {"a/" STEM ".log.gz.bak", -1},
      {"b/" STEM ".log.gz.bak", -1},
      {"a/flow.log", -1},
      {"b/flow.log", -1},
      {"a/" STEM ".log/" OTHER ".log", 0},
      {"a/223456789012_vpcflowlogs_us-east-1_fl-1234abcd_20180620T1620Z_fe123456.log.gz", -1},
      {"a/123456789012_vpcflowlogs_us-east-2_fl-1234abcd_20180620T1620Z_fe123456.log.gz", -1},
      {"a/123456789012_vpcflowlogs_us-east-1_fl-1234abce_20180620T1620Z_fe123456.log.gz", -1},
      {"a/123456789012_vpcflowlogs_us-east-1_fl-1234abcd_20180620T1625Z_fe123456.log.gz", -1},
  };
  struct file file[COUNT(table)];
  struct files files = {.file = file, .n = COUNT(table)};
  struct err e = {0};
  (void)state;
  memset(file, 0, sizeof file);
  for (size_t i = 0; i < COUNT(table); i++) file[i].path = table[i].path;
  assert_int_equal(twins_link(&files, &e), ERR_NONE);
  for (size_t i = 0; i < COUNT(table); i++) {
    const struct file *expected = NULL; /* the next one, or else the first one */
    for (size_t k = i; table[k].twin >= 0;) expected = &file[k = (size_t)table[k].twin];
    for (size_t k = COUNT(table); k-- > 0;)
      if (table[k].twin == (int)i) expected = &file[k];
    CHECK(file[i].twin == expected, "%s", table[i].path);
    for (const struct file *twin = file[i].twin; twin && twin != &file[i]; twin = twin->twin)
      CHECK(twin->best_twin == file[i].best_twin && !twins_is_better(twin, file[i].best_twin), "%s", table[i].path);
    assert_int_equal(file[i].twin != NULL, file[i].best_twin != NULL);
  }
}

/* From the best to the worst, in another order than that of the list. */
static void test_better(void **state) {
  static const struct file list[] = {
      {.path = "b.log", .size = 0},      {.path = "c.log.gz", .size = 50}, {.path = "d.log.gz", .size = -1},
      {.path = "e.log.gz", .size = 100}, {.path = "f.log", .size = 800},   {.path = "g.log.gz", .size = 100},
      {.path = "h.log", .size = 900},    {.path = "i.log.gz", .size = 0},
  };
  static const int order[] = {3, 5, 1, 6, 4, 7, 2, 0};
  (void)state;
  for (size_t i = 0; i < COUNT(order); i++)
    for (size_t k = 0; k < COUNT(order); k++)
      CHECK(twins_is_better(&list[order[i]], &list[order[k]]) == (i < k), "%s, %s", list[order[i]].path,
            list[order[k]].path);
}

/* Every name in each of several folders, in a table that is as full as it gets. */
static void test_many(void **state) {
  enum { NAMES = 2048, FOLDERS = 2, N = NAMES * FOLDERS };
  static struct file file[N];
  static char path[N][128];
  struct files files = {.file = file, .n = N};
  struct err e = {0};
  (void)state;
  for (int i = 0; i < N; i++) {
    snprintf(path[i], sizeof path[i], "%d/1_vpcflowlogs_us-east-1_fl-1_20180620T1620Z_%d.log%s", i / NAMES, i % NAMES,
             i % 3 ? "" : ".gz");
    file[i].path = path[i];
  }
  assert_int_equal(twins_link(&files, &e), ERR_NONE);
  for (int i = 0; i < N; i++) CHECK(file[i].twin == &file[(i + NAMES) % N], "%s", path[i]);
}

/*
** A hundred thousand names that end alike, and as many copies of one delivery.  Time that grows with
** the square of them would be minutes.
*/
static void test_alike(void **state) {
  enum { N = 200000 };
  static struct file file[N];
  static char path[N][100];
  struct files files = {.file = file, .n = N};
  struct err e = {0};
  (void)state;
  for (int i = 0; i < N; i++) {
    if (i % 2) snprintf(path[i], sizeof path[i], "a/%06d-flow-logs-export.log", i);
    else snprintf(path[i], sizeof path[i], "%d/" STEM ".log", i);
    file[i].path = path[i];
    file[i].size = i;
  }
  assert_int_equal(twins_link(&files, &e), ERR_NONE);
  for (int i = 0; i < N; i++) assert_ptr_equal(file[i].best_twin, i % 2 ? NULL : &file[N - 2]);
}

static void test_no_memory(void **state) {
  struct file file[2] = {{.path = STEM ".log"}, {.path = "a/" STEM ".log"}};
  struct files files = {.file = file, .n = 2};
  struct err e = {0};
  (void)state;
  mem_test_fail(1, 0);
  assert_int_equal(twins_link(&files, &e), ERR_NOMEM);
  mem_test_fail(0, 0);
  files.n = 1;
  memset(&e, 0, sizeof e);
  assert_int_equal(twins_link(&files, &e), ERR_NONE);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_names), cmocka_unit_test(test_better),
                                     cmocka_unit_test(test_many), cmocka_unit_test(test_alike),
                                     cmocka_unit_test(test_no_memory)};
  return finish(cmocka_run_group_tests(tests, NULL, NULL));
}
