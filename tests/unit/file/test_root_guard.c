/* SPDX-License-Identifier: MIT */
/*
** Which paths lie in FLOWLOGS_ROOT and which do not.
*/
#include "helpers.h"

#include "file/root_guard.h"

/*
** root/  in/  file  to-in -> in  out -> ../other  up -> ..     other/  secret     root-2/     loop -> loop
*/
static int make_tree(void **state) {
  if (enter_temp_folder(state)) return -1;
  make_folder("root");
  make_folder("root/in");
  make_folder("other");
  make_folder("root-2");
  write_text("root/file", "");
  write_text("other/secret", "");
  make_link("in", "root/to-in");
  make_link("../other", "root/out");
  make_link("..", "root/up");
  make_link("loop", "root/loop");
  make_link("root", "to-root");
  return 0;
}

static void test_roots(void **state) {
  static const char *const good[] = {"root", "root/", "./root//", "root/in/..", "to-root", "other/../root"};
  static const char *const bad[] = {"missing", "root/file", "root/file/", "root/loop", " root"};
  char expected[PATH_MAX + 8];
  struct root_guard c;
  (void)state;
  snprintf(expected, sizeof expected, "%s/root", temp_folder);
  for (size_t i = 0; i < COUNT(good); i++) {
    struct err e = {0};
    assert_int_equal(root_guard_init(&c, good[i], &e), ERR_NONE);
    assert_string_equal(c.root, expected);
  }
  for (size_t i = 0; i < COUNT(bad); i++) {
    struct err e = {0};
    CHECK(root_guard_init(&c, bad[i], &e) == ERR_ARGUMENT, "'%s'", bad[i]);
    assert_non_null(strstr(e.text, bad[i]));
  }
}

static void test_no_root(void **state) {
  static const char *const none[] = {NULL, "", "/"};
  (void)state;
  for (size_t i = 0; i < COUNT(none); i++) {
    struct root_guard c;
    struct err e = {0};
    char buffer[PATH_MAX];
    const char *use = NULL;
    memset(&c, 0xa5, sizeof c);
    assert_int_equal(root_guard_init(&c, none[i], &e), ERR_NONE);
    assert_int_equal(root_guard_path(&c, "root/../missing", buffer, &use, &e), ERR_NONE);
    assert_string_equal(use, "root/../missing");
  }
}

static void test_paths(void **state) {
  static const struct {
    const char *path, *use; /* NULL when it is outside; "" when it does not exist, and is returned as it is */
  } table[] = {
      {"root", ""},
      {"root/file", "/file"},
      {"root/in/../file", "/file"},
      {"other/../root/file", "/file"},
      {"to-root/file", "/file"},
      {"root/to-in", "/in"},
      {"root/up/root/in", "/in"},
      {"root/missing", "-"},
      {"root/missing/deep/er", "-"},
      {"root/in/*.log", "-"},
      {"root/file/x", "-"},
      {"other", NULL},
      {"other/secret", NULL},
      {"other/missing", NULL},
      {"missing", NULL},
      {".", NULL},
      {"", NULL},
      {"/", NULL},
      {"/etc/passwd", NULL},
      {"/missing", NULL},
      {"root/..", NULL},
      {"root/../other/secret", NULL},
      {"root/out", NULL},
      {"root/out/secret", NULL},
      {"root/out/missing", NULL},
      {"root/up", NULL},
      {"root/up/other", NULL},
      {"root-2", NULL},
      {"root-2/missing", NULL},
      {"root/loop", NULL},
  };
  struct root_guard c;
  struct err e = {0};
  (void)state;
  assert_int_equal(root_guard_init(&c, "root", &e), ERR_NONE);
  for (size_t i = 0; i < COUNT(table); i++)
    for (int absolute = 0; absolute < 2; absolute++) {
      char path[2 * PATH_MAX], expected[2 * PATH_MAX], buffer[PATH_MAX];
      const char *use = NULL;
      memset(&e, 0, sizeof e);
      if (absolute && *table[i].path == '/') continue;
      snprintf(path, sizeof path, "%s%s%s", absolute ? temp_folder : "", absolute ? "/" : "", table[i].path);
      enum err_code rc = root_guard_path(&c, path, buffer, &use, &e);
      CHECK(rc == (table[i].use ? ERR_NONE : ERR_ARGUMENT), "'%s': %s", path, e.text);
      if (rc) CHECK(strstr(e.text, "FLOWLOGS_ROOT"), "'%s': %s", path, e.text);
      if (rc) continue;
      snprintf(expected, sizeof expected, "%s/root%s", temp_folder, table[i].use);
      assert_string_equal(use, *table[i].use == '-' ? path : expected);
    }
}

/* A path longer than any system allows is refused or left to open(), and overflows no buffer. */
static void test_too_long(void **state) {
  struct root_guard c;
  struct err e = {0};
  struct bytes path = {0};
  char buffer[PATH_MAX];
  const char *use;
  (void)state;
  assert_int_equal(root_guard_init(&c, "root", &e), ERR_NONE);
  bytes_print(&path, "root/");
  for (int i = 0; i < 3000; i++) bytes_print(&path, "x/");
  if (!root_guard_path(&c, path.p, buffer, &use, &e)) assert_ptr_equal(use, path.p);
  else assert_int_equal(e.code, ERR_ARGUMENT);
  bytes_free(&path);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_roots), cmocka_unit_test(test_no_root),
                                     cmocka_unit_test(test_paths), cmocka_unit_test(test_too_long)};
  return finish(cmocka_run_group_tests(tests, make_tree, leave_temp_folder));
}
