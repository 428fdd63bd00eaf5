/* SPDX-License-Identifier: MIT */
/*
** Which paths stand for open files; that a pipe is read once, also when more of them are read than are kept
** in mind; and that waiting for bytes ends.
*/
#include "helpers.h"

#include "file/pipe.h"

static void test_descriptors(void **state) {
  static const struct {
    const char *path;
    int number;
  } cases[] = {
      {"-", 0},
      {"/dev/stdin", 0},
      {"/dev/fd/0", 0},
      {"/dev/fd/63", 63},
      {"/proc/self/fd/5", 5},
      {"", -1},
      {"--", -1},
      {"./-", -1},
      {"/dev/fd/", -1},
      {"/dev/fd/1x", -1},
      {"/dev/fd/-1", -1},
      {"/dev/stdin/", -1},
      {"/dev/fd/1234567", -1},
      {"-/a", -1},
      {"/dev/stdout", -1},
      {"/dev/fd/1/", -1},
      {"dev/fd/1", -1},
      {"/proc/self/fd", -1},
      {"/dev/fd", -1},
      {"/dev/fd/123456", 123456},
  };
  (void)state;
  for (size_t i = 0; i < COUNT(cases); i++)
    CHECK(pipe_descriptor(cases[i].path) == cases[i].number, "%s", cases[i].path);
}

/* Claims an open pipe, and returns the code. */
static enum err_code claim(int fd, uint64_t *number) {
  struct stat st;
  struct err e = {0};
  assert_int_equal(fstat(fd, &st), 0);
  assert_true(pipe_is(&st));
  enum err_code rc = pipe_claim(fd, &st, number, &e);
  assert_int_equal(rc, e.code);
  if (rc) assert_non_null(strstr(e.text, "can be read only once"));
  return rc;
}

static void test_claims(void **state) {
  uint64_t number, first = 0;
  int fd[2], kept[2];
  (void)state;
  assert_int_equal(pipe(kept), 0);
  assert_int_equal(claim(kept[0], &first), ERR_NONE);
  for (int i = 0; i < 500; i++) {
    assert_int_equal(pipe(fd), 0);
    assert_int_equal(claim(fd[0], &number), ERR_NONE);
    assert_int_equal(claim(fd[0], &number), ERR_ARGUMENT);
    if (i % 3 == 0) {
      pipe_release(number);
      assert_int_equal(claim(fd[0], &number), ERR_NONE);
    }
    assert_int_equal(claim(fd[0], &number), ERR_ARGUMENT);
    assert_int_equal(claim(kept[0], &number), ERR_ARGUMENT);
    close(fd[0]), close(fd[1]);
  }
  for (int i = 0; i < 3000; i++) { /* more than the table has places for */
    assert_int_equal(pipe(fd), 0);
    assert_int_equal(claim(fd[0], &number), ERR_NONE);
    assert_int_equal(claim(fd[0], &number), ERR_ARGUMENT);
    close(fd[0]), close(fd[1]);
  }
  close(kept[0]), close(kept[1]);
}

static int stop_at(void *context) { return --*(int *)context < 0; }

static void test_waiting(void **state) {
  int fd[2], left = 3;
  struct err e = {0};
  struct stop stop = {.ask = stop_at, .context = &left}, never = {0};
  (void)state;
  end_after(20);
  assert_int_equal(pipe(fd), 0);
  assert_int_equal(pipe_wait(fd[0], &stop, &e), ERR_INTERRUPT);
  assert_int_equal(left, -1);
  e.code = ERR_NONE;
  assert_int_equal(write(fd[1], "x", 1), 1);
  assert_int_equal(pipe_wait(fd[0], &never, &e), ERR_NONE);
  close(fd[1]);
  assert_int_equal(pipe_wait(fd[0], &never, &e), ERR_NONE);
  close(fd[0]);
  end_after(0);
}

static void test_examine(void **state) {
  struct stat st;
  struct err e = {0};
  (void)state;
  int file = open("/dev/null", O_RDONLY), folder = open("/", O_RDONLY);
  assert_int_equal(pipe_examine("/dev/fd/9", file, &st, &e), ERR_ARGUMENT);
  assert_string_equal(e.text, "'/dev/fd/9' is neither a file nor a pipe");
  e.code = ERR_NONE;
  assert_int_equal(pipe_examine("/dev/fd/9", folder, &st, &e), ERR_NONE);
  assert_int_equal(pipe_examine("-", folder, &st, &e), ERR_ARGUMENT);
  e.code = ERR_NONE;
  close(file), close(folder);
  assert_int_equal(pipe_examine("-", file, &st, &e), ERR_ARGUMENT);
  assert_non_null(strstr(e.text, "'-' is not open: "));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_descriptors),
      cmocka_unit_test(test_claims),
      cmocka_unit_test(test_waiting),
      cmocka_unit_test(test_examine),
  };
  return finish(cmocka_run_group_tests(tests, NULL, NULL));
}
