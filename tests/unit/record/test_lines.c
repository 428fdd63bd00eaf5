/* SPDX-License-Identifier: MIT */
/*
** Compares the blocks of a file, joined again, with the file, and tests lines that do not fit into
** the buffer.
*/
#include "helpers.h"

#include "record/lines.h"
#include "file/source.h"

static struct source source;
static struct lines lines;

static ssize_t read_source(void *from, char *p, size_t n, struct err *e) { return source_read(from, p, n, e); }

/* The lines of a file: whole ones, and "<HEAD...>" for each that did not fit into the buffer. */
struct outcome {
  struct bytes text;
  int blocks, longs, skips;
  struct err e; /* the error of LINES_ERROR */
};

static void check_block(void) {
  volatile char sum = 0;
  assert_true(lines.n > 0 && lines.p[lines.n - 1] == '\n');
  for (size_t i = 0; i < lines.n + LINES_PADDING; i++)
    sum = (char)(sum + lines.p[i]); /* lets the sanitizers check the padding */
}

static void read_lines(const char *path, struct outcome *o) {
  struct err e = {0};
  int in_long = 0;
  memset(o, 0, sizeof *o);
  assert_int_equal(source_open(&source, path, &unconfined, &e), ERR_NONE);
  lines_start(&lines, read_source, &source);
  for (;;) {
    switch (lines_next(&lines, &o->e)) {
    case LINES_BLOCK:
      assert_false(in_long);
      check_block();
      bytes_add(&o->text, lines.p, lines.n);
      o->blocks++;
      continue;
    case LINES_SKIPPING:
      assert_int_equal(lines.n, LINES_HEAD);
      o->skips++;
      in_long = 1;
      continue;
    case LINES_LONG:
      assert_int_equal(lines.n, LINES_HEAD);
      bytes_add(&o->text, "<", 1);
      bytes_add(&o->text, lines.p, lines.n);
      bytes_add(&o->text, ">", 1);
      o->longs++;
      in_long = 0;
      continue;
    case LINES_END: assert_int_equal(o->e.code, ERR_NONE); break;
    case LINES_ERROR: assert_int_not_equal(o->e.code, ERR_NONE); break;
    }
    break;
  }
  source_close(&source);
  bytes_add(&o->text, "", 0);
}

/* Finds the whole lines of a file, and the heads of long ones, by a simple loop. */
static void expect_lines(const struct bytes *file, struct outcome *o) {
  memset(o, 0, sizeof *o);
  for (size_t at = 0; at < file->n;) {
    const char *p = file->p + at, *newline = memchr(p, '\n', file->n - at);
    size_t n = newline ? (size_t)(newline - p) : file->n - at;
    if (n + 1 > LINES_BUFFER) {
      bytes_add(&o->text, "<", 1);
      bytes_add(&o->text, p, LINES_HEAD);
      bytes_add(&o->text, ">", 1);
      o->longs++;
    } else {
      bytes_add(&o->text, p, n);
      bytes_add(&o->text, "\n", 1);
    }
    at += n + 1;
  }
  bytes_add(&o->text, "", 0);
}

static void check_file(const struct bytes *file, const char *what) {
  for (int gzip = 0; gzip < 2; gzip++) {
    struct outcome got, expected;
    (gzip ? write_gzip : write_file)("file", file->p, file->n);
    read_lines("file", &got);
    expect_lines(file, &expected);
    CHECK(got.e.code == ERR_NONE, "%s: %s", what, got.e.text);
    CHECK(got.longs == expected.longs, "%s: %d long lines, not %d", what, got.longs, expected.longs);
    CHECK(got.text.n == expected.text.n && !memcmp(got.text.p, expected.text.p, got.text.n), "%s: other lines", what);
    bytes_free(&got.text);
    bytes_free(&expected.text);
  }
}

/* Appends a line of n bytes without its LF, which differs from other lines. */
static void add_line(struct bytes *b, size_t n) {
  static unsigned next;
  for (size_t i = 0; i < n; i++) {
    char c = (char)('a' + (next + i * 7 + i / 97) % 26);
    bytes_add(b, &c, 1);
  }
  next++;
}

static void test_small(void **state) {
  static const char *const files[] = {
      "", "\n", "\n\n\n", "a", "a\n", "a\nb", "a\nb\n", "\n\nb", "a\r\n", "a\r\nb\r\n", "long line without its end"};
  (void)state;
  for (size_t i = 0; i < COUNT(files); i++) {
    struct bytes file = {0};
    bytes_add(&file, files[i], strlen(files[i]));
    check_file(&file, files[i]);
    bytes_free(&file);
  }
}

static void test_zero_bytes(void **state) {
  static const char text[] = "a\0b\n\0\n\0";
  struct bytes file = {0};
  (void)state;
  bytes_add(&file, text, sizeof text - 1);
  check_file(&file, "bytes that are 0");
  bytes_free(&file);
}

static void test_many_lines(void **state) {
  struct bytes file = {0};
  struct outcome o;
  (void)state;
  for (int i = 0; i < 20000; i++) {
    add_line(&file, random_below(100));
    bytes_add(&file, "\n", 1);
  }
  check_file(&file, "many lines");
  write_file("file", file.p, file.n);
  read_lines("file", &o);
  assert_in_range(o.blocks, file.n / LINES_BUFFER,
                  file.n / LINES_BUFFER + 2); /* a few large blocks, not many small ones */
  bytes_free(&o.text);
  bytes_free(&file);
}

/*
** Lines with about the size of the buffer, and multiples of it: alone, first, last, and in
** between.
*/
static void test_around_buffer_size(void **state) {
  (void)state;
  for (size_t times = 1; times <= 3; times++)
    for (size_t off = 0; off < 5; off++)
      for (int around = 0; around < 8; around++) {
        struct bytes file = {0};
        char what[80];
        size_t n = times * LINES_BUFFER - 3 + off; /* without the LF */
        int has_end = around & 1;
        snprintf(what, sizeof what, "line of %zu, %s%s%s", n, around & 4 ? "after others" : "first",
                 around & 2 ? ", before others" : "", has_end ? "" : ", no final LF");
        if (around & 4) bytes_add(&file, "before\nand before\n", 18);
        add_line(&file, n);
        if (around & 2) bytes_add(&file, "\nafter\nand after", 16);
        if (has_end) bytes_add(&file, "\n", 1);
        check_file(&file, what);
        bytes_free(&file);
      }
}

/* The largest line that fits has LINES_BUFFER bytes, including its LF. */
static void test_largest_line(void **state) {
  struct bytes file = {0};
  struct outcome o;
  (void)state;
  add_line(&file, LINES_BUFFER - 1);
  bytes_add(&file, "\n", 1);
  write_file("file", file.p, file.n);
  read_lines("file", &o);
  assert_int_equal(o.blocks, 1);
  assert_int_equal(o.longs + o.skips, 0);
  bytes_free(&o.text);
  bytes_free(&file);
}

/* A very long line is passed over in pieces, so that the caller can stop in between. */
static void test_skipping(void **state) {
  struct bytes file = {0};
  struct outcome o;
  (void)state;
  bytes_add(&file, "first\n", 6);
  add_line(&file, 5 * LINES_BUFFER);
  bytes_add(&file, "\nlast\n", 6);
  write_file("file", file.p, file.n);
  read_lines("file", &o);
  assert_int_equal(o.longs, 1);
  assert_in_range(o.skips, 3, 6);
  bytes_free(&o.text);
  bytes_free(&file);
}

/*
** A truncated gzip file gives the whole lines before the end, then the error.  The incomplete line
** is dropped.
*/
static void test_error(void **state) {
  struct bytes file = {0}, gz = {0};
  struct outcome o;
  (void)state;
  for (int i = 0; i < 9000; i++) bytes_print(&file, "%d %u\n", i, random_u32());
  add_member(&gz, file.p, file.n);
  for (size_t cut = gz.n - 1; cut > gz.n / 2; cut -= gz.n / 97) {
    write_file("file", gz.p, cut);
    read_lines("file", &o);
    assert_int_equal(o.e.code, ERR_DAMAGED);
    assert_true(o.text.n <= file.n && !memcmp(o.text.p, file.p, o.text.n));
    assert_true(o.text.n > 0 && o.text.p[o.text.n - 1] == '\n');
    bytes_free(&o.text);
  }
  bytes_free(&file);
  bytes_free(&gz);
}

/* The same in the middle of a line that does not fit, which is dropped, too. */
static void test_error_in_long_line(void **state) {
  struct bytes file = {0}, gz = {0};
  struct outcome o;
  (void)state;
  bytes_add(&file, "first\n", 6);
  for (int i = 0; i < 600000; i++) bytes_print(&file, "%x", random_below(16));
  add_member(&gz, file.p, file.n);
  write_file("file", gz.p, gz.n - 9);
  read_lines("file", &o);
  assert_int_equal(o.e.code, ERR_DAMAGED);
  assert_string_equal(o.text.p, "first\n");
  assert_int_equal(o.longs, 0);
  bytes_free(&o.text);
  bytes_free(&file);
  bytes_free(&gz);
}

/* The next file does not see anything of a file that was left in whatever state. */
static void test_next_file(void **state) {
  struct bytes file = {0};
  struct outcome o;
  struct err e = {0};
  (void)state;
  bytes_add(&file, "begin\n", 6);
  add_line(&file, 3 * LINES_BUFFER);
  write_file("long", file.p, file.n);
  write_text("short", "a\nb");
  for (int calls = 0; calls < 4; calls++) {
    assert_int_equal(source_open(&source, "long", &unconfined, &e), ERR_NONE);
    lines_start(&lines, read_source, &source);
    for (int i = 0; i < calls; i++) lines_next(&lines, &e);
    source_close(&source);
    read_lines("short", &o);
    assert_string_equal(o.text.p, "a\nb\n");
    bytes_free(&o.text);
  }
  bytes_free(&file);
}

static void test_no_memory(void **state) {
  struct lines l;
  struct err e = {0};
  (void)state;
  mem_test_fail(1, 0);
  assert_int_equal(lines_init(&l, &e), ERR_NOMEM);
  assert_int_equal(e.code, ERR_NOMEM);
  lines_clear(&l);
  mem_test_fail(0, 0);
}

static int set_up(void **state) {
  struct err e = {0};
  return enter_temp_folder(state) || source_init(&source, &e) || lines_init(&lines, &e);
}

static int tear_down(void **state) {
  lines_clear(&lines);
  source_clear(&source);
  return leave_temp_folder(state);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_small),        cmocka_unit_test(test_zero_bytes),
      cmocka_unit_test(test_many_lines),   cmocka_unit_test(test_around_buffer_size),
      cmocka_unit_test(test_largest_line), cmocka_unit_test(test_skipping),
      cmocka_unit_test(test_error),        cmocka_unit_test(test_error_in_long_line),
      cmocka_unit_test(test_next_file),    cmocka_unit_test(test_no_memory),
  };
  return finish(cmocka_run_group_tests(tests, set_up, tear_down));
}
