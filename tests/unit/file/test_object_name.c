/* SPDX-License-Identifier: MIT */
/*
** Keys of S3 objects: AWS's three forms of folders, ids of both lengths, and names that only look
** like such keys.
*/
#include "helpers.h"

#include "file/object_name.h"

#define STEM8  "123456789012_vpcflowlogs_us-east-1_fl-1234abcd_20180620T1620Z_fe123456"
#define STEM17 "210987654321_vpcflowlogs_eu-west-1_fl-0a1b2c3d4e5f60718_20240501T0005Z_1a2b3c4d"
#define PLAIN  "AWSLogs/123456789012/vpcflowlogs/us-east-1/2018/06/20/"
#define HIVE                                                                                                           \
  "AWSLogs/aws-account-id=210987654321/aws-service=vpcflowlogs/aws-region=eu-west-1/year=2024/month=05/day=01/"

#define T8   INT64_C(1529511600) /* 2018-06-20 16:20 */
#define T17  INT64_C(1714521900) /* 2024-05-01 00:05 */
#define NONE OBJECT_NAME_NO_TIME

static const struct {
  const char *path;
  int is_flow_log;
  const char *account, *region, *id; /* NULL when the path does not say it */
  int64_t delivered;
} table[] = {
    /* the name alone */
    {STEM8 ".log.gz", 1, "123456789012", "us-east-1", "fl-1234abcd", T8},
    {STEM17 ".log.gz", 1, "210987654321", "eu-west-1", "fl-0a1b2c3d4e5f60718", T17},
    {STEM17 ".log.parquet", 1, "210987654321", "eu-west-1", "fl-0a1b2c3d4e5f60718", T17},
    {STEM17 ".log", 1, "210987654321", "eu-west-1", "fl-0a1b2c3d4e5f60718", T17},
    {STEM17, 1, "210987654321", "eu-west-1", "fl-0a1b2c3d4e5f60718", T17},
    /* in AWS's folders */
    {PLAIN STEM8 ".log.gz", 1, "123456789012", "us-east-1", "fl-1234abcd", T8},
    {PLAIN "16/" STEM8 ".log.gz", 1, "123456789012", "us-east-1", "fl-1234abcd", T8},
    {"/data/pre/fix/" PLAIN STEM8 ".log.gz", 1, "123456789012", "us-east-1", "fl-1234abcd", T8},
    {HIVE STEM17 ".log.gz", 1, "210987654321", "eu-west-1", "fl-0a1b2c3d4e5f60718", T17},
    {HIVE "hour=00/" STEM17 ".log.parquet", 1, "210987654321", "eu-west-1", "fl-0a1b2c3d4e5f60718", T17},
    /* the name decides */
    {HIVE STEM8 ".log.gz", 1, "123456789012", "us-east-1", "fl-1234abcd", T8},
    /* the folders say what the name does not */
    {PLAIN "part.log", 0, "123456789012", "us-east-1", NULL, NONE},
    {PLAIN "16/part.log", 0, "123456789012", "us-east-1", NULL, NONE},
    {"//data//" PLAIN "part.log", 0, "123456789012", "us-east-1", NULL, NONE},
    {HIVE "part.log", 0, "210987654321", "eu-west-1", NULL, NONE},
    {HIVE "hour=00/part.log", 0, "210987654321", "eu-west-1", NULL, NONE},
    {"aws-region=eu-west-1/part.log", 0, NULL, "eu-west-1", NULL, NONE},
    {"vpcflowlogs/us-east-1/part.log", 0, NULL, "us-east-1", NULL, NONE},
    {"1/vpcflowlogs/part.log", 0, NULL, NULL, NULL, NONE}, /* the region's place is taken by the name itself */
    /* neither name nor folders say anything */
    {"", 0, NULL, NULL, NULL, NONE},
    {"/", 0, NULL, NULL, NULL, NONE},
    {"part.log", 0, NULL, NULL, NULL, NONE},
    {"a/b/c/part.log", 0, NULL, NULL, NULL, NONE},
    {"aws-account-id=/aws-region=/part.log", 0, NULL, NULL, NULL, NONE},
    {STEM8 "/", 0, NULL, NULL, NULL, NONE},
    /* names that differ a little from the rule */
    {"123456789012_vpcflowlogs_us-east-1_fl-1234abcd_20180620T1620Z.log.gz", 0, NULL, NULL, NULL, NONE},
    {"123456789012_CloudTrail_us-east-1_fl-1234abcd_20180620T1620Z_fe123456.json.gz", 0, NULL, NULL, NULL, NONE},
    {"123456789012_vpcflowlog_us-east-1_fl-1234abcd_20180620T1620Z_fe123456.log.gz", 0, NULL, NULL, NULL, NONE},
    {"123456789012_vpcflowlogs_us-east-1_1234abcd_20180620T1620Z_fe123456.log.gz", 0, NULL, NULL, NULL, NONE},
    {"123456789012_vpcflowlogs_us-east-1_fl-_20180620T1620Z_fe123456.log.gz", 0, NULL, NULL, NULL, NONE},
    {"123456789012_vpcflowlogs_us-east-1_fl-1234abcd_20181320T1620Z_fe123456.log.gz", 0, NULL, NULL, NULL, NONE},
    {"123456789012_vpcflowlogs_us-east-1_fl-1234abcd_20180600T1620Z_fe123456.log.gz", 0, NULL, NULL, NULL, NONE},
    {"123456789012_vpcflowlogs_us-east-1_fl-1234abcd_20180620T2420Z_fe123456.log.gz", 0, NULL, NULL, NULL, NONE},
    {"123456789012_vpcflowlogs_us-east-1_fl-1234abcd_20180620T1660Z_fe123456.log.gz", 0, NULL, NULL, NULL, NONE},
    {"123456789012_vpcflowlogs_us-east-1_fl-1234abcd_20180620 1620Z_fe123456.log.gz", 0, NULL, NULL, NULL, NONE},
    {"123456789012_vpcflowlogs_us-east-1_fl-1234abcd_20180620T1620_fe123456.log.gz", 0, NULL, NULL, NULL, NONE},
    {"123456789012_vpcflowlogs_us-east-1_fl-1234abcd_2018062oT1620Z_fe123456.log.gz", 0, NULL, NULL, NULL, NONE},
    {"12345 vpcflowlogs us-east-1 fl-1234abcd 20180620T1620Z fe123456.log.gz", 0, NULL, NULL, NULL, NONE},
};

static void check_part(const struct object_name_part *part, const char *expected, const char *path) {
  if (!expected) {
    CHECK(part->p == NULL, "%s says '%.*s'", path, (int)part->n, part->p);
    return;
  }
  CHECK(part->p && part->n == strlen(expected) && !memcmp(part->p, expected, part->n), "%s: '%.*s', not '%s'", path,
        part->p ? (int)part->n : 0, part->p ? part->p : "", expected);
  CHECK(part->p >= path && part->p + part->n <= path + strlen(path), "%s: '%s' lies in the path", path, expected);
}

static void test_table(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT(table); i++) {
    struct object_name k;
    memset(&k, 0xa5, sizeof k);
    object_name_parse(&k, table[i].path);
    CHECK(k.is_flow_log == table[i].is_flow_log, "%s", table[i].path);
    CHECK(k.delivered == table[i].delivered, "%s: %lld", table[i].path, (long long)k.delivered);
    check_part(&k.account, table[i].account, table[i].path);
    check_part(&k.region, table[i].region, table[i].path);
    check_part(&k.flow_log_id, table[i].id, table[i].path);
  }
}

/*
** Every beginning of a key, and every key with a byte changed: nothing outside of it is read, and
** times are in range.
*/
static void test_damaged(void **state) {
  static const char key[] = HIVE "hour=00/" STEM17 ".log.gz";
  (void)state;
  for (size_t n = 0; n < sizeof key; n++)
    for (int c = 0; c < 3; c++) {
      struct object_name k;
      char *copy = strdup(key); /* an allocation of its own, so that sanitizers notice a read too far */
      if (!copy) abort();
      if (c == 0) copy[n] = 0;
      else if (copy[n]) copy[n] = "_/"[c - 1];
      object_name_parse(&k, copy);
      CHECK(!k.is_exact || k.is_flow_log, "%s", copy);
      if (k.is_flow_log) CHECK(k.delivered >= 0 && k.flow_log_id.p && k.account.p && k.region.p, "%s", copy);
      else CHECK(k.delivered == OBJECT_NAME_NO_TIME && !k.flow_log_id.p, "%s", copy);
      free(copy);
    }
}

/* What `aws s3` writes while it downloads, and names that only look like it. */
static void test_partial(void **state) {
  static const struct {
    const char *path;
    int is_partial;
  } names[] = {
      {STEM8 ".log.gz.6eF5bC3a", 1},  {PLAIN STEM17 ".log.gz.00000000", 1},
      {STEM8 ".log.ABCDEFab", 1},     {STEM8 ".log.parquet.12345678", 1},
      {STEM8 ".log.gz", 0},           {STEM8 ".log.gz.6eF5bC3", 0},
      {STEM8 ".log.gz.6eF5bC3a0", 0}, {STEM8 ".log.gz.original", 0},
      {STEM8 ".log.gz.20251009", 0},  {PLAIN STEM17 ".log.20240229", 0}, /* a date, by logrotate */
      {STEM8 ".log.gz.20250229", 1},  {STEM8 ".log.gz.20251310", 1},
      {STEM8 ".log.gz.2025100a", 1},  {STEM8 ".log.gz.19991231", 1},
      {STEM8 ".log.gz.6eF5bC3_", 0},  {STEM8 ".log.gz6eF5bC3a", 0},
      {STEM8 ".6eF5bC3a", 0},         {STEM8 ".log.gz.6eF5bC3a.gz", 0},
      {"part.log.gz.6eF5bC3a", 0},    {"6eF5bC3a", 0},
  };
  (void)state;
  for (size_t i = 0; i < COUNT(names); i++) {
    struct object_name k;
    object_name_parse(&k, names[i].path);
    CHECK(k.is_partial == names[i].is_partial, "%s", names[i].path);
    if (strstr(names[i].path, ".log.gz.20251009")) CHECK(k.is_flow_log && !k.is_exact, "%s", names[i].path);
    if (k.is_partial) CHECK(!k.is_flow_log && !k.is_exact && k.delivered == NONE, "%s", names[i].path);
  }
}

/* Names to which nothing was added, and others that follow the rule. */
static void test_exact(void **state) {
  static const char *const exact[] = {STEM8 ".log.gz", HIVE STEM17 ".log.gz", "/data/" PLAIN "x/" STEM8 ".log",
                                      STEM8 ".log.parquet", STEM8 "aZ.log"};
  static const char *const others[] = {STEM8,          STEM8 ".gz",        STEM8 ".log.",    STEM8 ".log.gz.gz",
                                       STEM8 ".txt",   STEM8 ".0.log.gz",  STEM8 ".log.gz~", STEM8 "-copy.log.gz",
                                       STEM8 "_2.log", STEM8 " (1).log.gz"};
  struct object_name k;
  (void)state;
  for (size_t i = 0; i < COUNT(exact); i++) {
    object_name_parse(&k, exact[i]);
    CHECK(k.is_exact && k.is_flow_log, "%s", exact[i]);
  }
  for (size_t i = 0; i < COUNT(others); i++) {
    object_name_parse(&k, others[i]);
    CHECK(!k.is_exact && k.is_flow_log && k.is_copy == !!strstr(others[i], " (1)"), "%s", others[i]);
  }
  object_name_parse(&k, PLAIN "x.log");
  assert_false(k.is_exact);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_table), cmocka_unit_test(test_exact),
                                     cmocka_unit_test(test_partial), cmocka_unit_test(test_damaged)};
  return finish(cmocka_run_group_tests(tests, NULL, NULL));
}
