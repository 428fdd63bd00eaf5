/* SPDX-License-Identifier: MIT */
/*
** discover() on trees of files: what paths and patterns stand for, and that FLOWLOGS_ROOT is
** respected.
*/
#define _GNU_SOURCE /* syscall() */

#include "helpers.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/syscall.h>

#include "file/discover.h"

static struct root_guard guard; /* the guard of all runs; test_confined() sets it */
static size_t max_files = DISCOVER_MAX_FILES;

/*
** Runs discover() on paths separated by '|'.  *found becomes "path|path|", or the text of the
** error.
*/
static enum err_code run(const char *paths, struct files *files, struct bytes *found) {
  struct discover_options options = {.guard = &guard, .max_files = max_files};
  const char *list[16];
  size_t n = 0;
  struct err e = {0};
  char *copy = strdup(paths);
  if (!copy) abort();
  for (char *p = copy; p; n++) {
    assert_in_range(n, 0, COUNT(list) - 1);
    list[n] = p;
    if ((p = strchr(p, '|')) != NULL) *p++ = 0;
  }
  files_init(files);
  memset(found, 0, sizeof *found);
  bytes_add(found, "", 0);
  enum err_code rc = discover(files, list, n, &options, &e);
  free(copy); /* the list owns its paths */
  assert_int_equal(rc, e.code);
  if (rc) bytes_print(found, "%s", e.text);
  for (size_t i = 0; !rc && i < files->n; i++) {
    bytes_print(found, "%s|", files->file[i].path);
    if (i) assert_true(strcmp(files->file[i - 1].path, files->file[i].path) < 0);
  }
  return rc;
}

static void expect(const char *paths, const char *expected) {
  struct files files;
  struct bytes found;
  enum err_code rc = run(paths, &files, &found);
  CHECK(rc == ERR_NONE && !strcmp(found.p, expected), "'%s': '%s', not '%s'", paths, found.p, expected);
  files_clear(&files);
  bytes_free(&found);
}

static void expect_error(const char *paths, enum err_code code, const char *in_text) {
  struct files files;
  struct bytes found;
  enum err_code rc = run(paths, &files, &found);
  CHECK(rc == code && strstr(found.p, in_text), "'%s': %d, %s", paths, (int)rc, found.p);
  files_clear(&files);
  bytes_free(&found);
}

/* Makes the files, and the folders that they need. */
static void make_files(const char *const *paths, size_t n) {
  for (size_t i = 0; i < n; i++) {
    char path[256];
    snprintf(path, sizeof path, "%s", paths[i]);
    for (char *p = strchr(path, '/'); p; p = strchr(p + 1, '/')) {
      *p = 0;
      make_folder(path);
      *p = '/';
    }
    if (path[strlen(path) - 1] != '/') write_text(path, paths[i]);
  }
}

/*
** t/  b.log  B.log  a.txt  .hidden.log  x/1.log  x/y/2.log  x/y/z/3.log  x-1/4.log  .dot/5.log  empty/
*/
static void make_tree(void) {
  static const char *const paths[] = {"t/b.log",     "t/B.log",       "t/a.txt",     "t/.hidden.log", "t/x/1.log",
                                      "t/x/y/2.log", "t/x/y/z/3.log", "t/x-1/4.log", "t/.dot/5.log",  "t/empty/"};
  make_files(paths, COUNT(paths));
}

static void test_folders(void **state) {
  (void)state;
  make_tree();
  expect("t", "t/B.log|t/a.txt|t/b.log|t/x-1/4.log|t/x/1.log|t/x/y/2.log|t/x/y/z/3.log|");
  expect("t/", "t/B.log|t/a.txt|t/b.log|t/x-1/4.log|t/x/1.log|t/x/y/2.log|t/x/y/z/3.log|");
  expect("t/x/y", "t/x/y/2.log|t/x/y/z/3.log|");
  expect("./t/x/y", "./t/x/y/2.log|./t/x/y/z/3.log|");
  expect("t/x/../x-1", "t/x/../x-1/4.log|");
  expect("t/.dot", "t/.dot/5.log|"); /* a name that begins with a dot is read when the user names it */
}

static void test_files(void **state) {
  (void)state;
  make_tree();
  expect("t/b.log", "t/b.log|");
  expect("t/.hidden.log", "t/.hidden.log|");
  expect("t/x/y/../1.log", "t/x/y/../1.log|");
  expect("t/b.log|t/a.txt|t/B.log", "t/B.log|t/a.txt|t/b.log|");
  expect("t/b.log|t/b.log", "t/b.log|");
  expect("t/x|t/x/y|t/x/1.log", "t/x/1.log|t/x/y/2.log|t/x/y/z/3.log|");
  expect("t/b.log|./t/b.log", "./t/b.log|"); /* the same file twice: the path that sorts first is kept */
}

static void test_patterns(void **state) {
  (void)state;
  make_tree();
  expect("t/*.log", "t/B.log|t/b.log|");
  expect("t/?.log", "t/B.log|t/b.log|");
  expect("t/[a-z].*", "t/a.txt|t/b.log|");
  expect("t/[!a-z].log", "t/B.log|");
  expect("*/x*/*.log", "t/x-1/4.log|t/x/1.log|");
  expect("t/*/*/*.log", "t/x/y/2.log|");
  expect("t/x/[y]/2.log", "t/x/y/2.log|");
  expect("t//x///*.log", "t//x/1.log|");
  expect("t/x*", "t/x-1/4.log|t/x/1.log|t/x/y/2.log|t/x/y/z/3.log|"); /* a matching folder: all below it */
  expect("t/*/y", "t/x/y/2.log|t/x/y/z/3.log|");
  expect("[t]/x/../b.log", "t/x/../b.log|");
  /* names that begin with a dot match only a pattern that begins with a dot */
  expect("t/.*.log", "t/.hidden.log|");
  expect("t/.[a-z]*", "t/.dot/5.log|t/.hidden.log|");
}

static void test_stars(void **state) {
  (void)state;
  make_tree();
  expect("t/**", "t/B.log|t/a.txt|t/b.log|t/x-1/4.log|t/x/1.log|t/x/y/2.log|t/x/y/z/3.log|");
  expect("t/**/*.log", "t/B.log|t/b.log|t/x-1/4.log|t/x/1.log|t/x/y/2.log|t/x/y/z/3.log|");
  expect("t/**/**/*.log", "t/B.log|t/b.log|t/x-1/4.log|t/x/1.log|t/x/y/2.log|t/x/y/z/3.log|");
  expect("t/**/[23].log", "t/x/y/2.log|t/x/y/z/3.log|");
  expect("t/**/y/*.log", "t/x/y/2.log|");
  expect("t/**/y/**/*.log", "t/x/y/2.log|t/x/y/z/3.log|");
  expect("t/**/1.log", "t/x/1.log|");
  expect("t/**/b.log", "t/b.log|");                                    /* `**` may stand for no folder */
  expect("t/x**", "t/x-1/4.log|t/x/1.log|t/x/y/2.log|t/x/y/z/3.log|"); /* `**` is special as a whole component */
  expect("t/x/**/", "t/x/1.log|t/x/y/2.log|t/x/y/z/3.log|");
}

static void test_absolute(void **state) {
  char pattern[PATH_MAX + 32], expected[PATH_MAX + 32];
  (void)state;
  make_tree();
  snprintf(pattern, sizeof pattern, "%s/t/x/*.log", temp_folder);
  snprintf(expected, sizeof expected, "%s/t/x/1.log|", temp_folder);
  expect(pattern, expected);
  snprintf(pattern, sizeof pattern, "//%s//t/**/y/?.log", temp_folder);
  struct files files;
  struct bytes found;
  assert_int_equal(run(pattern, &files, &found), ERR_NONE);
  assert_int_equal(files.n, 1);
  files_clear(&files);
  bytes_free(&found);
}

static void test_nothing_found(void **state) {
  (void)state;
  make_tree();
  expect_error("", ERR_ARGUMENT, "empty");
  expect_error("missing", ERR_ARGUMENT, "missing");
  expect_error("missing/file", ERR_ARGUMENT, "missing/file");
  expect_error("t/b.log/x", ERR_ARGUMENT, "t/b.log/x");
  expect_error("t/*.gz", ERR_ARGUMENT, "t/*.gz");
  expect_error("t/**/*.gz", ERR_ARGUMENT, "t/**/*.gz");
  expect_error("missing/*", ERR_ARGUMENT, "missing/*");
  expect_error("t/*/5.log", ERR_ARGUMENT, "t/*/5.log"); /* in .dot */
  expect_error("t/b.log/*", ERR_ARGUMENT, "t/b.log/*");
  expect_error("t/[b.log", ERR_ARGUMENT, "t/[b.log");
  expect_error("t/b.log|missing", ERR_ARGUMENT, "missing"); /* each path must stand for something */
}

/* A path that exists literally is not read as a pattern. */
static void test_names_with_magic(void **state) {
  static const char *const paths[] = {"m/a*b", "m/axb", "m/[x]/1", "m/x/2", "m/q?/3", "m/**/4"};
  (void)state;
  make_files(paths, COUNT(paths));
  expect("m/a*b", "m/a*b|");
  expect("m/[x]", "m/[x]/1|");
  expect("m/q?", "m/q?/3|");
  expect("m/**", "m/**/4|");
  expect("m/[a]*b", "m/a*b|m/axb|");
}

static void test_entries(void **state) {
  struct files files;
  struct bytes found;
  struct stat st;
  (void)state;
  make_tree();
  assert_int_equal(run("t/b.log|t/x", &files, &found), ERR_NONE);
  assert_string_equal(found.p, "t/b.log|t/x/1.log|t/x/y/2.log|t/x/y/z/3.log|");
  for (size_t i = 0; i < files.n; i++) {
    const struct file *f = &files.file[i];
    assert_int_equal(stat(f->path, &st), 0);
    assert_int_equal(f->size, strlen(f->path)); /* see make_files() */
    assert_true(f->mtime == st.st_mtime && f->dev == st.st_dev && f->ino == st.st_ino);
    assert_int_equal(f->named, i == 0);
  }
  files_clear(&files);
  bytes_free(&found);
  assert_int_equal(run("t/?.log", &files, &found), ERR_NONE);
  assert_false(files.file[0].named); /* by a pattern */
  files_clear(&files);
  bytes_free(&found);
}

/* The time of the last modification is known to the nanosecond. */
static void test_nanoseconds(void **state) {
  static const char *const paths[] = {"ns/1.log"};
  static const long nsec[] = {0, 1, 123456789, 999999999};
  struct files files;
  struct bytes found;
  (void)state;
  make_files(paths, COUNT(paths));
  for (size_t i = 0; i < COUNT(nsec); i++) {
    const struct timespec times[2] = {{.tv_sec = 1}, {.tv_sec = 1781600000, .tv_nsec = nsec[i]}};
    assert_int_equal(utimensat(AT_FDCWD, paths[0], times, 0), 0);
    assert_int_equal(run("ns", &files, &found), ERR_NONE);
    assert_int_equal(files.file[0].mtime, 1781600000);
    assert_int_equal(files.file[0].mtime_nsec, nsec[i]);
    files_clear(&files);
    bytes_free(&found);
  }
}

static void test_links(void **state) {
  static const char *const paths[] = {"l/real/1.log", "l/real/sub/2.log", "other/3.log"};
  (void)state;
  make_files(paths, COUNT(paths));
  make_link("../other/3.log", "l/file");
  make_link("../other", "l/to-other");
  expect("l/to-other", "l/to-other/3.log|");
  expect("l/file", "l/file|");
  expect("l", "l/file|l/real/1.log|l/real/sub/2.log|"); /* to-other/3.log is file */
  expect("l/*/*.log", "l/real/1.log|l/to-other/3.log|");
  expect("other|l/to-other", "l/to-other/3.log|");
}

/* Links to a parent folder, to themselves and to each other do not make the walk endless. */
static void test_loops(void **state) {
  static const char *const paths[] = {"o/1.log", "o/a/2.log", "o/b/3.log"};
  (void)state;
  make_files(paths, COUNT(paths));
  make_link("..", "o/a/up");
  make_link(".", "o/a/here");
  make_link("../b", "o/a/to-b");
  make_link("../a", "o/b/to-a");
  end_after(20);
  struct files files;
  struct bytes found;
  assert_int_equal(run("o", &files, &found), ERR_NONE);
  assert_int_equal(files.n, 3);
  files_clear(&files);
  bytes_free(&found);
  assert_int_equal(run("o/**/*.log", &files, &found), ERR_NONE);
  assert_int_equal(files.n, 3);
  files_clear(&files);
  bytes_free(&found);
  end_after(0);
}

/*
** A link that leads to nothing, or to itself, becomes an entry that cannot be opened, so that
** nothing is silently ignored.
*/
static void test_links_to_nowhere(void **state) {
  static const char *const paths[] = {"n/1.log"};
  struct files files;
  struct bytes found;
  (void)state;
  make_files(paths, COUNT(paths));
  make_link("nowhere", "n/0.log");
  make_link("self", "n/self");
  assert_int_equal(run("n", &files, &found), ERR_NONE);
  assert_string_equal(found.p, "n/0.log|n/1.log|n/self|");
  assert_int_equal(files.file[0].size, -1);
  assert_int_equal(files.file[2].size, -1);
  files_clear(&files);
  bytes_free(&found);
  expect("n/*.log", "n/0.log|n/1.log|");
  expect_error("n/0.log", ERR_ARGUMENT, "n/0.log"); /* named by the user */
}

static void test_hard_links(void **state) {
  static const char *const paths[] = {"h/b/1.log"};
  (void)state;
  make_files(paths, COUNT(paths));
  make_folder("h/a");
  assert_int_equal(link("h/b/1.log", "h/a/2.log"), 0);
  assert_int_equal(link("h/b/1.log", "h/z.log"), 0);
  expect("h", "h/a/2.log|");
  expect("h/z.log|h/b", "h/b/1.log|");
}

static void test_other_kinds(void **state) {
  static const char *const paths[] = {"k/1.log"};
  (void)state;
  make_files(paths, COUNT(paths));
  assert_int_equal(mkfifo("k/pipe.log", 0600), 0);
  expect("k", "k/1.log|");
  expect("k/*.log", "k/1.log|");
  expect("k/pipe.log", "k/pipe.log|"); /* named by the user: opening it says what is wrong */
}

static void test_max_files(void **state) {
  (void)state;
  make_tree();
  max_files = 7;
  expect("t", "t/B.log|t/a.txt|t/b.log|t/x-1/4.log|t/x/1.log|t/x/y/2.log|t/x/y/z/3.log|");
  max_files = 6;
  expect_error("t", ERR_ARGUMENT, "6 files");
  expect_error("t/**", ERR_ARGUMENT, "6 files");
  expect("t/x|t/x-1", "t/x-1/4.log|t/x/1.log|t/x/y/2.log|t/x/y/z/3.log|");
  max_files = DISCOVER_MAX_FILES;
}

/* With many names and many folders, the lists and tables must grow. */
static void test_many(void **state) {
  struct files files;
  struct bytes found;
  (void)state;
  make_folder("many");
  for (int i = 0; i < 700; i++) {
    char path[64];
    snprintf(path, sizeof path, "many/%03d", i);
    make_folder(path);
    snprintf(path, sizeof path, "many/%03d/%0*d.log", i, i % 40, i);
    write_text(path, "");
  }
  for (int way = 0; way < 2; way++) {
    assert_int_equal(run(way ? "many/**/*.log" : "many", &files, &found), ERR_NONE);
    assert_int_equal(files.n, 700);
    for (int i = 0; i < 700; i++) assert_int_equal(atoi(files.file[i].path + 5), i);
    files_clear(&files);
    bytes_free(&found);
  }
}

static int stop_at(void *context) {
  int *left = context;
  return --*left < 0;
}

/* A run can be stopped each time that it calls stop(). */
static void test_stop(void **state) {
  static const char *const paths[] = {"t/**/*.log", "t"};
  struct discover_options options = {.guard = &unconfined, .max_files = 100, .stop = {.ask = stop_at}};
  enum err_code rc = ERR_INTERRUPT;
  int stopped = 0;
  (void)state;
  make_tree();
  for (int after = 0; rc; after++, stopped++) {
    struct files files;
    struct err e = {0};
    int left = after;
    options.stop.context = &left;
    files_init(&files);
    rc = discover(&files, paths, 2, &options, &e);
    assert_true(rc == ERR_NONE || rc == ERR_INTERRUPT);
    assert_int_equal(e.code, rc);
    files_clear(&files);
  }
  assert_in_range(stopped, 40, 1000); /* it asks at least once for each name */
}

static void test_no_memory(void **state) {
  static const char *const paths[] = {"t/**/*.log", "t", "o", "many/00*"};
  struct discover_options options = {.guard = &unconfined, .max_files = 100000};
  struct bytes whole;
  struct files files;
  (void)state;
  assert_int_equal(run("t/**/*.log|t|o|many/00*", &files, &whole), ERR_NONE);
  size_t expected = files.n, live = mem_test_live(), failed = 0;
  files_clear(&files);
  bytes_free(&whole);
  live = mem_test_live();
  for (size_t n = 1;; n++) {
    struct err e = {0};
    files_init(&files);
    mem_test_fail(n, n % 2 == 0);
    enum err_code rc = discover(&files, paths, COUNT(paths), &options, &e);
    size_t calls = mem_test_calls();
    mem_test_fail(0, 0);
    if (n > calls) assert_true(rc == ERR_NONE && files.n == expected);
    else assert_int_equal(rc, ERR_NOMEM);
    files_clear(&files);
    assert_int_equal(mem_test_live(), live);
    if (n > calls) break;
    failed++;
  }
  assert_in_range(failed, 5, 100);
}

/* --- FLOWLOGS_ROOT ---------------------------------------------------------------------------------------------- */

static void make_confined_tree(void) {
  static const char *const paths[] = {"c/root/1.log", "c/root/in/2.log", "c/out/secret.log", "c/root-2/x.log",
                                      "top.log"};
  make_files(paths, COUNT(paths));
  make_link("../out", "c/root/folder-out");
  make_link("../out/secret.log", "c/root/file-out");
  make_link("in", "c/root/folder-in");
}

static void test_confined(void **state) {
  struct err e = {0};
  (void)state;
  make_confined_tree();
  assert_int_equal(root_guard_init(&guard, "c/root", &e), ERR_NONE);
  expect("c/root/in", "c/root/in/2.log|");
  expect("c/root/1.log", "c/root/1.log|");
  expect("c/root/in/../1.log", "c/root/in/../1.log|");
  expect("c/out/../root/1.log", "c/out/../root/1.log|");
  expect("c/root/folder-in", "c/root/folder-in/2.log|");
  static const char *const outside[] = {"c",
                                        "c/out",
                                        "c/out/secret.log",
                                        "c/root/..",
                                        "c/root/../out",
                                        "c/root/in/../../out/secret.log",
                                        "c/root/folder-out",
                                        "c/root/file-out",
                                        "c/root/folder-out/secret.log",
                                        "c/root-2",
                                        "top.log",
                                        "/",
                                        "/etc/passwd",
                                        "c/out/*.log",
                                        "c/*/secret.log",
                                        "c/root/../*/secret.log",
                                        "*.log",
                                        "**/secret.log",
                                        "/etc/pass*",
                                        "c/out/missing",
                                        "c/missing",
                                        "c/root/folder-out/*",
                                        "c/root/in/../../*/*.log"};
  for (size_t i = 0; i < COUNT(outside); i++) expect_error(outside[i], ERR_ARGUMENT, "FLOWLOGS_ROOT");
  guard = unconfined;
}

/* The error is the same for a path outside of the root that exists and for one that does not. */
static void test_existence_is_not_told(void **state) {
  struct err e = {0};
  struct files files;
  struct bytes there, missing;
  (void)state;
  make_confined_tree();
  assert_int_equal(root_guard_init(&guard, "c/root", &e), ERR_NONE);
  run("c/out/secret.log", &files, &there);
  files_clear(&files);
  run("c/out/zecret.log", &files, &missing);
  files_clear(&files);
  *strstr(missing.p, "zecret") = 's';
  assert_string_equal(there.p, missing.p);
  bytes_free(&there);
  bytes_free(&missing);
  guard = unconfined;
}

/*
** Links in a folder that lead out of the root become entries of which nothing is known, and
** nothing behind them is listed.
*/
static void test_links_leading_out(void **state) {
  struct err e = {0};
  struct files files;
  struct bytes found;
  (void)state;
  make_confined_tree();
  assert_int_equal(root_guard_init(&guard, "c/root", &e), ERR_NONE);
  assert_int_equal(run("c/root", &files, &found), ERR_NONE);
  assert_null(strstr(found.p, "secret"));
  assert_non_null(strstr(found.p, "c/root/1.log|"));
  for (size_t i = 0; i < files.n; i++)
    if (strstr(files.file[i].path, "-out")) assert_true(files.file[i].size == -1 && files.file[i].ino == 0);
  files_clear(&files);
  bytes_free(&found);
  static const char *const patterns[] = {"c/root/*/*.log", "c/root/*/../*/*.log", "c/root/**/s*", "c/root/*out/**"};
  for (size_t i = 0; i < COUNT(patterns); i++) {
    run(patterns[i], &files, &found);
    CHECK(!strstr(found.p, "secret"), "'%s': %s", patterns[i], found.p);
    files_clear(&files);
    bytes_free(&found);
  }
  guard = unconfined;
}

#if defined(__linux__)

#define EXCHANGES 1000

/* Exchanges a folder in the root with a link that leads out of it, and a file with such a link. */
static void *exchange(void *stopped) {
  while (!atomic_load((atomic_int *)stopped)) {
    syscall(SYS_renameat2, AT_FDCWD, "e/root/in", AT_FDCWD, "e/root/out", 2 /* RENAME_EXCHANGE */);
    syscall(SYS_renameat2, AT_FDCWD, "e/root/2.log", AT_FDCWD, "e/root/link", 2);
  }
  return NULL;
}

/* Nothing is said of a file outside while the walk goes on: those have 100 bytes. */
static void test_exchanged_while_walking(void **state) {
  static const char *const paths[] = {"e/root/in/1.log", "e/root/2.log", "e/out/secret.log", "e/out/1.log"};
  static const char *const ways[] = {"e/root", "e/root/**/*.log", "e/root/*/*.log"};
  struct err e = {0};
  atomic_int stopped;
  pthread_t thread;
  char big[101];
  size_t known = 0;
  (void)state;
  make_files(paths, COUNT(paths));
  memset(big, 'x', 100);
  big[100] = 0;
  write_text("e/out/secret.log", big);
  write_text("e/out/1.log", big);
  make_link("../out", "e/root/out");
  make_link("../out/secret.log", "e/root/link");
  atomic_init(&stopped, 0);
  assert_int_equal(root_guard_init(&guard, "e/root", &e), ERR_NONE);
  assert_int_equal(pthread_create(&thread, NULL, exchange, &stopped), 0);
  for (int i = 0; i < EXCHANGES; i++) {
    struct files files;
    struct bytes found;
    run(ways[i % 3], &files, &found);
    CHECK(!strstr(found.p, "secret"), "%s", found.p);
    for (size_t k = 0; k < files.n; k++) {
      CHECK(files.file[k].size != 100, "%s", files.file[k].path);
      known += files.file[k].size >= 0;
    }
    files_clear(&files);
    bytes_free(&found);
  }
  atomic_store(&stopped, 1);
  pthread_join(thread, NULL);
  assert_true(known > 0);
  guard = unconfined;
}

#endif

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_folders),
    cmocka_unit_test(test_files),
    cmocka_unit_test(test_patterns),
    cmocka_unit_test(test_stars),
    cmocka_unit_test(test_absolute),
    cmocka_unit_test(test_nothing_found),
    cmocka_unit_test(test_names_with_magic),
    cmocka_unit_test(test_entries),
    cmocka_unit_test(test_nanoseconds),
    cmocka_unit_test(test_links),
    cmocka_unit_test(test_loops),
    cmocka_unit_test(test_links_to_nowhere),
    cmocka_unit_test(test_hard_links),
    cmocka_unit_test(test_other_kinds),
    cmocka_unit_test(test_max_files),
    cmocka_unit_test(test_many),
    cmocka_unit_test(test_stop),
    cmocka_unit_test(test_no_memory),
    cmocka_unit_test(test_confined),
    cmocka_unit_test(test_existence_is_not_told),
    cmocka_unit_test(test_links_leading_out),
#if defined(__linux__)
    cmocka_unit_test(test_exchanged_while_walking),
#endif
  };
  return finish(cmocka_run_group_tests(tests, enter_temp_folder, leave_temp_folder));
}
