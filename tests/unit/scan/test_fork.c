/* SPDX-License-Identifier: MIT */
/*
** A child of fork() that has inherited a scan and none of its threads: it can close the scan, at
** once and whichever lock is held, and cannot read on.  The parent goes on as if nothing was.
*/
#include "helpers.h"

#include <sys/wait.h>

#include "connection/connection_scan.h"
#include "file/read_ahead.h"
#include "scan/rollup_scan.h"
#include "scan/scan.h"

#define FILES 4
#define LINES 3000

static struct file file[FILES];
static const struct files files = {.file = file, .n = FILES};
static uint8_t wanted[COLUMN_COUNT];

static int make_files(void **state) {
  static char path[FILES][16];
  struct bytes text = {0};
  if (enter_temp_folder(state)) return -1;
  bytes_print(&text, "srcaddr srcport\n");
  for (int i = 0; i < LINES; i++) bytes_print(&text, "10.0.0.1 %d\n", i);
  for (int i = 0; i < FILES; i++) {
    snprintf(path[i], sizeof path[i], "%d.gz", i);
    write_gzip(path[i], text.p, text.n);
    file[i].path = path[i];
  }
  bytes_free(&text);
  wanted[FIELD_srcport] = 1;
  return 0;
}

/* In the child, 1 ends what is wrong; what waits for ever is ended by SIGALRM. */
static void expect(int condition) {
  if (!condition) _exit(1);
}

static void join_child(pid_t child) {
  int status;
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_true(WIFEXITED(status));
  assert_int_equal(WEXITSTATUS(status), 0);
}

static pid_t fork_child(void) {
  pid_t child = fork();
  assert_true(child >= 0);
  if (!child) end_after(20);
  return child;
}

static const struct scan_options scan_options = {.reader = {.guard = &unconfined, .policy = POLICY_SKIP}};

static void test_scan(void **state) {
  static struct scan s;
  (void)state;
  for (int threads = 0; threads <= 3; threads++) {
    struct scan_options options = scan_options;
    const struct batch *b;
    struct err e = {0};
    uint64_t rows = 0;
    options.threads = threads;
    assert_int_equal(scan_open(&s, &files, wanted, &options, &e), ERR_NONE);
    assert_int_equal(scan_next(&s, &b, &e), ERR_NONE);
    rows += b->nrows;
    if (threads) pthread_mutex_lock(&s.queue.mutex), pthread_mutex_lock(&s.workers.mutex);
    pid_t child = fork_child();
    if (!child) {
      expect(scan_next(&s, &b, &e) == ERR_IO && !b && strstr(e.text, "fork()"));
      scan_close(&s, NULL);
      scan_close(&s, NULL);
      _exit(0);
    }
    if (threads) pthread_mutex_unlock(&s.queue.mutex), pthread_mutex_unlock(&s.workers.mutex);
    join_child(child);
    while (!scan_next(&s, &b, &e) && b) rows += b->nrows;
    assert_int_equal(e.code, ERR_NONE);
    assert_int_equal(rows, FILES * LINES);
    scan_close(&s, NULL);
  }
}

static void test_rollup_scan(void **state) {
  static const struct grouping by_port = {.n = 1, .dim = {{.field = FIELD_srcport, .unit = 1}}};
  static struct rollup_scan g;
  (void)state;
  for (int threads = 0; threads <= 3; threads++) {
    struct rollup_scan_options options = {.scan = scan_options, .memory = 1}; /* groups come in parts */
    const struct group *group;
    struct err e = {0};
    uint64_t flows = 0;
    options.scan.threads = threads;
    assert_int_equal(rollup_scan_open(&g, &files, &by_port, &options, &e), ERR_NONE);
    assert_int_equal(rollup_scan_next(&g, &group, &e), ERR_NONE);
    flows += group->flows;
    if (threads) pthread_mutex_lock(&g.scan.mutex), pthread_mutex_lock(&g.scan.workers.mutex);
    pid_t child = fork_child();
    if (!child) {
      while (!rollup_scan_next(&g, &group, &e) && group) {
      } /* those that it has in memory */
      expect(e.code == ERR_IO && strstr(e.text, "fork()"));
      rollup_scan_close(&g, NULL);
      rollup_scan_close(&g, NULL);
      _exit(0);
    }
    if (threads) pthread_mutex_unlock(&g.scan.mutex), pthread_mutex_unlock(&g.scan.workers.mutex);
    join_child(child);
    while (!rollup_scan_next(&g, &group, &e) && group) flows += group->flows;
    assert_int_equal(e.code, ERR_NONE);
    assert_int_equal(flows, FILES * LINES);
    rollup_scan_close(&g, NULL);
  }
}

/* The connections are read in parts, of which the child has the one that is in memory. */
static void test_connection_scan(void **state) {
  static struct connection_scan g;
  struct file file_of_ends = {.path = "ends.gz"};
  const struct files ends = {.file = &file_of_ends, .n = 1};
  struct bytes text = {0};
  (void)state;
  bytes_print(&text, "srcaddr dstaddr srcport dstport protocol\n");
  for (int i = 0; i < 4 * LINES; i++) bytes_print(&text, "10.0.0.1 10.0.0.2 %d 443 6\n", 40000 + i);
  write_gzip("ends.gz", text.p, text.n);
  for (int threads = 0; threads <= 3; threads++) {
    struct connection_scan_options options = {.pass = {.scan = scan_options, .wish = {.idle = 900}, .memory = 1}};
    const struct connection *c;
    struct err e = {0};
    uint64_t records = 0;
    options.pass.scan.threads = threads;
    assert_int_equal(connection_scan_open(&g, &ends, &options, &e), ERR_NONE);
    for (int later = 0; later < 2; later++) { /* before the first connection, and after it */
      if (threads) pthread_mutex_lock(&g.pass.scan.mutex), pthread_mutex_lock(&g.pass.scan.workers.mutex);
      if (threads) pthread_mutex_lock(&g.parts.mutex);
      if (threads && later) pthread_mutex_lock(&g.pass.tables.mutex);
      pid_t child = fork_child();
      if (!child) {
        while (!connection_scan_next(&g, &c, &e) && c) {
        } /* those that it has in memory */
        expect(e.code == ERR_IO && strstr(e.text, "fork()"));
        connection_scan_close(&g, NULL);
        connection_scan_close(&g, NULL);
        _exit(0);
      }
      if (threads && later) pthread_mutex_unlock(&g.pass.tables.mutex);
      if (threads) pthread_mutex_unlock(&g.parts.mutex);
      if (threads) pthread_mutex_unlock(&g.pass.scan.mutex), pthread_mutex_unlock(&g.pass.scan.workers.mutex);
      join_child(child);
      if (!later) assert_int_equal(connection_scan_next(&g, &c, &e), ERR_NONE);
      if (!later) records += c->seen.records;
    }
    while (!connection_scan_next(&g, &c, &e) && c) records += c->seen.records;
    assert_int_equal(e.code, ERR_NONE);
    assert_int_equal(records, 4 * LINES);
    assert_true(g.passes > 1);
    connection_scan_close(&g, NULL);
  }
  bytes_free(&text);
}

static void test_read_ahead(void **state) {
  static struct source source;
  struct read_ahead a = {0};
  struct err e = {0};
  char piece[100];
  (void)state;
  assert_int_equal(source_init(&source, &e), ERR_NONE);
  assert_int_equal(source_open(&source, "0.gz", &unconfined, &e), ERR_NONE);
  assert_int_equal(read_ahead_start(&a, &source, &e), ERR_NONE);
  pthread_mutex_lock(&a.mutex);
  pid_t child = fork_child();
  if (!child) {
    read_ahead_stop(&a);
    read_ahead_stop(&a);
    _exit(0);
  }
  pthread_mutex_unlock(&a.mutex);
  join_child(child);
  assert_int_equal(read_ahead_read(&a, piece, sizeof piece, &e), sizeof piece);
  read_ahead_stop(&a);
  source_close(&source);
  source_clear(&source);
}

/* A thread that goes on while the process forks. */
static void wait_for_mutex(void *mutex, unsigned number) {
  (void)number;
  pthread_mutex_lock(mutex);
  pthread_mutex_unlock(mutex);
}

static void test_threads(void **state) {
  static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  struct threads t = {0};
  (void)state;
  assert_false(threads_in_child(&t));
  pthread_mutex_lock(&mutex);
  assert_int_equal(threads_start(&t, 2, wait_for_mutex, &mutex), 2);
  assert_false(threads_in_child(&t));
  pid_t child = fork_child();
  if (!child) {
    expect(threads_in_child(&t));
    threads_join(&t);
    expect(t.n == 0 && !threads_in_child(&t));
    _exit(0);
  }
  join_child(child);
  pthread_mutex_unlock(&mutex);
  threads_join(&t);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_threads),     cmocka_unit_test(test_read_ahead),      cmocka_unit_test(test_scan),
      cmocka_unit_test(test_rollup_scan), cmocka_unit_test(test_connection_scan),
  };
  end_after(120);
  return finish(cmocka_run_group_tests(tests, make_files, leave_temp_folder));
}
