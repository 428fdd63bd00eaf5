/* SPDX-License-Identifier: MIT */
/* Compares what paths give with what is written beside them. */
#include "helpers.h"

#include "record/path_fields.h"

#define NAME "123456789012_vpcflowlogs_us-east-1_fl-1234abcd_20240501T0005Z_fe123456.log.gz"
#define LONG "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuv" /* PATH_FIELD_BYTES */

static const struct {
  const char *path, *account, *region; /* NULL: the path does not give it */
} paths[] = {
    {NAME, "123456789012", "us-east-1"},
    {"/other/" NAME, "123456789012", "us-east-1"},
    {"AWSLogs/999999999999/vpcflowlogs/eu-west-1/" NAME, "123456789012", "us-east-1"},
    {"AWSLogs/123456789012/vpcflowlogs/us-gov-west-1/2024/05/01/part.log", "123456789012", "us-gov-west-1"},
    {"aws-account-id=012345678901/aws-service=vpcflowlogs/aws-region=eu-west-1/part-0", "012345678901", "eu-west-1"},
    {"account-id=012345678901/a.log", "012345678901", NULL},
    {"logs/vpcflowlogs/My Folder/a.log", NULL, NULL},
    {"web/vpcflowlogs/eu-west-1/a.log", NULL, "eu-west-1"},
    {"12345678901/vpcflowlogs/-/a.log", NULL, NULL},
    {"1234567890123/vpcflowlogs/EU-WEST-1/a.log", NULL, NULL},
    {"12345678901x/vpcflowlogs/" LONG "/a.log", NULL, LONG},
    {"12345678901x/vpcflowlogs/" LONG "w/a.log", NULL, NULL},
    {"vpcflowlogs/a.log", NULL, NULL},
    {"a.log", NULL, NULL},
    {"", NULL, NULL},
};

static void check_item(const struct path_fields *p, int field, const char *expected, const char *path) {
  int i = path_fields_find(p, field);
  if (!expected) {
    CHECK(i == -1, "%s", path);
    return;
  }
  CHECK(i >= 0 && p->item[i].n == strlen(expected) && !memcmp(p->item[i].text, expected, p->item[i].n), "%s", path);
  for (size_t k = p->item[i].n; k < sizeof p->item[i].text; k++) assert_int_equal(p->item[i].text[k], 0);
}

static void test_paths(void **state) {
  struct path_fields p;
  (void)state;
  for (size_t i = 0; i < COUNT(paths); i++) {
    path_fields_of(&p, paths[i].path);
    check_item(&p, FIELD_account_id, paths[i].account, paths[i].path);
    check_item(&p, FIELD_region, paths[i].region, paths[i].path);
    assert_int_equal(path_fields_find(&p, FIELD_srcaddr), -1);
    assert_int_equal(p.n, (paths[i].account != NULL) + (paths[i].region != NULL));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_paths)};
  return finish(cmocka_run_group_tests(tests, NULL, NULL));
}
