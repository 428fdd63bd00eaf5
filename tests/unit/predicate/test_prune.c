/* SPDX-License-Identifier: MIT */
/* Tests which files are opened, depending on their paths. */
#include "helpers.h"

#include "predicate/prune.h"

#define STEM   "123456789012_vpcflowlogs_us-east-1_fl-1234abcd_20240501T0005Z_fe123456"
#define KEY    "1/" STEM ".log.gz"
#define T      INT64_C(1714521900)
#define FOLDER "AWSLogs/123456789012/vpcflowlogs/us-east-1/2024/05/01/"

static int64_t late; /* the option, for the functions below */

static int keeps(struct predicate_term t, const char *path) {
  struct predicate p;
  struct err e = {0};
  predicate_init(&p);
  assert_int_equal(predicate_add(&p, &t, &e), ERR_NONE);
  predicate_finish(&p);
  int kept = prune_reason(&p, path, late) == PRUNE_NONE;
  predicate_clear(&p);
  return kept;
}

static int keeps_range(int field, int64_t low, int64_t high, const char *path) {
  struct predicate_term t = {
      .subject = (uint8_t)field, .op = PREDICATE_RANGE, .low = (uint64_t)low, .high = (uint64_t)high};
  return keeps(t, path);
}

static int keeps_text(int subject, const char *text, int negated, int null_passes, const char *path) {
  struct predicate_term t = {.subject = (uint8_t)subject,
                             .op = PREDICATE_EQUAL,
                             .negated = (uint8_t)negated,
                             .null_passes = (uint8_t)null_passes};
  struct err e = {0};
  assert_int_equal(predicate_set_text(&t.text, text, strlen(text), &e), ERR_NONE);
  return keeps(t, path);
}

/* The margins of prune.h, to the second. */
static void test_times(void **state) {
  (void)state;
  for (late = 0; late <= 3600; late += 3600) {
    assert_false(keeps_range(FIELD_start, 0, T - 961 - late, KEY));
    assert_true(keeps_range(FIELD_start, 0, T - 960 - late, KEY));
    assert_true(keeps_range(FIELD_start, T + 600, INT64_MAX, KEY));
    assert_false(keeps_range(FIELD_start, T + 601, INT64_MAX, KEY));
    assert_false(keeps_range(FIELD_end, 0, T - 361 - late, KEY));
    assert_true(keeps_range(FIELD_end, 0, T - 360 - late, KEY));
    assert_true(keeps_range(FIELD_end, T + 600, INT64_MAX, KEY));
    assert_false(keeps_range(FIELD_end, T + 601, INT64_MAX, KEY));
    assert_true(keeps_range(FIELD_bytes, 0, 0, KEY));
  }
  static const int64_t far[] = {T, INT64_MAX - 1, PRUNE_LATE_ANY};
  for (size_t i = 0; i < COUNT(far); i++) {
    late = far[i];
    assert_true(keeps_range(FIELD_start, 0, 0, KEY));
    assert_int_equal(keeps_range(FIELD_start, T + 601, INT64_MAX, KEY), late == PRUNE_LATE_ANY);
  }
  late = 0;
  assert_true(keeps_range(FIELD_start, 0, 0, /* there are no times below 0 */
                          "123456789012_vpcflowlogs_us-east-1_fl-1234abcd_19700101T0005Z_fe123456.log.gz"));
  struct predicate_term null = {.subject = FIELD_start, .op = PREDICATE_NEVER, .null_passes = 1};
  assert_true(keeps(null, KEY)); /* a record without a time may be in any file */
  null.null_passes = 0;
  assert_false(keeps(null, KEY));
}

/* Paths that say nothing of the records. */
static void test_others(void **state) {
  static const char *const paths[] = {
      "x.log",
      "2024/05/01/x.log",
      FOLDER "x.log",
      FOLDER "07/x.log",
      "AWSLogs/aws-account-id=123456789012/aws-service=vpcflowlogs/aws-region=us-east-1/year=2024/month=05/day=01/"
      "x.log",
      "year=2024/month=05/day=01/x.log",
      FOLDER STEM,
      FOLDER STEM ".merged.log.gz",
      FOLDER STEM ".log.1",
      FOLDER STEM ".log.gz.0",
      FOLDER STEM "-20240501T0600Z.log.gz",
      FOLDER STEM "_all.log.gz",
      FOLDER STEM " (1).log.gz",
  };
  (void)state;
  for (size_t i = 0; i < COUNT(paths); i++) {
    CHECK(keeps_range(FIELD_start, 0, 0, paths[i]), "%s", paths[i]);
    CHECK(keeps_range(FIELD_end, 0, 0, paths[i]), "%s", paths[i]);
    CHECK(keeps_text(FIELD_region, "us-east-2", 0, 0, paths[i]), "%s", paths[i]);
  }
}

static void test_parts(void **state) {
  static const char *const paths[] = {KEY, FOLDER STEM ".log"};
  (void)state;
  for (size_t i = 0; i < COUNT(paths); i++) {
    const char *path = paths[i];
    assert_true(keeps_text(FIELD_region, "us-east-1", 0, 0, path));
    assert_false(keeps_text(FIELD_region, "us-east-2", 0, 0, path));
    assert_false(keeps_text(FIELD_region, "us-east-1", 1, 0, path));
    assert_true(keeps_text(FIELD_region, "us-east-1", 1, 1, path)); /* IS NOT: a missing value passes */
    assert_true(keeps_text(FIELD_account_id, "123456789012", 0, 0, path));
    assert_true(keeps_text(FIELD_account_id, "210987654321", 0, 0, path)); /* in a shared VPC, see prune.h */
    assert_true(keeps_text(FIELD_account_id, "unknown", 0, 0, path));
    assert_true(keeps_text(FIELD_account_id, "123456789012", 1, 0, path));
    assert_true(keeps_text(FIELD_vpc_id, "x", 0, 0, path));
    assert_true(keeps_text(SUBJECT_FILE, path, 0, 0, path));
    assert_false(keeps_text(SUBJECT_FILE, "x", 0, 0, path));
  }
  assert_true(keeps_text(FIELD_region, "us-east-2", 0, 0, "x.log"));
}

/* No terms, and terms that must all hold. */
static void test_all(void **state) {
  struct predicate p;
  struct err e = {0};
  struct predicate_term t = {.subject = FIELD_start, .op = PREDICATE_RANGE, .low = T, .high = T};
  (void)state;
  predicate_init(&p);
  assert_int_equal(prune_reason(&p, KEY, 0), PRUNE_NONE);
  assert_int_equal(predicate_add(&p, &t, &e), ERR_NONE);
  assert_int_equal(prune_reason(&p, KEY, 0), PRUNE_NONE);
  t.subject = FIELD_end;
  t.low = t.high = T + 10000;
  assert_int_equal(predicate_add(&p, &t, &e), ERR_NONE);
  predicate_finish(&p);
  assert_int_equal(prune_reason(&p, KEY, 0), PRUNE_TIME);
  predicate_clear(&p);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_times),
      cmocka_unit_test(test_others),
      cmocka_unit_test(test_parts),
      cmocka_unit_test(test_all),
  };
  return finish(cmocka_run_group_tests(tests, NULL, NULL));
}
