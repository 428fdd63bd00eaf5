/* SPDX-License-Identifier: MIT */
/*
** Bytes that come in pieces of random sizes, taken in pieces of random sizes.
*/
#include "helpers.h"

#include "container/feed.h"

static struct feed feed;

/* Bytes that come a few at a time, and what comes behind them. */
struct stream {
  const char *p;
  size_t n, most;
  enum err_code failure;
};

static ssize_t read_some(void *from, char *p, size_t n, struct err *e) {
  struct stream *s = from;
  size_t k = 1 + random_below((uint32_t)s->most);
  if (!s->n && s->failure) return err_set(e, s->failure, 0, "cut off"), -1;
  if (k > n) k = n;
  if (k > s->n) k = s->n;
  memcpy(p, s->p, k);
  s->p += k;
  s->n -= k;
  return (ssize_t)k;
}

static void test_all_bytes_come(void **state) {
  (void)state;
  struct bytes all = {0};
  for (int i = 0; i < 400000; i++) bytes_print(&all, "%c", (char)random_u32());
  for (int round = 0; round < 12; round++) {
    size_t first = round % 4 == 3 ? FEED_BUFFER : random_below(100), taken = 0;
    struct stream s = {all.p + first, all.n - first, round % 3 ? 70000 : 300, round & 1 ? ERR_DAMAGED : ERR_NONE};
    feed_start(&feed, all.p, first, read_some, &s);
    do {
      size_t n = (size_t)(feed.end - feed.p), take = n ? 1 + random_below((uint32_t)n) : 0;
      assert_memory_equal(feed.p, all.p + taken, n);
      feed.p += take;
      taken += take;
    } while (feed_more(&feed) || feed.end > feed.p);
    assert_int_equal(taken, all.n);
    assert_int_equal(feed.total, all.n);
    assert_true(feed.at_end);
    assert_int_equal(feed.failed.code, s.failure);
  }
  bytes_free(&all);
}

static void test_a_full_buffer(void **state) {
  (void)state;
  struct bytes all = {0};
  bytes_repeat(&all, 'x', FEED_BUFFER + 10);
  struct stream s = {all.p, all.n, 5000, ERR_NONE};
  feed_start(&feed, "", 0, read_some, &s);
  assert_false(feed_is_full(&feed));
  assert_int_equal(feed_more(&feed), 1);
  assert_true(feed_is_full(&feed));
  assert_int_equal(feed_more(&feed), 0);
  assert_false(feed.at_end);
  feed.p += FEED_BUFFER;
  assert_int_equal(feed_more(&feed), 1);
  assert_int_equal(feed.end - feed.p, 10);
  assert_int_equal(feed_more(&feed), 0);
  assert_true(feed.at_end);
  bytes_free(&all);
}

static int set_up(void **state) {
  struct err e = {0};
  (void)state;
  return feed_init(&feed, &e);
}

static int tear_down(void **state) {
  (void)state;
  feed_clear(&feed);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_all_bytes_come),
      cmocka_unit_test(test_a_full_buffer),
  };
  return finish(cmocka_run_group_tests(tests, set_up, tear_down));
}
