/* SPDX-License-Identifier: MIT */
/*
** Files of three writers, with each codec, version of pages and encoding: the same records as in the text beside
** them.  Files that are cut off at each byte, or changed, are an error or some text, and never more.
**
**   test_parquet        the tests of make test
**   test_parquet all    cuts and changes all of these files at every byte; some minutes
*/
#include "helpers.h"
#include "parquet_text.h"

#define FOLDER "tests/data/parquet/"

static int is_all; /* every byte of all files */

static const char *const same[] = {
    "arrow-none-v1",         "arrow-none-v1-plain",    "arrow-none-v2",          "arrow-none-v2-plain",
    "arrow-snappy-v1",       "arrow-gzip-v1",          "arrow-snappy-v1-plain",  "arrow-snappy-v2",
    "arrow-snappy-v2-plain", "arrow-gzip-v2",          "arrow-fallback",         "arrow-gzip-v1-plain",
    "arrow-gzip-v2-plain",   "arrow-delta-length",     "arrow-delta-bytes",      "hyparquet-none",
    "hyparquet-snappy",      "hyparquet-gzip",         "hyparquet-members",      "hyparquet-delta",
    "hyparquet-split",       "hyparquet-delta-length", "duckdb-uncompressed-v1", "duckdb-uncompressed-v2",
    "duckdb-snappy-v1",      "duckdb-gzip-v1",         "duckdb-snappy-v2",       "duckdb-gzip-v2",
};

static void read_all(const char *path, struct bytes *out) {
  char piece[4096];
  size_t n;
  FILE *f = fopen(path, "rb");
  if (!f) fail_msg("%s: %s", path, strerror(errno));
  while ((n = fread(piece, 1, sizeof piece, f)) > 0) bytes_add(out, piece, n);
  fclose(f);
}

static enum err_code read_memory(const void *p, size_t n, struct parquet_text_out *out, struct err *e) {
  struct input in;
  uint64_t rows;
  memset(&in, 0, sizeof in);
  memset(e, 0, sizeof *e);
  in.fd = -1;
  out->n = 0;
  parquet_text_add(out, "", 0);
  input_open_memory(&in, p, n);
  return parquet_text_read(&in, out, 1u << 22, &rows, e);
}

/* The records of the text, with its names as Parquet has them. */
static void expected(struct bytes *out) {
  read_all(FOLDER "records.log", out);
  for (char *p = out->p; *p != '\n'; p++)
    if (*p == '-') *p = '_';
}

static void test_files_are_as_the_text(void **state) {
  struct bytes text = {0};
  (void)state;
  expected(&text);
  for (size_t i = 0; i < COUNT(same); i++) {
    char path[256];
    struct parquet_text_out out = {0};
    struct input in;
    struct err e = {0};
    uint64_t rows;
    snprintf(path, sizeof path, FOLDER "%s.parquet", same[i]);
    assert_int_equal(input_init(&in, &e), ERR_NONE);
    CHECK(!input_open(&in, path, &unconfined, &e), "%s: %s", path, e.text);
    CHECK(!parquet_text_read(&in, &out, 1u << 22, &rows, &e), "%s: %s", path, e.text);
    CHECK(out.n == text.n && !memcmp(out.p, text.p, text.n), "%s:\n%.800s", path, out.p);
    assert_int_equal(rows, 96);
    input_clear(&in);
    free(out.p);
  }
  bytes_free(&text);
  assert_int_equal(mem_test_live(), 0);
}

/* A file that is cut off has lost its footer, and is an error at each byte. */
static void cut(const char *name) {
  struct bytes file = {0};
  struct parquet_text_out out = {0};
  char path[256];
  snprintf(path, sizeof path, FOLDER "%s.parquet", name);
  read_all(path, &file);
  for (size_t n = 0; n < file.n; n++) {
    struct err e;
    char *copy = malloc(n + 1);
    memcpy(copy, file.p, n);
    CHECK(read_memory(copy, n, &out, &e) == ERR_DAMAGED, "%zu bytes: %d %s", n, e.code, e.text);
    free(copy);
  }
  free(out.p);
  bytes_free(&file);
  assert_int_equal(mem_test_live(), 0);
}

static void test_cut_off(void **state) {
  (void)state;
  for (size_t i = 0; i < (is_all ? COUNT(same) : 1); i++) cut(is_all ? same[i] : "duckdb-gzip-v1");
}

/* Each byte of some files in turn becomes others.  What comes is an error, or text of no more rows than before. */
static void test_changed(void **state) {
  static const char *const files[] = {"duckdb-gzip-v1", "duckdb-snappy-v2", "hyparquet-delta", "arrow-delta-bytes",
                                      "hyparquet-split"};
  static const unsigned changes[] = {0, 0xff, 0x80, 1};
  struct parquet_text_out out = {0};
  (void)state;
  for (size_t i = 0; i < (is_all ? COUNT(same) : COUNT(files)); i++) {
    struct bytes file = {0};
    char path[256];
    snprintf(path, sizeof path, FOLDER "%s.parquet", is_all ? same[i] : files[i]);
    read_all(path, &file);
    size_t step = is_all ? 1 : file.n > 6000 ? 23 : 7;
    for (size_t at = i % step; at < file.n; at += step) {
      char was = file.p[at];
      struct err e;
      file.p[at] = (char)(at % 2 ? (unsigned char)was ^ 1u << at % 8 : changes[at / 2 % COUNT(changes)]);
      enum err_code code = read_memory(file.p, file.n, &out, &e);
      CHECK(code == ERR_NONE || code == ERR_DAMAGED || code == ERR_FORMAT, "%s at %zu: %d %s", path, at, code, e.text);
      file.p[at] = was;
    }
    bytes_free(&file);
  }
  free(out.p);
  assert_int_equal(mem_test_live(), 0);
}

/* Each allocation fails in turn. */
static void test_no_memory(void **state) {
  static const char *const files[] = {"duckdb-gzip-v1", "arrow-delta-bytes", "hyparquet-delta-length"};
  struct parquet_text_out out = {0};
  (void)state;
  for (size_t i = 0; i < COUNT(files); i++) {
    struct bytes file = {0};
    char path[256];
    struct err e;
    snprintf(path, sizeof path, FOLDER "%s.parquet", files[i]);
    read_all(path, &file);
    mem_test_fail(0, 0);
    assert_int_equal(read_memory(file.p, file.n, &out, &e), ERR_NONE);
    size_t calls = mem_test_calls();
    assert_true(calls > 20);
    for (size_t n = 1; n <= calls; n++) {
      mem_test_fail(n, 0);
      CHECK(read_memory(file.p, file.n, &out, &e) == ERR_NOMEM, "%s: allocation %zu of %zu: %s", path, n, calls,
            e.text);
      assert_int_equal(mem_test_live(), 0);
    }
    mem_test_fail(0, 0);
    bytes_free(&file);
  }
  free(out.p);
}

int main(int argc, char **argv) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_files_are_as_the_text),
      cmocka_unit_test(test_cut_off),
      cmocka_unit_test(test_changed),
      cmocka_unit_test(test_no_memory),
  };
  is_all = argc > 1 && !strcmp(argv[1], "all");
  end_after(is_all ? 3600 : 120);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
