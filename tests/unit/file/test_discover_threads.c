/* SPDX-License-Identifier: MIT */
/*
** discover() with threads finds what it finds without them: the same list, and the same errors,
** whatever fails meanwhile.
*/
#include "no_threads.h"

#include "helpers.h"

#include <sys/wait.h>

#include "file/discover.h"

#define FOLDERS 30
#define FILES   50   /* in each of them */
#define FLAT    1500 /* in one folder */

static struct root_guard guard;
static size_t max_files;

static void make_many(const char *folder, int n) {
  char path[80];
  make_folder(folder);
  for (int i = 0; i < n; i++) {
    snprintf(path, sizeof path, "%s/%05d.%s", folder, i * 7919 % n, i % 3 ? "log" : "txt");
    write_text(path, i % 2 ? "x" : "yyy");
  }
}

/*
** big/  00/ ... 29/ of 50 files and a folder of one, flat/ of 1500, with links within, to nothing, to
** each other, to a folder above and out of it, and a pipe.     out/  secret.log
*/
static int make_tree(void **state) {
  char path[80];
  if (enter_temp_folder(state)) return -1;
  make_folder("out");
  write_text("out/secret.log", "secret");
  make_folder("big");
  for (int i = 0; i < FOLDERS; i++) {
    snprintf(path, sizeof path, "big/%02d", i);
    make_many(path, FILES);
    snprintf(path, sizeof path, "big/%02d/sub", i);
    make_many(path, 1);
    snprintf(path, sizeof path, "big/%02d/other", i);
    make_link(i % 3 ? i % 2 ? "../../out/secret.log" : "../03/00001.log" : "../29", path);
  }
  make_many("big/flat", FLAT);
  make_link("nowhere", "big/flat/00100.link.log");
  make_link("self", "big/07/self");
  make_link("..", "big/08/up");
  make_link("../../out", "big/09/out");
  assert_int_equal(mkfifo("big/10/pipe.log", 0600), 0);
  max_files = DISCOVER_MAX_FILES;
  return 0;
}

static int never_stop(void *context) {
  (void)context;
  return 0;
}

/* The list as a text, or the error. */
static struct bytes print(const char *path, int threads, int (*ask)(void *), void *context, enum err_code *code) {
  const struct discover_options options = {
      .guard = &guard, .max_files = max_files, .threads = threads, .stop = {.ask = ask, .context = context}};
  struct bytes found = {0};
  struct files files;
  struct err e = {0};
  files_init(&files);
  *code = discover(&files, &path, 1, &options, &e);
  bytes_print(&found, "%s\n", e.text);
  for (size_t i = 0; !*code && i < files.n; i++) {
    const struct file *f = &files.file[i];
    bytes_print(&found, "%s %lld %llu %d %d %d\n", f->path, (long long)f->size, (unsigned long long)f->ino, f->refused,
                f->is_folder, f->is_part);
  }
  files_clear(&files);
  return found;
}

static void expect_same(const char *path, int threads) {
  enum err_code code, expected;
  struct bytes whole = print(path, 0, never_stop, NULL, &expected),
               found = print(path, threads, never_stop, NULL, &code);
  CHECK(code == expected && found.n == whole.n && !memcmp(found.p, whole.p, whole.n),
        "%s, %d threads: %zu and %zu bytes, %.300s", path, threads, found.n, whole.n, found.p);
  bytes_free(&whole);
  bytes_free(&found);
}

static const char *const ways[] = {"big",      "big/**/*.log",     "big/*/*.txt",
                                   "big/*",    "big/**/sub",       "big/[0-9]*/sub/*",
                                   "big/flat", "big/flat/*7*.log", "big/**/none"};

static void test_same_list(void **state) {
  static const int threads[] = {2, 9, 1000, -1};
  struct err e = {0};
  int files = open_files();
  (void)state;
  for (int confined = 0; confined < 2; confined++) {
    assert_int_equal(root_guard_init(&guard, confined ? "big" : NULL, &e), ERR_NONE);
    for (size_t i = 0; i < COUNT(ways); i++)
      for (size_t k = 0; k < COUNT(threads); k++) expect_same(ways[i], threads[k]);
  }
  guard = unconfined;
  assert_int_equal(open_files(), files);
}

static void test_too_many_files(void **state) {
  (void)state;
  for (max_files = 1; max_files < 4000; max_files += 1197)
    for (size_t i = 0; i < COUNT(ways); i++) expect_same(ways[i], 3);
  max_files = DISCOVER_MAX_FILES;
}

static void test_threads_do_not_start(void **state) {
  (void)state;
  for (threads_left = 0; threads_left < 2; threads_left++) {
    int left = threads_left;
    for (size_t i = 0; i < COUNT(ways); i++) {
      threads_left = left;
      expect_same(ways[i], 4);
    }
    threads_left = left;
  }
  threads_left = -1;
}

/* One allocation fails, or all after one.  The owner does what a thread could not. */
static void test_no_memory(void **state) {
  enum err_code code;
  size_t live = mem_test_live(), failed = 0;
  int files = open_files();
  (void)state;
  struct bytes whole = print("big/**/*.log", 0, never_stop, NULL, &code);
  for (size_t n = 1;; n += 1 + n / 5) {
    mem_test_fail(n, n % 2 == 0);
    struct bytes found = print("big/**/*.log", 3, never_stop, NULL, &code);
    size_t calls = mem_test_calls();
    mem_test_fail(0, 0);
    if (code) assert_int_equal(code, ERR_NOMEM);
    else assert_true(found.n == whole.n && !memcmp(found.p, whole.p, whole.n));
    bytes_free(&found);
    CHECK(mem_test_live() == live, "allocation %zu: %zu are left", n, mem_test_live() - live);
    assert_int_equal(open_files(), files);
    failed += code != 0;
    if (n > calls) break;
  }
  assert_true(failed > 3);
  bytes_free(&whole);
}

static int stop_at(void *context) {
  int *left = context;
  return --*left == 0; /* once alone, as a progress handler may answer */
}

static void test_stop(void **state) {
  enum err_code code = ERR_INTERRUPT;
  size_t live = mem_test_live();
  int files = open_files(), stopped = 0;
  (void)state;
  for (int after = 1; after < 3000; after += 1 + after / 8) {
    int left = after;
    struct bytes found = print("big", 3, stop_at, &left, &code);
    CHECK(code == (left > 0 ? ERR_NONE : ERR_INTERRUPT), "%d, %d are left: %.200s", after, left, found.p);
    stopped += code == ERR_INTERRUPT;
    bytes_free(&found);
    assert_int_equal(mem_test_live(), live);
    assert_int_equal(open_files(), files);
  }
  assert_true(stopped > 30);
}

/* --- fork() ------------------------------------------------------------------------------------------------------- */

struct fork_at {
  int left;
  pid_t child; /* 0 in the child */
};

/* As a progress handler may do. */
static int fork_now(void *context) {
  struct fork_at *f = context;
  if (--f->left) return 0;
  f->child = fork();
  if (!f->child) end_after(60);
  return 0;
}

/* Both go on, and find everything, with threads or without. */
static void test_fork(void **state) {
  enum err_code code;
  int forked = 0, status;
  (void)state;
  struct bytes whole = print("big", 0, never_stop, NULL, &code);
  for (int after = 2; after < 4000; after += 1 + after / 3) {
    struct fork_at f = {.left = after / 2, .child = -1};
    struct bytes found = print("big", after % 2 * 3, fork_now, &f, &code);
    int is_right = !code && found.n == whole.n && !memcmp(found.p, whole.p, whole.n);
    if (!f.child) _exit(is_right ? 0 : 1);
    CHECK(is_right, "%d: %.300s", after, found.p);
    bytes_free(&found);
    if (f.child < 0) continue;
    assert_int_equal(waitpid(f.child, &status, 0), f.child);
    CHECK(status == 0, "%d: the child ended with %x", after, (unsigned)status);
    forked++;
  }
  assert_true(forked > 10);
  bytes_free(&whole);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_same_list),
      cmocka_unit_test(test_too_many_files),
      cmocka_unit_test(test_threads_do_not_start),
      cmocka_unit_test(test_no_memory),
      cmocka_unit_test(test_stop),
      cmocka_unit_test(test_fork),
  };
  return finish(cmocka_run_group_tests(tests, make_tree, leave_temp_folder));
}
