/* SPDX-License-Identifier: MIT */
/*
** Lists of files summed in groups: the same sums whatever the number of threads, the memory, and
** where the files lie.
*/
#include "no_threads.h"

#include "helpers.h"

#include "many_files.h"

#include "scan/rollup_scan.h"

#define HEADER "version srcaddr dstport bytes\n"
#define MUCH   (UINT64_C(1) << 40)

static const int thread_counts[] = {0, 1, 2, 5};
static const struct grouping by_port = {.n = 1, .dim = {{.field = FIELD_dstport, .unit = 1}}, .bytes = 1};
static int threads;                       /* of the scans that run() makes */
static const struct predicate *predicate; /* likewise */
static struct scan_counts counts;

struct outcome {
  uint64_t flows[65536], bytes[65536]; /* of each dstport */
  size_t groups;                       /* returned */
  struct bytes problem;                /* print_batch() of the problem, or empty */
  enum err_code rc;
  struct err e;
};

static int stop_at(void *context) {
  int *left = context;
  return --*left < 0;
}

/*
** stop_after: how often the scan may ask before it is stopped; negative for never.  The caller
** frees.
*/
static struct outcome *run(const struct files *files, enum policy policy, uint64_t memory, int stop_after) {
  static struct rollup_scan g;
  struct rollup_scan_options options = {
      .scan = {.reader = {.guard = &unconfined, .policy = policy, .predicate = predicate}, .threads = threads},
      .memory = memory,
  };
  struct outcome *o = calloc(1, sizeof *o);
  const struct group *group = NULL;
  const struct batch *b;
  if (!o) abort();
  bytes_add(&o->problem, "", 0);
  if (stop_after >= 0) {
    options.scan.reader.stop.ask = stop_at;
    options.scan.reader.stop.context = &stop_after;
  }
  o->rc = rollup_scan_open(&g, files, &by_port, &options, &o->e);
  while (!o->rc && !(o->rc = rollup_scan_next(&g, &group, &o->e)) && group) {
    struct group_value value;
    group_values(group, &by_port, &value);
    assert_in_range(value.number, 0, 65535);
    o->flows[value.number] += group->flows;
    o->bytes[value.number] += group->bytes;
    o->groups++;
  }
  if (o->rc) assert_null(group);
  else if ((b = rollup_scan_problem(&g)) != NULL) print_batch(&o->problem, b);
  assert_int_equal(o->rc, o->e.code);
  rollup_scan_close(&g, &counts);
  return o;
}

static void free_outcome(struct outcome *o) {
  bytes_free(&o->problem);
  free(o);
}

/* --- files ------------------------------------------------------------------------------------------------------- */

static void add_line(struct bytes *text, uint32_t ports) {
  bytes_print(text, "2 10.0.0.1 %u %u\n", (unsigned)random_below(ports), (unsigned)random_below(1000));
}

static struct files make_files(size_t n, uint32_t lines, int in_memory) {
  return many_files(n, HEADER, lines, add_line, 50000, in_memory);
}

static void check_same(const struct outcome *got, const struct outcome *expected) {
  CHECK(got->rc == expected->rc && !strcmp(got->e.text, expected->e.text), "%d threads: %s", threads, got->e.text);
  CHECK(!strcmp(got->problem.p, expected->problem.p), "%d threads: %s", threads, got->problem.p);
  CHECK(!memcmp(got->flows, expected->flows, sizeof got->flows), "%d threads: other flows", threads);
  CHECK(!memcmp(got->bytes, expected->bytes, sizeof got->bytes), "%d threads: other bytes", threads);
}

/* --- tests ------------------------------------------------------------------------------------------------------- */

/*
** With much memory there is one group for each key; with little, there are more, and the same
** sums.
*/
static void test_threads_and_memory(void **state) {
  static const uint64_t memories[] = {MUCH, 1 << 20, 1};
  (void)state;
  for (int in_memory = 0; in_memory < 2; in_memory++) {
    struct files files = make_files(9, 20000, in_memory);
    threads = 0;
    struct outcome *expected = run(&files, POLICY_FAIL, MUCH, -1);
    struct scan_counts before = counts;
    assert_int_equal(expected->rc, ERR_NONE);
    assert_int_equal(counts.records, 9 * 20000);
    assert_int_equal(counts.rows, 9 * 20000);
    for (size_t m = 0; m < COUNT(memories); m++)
      for (size_t i = 0; i < COUNT(thread_counts); i++) {
        threads = thread_counts[i];
        struct outcome *got = run(&files, POLICY_FAIL, memories[m], -1);
        check_same(got, expected);
        if (m == 0) assert_int_equal(got->groups, expected->groups);
        else assert_true(got->groups > expected->groups);
        assert_int_equal(counts.threads, threads);
        counts.threads = 0;
        assert_memory_equal(&counts, &before, sizeof counts);
        free_outcome(got);
      }
    free_outcome(expected);
    free_files(&files);
  }
  threads = 0;
}

/*
** As many threads as there are processors, for files that are large enough; one file alone is read
** ahead.
*/
static void test_own_choice_of_threads(void **state) {
  (void)state;
  for (size_t n = 1; n <= 6; n += 5) {
    struct files files = make_files(n, (uint32_t)(90000 / n), 0);
    int64_t bytes = 0;
    for (size_t i = 0; i < n; i++) bytes += files.file[i].size;
    assert_true(bytes > SCAN_SMALL);
    threads = 0;
    struct outcome *expected = run(&files, POLICY_FAIL, MUCH, -1);
    threads = -1;
    for (int round = 0; round < 3; round++) {
      struct outcome *got = run(&files, POLICY_FAIL, round ? 1 << 20 : MUCH, -1);
      check_same(got, expected);
      assert_int_equal(counts.threads, threads_cores() < n ? threads_cores() : n);
      free_outcome(got);
    }
    threads = 0;
    free_outcome(expected);
    free_files(&files);
  }
}

/* Where no threads can be started, or fewer, the rest do the work. */
static void test_no_threads(void **state) {
  (void)state;
  struct files files = make_files(7, 3000, 1);
  struct outcome *expected = run(&files, POLICY_SKIP, MUCH, -1);
  for (int left = 0; left < 3; left++) {
    threads = 5;
    threads_left = left;
    struct outcome *got = run(&files, POLICY_SKIP, 1 << 20, -1);
    threads_left = -1;
    assert_int_equal(counts.threads, left);
    check_same(got, expected);
    free_outcome(got);
  }
  threads = 0;
  free_outcome(expected);
  free_files(&files);
}

/*
** The earliest file that has a problem ends the scan, whichever worker is done first, and what
** follows is not read.
*/
static void test_earliest_problem(void **state) {
  static const size_t wrong[] = {3, 5, 6};
  (void)state;
  struct files files = make_files(400, 30, 1);
  for (size_t i = 0; i < COUNT(wrong); i++) {
    struct file *f = &files.file[wrong[i]];
    struct bytes text = {0};
    bytes_print(&text, HEADER);
    if (i == 0)
      for (int k = 0; k < 5000; k++) bytes_print(&text, "2 10.0.0.1 80 1\n"); /* the first one is the slowest */
    bytes_print(&text, "2 x 80 1\n");
    f->size = (int64_t)text.n;
    bytes_repeat(&text, 0, LINES_PADDING);
    free((void *)(uintptr_t)f->text);
    f->text = text.p;
  }
  for (int round = 0; round < 5; round++)
    for (size_t i = 0; i < COUNT(thread_counts); i++) {
      threads = thread_counts[i];
      struct outcome *o = run(&files, POLICY_FAIL, MUCH, -1);
      assert_int_equal(o->rc, ERR_NONE);
      assert_int_equal(o->groups, 0);
      assert_string_equal(o->problem.p, "! 3:5002 LINE srcaddr is 'x', not an IP address | 2 x 80 1\n");
      if (!threads) assert_int_equal(counts.read, 4);
      free_outcome(o);
    }
  struct outcome *skipped = run(&files, POLICY_SKIP, MUCH, -1);
  assert_string_equal(skipped->problem.p, "");
  assert_int_equal(counts.records, 397 * 30 + 5000);
  free_outcome(skipped);
  threads = 0;
  free_files(&files);
}

/*
** Files that are no flow logs: an error if there are no others.  Files that are pruned are no
** error.
*/
static void test_nothing_found(void **state) {
  static const char notes[] = "just some notes\n";
  struct file file[2] = {{.path = "a"}, {.path = "b"}};
  struct files files = {.file = file, .n = 2};
  struct predicate p;
  struct predicate_term t = {.subject = SUBJECT_FILE, .op = PREDICATE_NEVER};
  struct err e = {0};
  (void)state;
  write_text("a", notes);
  write_text("b", notes);
  predicate_init(&p);
  assert_int_equal(predicate_add(&p, &t, &e), ERR_NONE);
  predicate_finish(&p);
  for (size_t i = 0; i < COUNT(thread_counts); i++) {
    threads = thread_counts[i];
    struct outcome *o = run(&files, POLICY_SKIP, MUCH, -1);
    assert_int_equal(o->rc, ERR_FORMAT);
    assert_non_null(strstr(o->e.text, "none of the 2 files found is a flow log; the first, 'a', is no flow log"));
    free_outcome(o);
    predicate = &p;
    o = run(&files, POLICY_FAIL, MUCH, -1);
    predicate = NULL;
    assert_int_equal(o->rc, ERR_NONE);
    assert_int_equal(counts.pruned, 2);
    assert_int_equal(counts.read, 0);
    free_outcome(o);
    files.n = 0;
    o = run(&files, POLICY_FAIL, MUCH, -1);
    assert_int_equal(o->rc, ERR_NONE);
    files.n = 2;
    free_outcome(o);
  }
  threads = 0;
  predicate_clear(&p);
}

/*
** Stopped by stop() or by rollup_scan_close() at any time, also while workers wait with full
** tables.
*/
static void test_stop(void **state) {
  static struct rollup_scan g;
  struct files files = make_files(6, 12000, 0);
  size_t live = mem_test_live();
  int before = open_files();
  (void)state;
  for (int round = 0; round < 32; round++) {
    struct rollup_scan_options options = {.scan = {.reader = {.guard = &unconfined, .policy = POLICY_SKIP}},
                                          .memory = round % 2 ? MUCH : 1};
    const struct group *group;
    struct err e = {0};
    threads = thread_counts[round % 4];
    struct outcome *o = run(&files, POLICY_SKIP, options.memory, round / 4);
    assert_true(o->rc == ERR_NONE || o->rc == ERR_INTERRUPT);
    free_outcome(o);
    options.scan.threads = threads;
    assert_int_equal(rollup_scan_open(&g, &files, &by_port, &options, &e), ERR_NONE);
    for (int i = 0; i < round / 4 * 300; i++) rollup_scan_next(&g, &group, &e);
    rollup_scan_close(&g, NULL);
    assert_int_equal(open_files(), before);
    assert_int_equal(mem_test_live(), live);
  }
  threads = 0;
  free_files(&files);
}

/*
** Every allocation in turn, in whichever thread: ERR_NOMEM, or it is of no consequence and the
** sums are right.
*/
static void test_no_memory(void **state) {
  struct files files = make_files(5, 3000, 0);
  size_t live = mem_test_live(), failed = 0;
  int before = open_files();
  (void)state;
  threads = 0;
  struct outcome *expected = run(&files, POLICY_SKIP, MUCH, -1);
  for (int forever = 0; forever < 2; forever++)
    for (size_t n = 1; n < 1000; n++) {
      threads = (int)n % 4;
      mem_test_fail(n, forever);
      struct outcome *o = run(&files, POLICY_SKIP, n % 3 ? MUCH : 1 << 18, -1);
      size_t calls = mem_test_calls();
      mem_test_fail(0, 0);
      CHECK(o->rc == ERR_NONE || o->rc == ERR_NOMEM, "allocation %zu: %s", n, o->e.text);
      if (!o->rc) check_same(o, expected);
      assert_int_equal(mem_test_live(), live);
      assert_int_equal(open_files(), before);
      failed += o->rc == ERR_NOMEM;
      free_outcome(o);
      if (n > calls + 20) break;
    }
  threads = 0;
  assert_true(failed > 50);
  free_outcome(expected);
  free_files(&files);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_threads_and_memory), cmocka_unit_test(test_own_choice_of_threads),
      cmocka_unit_test(test_no_threads),         cmocka_unit_test(test_earliest_problem),
      cmocka_unit_test(test_nothing_found),      cmocka_unit_test(test_stop),
      cmocka_unit_test(test_no_memory),
  };
  end_after(250); /* a standstill must not hang the tests */
  return finish(cmocka_run_group_tests(tests, enter_temp_folder, leave_temp_folder));
}
