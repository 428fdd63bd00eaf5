/* SPDX-License-Identifier: MIT */
/*
** What is read ahead is what source_read() reads: bytes and error; with a thread, and where none
** can be started.
*/
#include "no_threads.h"

#include "helpers.h"

#include "file/read_ahead.h"

static struct source source;

/* All bytes of a file, read in pieces of random size; with_ahead: through read_ahead_read(). */
static struct bytes read_all(const char *path, int with_ahead, struct err *e) {
  static char piece[2 * READ_AHEAD_CHUNK];
  struct read_ahead a = {0};
  struct bytes out = {0};
  ssize_t n;
  memset(e, 0, sizeof *e);
  bytes_add(&out, "", 0);
  assert_int_equal(source_open(&source, path, &unconfined, e), ERR_NONE);
  if (with_ahead) assert_int_equal(read_ahead_start(&a, &source, e), ERR_NONE);
  do {
    size_t want = 1 + random_below(random_below(2) ? 5000 : sizeof piece);
    n = with_ahead ? read_ahead_read(&a, piece, want, e) : source_read(&source, piece, want, e);
    assert_true(n <= (ssize_t)want);
    if (n > 0) bytes_add(&out, piece, (size_t)n);
  } while (n > 0);
  assert_int_equal(n < 0, e->code != ERR_NONE);
  if (with_ahead) assert_true(read_ahead_read(&a, piece, 1, e) <= 0); /* the end stays the end */
  read_ahead_stop(&a);
  read_ahead_stop(&a); /* it is all zero */
  source_close(&source);
  return out;
}

static void check_file(const char *path, enum err_code code) {
  struct err e, expected_e;
  struct bytes expected = read_all(path, 0, &expected_e);
  assert_int_equal(expected_e.code, code);
  for (int left = -1; left <= 0; left++) {
    threads_left = left;
    struct bytes got = read_all(path, 1, &e);
    threads_left = -1;
    CHECK(e.code == code && !strcmp(e.text, expected_e.text), "%s: %s", path, e.text);
    CHECK(got.n == expected.n && !memcmp(got.p, expected.p, got.n), "%s: %zu bytes, not %zu", path, got.n, expected.n);
    bytes_free(&got);
  }
  bytes_free(&expected);
}

static void add_random(struct bytes *b, size_t n) {
  while (n-- > 0) bytes_add(b, &"0123456789abcdef"[random_below(16)], 1);
}

/* Around the sizes of a chunk and of all of them. */
static void test_content(void **state) {
  static const size_t sizes[] = {0,
                                 1,
                                 1000,
                                 READ_AHEAD_CHUNK - 1,
                                 READ_AHEAD_CHUNK,
                                 READ_AHEAD_CHUNK + 1,
                                 READ_AHEAD_CHUNK * READ_AHEAD_CHUNKS,
                                 READ_AHEAD_CHUNK * (READ_AHEAD_CHUNKS + 2) + 77};
  (void)state;
  for (size_t i = 0; i < COUNT(sizes); i++) {
    struct bytes text = {0}, gz = {0};
    add_random(&text, sizes[i]);
    write_file("plain", text.p, text.n);
    check_file("plain", ERR_NONE);
    add_member(&gz, text.p ? text.p : "", text.n);
    write_file("gzip", gz.p, gz.n);
    check_file("gzip", ERR_NONE);
    for (size_t cut = 1; cut < gz.n - 10; cut += gz.n / 5 + 1) {
      write_file("cut", gz.p, gz.n - cut);
      check_file("cut", ERR_DAMAGED);
    }
    bytes_free(&text);
    bytes_free(&gz);
  }
}

/* Stopped at once, and after some bytes, while the thread waits or works. */
static void test_stop_early(void **state) {
  static char piece[READ_AHEAD_CHUNK];
  struct bytes text = {0};
  int files = open_files();
  size_t live = mem_test_live();
  (void)state;
  add_random(&text, READ_AHEAD_CHUNK * (READ_AHEAD_CHUNKS + 3));
  write_gzip("file", text.p, text.n);
  for (int reads = 0; reads < 40; reads++) {
    struct read_ahead a = {0};
    struct err e = {0};
    assert_int_equal(source_open(&source, "file", &unconfined, &e), ERR_NONE);
    assert_int_equal(read_ahead_start(&a, &source, &e), ERR_NONE);
    for (int i = 0; i < reads / 4; i++) assert_true(read_ahead_read(&a, piece, sizeof piece / 2, &e) > 0);
    if (reads % 4 == 3) usleep(2000); /* until it has filled all chunks */
    read_ahead_stop(&a);
    source_close(&source);
    assert_int_equal(open_files(), files);
    assert_int_equal(mem_test_live(), live);
  }
  bytes_free(&text);
}

static void test_no_memory(void **state) {
  struct read_ahead a = {0};
  struct err e = {0};
  (void)state;
  mem_test_fail(1, 0);
  assert_int_equal(read_ahead_start(&a, &source, &e), ERR_NOMEM);
  mem_test_fail(0, 0);
  read_ahead_stop(&a);
}

static int set_up(void **state) {
  struct err e = {0};
  end_after(120);
  return enter_temp_folder(state) || source_init(&source, &e);
}

static int tear_down(void **state) {
  source_clear(&source);
  return leave_temp_folder(state);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_content),
      cmocka_unit_test(test_stop_early),
      cmocka_unit_test(test_no_memory),
  };
  return finish(cmocka_run_group_tests(tests, set_up, tear_down));
}
