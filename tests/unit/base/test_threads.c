/* SPDX-License-Identifier: MIT */
/*
** Threads that all run, that can't be started, that take no signals; locks that can't be made,
** and timed waits.
*/
#include "no_threads.h"

#include "helpers.h"

#include <signal.h>
#include <stdatomic.h>
#include <time.h>

#include "base/threads.h"

static atomic_int ran[THREADS_MAX];

static void job(void *context, unsigned number) {
  atomic_int *sum = context;
  *sum += 1;
  ran[number]++;
}

static void check_threads(unsigned asked, unsigned expected) {
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
  for (size_t i = 0; i < COUNT(numbers); i++) check_threads(numbers[i], numbers[i]);
}

/* Where threads can't be started, those that were do run. */
static void test_no_threads(void **state) {
  (void)state;
  for (int left = 0; left < 5; left++) {
    threads_left = left;
    check_threads(4, left < 4 ? (unsigned)left : 4);
    threads_left = -1;
  }
}

static void test_no_memory(void **state) {
  (void)state;
  mem_test_fail(1, 0);
  check_threads(4, 0);
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

/* --- locks ------------------------------------------------------------------------------------------------------- */

static int clocks_left = -1; /* conditions that can be given a clock; negative: as many as you like */
static int mutexes;          /* that were initialised and not destroyed */

static void *real(const char *name) {
  void *symbol = dlsym(RTLD_NEXT, name);
  if (!symbol) abort();
  return symbol;
}

int pthread_condattr_setclock(pthread_condattr_t *attributes, clockid_t clock) {
  int (*function)(pthread_condattr_t *, clockid_t);
  void *symbol = real("pthread_condattr_setclock");
  memcpy(&function, &symbol, sizeof function);
  if (clocks_left == 0) return ENOMEM;
  if (clocks_left > 0) clocks_left--;
  return function(attributes, clock);
}

int pthread_mutex_init(pthread_mutex_t *mutex, const pthread_mutexattr_t *attributes) {
  int (*function)(pthread_mutex_t *, const pthread_mutexattr_t *);
  void *symbol = real("pthread_mutex_init");
  memcpy(&function, &symbol, sizeof function);
  mutexes++;
  return function(mutex, attributes);
}

int pthread_mutex_destroy(pthread_mutex_t *mutex) {
  int (*function)(pthread_mutex_t *);
  void *symbol = real("pthread_mutex_destroy");
  memcpy(&function, &symbol, sizeof function);
  mutexes--;
  return function(mutex);
}

/* A condition that can't be initialised leaves no mutex behind. */
static void test_locks(void **state) {
  pthread_mutex_t mutex;
  pthread_cond_t first, second;
  int before = mutexes;
  (void)state;
  for (int n = 0; n <= 2; n++)
    for (int left = 0; left <= 2; left++) {
      struct err e = {0};
      pthread_cond_t *a = n > 0 ? &first : NULL, *b = n > 1 ? &second : NULL;
      clocks_left = left;
      enum err_code rc = threads_lock_init(&mutex, a, b, &e);
      clocks_left = -1;
      assert_int_equal(rc, left < n ? ERR_NOMEM : ERR_NONE);
      assert_int_equal(e.code, rc);
      assert_int_equal(mutexes, before + (rc == ERR_NONE));
      if (!rc) threads_lock_clear(&mutex, a, b);
      assert_int_equal(mutexes, before);
    }
}

static long milliseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000L + now.tv_nsec / 1000000L;
}

/* Nobody signals: it returns when the time is over, not at once and not never. */
static void test_wait(void **state) {
  pthread_mutex_t mutex;
  pthread_cond_t condition;
  struct err e = {0};
  (void)state;
  assert_int_equal(threads_lock_init(&mutex, &condition, NULL, &e), ERR_NONE);
  pthread_mutex_lock(&mutex);
  long begun = milliseconds();
  for (int i = 0; i < 10; i++) threads_wait(&condition, &mutex, 20);
  assert_true(milliseconds() - begun >= 100); /* some waits may end without a reason */
  pthread_mutex_unlock(&mutex);
  threads_lock_clear(&mutex, &condition, NULL);
}

static void test_cores(void **state) {
  (void)state;
  assert_in_range(threads_cores(), 1, THREADS_MAX);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_numbers), cmocka_unit_test(test_no_threads), cmocka_unit_test(test_no_memory),
      cmocka_unit_test(test_signals), cmocka_unit_test(test_cores),      cmocka_unit_test(test_locks),
      cmocka_unit_test(test_wait),
  };
  end_after(120);
  return finish(cmocka_run_group_tests(tests, NULL, NULL));
}
