/* SPDX-License-Identifier: MIT */
/*
** The names in a folder, their order, and what is said of them.
*/
#include "helpers.h"

#include "file/listing.h"

static int stop_at(void *context) {
  int *left = context;
  return --*left < 0;
}

static const struct stop never;

static int make_tree(void **state) {
  if (enter_temp_folder(state)) return -1;
  make_folder("d");
  make_folder("d/b");
  make_folder("empty");
  write_text("d/a", "text");
  write_text("d/.hidden", "");
  write_text("d/\xff\x01", "");
  make_link("b", "d/to-b");
  make_link("a", "d/B");
  assert_int_equal(mkfifo("d/pipe", 0600), 0);
  return 0;
}

static void test_names(void **state) {
  static const struct {
    const char *name;
    int may_be_folder, rc;
    mode_t type;
  } table[] = {{".hidden", 0, 0, S_IFREG}, {"B", 1, 0, S_IFREG},    {"a", 0, 0, S_IFREG},       {"b", 1, 0, S_IFDIR},
               {"pipe", 0, 0, S_IFIFO},    {"to-b", 1, 0, S_IFDIR}, {"\xff\x01", 0, 0, S_IFREG}};
  struct listing l = {0};
  struct err e = {0};
  struct stat st;
  (void)state;
  for (int again = 0; again < 2; again++) {
    assert_int_equal(listing_read(&l, &unconfined, "d", &never, &e), ERR_NONE);
    assert_int_equal(l.refused, 0);
    assert_int_equal(l.n, COUNT(table));
    for (size_t i = 0; i < l.n; i++) {
      assert_string_equal(l.listed[i].name, table[i].name);
      if (table[i].may_be_folder)
        assert_false(l.listed[i].is_no_folder); /* where it is not known, none is said to be none */
      assert_int_equal(listing_stat(&l, &unconfined, i, &st), table[i].rc);
      assert_int_equal(st.st_mode & S_IFMT, table[i].type);
    }
    listing_close(&l);
    assert_int_equal(listing_read(&l, &unconfined, "empty", &never, &e), ERR_NONE);
    assert_int_equal(l.n, 0);
    listing_close(&l);
  }
  listing_clear(&l);
}

/* What was examined before is what is said later; other names are examined when they are asked for. */
static void test_examined(void **state) {
  struct listing l = {0};
  struct err e = {0};
  struct stat st;
  (void)state;
  make_folder("x");
  for (int i = 0; i < 200; i++) {
    char path[32];
    snprintf(path, sizeof path, "x/%03d", i);
    write_text(path, "");
  }
  assert_int_equal(listing_read(&l, &unconfined, "x", &never, &e), ERR_NONE);
  assert_int_equal(listing_begin_examining(&l, 50, 150, &e), ERR_NONE);
  assert_int_equal(unlink("x/060"), 0);
  for (size_t i = 50; i < 150; i += 2) listing_examine(&l, &unconfined, i);
  for (int i = 0; i < 200; i++) {
    char path[32];
    snprintf(path, sizeof path, "x/%03d", i);
    if (i != 60) write_text(path, "longer");
  }
  assert_int_equal(unlink("x/062"), 0);
  for (size_t i = 0; i < l.n; i++) {
    int known = i >= 50 && i < 150 && i % 2 == 0;
    int rc = listing_stat(&l, &unconfined, i, &st);
    assert_int_equal(rc, i == 60 ? -1 : 0);
    if (rc) assert_int_equal(errno, ENOENT);
    else assert_int_equal(st.st_size, known ? 0 : 6);
  }
  listing_forget_examined(&l);
  assert_int_equal(listing_stat(&l, &unconfined, 62, &st), -1);
  listing_clear(&l);
}

static void test_refused(void **state) {
  static const struct {
    const char *folder;
    int error;
  } table[] = {{"missing", ENOENT}, {"d/a", ENOTDIR}, {"d/missing/x", ENOENT}};
  struct listing l = {0};
  struct err e = {0};
  int files = open_files();
  (void)state;
  for (size_t i = 0; i < COUNT(table); i++) {
    assert_int_equal(listing_read(&l, &unconfined, "d", &never, &e), ERR_NONE);
    listing_close(&l);
    assert_int_equal(listing_read(&l, &unconfined, table[i].folder, &never, &e), ERR_NONE);
    assert_int_equal(l.refused, table[i].error);
    assert_int_equal(l.n, 0);
    listing_close(&l);
    assert_int_equal(open_files(), files);
  }
  listing_clear(&l);
}

/* In a folder of many names it asks whether to stop, and no folder is left open after errors. */
static void test_stop_and_no_memory(void **state) {
  int files = open_files(), asked = 0;
  size_t live = mem_test_live();
  (void)state;
  make_folder("many");
  for (int i = 0; i < 500; i++) {
    char path[32];
    snprintf(path, sizeof path, "many/%03d", i * 7 % 500);
    write_text(path, "");
  }
  for (enum err_code rc = ERR_INTERRUPT; rc; asked++) {
    struct listing l = {0};
    struct err e = {0};
    int left = asked;
    rc = listing_read(&l, &unconfined, "many", &(struct stop){.ask = stop_at, .context = &left}, &e);
    assert_true(rc == ERR_NONE || rc == ERR_INTERRUPT);
    for (size_t i = 0; !rc && i < l.n; i++) assert_int_equal(atoi(l.listed[i].name), i);
    listing_clear(&l);
  }
  assert_in_range(asked, 5, 100);
  for (size_t n = 1;; n++) {
    struct listing l = {0};
    struct err e = {0};
    mem_test_fail(n, 1);
    enum err_code rc = listing_read(&l, &unconfined, "many", &never, &e);
    size_t calls = mem_test_calls();
    mem_test_fail(0, 0);
    assert_int_equal(rc, n > calls ? ERR_NONE : ERR_NOMEM);
    listing_clear(&l);
    if (n > calls) break;
  }
  assert_int_equal(mem_test_live(), live);
  assert_int_equal(open_files(), files);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_names),
      cmocka_unit_test(test_examined),
      cmocka_unit_test(test_refused),
      cmocka_unit_test(test_stop_and_no_memory),
  };
  return finish(cmocka_run_group_tests(tests, make_tree, leave_temp_folder));
}
