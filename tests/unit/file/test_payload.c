/* SPDX-License-Identifier: MIT */
/*
** Lines in memory: how they are kept, and that a scan reads them as it reads the same lines in
** files.
*/
#include "helpers.h"

#include "base/fingerprint.h"
#include "file/payload.h"
#include "scan/scan.h"

#define RECORD "2 123456789010 eni-1 10.0.0.1 10.0.0.2 1 2 6 20 4249 3 4 ACCEPT OK"
#define AWS    "AWSLogs/1/vpcflowlogs/eu-west-1/2014/12/14/1_vpcflowlogs_eu-west-1_fl-1_20141214T0000Z_a.log.gz"

static uint8_t wanted[COLUMN_COUNT]; /* everything */
static struct payload p;             /* static, because its hash table is large */

static void add_line(const char *name, const char *text, uint64_t number) {
  struct err e = {0};
  uint64_t line = 0;
  assert_int_equal(payload_add_line(&p, name, text, strlen(text), &line, &e), ERR_NONE);
  assert_int_equal(line, number);
}

static void add_text(const char *name, const char *text) {
  struct err e = {0};
  assert_int_equal(payload_add_text(&p, name, text, strlen(text), &e), ERR_NONE);
}

static void expect_files(const char *const *names_and_texts) {
  struct files files;
  struct err e = {0};
  size_t n = 0;
  files_init(&files);
  assert_int_equal(payload_files(&p, &files, &e), ERR_NONE);
  for (; names_and_texts[2 * n]; n++) {
    assert_true(n < files.n);
    const struct file *f = &files.file[n];
    assert_string_equal(f->path, names_and_texts[2 * n]);
    CHECK((size_t)f->size == strlen(names_and_texts[2 * n + 1]) &&
              !memcmp(f->text, names_and_texts[2 * n + 1], (size_t)f->size),
          "%s: %.*s", f->path, (int)f->size, f->text);
    assert_true(f->named);
  }
  assert_int_equal(files.n, n);
  files_clear(&files);
}

static void test_lines(void **state) {
  static const char *const nothing[] = {NULL};
  static const char *const all[] = {"a", "one\n\ntwo\nthree\nfour\nfive\n", "b", "x\n", NULL};
  (void)state;
  payload_init(&p);
  expect_files(nothing);
  add_text("a", "");
  expect_files(nothing);
  add_line("a", "one", 1);
  add_line("a", "", 2);
  add_line("b", "x", 1);
  add_text("a", "two\nthree");
  add_line("a", "four", 5);
  add_text("a", "five\n");
  expect_files(all);
  payload_clear(&p);
  expect_files(nothing);
}

static void test_limits(void **state) {
  struct err e = {0};
  uint64_t line;
  char name[16];
  (void)state;
  payload_init(&p);
  for (int i = 0; i < PAYLOAD_MAX_STREAMS; i++) {
    snprintf(name, sizeof name, "%d", i);
    add_line(name, "", 1);
  }
  add_line("7", "", 2);
  assert_int_equal(payload_add_line(&p, "x", "", 0, &line, &e), ERR_ARGUMENT);
  assert_non_null(strstr(e.text, "more than 65536 log streams"));
  payload_clear(&p);
  e.code = ERR_NONE;
  struct bytes b = {0};
  bytes_repeat(&b, 'x', 1 << 20);
  for (int i = 0; i < 255; i++) assert_int_equal(payload_add_text(&p, "x", b.p, b.n, &e), ERR_NONE);
  assert_int_equal(payload_add_text(&p, "y", b.p, b.n, &e), ERR_ARGUMENT);
  assert_non_null(strstr(e.text, "more than 256 MiB of lines"));
  payload_clear(&p);
  bytes_free(&b);
}

static struct bytes scan_files(const struct files *files, int threads, const struct predicate *predicate,
                               struct scan_counts *counts) {
  static struct scan s;
  struct scan_options options = {.reader = {.guard = &unconfined, .policy = POLICY_COLLECT, .predicate = predicate},
                                 .threads = threads};
  struct bytes out = {0};
  struct err e = {0};
  const struct batch *b = NULL;
  bytes_add(&out, "", 0);
  assert_int_equal(scan_open(&s, files, wanted, &options, &e), ERR_NONE);
  while (!scan_next(&s, &b, &e) && b) {
    print_rows(&out, b);
    print_problems(&out, b);
  }
  assert_int_equal(e.code, ERR_NONE);
  scan_close(&s, counts);
  return out;
}

/* Reads the same lines from memory and from files, with threads and without. */
static void test_scan(void **state) {
  static const char *const texts[] = {RECORD "\n" RECORD " x\n\n" RECORD "\n", "no flow log\n",
                                      "version srcaddr\n2 10.0.0.9\n3 ::1", "\x1f\x8b" RECORD "\n",
                                      "\xef\xbb\xbf" RECORD "\n"};
  static struct file file[COUNT(texts)];
  static char name[COUNT(texts)][16];
  struct files on_disk = {.file = file, .n = COUNT(texts)}, in_memory;
  struct err e = {0};
  struct scan_counts counts;
  (void)state;
  payload_init(&p);
  for (size_t i = 0; i < COUNT(texts); i++) {
    snprintf(name[i], sizeof name[i], "%zu.log", i);
    file[i] = (struct file){.path = name[i], .named = 1};
    if (i == 3) write_text(name[i], RECORD); /* compared below */
    else write_text(name[i], texts[i]);
    add_text(name[i], texts[i]);
  }
  files_init(&in_memory);
  assert_int_equal(payload_files(&p, &in_memory, &e), ERR_NONE);
  for (int threads = 0; threads < 4; threads++) {
    struct bytes a = scan_files(&on_disk, threads, NULL, NULL), b = scan_files(&in_memory, threads, NULL, &counts);
    assert_non_null(strstr(b.p, "! 3:0 FORMAT is gzip, which"));
    const char *disk = strstr(a.p, "3:1 "), *memory = strstr(b.p, "! 3:0");
    assert_non_null(disk);
    assert_int_equal(disk - a.p, memory - b.p);
    assert_memory_equal(a.p, b.p, (size_t)(disk - a.p));
    assert_string_equal(strstr(a.p, "4:1 "), strstr(b.p, "4:1 "));
    assert_int_equal(counts.read, COUNT(texts));
    assert_int_equal(counts.records, 5);
    bytes_free(&a);
    bytes_free(&b);
  }
  files_clear(&in_memory);
  payload_clear(&p);
}

/* A stream may have the name of one of AWS's files.  Its name says nothing about its records. */
static void test_name_says_nothing(void **state) {
  struct predicate predicate = {0};
  struct predicate_term never = {.subject = FIELD_start, .op = PREDICATE_RANGE, .low = 1500000000, .high = 1600000000};
  struct files files;
  struct err e = {0};
  struct scan_counts counts;
  (void)state;
  assert_int_equal(predicate_add_copy(&predicate, &never, &e), ERR_NONE);
  predicate_finish(&predicate);
  payload_init(&p);
  add_line(AWS, "2 1 eni-1 10.0.0.1 10.0.0.2 1 2 6 20 4249 1550000000 1550000001 ACCEPT OK", 1);
  files_init(&files);
  assert_int_equal(payload_files(&p, &files, &e), ERR_NONE);
  struct bytes got = scan_files(&files, 0, &predicate, &counts);
  assert_non_null(strstr(got.p, "start=1550000000"));
  assert_int_equal(counts.pruned, 0);
  bytes_free(&got);
  files_clear(&files);
  payload_clear(&p);
  predicate_clear(&predicate);
}

static void test_every_allocation(void **state) {
  (void)state;
  for (size_t n = 1;; n++) {
    struct files files;
    struct err e = {0};
    uint64_t line;
    payload_init(&p);
    files_init(&files);
    mem_test_fail(n, 0);
    for (int i = 0; i < 9 && !e.code; i++) payload_add_line(&p, &"abcdefghi"[i], RECORD, strlen(RECORD), &line, &e);
    if (!e.code) payload_add_text(&p, "i", RECORD "\n" RECORD, 2 * strlen(RECORD) + 1, &e);
    if (!e.code) payload_files(&p, &files, &e);
    int all = mem_test_calls() < n;
    mem_test_fail(0, 0);
    assert_int_equal(e.code, all ? ERR_NONE : ERR_NOMEM);
    files_clear(&files);
    payload_clear(&p);
    if (all) break;
  }
}

/* Each stream remembers which header its lines have. */
static void test_headers(void **state) {
  struct payload headers;
  struct err e = {0};
  (void)state;
  payload_init(&headers);
  assert_int_equal(payload_set_header(&headers, "a", 1, &e), 1);
  assert_int_equal(payload_set_header(&headers, "a", 1, &e), 0);
  assert_int_equal(payload_set_header(&headers, "b", 1, &e), 1);
  assert_int_equal(payload_set_header(&headers, "a", 2, &e), 1);
  assert_int_equal(payload_set_header(&headers, "b", 1, &e), 0);
  mem_test_fail(1, 0);
  assert_int_equal(payload_set_header(&headers, "c", 1, &e), -1);
  assert_int_equal(e.code, ERR_NOMEM);
  mem_test_fail(0, 0);
  payload_clear(&headers);
}

/* Different bytes have different fingerprints, and equal bytes have equal ones. */
static void test_identity(void **state) {
  struct fingerprint_key key = {{UINT64_C(0x123456789abcdef0), UINT64_MAX}}, other = {{1, 2}};
  char seen[600][FINGERPRINT_TEXT], bytes[40] = {0};
  size_t n = 0;
  (void)state;
  for (size_t length = 0; length <= sizeof bytes; length++) fingerprint_text(&key, bytes, length, seen[n++]);
  for (size_t bit = 0; bit < 8 * sizeof bytes; bit++) {
    bytes[bit / 8] ^= (char)(1 << bit % 8);
    fingerprint_text(&key, bytes, sizeof bytes, seen[n++]);
    bytes[bit / 8] ^= (char)(1 << bit % 8);
  }
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < i; j++) CHECK(strcmp(seen[i], seen[j]) != 0, "%zu and %zu: %s", i, j, seen[i]);
  fingerprint_text(&key, bytes, sizeof bytes, seen[n]);
  assert_string_equal(seen[n], seen[sizeof bytes]);
  fingerprint_text(&other, bytes, sizeof bytes, seen[n]);
  assert_string_not_equal(seen[n], seen[sizeof bytes]);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_lines),
                                     cmocka_unit_test(test_limits),
                                     cmocka_unit_test(test_scan),
                                     cmocka_unit_test(test_name_says_nothing),
                                     cmocka_unit_test(test_every_allocation),
                                     cmocka_unit_test(test_headers),
                                     cmocka_unit_test(test_identity)};
  memset(wanted, 1, sizeof wanted);
  return finish(cmocka_run_group_tests(tests, enter_temp_folder, leave_temp_folder));
}
