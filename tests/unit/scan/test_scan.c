/* SPDX-License-Identifier: MIT */
/* Lists of files as one sequence of batches, whatever the number of threads. */
#include "no_threads.h"

#include "helpers.h"

#include "scan/scan.h"

#define HEADER "version srcaddr dstport\n"
#define GOOD   HEADER "2 10.0.0.1 80\n2 10.0.0.1 81\n"
#define AWS    "123456789012_vpcflowlogs_us-east-1_fl-1234abcd_20180620T1620Z_fe123456.log.gz"

static uint8_t wanted[COLUMN_COUNT];
static const int thread_counts[] = {0, 1, 2, 5};
static int threads;                       /* of the scans that run() makes */
static const struct predicate *predicate; /* likewise */
static struct scan_counts counts;

/* A list as discover() makes it, sorted and not named unless a '!' stands before the path. */
static struct files list_of(const char *const *paths) {
  static struct file file[32];
  struct files files = {.file = file};
  for (; paths[files.n]; files.n++) {
    assert_in_range(files.n, 0, COUNT(file) - 1);
    const char *path = paths[files.n];
    memset(&file[files.n], 0, sizeof *file);
    file[files.n].named = *path == '!';
    file[files.n].path = path + (*path == '!');
  }
  return files;
}

struct outcome {
  struct bytes text; /* print_batch() of all batches */
  enum err_code rc;
  struct err e;
};

static int stop_at(void *context) {
  int *left = context;
  return --*left < 0;
}

/* stop_after: how often the scan may ask before it is stopped; negative for never. */
static struct outcome run_files(const struct files *files, enum policy policy, int stop_after) {
  static struct scan s;
  struct scan_options options = {.reader = {.guard = &unconfined, .policy = policy, .predicate = predicate},
                                 .threads = threads};
  struct outcome o = {{0}, ERR_NONE, {0}};
  const struct batch *b = NULL;
  uint32_t file = 0;
  int stopped = 0;
  bytes_add(&o.text, "", 0);
  if (stop_after >= 0) {
    options.reader.stop.ask = stop_at;
    options.reader.stop.context = &stop_after;
  }
  o.rc = scan_open(&s, files, wanted, &options, &o.e);
  while (!o.rc && !stopped && !(o.rc = scan_next(&s, &b, &o.e)) && b) {
    assert_true(b->nrows || b->nproblems);
    assert_true(b->file >= file && b->file < files->n);
    file = b->file;
    print_batch(&o.text, b);
    stopped = policy == POLICY_FAIL && b->nproblems;
    if (stopped) assert_int_equal(b->nproblems, 1);
  }
  if (o.rc) assert_null(b);
  assert_int_equal(o.rc, o.e.code);
  scan_close(&s, &counts);
  return o;
}

static struct outcome run(const char *const *paths, enum policy policy, int stop_after) {
  struct files files = list_of(paths);
  return run_files(&files, policy, stop_after);
}

/* With every number of threads. */
static void expect(const char *const *paths, enum policy policy, const char *expected) {
  for (size_t i = 0; i < COUNT(thread_counts); i++) {
    threads = thread_counts[i];
    struct outcome o = run(paths, policy, -1);
    CHECK(o.rc == ERR_NONE && !strcmp(o.text.p, expected), "%s..., %d threads: %d %s\n%s", paths[0], threads, (int)o.rc,
          o.e.text, o.text.p);
    bytes_free(&o.text);
  }
  threads = 0;
}

#define PATHS(...) ((const char *const[]){__VA_ARGS__, NULL})

static void make_files(void) {
  write_text("good", GOOD);
  write_gzip("good.gz", GOOD, strlen(GOOD));
  write_text("other", "just some notes\n");
  write_text("notes", "more notes\n");
  write_text("empty", "");
  write_text("blank", "\n\n");
  write_text("header", HEADER);
  write_text("bad", HEADER "2 10.0.0.1 80\n2 x 80\n2 10.0.0.1 81\n");
  write_text("likely", "eni-1 10.0.0.1 ACCEPT\n");
  write_text(AWS, "just some notes\n");
}

static void test_order(void **state) {
  (void)state;
  make_files();
  expect(PATHS("good", "header", "good.gz"), POLICY_FAIL,
         "0:2 version=2 srcaddr=10.0.0.1 dstport=80\n0:3 version=2 srcaddr=10.0.0.1 dstport=81\n"
         "2:2 version=2 srcaddr=10.0.0.1 dstport=80\n2:3 version=2 srcaddr=10.0.0.1 dstport=81\n");
  expect(PATHS("empty"), POLICY_FAIL, "");
  expect(PATHS("header", "blank", "empty"), POLICY_FAIL, "");
  expect(PATHS("other", "good", "notes"), POLICY_FAIL, /* passed over: not named */
         "1:2 version=2 srcaddr=10.0.0.1 dstport=80\n1:3 version=2 srcaddr=10.0.0.1 dstport=81\n");
}

static void test_problems(void **state) {
  static const char row[] = "version=2 srcaddr=10.0.0.1 dstport=80\n";
  char expected[1000];
  (void)state;
  make_files();
  snprintf(expected, sizeof expected, "0:2 %s! 0:3 LINE srcaddr is 'x', not an IP address | 2 x 80\n", row);
  expect(PATHS("bad", "good"), POLICY_FAIL, expected);
  snprintf(
      expected, sizeof expected,
      "0:2 %s0:4 version=2 srcaddr=10.0.0.1 dstport=81\n! 0:3 LINE srcaddr is 'x', not an IP address | 2 x 80\n"
      "1:2 %s1:3 version=2 srcaddr=10.0.0.1 dstport=81\n! 2:0 IO can't be opened: No such file or directory | NULL\n",
      row, row);
  expect(PATHS("bad", "good", "missing"), POLICY_COLLECT, expected);
  snprintf(expected, sizeof expected, "1:2 %s1:4 version=2 srcaddr=10.0.0.1 dstport=81\n", row);
  expect(PATHS("missing", "bad", "other"), POLICY_SKIP, expected);
}

/* What the user named, or AWS named as a flow log, must be one. */
static void test_expectation(void **state) {
  static const char expected[] =
      "! 1:1 FORMAT is no flow log: its first line is neither a header nor a record; the line "
      "begins with 'just some notes' | just some notes\n";
  struct file file = {.path = "a/" AWS};
  (void)state;
  assert_int_equal(reader_expectation(&file), EXPECT_DELIVERY);
  file.text = "";
  assert_int_equal(reader_expectation(&file), EXPECT_NOTHING);
  file.text = NULL;
  file.path = "a/b.log.gz";
  assert_int_equal(reader_expectation(&file), EXPECT_NOTHING);
  file.named = 1;
  assert_int_equal(reader_expectation(&file), EXPECT_FLOW_LOG);
  make_files();
  expect(PATHS("header", "!other"), POLICY_COLLECT, expected);
  expect(PATHS("header", AWS), POLICY_FAIL, expected);
  expect(PATHS("header", "other"), POLICY_COLLECT, "");
  struct outcome o = run(PATHS("header", "likely"), POLICY_FAIL, -1);
  assert_memory_equal(o.text.p, "! 1:1 FORMAT ", 13);
  bytes_free(&o.text);
}

/* When no file is a flow log, that is an error, if problems are. */
static void test_nothing_usable(void **state) {
  (void)state;
  make_files();
  for (int round = 0; round < 2 * 5; round++) {
    threads = round / 2;
    struct outcome o = run(PATHS("notes", "other"), round % 2 ? POLICY_SKIP : POLICY_FAIL, -1);
    assert_int_equal(o.rc, ERR_FORMAT);
    assert_non_null(strstr(o.e.text, "none of the 2 files"));
    assert_non_null(strstr(o.e.text, "'notes'"));
    assert_non_null(strstr(o.e.text, "is no flow log: its first line"));
    bytes_free(&o.text);
  }
  threads = 0;
  expect(PATHS("notes", "other"), POLICY_COLLECT, "");
  expect(PATHS("notes", "empty"), POLICY_FAIL, "");
}

/* The reason is the first file's, whichever was done first. */
static void test_first_reason(void **state) {
  struct bytes slow = {0};
  (void)state;
  make_files();
  bytes_repeat(&slow, 'x', 2000000);
  write_gzip("slow", slow.p, slow.n);
  bytes_free(&slow);
  for (size_t i = 0; i < COUNT(thread_counts); i++) {
    threads = thread_counts[i];
    struct outcome o = run(PATHS("slow", "notes", "other"), POLICY_FAIL, -1);
    CHECK(o.rc == ERR_FORMAT && strstr(o.e.text, "'slow'") && strstr(o.e.text, "its first line is too long"), "%s",
          o.e.text);
    bytes_free(&o.text);
  }
  threads = 0;
}

/* Stopped at any time it asks: what came is a beginning of the whole. */
static void test_stop(void **state) {
  struct bytes file = {0};
  enum err_code rc = ERR_INTERRUPT;
  int stopped = 0;
  (void)state;
  make_files();
  bytes_print(&file, HEADER);
  for (int i = 0; i < 5000; i++) bytes_print(&file, "2 10.0.0.1 %d\n", i);
  bytes_repeat(&file, 'x', 2000000); /* a very long line is interruptible too */
  write_file("large", file.p, file.n);
  struct outcome whole = run(PATHS("good", "large", "other"), POLICY_COLLECT, -1);
  assert_int_equal(whole.rc, ERR_NONE);
  for (int after = 0; rc; after++, stopped++) {
    struct outcome o = run(PATHS("good", "large", "other"), POLICY_COLLECT, after);
    rc = o.rc;
    assert_true(rc == ERR_NONE || rc == ERR_INTERRUPT);
    assert_true(rc ? o.text.n <= whole.text.n : o.text.n == whole.text.n);
    assert_memory_equal(o.text.p, whole.text.p, o.text.n);
    bytes_free(&o.text);
  }
  assert_in_range(stopped, 12, 100); /* five windows of lines, seven pieces of the long one at least */
  bytes_free(&whole.text);
  bytes_free(&file);
}

/* Columns that nobody wants are not filled, and change nothing else. */
static void test_wanted(void **state) {
  (void)state;
  make_files();
  memset(wanted, 0, sizeof wanted);
  expect(PATHS("good"), POLICY_FAIL, "0:2\n0:3\n");
  expect(PATHS("bad"), POLICY_FAIL, "0:2\n! 0:3 LINE srcaddr is 'x', not an IP address | 2 x 80\n");
  wanted[FIELD_dstport] = wanted[COLUMN_RAW] = 1;
  expect(PATHS("good"), POLICY_FAIL, "0:2 dstport=80 _raw=2 10.0.0.1 80\n0:3 dstport=81 _raw=2 10.0.0.1 81\n");
  for (int f = 0; f < FIELD_COUNT; f++) wanted[f] = 1;
  wanted[COLUMN_RAW] = 0;
}

/* --- threads ----------------------------------------------------------------------------------------------------- */

/* A list of generated files in `tree`; free_tree() frees it. */
static struct files make_tree(size_t n, int large) {
  struct file *file = calloc(n, sizeof *file);
  struct files files = {.file = file, .n = n};
  if (!file) abort();
  make_folder("tree");
  for (size_t i = 0; i < n; i++) {
    struct bytes path = {0}, text = {0};
    uint32_t kind = random_below(10), lines = random_below(large && kind > 5 ? 6000 : 8);
    bytes_print(&path, "tree/%05zu", i);
    bytes_print(&text, kind ? HEADER : "some notes\n");
    for (uint32_t k = 0; kind && k < lines; k++) {
      if (large && random_below(1000) == 0) bytes_print(&text, "2 x 80\n");
      else if (random_below(500) == 0) bytes_print(&text, "dstport srcaddr version\n1 - 2\n" HEADER);
      else bytes_print(&text, "2 10.0.%u.%u %u\n", (unsigned)i % 256, (unsigned)k % 256, (unsigned)k % 65536);
    }
    if (kind % 2) write_gzip(path.p, text.p, text.n - (kind == 9 && n < 100));
    else write_file(path.p, text.p, text.n);
    file[i].path = path.p;
    bytes_free(&text);
  }
  return files;
}

static void free_tree(struct files *files) {
  for (size_t i = 0; i < files->n; i++) {
    unlink(files->file[i].path);
    free((void *)(uintptr_t)files->file[i].path);
  }
  free(files->file);
}

/*
** Batches may be cut otherwise where the owner itself reads, and a batch shows its problems
** behind its rows.
*/
static void part(struct bytes *text) {
  struct bytes rows = {0}, problems = {0};
  for (const char *p = text->p; *p;) {
    const char *end = strchr(p, '\n') + 1;
    bytes_add(*p == '!' ? &problems : &rows, p, (size_t)(end - p));
    p = end;
  }
  if (problems.n) bytes_add(&rows, problems.p, problems.n);
  bytes_add(&rows, "", 0);
  bytes_free(&problems);
  bytes_free(text);
  *text = rows;
}

static void check_same(const struct files *files, enum policy policy) {
  struct outcome expected = run_files(files, policy, -1);
  struct scan_counts before = counts;
  part(&expected.text);
  for (size_t i = 1; i < COUNT(thread_counts); i++) {
    threads = thread_counts[i];
    struct outcome got = run_files(files, policy, -1);
    part(&got.text);
    CHECK(got.rc == expected.rc && !strcmp(got.e.text, expected.e.text), "%d threads: %s", threads, got.e.text);
    CHECK(got.text.n == expected.text.n && !strcmp(got.text.p, expected.text.p), "%d threads: other rows", threads);
    if (policy != POLICY_FAIL) { /* what workers did beyond the first problem is their own affair */
      assert_int_equal(counts.threads, (size_t)threads < files->n ? (size_t)threads : files->n);
      counts.threads = 0;
      assert_memory_equal(&counts, &before, sizeof counts);
    }
    bytes_free(&got.text);
  }
  threads = 0;
  bytes_free(&expected.text);
}

/* The same rows in the same order over generated trees. */
static void test_trees(void **state) {
  static const size_t sizes[] = {1, 2, 7, 40};
  (void)state;
  for (size_t i = 0; i < COUNT(sizes); i++) {
    struct files files = make_tree(sizes[i], 1);
    check_same(&files, POLICY_COLLECT);
    check_same(&files, POLICY_SKIP);
    check_same(&files, POLICY_FAIL);
    free_tree(&files);
  }
}

static void test_many_small_files(void **state) {
  (void)state;
  struct files files = make_tree(3000, 0);
  check_same(&files, POLICY_COLLECT);
  free_tree(&files);
}

/* Where no threads can be started, or fewer, the rest do the work. */
static void test_no_threads(void **state) {
  (void)state;
  struct files files = make_tree(7, 0);
  struct outcome expected = run_files(&files, POLICY_SKIP, -1);
  for (int left = 0; left < 3; left++) {
    threads = 5;
    threads_left = left;
    struct outcome got = run_files(&files, POLICY_SKIP, -1);
    threads_left = -1;
    assert_int_equal(counts.threads, left);
    assert_string_equal(got.text.p, expected.text.p);
    bytes_free(&got.text);
  }
  threads = 0;
  bytes_free(&expected.text);
  free_tree(&files);
}

/* POLICY_FAIL: the problem of a middle file comes after exactly the rows before it. */
static void test_problem_in_the_middle(void **state) {
  struct bytes large = {0}, expected = {0};
  (void)state;
  make_files();
  bytes_print(&large, HEADER);
  for (unsigned i = 2; i < 9000; i++) {
    bytes_print(&large, i == 7000 ? "2 x 80\n" : "2 10.0.0.1 %u\n", i);
    if (i < 7000) bytes_print(&expected, "2:%u version=2 srcaddr=10.0.0.1 dstport=%u\n", i, i);
  }
  bytes_print(&expected, "! 2:7000 LINE srcaddr is 'x', not an IP address | 2 x 80\n");
  write_gzip("middle", large.p, large.n);
  for (int round = 0; round < 5; round++)
    expect(PATHS("header", "other", "middle", "bad", "good", "good.gz", "bad"), POLICY_FAIL, expected.p);
  bytes_free(&large);
  bytes_free(&expected);
}

/*
** Stopped at some time, by stop() or by scan_close(): what came is a beginning, nothing is left.
*/
static void test_stop_threads(void **state) {
  static struct scan s;
  size_t live = mem_test_live();
  int before = open_files();
  (void)state;
  for (size_t n = 1; n <= 8; n += 7) { /* one alone is read ahead */
    struct files files = make_tree(n, 1);
    struct outcome whole = run_files(&files, POLICY_SKIP, -1);
    for (int round = 0; round < 18; round++) {
      struct scan_options options = {.reader = {.guard = &unconfined, .policy = POLICY_SKIP}, .threads = 3};
      struct err e = {0};
      const struct batch *b = NULL;
      threads = thread_counts[1 + round % 3];
      struct outcome o = run_files(&files, POLICY_SKIP, round / 3);
      assert_true(o.rc == ERR_NONE || o.rc == ERR_INTERRUPT);
      assert_memory_equal(o.text.p, whole.text.p, o.text.n);
      bytes_free(&o.text);
      assert_int_equal(scan_open(&s, &files, wanted, &options, &e), ERR_NONE);
      for (int i = 0; i < round / 2; i++) scan_next(&s, &b, &e);
      scan_close(&s, &counts);
      assert_true(counts.read <= n && counts.rows <= counts.records);
      assert_int_equal(open_files(), before);
      assert_int_equal(mem_test_live(), live);
    }
    threads = 0;
    bytes_free(&whole.text);
    free_tree(&files);
  }
}

/*
** Every allocation in turn, in whichever thread: told, or of no consequence; what came before is
** right.
*/
static void test_no_memory_in_threads(void **state) {
  size_t live = mem_test_live(), failed = 0;
  int before = open_files();
  (void)state;
  make_files();
  struct outcome whole = run(PATHS("good", "bad", "good.gz", "other", "good"), POLICY_SKIP, -1);
  for (int forever = 0; forever < 2; forever++)
    for (size_t n = 1; n < 1000; n++) {
      threads = 1 + (int)n % 3;
      mem_test_fail(n, forever);
      struct outcome o = run(PATHS("good", "bad", "good.gz", "other", "good"), POLICY_SKIP, -1);
      size_t calls = mem_test_calls();
      mem_test_fail(0, 0);
      CHECK(o.rc == ERR_NONE || o.rc == ERR_NOMEM, "allocation %zu: %s", n, o.e.text);
      assert_memory_equal(o.text.p, whole.text.p, o.text.n);
      if (!o.rc) assert_int_equal(o.text.n, whole.text.n);
      assert_int_equal(mem_test_live(), live);
      assert_int_equal(open_files(), before);
      failed += o.rc == ERR_NOMEM;
      bytes_free(&o.text);
      if (n > calls + 20) break;
    }
  threads = 0;
  assert_true(failed > 50);
  bytes_free(&whole.text);
}

/*
** Files that the predicate rules out by their paths are not opened; if all are, that is no error.
*/
static void test_pruned(void **state) {
  struct predicate p;
  struct err e = {0};
  struct predicate_term t = {.subject = SUBJECT_FILE, .op = PREDICATE_NEVER};
  (void)state;
  make_files();
  predicate_init(&p);
  assert_int_equal(predicate_add(&p, &t, &e), ERR_NONE);
  predicate_finish(&p);
  predicate = &p;
  expect(PATHS("good", "missing", "other", "!bad"), POLICY_FAIL, "");
  assert_int_equal(counts.pruned, 4);
  assert_int_equal(counts.read + counts.passed_over + counts.records, 0);
  struct files files = make_tree(3000, 0);
  check_same(&files, POLICY_FAIL);
  assert_int_equal(counts.pruned, 3000);
  free_tree(&files);
  predicate_clear(&p);
  predicate = NULL;
}

static void test_thread_numbers(void **state) {
  struct file file[3] = {{.size = -1}, {.size = SCAN_SMALL - 1}, {.size = 0}};
  struct files files = {.file = file, .n = 3};
  (void)state;
  assert_int_equal(workers_threads(&files, -1), 0);
  file[2].size = 1;
  assert_int_equal(workers_threads(&files, -1), threads_cores() < 3 ? threads_cores() : 3);
  assert_int_equal(workers_threads(&files, 0), 0);
  assert_int_equal(workers_threads(&files, 2), 2);
  assert_int_equal(workers_threads(&files, 1024), 3);
}

/*
** As many threads as there are processors, for files that are large enough; one file alone is
** read ahead.
*/
static void test_own_choice_of_threads(void **state) {
  (void)state;
  for (size_t n = 1; n <= 6; n += 5) {
    struct files files = make_tree(n, 1);
    for (size_t i = 0; i < n; i++) {
      struct bytes text = {0};
      bytes_print(&text, HEADER);
      for (unsigned k = 0; k < 90000 / n; k++) bytes_print(&text, "2 10.0.0.1 %u\n", k % 65536);
      files.file[i].size = (int64_t)text.n;
      write_file(files.file[i].path, text.p, text.n);
      bytes_free(&text);
    }
    threads = 0;
    struct outcome expected = run_files(&files, POLICY_FAIL, -1);
    assert_int_equal(expected.rc, ERR_NONE);
    assert_int_equal(counts.rows, 90000);
    threads = -1;
    struct outcome got = run_files(&files, POLICY_FAIL, -1);
    threads = 0;
    assert_int_equal(counts.threads, threads_cores() < n ? threads_cores() : n);
    assert_true(got.text.n == expected.text.n && !memcmp(got.text.p, expected.text.p, got.text.n));
    bytes_free(&got.text);
    bytes_free(&expected.text);
    free_tree(&files);
  }
}

/* Closed at any time. */
static void test_close_early(void **state) {
  static struct scan s;
  struct files files = list_of(PATHS("bad", "good.gz", "header", "good"));
  struct scan_options options = {.reader = {.guard = &unconfined, .policy = POLICY_COLLECT}};
  int before = open_files();
  size_t live = mem_test_live();
  (void)state;
  make_files();
  for (int calls = 0; calls < 6; calls++) {
    struct err e = {0};
    const struct batch *b;
    assert_int_equal(scan_open(&s, &files, wanted, &options, &e), ERR_NONE);
    for (int i = 0; i < calls; i++) scan_next(&s, &b, &e);
    scan_close(&s, NULL);
    assert_int_equal(open_files(), before);
    assert_int_equal(mem_test_live(), live);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_order),
      cmocka_unit_test(test_problems),
      cmocka_unit_test(test_expectation),
      cmocka_unit_test(test_nothing_usable),
      cmocka_unit_test(test_stop),
      cmocka_unit_test(test_wanted),
      cmocka_unit_test(test_close_early),
      cmocka_unit_test(test_first_reason),
      cmocka_unit_test(test_trees),
      cmocka_unit_test(test_many_small_files),
      cmocka_unit_test(test_no_threads),
      cmocka_unit_test(test_problem_in_the_middle),
      cmocka_unit_test(test_stop_threads),
      cmocka_unit_test(test_no_memory_in_threads),
      cmocka_unit_test(test_pruned),
      cmocka_unit_test(test_thread_numbers),
      cmocka_unit_test(test_own_choice_of_threads),
  };
  end_after(250); /* a standstill must not hang the tests */
  for (int f = 0; f < FIELD_COUNT; f++) wanted[f] = 1;
  return finish(cmocka_run_group_tests(tests, enter_temp_folder, leave_temp_folder));
}
