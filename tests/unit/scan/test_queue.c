/* SPDX-License-Identifier: MIT */
/*
** The queue with real workers that are quick and slow: order, bounds, stopping and failing while
** they wait.
*/
#include "helpers.h"

#include <pthread.h>
#include <stdatomic.h>

#include "scan/queue.h"

#define WORKERS 5

static uint8_t wanted[COLUMN_COUNT];
static struct queue q;
static unsigned per_file;  /* batches of a file: its number modulo this */
static size_t arena;       /* bytes of a batch's text */
static atomic_size_t next; /* the file that a worker takes next */
static atomic_int taken, returned;

/* Fills files with batches that have their number in line[0]; some are given back empty. */
static void *produce(void *unused) {
  size_t file;
  while (next < q.nfiles && queue_admit(&q) && (file = next++) < q.nfiles) {
    taken++;
    for (size_t i = 0; i < file % per_file; i++) {
      struct batch *b = queue_room(&q, file);
      struct err e = {0};
      if (!b) goto stopped;
      b->file = (uint32_t)file;
      b->line[0] = i;
      b->nrows = 1;
      if (arena) batch_reserve(b, arena, &e);
      if (file % 7 == 0 && i == 0) usleep(300);
      queue_push(&q, file, b);
    }
    struct batch *spare = file % 3 ? NULL : queue_room(&q, file);
    if (file % 3 == 0 && !spare) break;
    queue_end(&q, file, spare);
  }
stopped:
  returned++;
  return unused;
}

static pthread_t worker[WORKERS];

static void start(size_t nfiles, unsigned batches) {
  struct err e = {0};
  per_file = batches;
  next = 0;
  taken = returned = 0;
  assert_int_equal(queue_init(&q, nfiles, wanted, &e), ERR_NONE);
  for (int i = 0; i < WORKERS; i++) assert_int_equal(pthread_create(&worker[i], NULL, produce, NULL), 0);
}

static void end(void) {
  for (int i = 0; i < WORKERS; i++) pthread_join(worker[i], NULL);
  assert_int_equal(returned, WORKERS);
  queue_clear(&q);
}

static size_t bytes_now(void) {
  pthread_mutex_lock(&q.mutex);
  size_t n = q.bytes;
  pthread_mutex_unlock(&q.mutex);
  return n;
}

/* Waits until all workers wait for room. */
static void until_full(void) {
  for (unsigned waiting = 0; waiting < WORKERS; usleep(500)) {
    pthread_mutex_lock(&q.mutex);
    waiting = q.waiting;
    pthread_mutex_unlock(&q.mutex);
  }
}

/* All batches come, in the order of files and within them.  check(): a look at each. */
static void expect_all(size_t nfiles, void (*check)(const struct batch *b)) {
  enum queue_result rc;
  struct batch *b;
  size_t file = 0, i = 0;
  while ((rc = queue_pop(&q, &b, 1)) != QUEUE_END) {
    assert_int_not_equal(rc, QUEUE_ERROR);
    if (rc == QUEUE_WAIT) continue;
    while (i == file % per_file) file++, i = 0;
    assert_int_equal(b->file, file);
    assert_int_equal(b->line[0], i++);
    if (check) check(b);
    queue_recycle(&q, b);
  }
  while (file < nfiles && i == file % per_file) file++, i = 0;
  assert_int_equal(file, nfiles);
  assert_null(b);
}

static void test_order(void **state) {
  static const size_t files[] = {0, 1, 2, 100, 3 * QUEUE_FILES};
  (void)state;
  for (size_t i = 0; i < COUNT(files); i++) {
    start(files[i], 4);
    expect_all(files[i], NULL);
    end();
    assert_int_equal(taken, files[i]);
  }
}

/* Files without a batch: the workers are QUEUE_FILES before the owner, no more. */
static void test_files_bound(void **state) {
  (void)state;
  start(4 * QUEUE_FILES, 1);
  until_full();
  assert_int_equal(taken, QUEUE_FILES);
  expect_all(4 * QUEUE_FILES, NULL);
  end();
}

static void check_bytes(const struct batch *b) {
  size_t most = QUEUE_BYTES + (WORKERS + 1) * batch_bytes(b);
  assert_in_range(bytes_now(), 1, most);
}

/*
** Large batches: somewhat more than QUEUE_BYTES, by those that were being filled.  The owner's
** file always goes on.
*/
static void test_bytes_bound(void **state) {
  (void)state;
  arena = 2 << 20;
  start(60, 20);
  until_full();
  assert_in_range(bytes_now(), QUEUE_BYTES, QUEUE_BYTES + (WORKERS + 1) * (arena * 2 + 100000));
  expect_all(60, check_bytes);
  assert_int_equal(bytes_now(), 0);
  end();
  arena = 0;
}

/* A batch that alone is over the bound. */
static void test_one_too_large(void **state) {
  (void)state;
  arena = QUEUE_BYTES + 1;
  start(5, 3);
  expect_all(5, NULL);
  end();
  arena = 0;
}

/*
** Stopped while they wait for room, for a file, at once, in the middle of work; the owner may hold
** a batch.
*/
static void test_stop(void **state) {
  (void)state;
  for (int how = 0; how < 12; how++) {
    struct batch *b = NULL;
    arena = how % 2 ? 1 << 20 : 0;
    start(4 * QUEUE_FILES, arena ? 30 : 1 + (unsigned)how % 4 / 2 * 3);
    if (how < 2) until_full();
    else if (how < 8) usleep(100u * (unsigned)how);
    if (how % 3 == 0) queue_pop(&q, &b, 1);
    queue_stop(&q);
    if (b) queue_recycle(&q, b);
    end();
  }
  arena = 0;
}

/* An owner that has waited in vain says for which file, until a batch of it comes. */
static void test_awaited(void **state) {
  struct batch *b, *got;
  struct err e = {0};
  (void)state;
  assert_int_equal(queue_init(&q, 2, wanted, &e), ERR_NONE);
  assert_true(queue_admit(&q) && queue_admit(&q));
  assert_false(queue_is_awaited(&q, 0));
  assert_int_equal(queue_pop(&q, &got, 1), QUEUE_WAIT);
  assert_true(queue_is_awaited(&q, 0) && !queue_is_awaited(&q, 1));
  b = queue_room(&q, 0);
  queue_push(&q, 0, b);
  assert_int_equal(queue_pop(&q, &got, 1), QUEUE_BATCH);
  assert_false(queue_is_awaited(&q, 0));
  queue_end(&q, 0, NULL);
  assert_int_equal(queue_pop(&q, &b, 1), QUEUE_WAIT);
  assert_true(queue_is_awaited(&q, 1) && !queue_is_awaited(&q, 0));
  queue_end(&q, 1, got);
  assert_int_equal(queue_pop(&q, &b, 1), QUEUE_END);
  assert_false(queue_is_awaited(&q, 1));
  queue_clear(&q);
}

/* QUEUE_ERROR comes behind the batches of the file that the owner is at, and stays. */
static void test_fail(void **state) {
  const size_t file = 0;
  struct batch *b, *got;
  struct err e = {0};
  (void)state;
  assert_int_equal(queue_init(&q, 3, wanted, &e), ERR_NONE);
  assert_true(queue_admit(&q));
  assert_int_equal(queue_pop(&q, &got, 1), QUEUE_WAIT); /* returns though nothing comes */
  b = queue_room(&q, file);
  assert_non_null(b);
  queue_push(&q, file, b);
  queue_fail(&q);
  assert_int_equal(queue_pop(&q, &got, 1), QUEUE_BATCH);
  assert_ptr_equal(got, b);
  queue_recycle(&q, got);
  for (int i = 0; i < 2; i++) assert_int_equal(queue_pop(&q, &got, 1), QUEUE_ERROR);
  assert_null(queue_room(&q, file));
  assert_false(queue_admit(&q));
  queue_clear(&q);
  start(4 * QUEUE_FILES, 1); /* while they wait */
  until_full();
  queue_fail(&q);
  enum queue_result rc;
  while ((rc = queue_pop(&q, &got, 1)) == QUEUE_WAIT) {
  }
  assert_int_equal(rc, QUEUE_ERROR);
  end();
}

/* A failure after the end of the work by queue_stop() is none. */
static void test_fail_when_stopped(void **state) {
  struct batch *b;
  struct err e = {0};
  (void)state;
  assert_int_equal(queue_init(&q, 1, wanted, &e), ERR_NONE);
  queue_stop(&q);
  queue_fail(&q);
  assert_int_equal(queue_pop(&q, &b, 0), QUEUE_WAIT);
  queue_clear(&q);
}

static void test_no_memory(void **state) {
  const size_t file = 0;
  struct err e = {0};
  (void)state;
  assert_int_equal(queue_init(&q, 1, wanted, &e), ERR_NONE);
  assert_true(queue_admit(&q));
  for (size_t n = 1; n < 4; n++) {
    mem_test_fail(n, 0);
    assert_null(queue_room(&q, file));
    mem_test_fail(0, 0);
    assert_int_equal(bytes_now(), 0);
  }
  queue_clear(&q);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_order),       cmocka_unit_test(test_files_bound),
      cmocka_unit_test(test_bytes_bound), cmocka_unit_test(test_one_too_large),
      cmocka_unit_test(test_stop),        cmocka_unit_test(test_fail),
      cmocka_unit_test(test_no_memory),   cmocka_unit_test(test_fail_when_stopped),
      cmocka_unit_test(test_awaited),
  };
  end_after(120); /* a standstill must not hang the tests */
  wanted[FIELD_srcaddr] = 1;
  return finish(cmocka_run_group_tests(tests, NULL, NULL));
}
