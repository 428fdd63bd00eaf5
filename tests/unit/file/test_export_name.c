/* SPDX-License-Identifier: MIT */
/*
** Paths of exported files, and others that look nearly like them.
*/
#include "helpers.h"

#include "file/export_name.h"

#define TASK "d0c5a1de-0f3b-4a86-9b0c-6f1f3c2d1e0a"

static void test_paths(void **state) {
  static const struct {
    const char *path, *stream;
  } cases[] = {
      {"exportedlogs/" TASK "/eni-1-all/000000.gz", "eni-1-all"},
      {"/data/" TASK "/a b/000012", "a b"},
      {TASK "/s/000000.gz", "s"},
      {"x" TASK "/s/000000.gz", NULL},
      {TASK "0/s/000000.gz", NULL},
      {"s/000000.gz", NULL},
      {"000000.gz", NULL},
      {"/000000.gz", NULL},
      {TASK "//000000.gz", NULL},
      {TASK "/s/00000.gz", NULL},
      {TASK "/s/0000000.gz", NULL},
      {TASK "/s/000000.gz.1", NULL},
      {TASK "/s/", NULL},
      {"", NULL},
  };
  (void)state;
  for (size_t i = 0; i < COUNT(cases); i++) {
    size_t n = 0;
    const char *stream = export_name_stream(cases[i].path, &n);
    CHECK(!stream == !cases[i].stream, "%s", cases[i].path);
    if (stream) CHECK(n == strlen(cases[i].stream) && !memcmp(stream, cases[i].stream, n), "%s", cases[i].path);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_paths)};
  return finish(cmocka_run_group_tests(tests, NULL, NULL));
}
