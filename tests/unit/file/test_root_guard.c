/* SPDX-License-Identifier: MIT */
/*
** Which paths lie in FLOWLOGS_ROOT and which do not.
*/
#define _GNU_SOURCE

#include "helpers.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <unistd.h>

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
  static const char *const bad[] = {"", "missing", "root/file", "root/file/", "root/loop", " root"};
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

/* A root that cannot be examined need not be missing: the error says what the system said. */
static void test_unexamined_root(void **state) {
  struct root_guard c;
  struct err e = {0};
  (void)state;
  char name[301];
  memset(name, 'x', 300);
  name[300] = 0;
  assert_int_equal(root_guard_init(&c, name, &e), ERR_IO);
  assert_non_null(strstr(e.text, "xxx', which can't be examined: File name too long"));
  assert_string_equal(c.root, "");
}

static void test_no_root(void **state) {
  static const char *const none[] = {NULL, "/"};
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

/* Opens, examines and lists what a path says, with and without a root. */
static void test_reach(void **state) {
  static const struct {
    const char *path;
    int error; /* with the root "root"; 0: it is there */
    int is_folder;
  } table[] = {
      {"root", 0, 1},
      {"root/", 0, 1},
      {"root/in", 0, 1},
      {"root/file", 0, 0},
      {"to-root/file", 0, 0},
      {"root/up/root/in", 0, 1},
      {"root/to-in", 0, 1},
      {"root/out/secret", EACCES, 0},
      {"root/out", EACCES, 1},
      {"other", EACCES, 1},
      {"..", EACCES, 1},
      {"root/missing", ENOENT, 0},
      {"root/in/a/b", ENOENT, 0},
      {"other/missing", EACCES, 0},
  };
  struct root_guard with, without;
  struct err e = {0};
  struct stat st;
  (void)state;
  assert_int_equal(root_guard_init(&with, "root", &e), ERR_NONE);
  assert_int_equal(root_guard_init(&without, NULL, &e), ERR_NONE);
  for (size_t i = 0; i < COUNT(table); i++) {
    const char *path = table[i].path;
    errno = 0;
    CHECK((root_guard_stat(&with, path, &st) ? errno : 0) == table[i].error, "%s: %s", path, strerror(errno));
    if (!table[i].error) CHECK((S_ISDIR(st.st_mode) != 0) == table[i].is_folder, "%s", path);
    errno = 0;
    int fd = root_guard_open(&with, path, O_RDONLY);
    CHECK((fd < 0 ? errno : 0) == table[i].error, "%s: %s", path, strerror(errno));
    if (fd >= 0) close(fd);
    DIR *dir = root_guard_opendir(&with, path);
    CHECK((dir != NULL) == (!table[i].error && table[i].is_folder), "%s", path);
    if (dir) closedir(dir);
    CHECK((root_guard_stat(&without, path, &st) ? errno : 0) ==
              (strstr(path, "missing") || strstr(path, "a/b") ? ENOENT : 0),
          "%s", path);
  }
}

/* A name in an open folder: with a root, where a link leads is not said. */
static void test_reach_in_a_folder(void **state) {
  static const struct {
    const char *name;
    int is_link, error, is_folder; /* where the link is followed */
  } table[] = {{"in", 0, 0, 1}, {"file", 0, 0, 0},     {"to-in", 1, 0, 1},     {"out", 1, 0, 1},
               {"up", 1, 0, 1}, {"loop", 1, ELOOP, 0}, {"none", 0, ENOENT, 0}, {"gone", 1, ENOENT, 0}};
  struct root_guard guard[2];
  struct err e = {0};
  struct stat st;
  (void)state;
  make_link("nowhere", "root/gone");
  assert_int_equal(root_guard_init(&guard[0], NULL, &e), ERR_NONE);
  assert_int_equal(root_guard_init(&guard[1], "root", &e), ERR_NONE);
  for (size_t i = 0; i < 2 * COUNT(table); i++) {
    const struct root_guard *c = &guard[i % 2];
    DIR *dir = root_guard_opendir(c, "root");
    assert_non_null(dir);
    const char *name = table[i / 2].name;
    int rc = root_guard_stat_in(c, dirfd(dir), name, &st), why = rc < 0 ? errno : 0;
    if (i % 2 && table[i / 2].is_link) CHECK(rc == ROOT_GUARD_LINK, "%s: %d", name, rc);
    else CHECK(why == table[i / 2].error && rc <= 0, "%s: %d %s", name, rc, strerror(why));
    if (!rc) CHECK((S_ISDIR(st.st_mode) != 0) == table[i / 2].is_folder, "%s", name);
    closedir(dir);
  }
}

#if defined(__linux__)

/* A folder in the root that may be passed, but not listed, as a user who is not root sees it. */
static void test_unlisted_folder(void **state) {
  struct root_guard c;
  struct err e = {0};
  (void)state;
  make_folder("root/shut");
  write_text("root/shut/file", "");
  assert_int_equal(chmod("root/shut", 0111), 0);
  assert_int_equal(root_guard_init(&c, "root", &e), ERR_NONE);
  int fd = root_guard_open(&c, "root/shut/file", O_RDONLY);
  assert_true(fd >= 0);
  close(fd);
  assert_int_equal(chmod("root/shut", 0755), 0);
}

#define EXCHANGES 30000

/* Exchanges a folder in the root with a link that leads out of it, again and again. */
static void *exchange(void *stopped) {
  while (!atomic_load((atomic_int *)stopped))
    syscall(SYS_renameat2, AT_FDCWD, "root/in", AT_FDCWD, "root/out", 2 /* RENAME_EXCHANGE */);
  return NULL;
}

static void test_exchanged_folders(void **state) {
  struct root_guard c;
  struct err e = {0};
  atomic_int stopped;
  pthread_t thread;
  int inside = 0;
  (void)state;
  if (slowness() > 1) skip(); /* valgrind lets one thread run at a time, and hardly ever the one that looks */
  atomic_init(&stopped, 0);
  write_text("root/in/secret", "in");
  write_text("other/secret", "outside");
  assert_int_equal(root_guard_init(&c, "root", &e), ERR_NONE);
  assert_int_equal(pthread_create(&thread, NULL, exchange, &stopped), 0);
  for (int i = 0; i < EXCHANGES; i++) {
    struct stat st;
    int fd = root_guard_open(&c, "root/in/secret", O_RDONLY);
    if (fd >= 0) {
      char text[8] = "";
      assert_int_equal(read(fd, text, sizeof text), 2);
      close(fd);
      inside++;
    }
    if (!root_guard_stat(&c, "root/in/secret", &st)) assert_int_equal(st.st_size, 2);
  }
  atomic_store(&stopped, 1);
  pthread_join(thread, NULL);
  assert_true(inside > 0);
}

#endif

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_roots),
    cmocka_unit_test(test_unexamined_root),
    cmocka_unit_test(test_no_root),
    cmocka_unit_test(test_paths),
    cmocka_unit_test(test_too_long),
    cmocka_unit_test(test_reach),
    cmocka_unit_test(test_reach_in_a_folder),
#if defined(__linux__)
    cmocka_unit_test(test_unlisted_folder),
    cmocka_unit_test(test_exchanged_folders)
#endif
  };
  return finish(cmocka_run_group_tests(tests, make_tree, leave_temp_folder));
}
