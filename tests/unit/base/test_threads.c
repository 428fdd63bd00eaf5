/* SPDX-License-Identifier: MIT */
/* Threads that all run, that can't be started, that take no signals. */
#include "no_threads.h"

#include "helpers.h"

#include <signal.h>
#include <stdatomic.h>

#include "base/threads.h"

static atomic_int ran[THREADS_MAX];

static void job(void *context, unsigned number) {
  atomic_int *sum = context;
  *sum += 1;
  ran[number]++;
}

static void check_crew(unsigned asked, unsigned expected) {
  struct threads c;
  atomic_int sum = 0;
  for (int i = 0; i < THREADS_MAX; i++) ran[i] = 0;
  assert_int_equal(threads_start(&c, asked, job, &sum), expected);
  assert_int_equal(c.n, expected);
  threads_join(&c);
  assert_int_equal(sum, expected);
  for (unsigned i = 0; i < THREADS_MAX; i++) assert_int_equal(ran[i], i < expected);
  threads_join(&c); /* it is all zero */
}

static void test_numbers(void **state) {
  static const unsigned numbers[] = {0, 1, 2, 3, 16, 64};
  (void)state;
  for (size_t i = 0; i < COUNT(numbers); i++) check_crew(numbers[i], numbers[i]);
}

/* Where threads can't be started, those that were do run. */
static void test_no_threads(void **state) {
  (void)state;
  for (int left = 0; left < 5; left++) {
    threads_left = left;
    check_crew(4, left < 4 ? (unsigned)left : 4);
    threads_left = -1;
  }
}

static void test_no_memory(void **state) {
  (void)state;
  mem_test_fail(1, 0);
  check_crew(4, 0);
  mem_test_fail(0, 0);
}

static void look_at_signals(void *context, unsigned number) {
  sigset_t set;
  atomic_int *blocked = context;
  (void)number;
  pthread_sigmask(SIG_SETMASK, NULL, &set);
  if (sigismember(&set, SIGINT) && sigismember(&set, SIGALRM) && sigismember(&set, SIGTERM)) ++*blocked;
}

/* The threads block all signals, the caller blocks what it did before. */
static void test_signals(void **state) {
  struct threads c;
  sigset_t before, after;
  atomic_int blocked = 0;
  (void)state;
  pthread_sigmask(SIG_SETMASK, NULL, &before);
  assert_int_equal(threads_start(&c, 3, look_at_signals, &blocked), 3);
  pthread_sigmask(SIG_SETMASK, NULL, &after);
  threads_join(&c);
  assert_int_equal(blocked, 3);
  for (int s = 1; s < 32; s++) assert_int_equal(sigismember(&before, s), sigismember(&after, s));
}

static void test_cores(void **state) {
  (void)state;
  assert_in_range(threads_cores(), 1, THREADS_MAX);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_numbers), cmocka_unit_test(test_no_threads), cmocka_unit_test(test_no_memory),
      cmocka_unit_test(test_signals), cmocka_unit_test(test_cores),
  };
  alarm(120);
  return finish(cmocka_run_group_tests(tests, NULL, NULL));
}
