/* SPDX-License-Identifier: MIT */
/*
** What can break is broken: every allocation of a whole scan in turn, and files at every byte.  A
** run ends in ERR_NOMEM or in the exact result; the rows of a part of a file are a beginning of
** the whole file's rows.
*/
#include "helpers.h"

#include "file/discover.h"
#include "scan/scan.h"

static uint8_t wanted[COLUMN_COUNT]; /* everything */
static struct scan scan;

/* Finds the files below a path and reads them all.  Rows go to *rows, problems to *problems. */
static enum err_code run(const char *path, struct bytes *rows, struct bytes *problems, struct err *e) {
  struct discover_options found = {.guard = &unconfined, .max_files = 1000};
  struct scan_options options = {.reader = {.guard = &unconfined, .policy = POLICY_COLLECT}};
  struct files files;
  const struct batch *b = NULL;
  memset(e, 0, sizeof *e);
  memset(rows, 0, sizeof *rows);
  memset(problems, 0, sizeof *problems);
  bytes_add(rows, "", 0);
  bytes_add(problems, "", 0);
  files_init(&files);
  enum err_code rc = discover(&files, &path, 1, &found, e);
  if (!rc) {
    rc = scan_open(&scan, &files, wanted, &options, e);
    while (!rc && !(rc = scan_next(&scan, &b, e)) && b) {
      print_rows(rows, b);
      print_problems(problems, b);
    }
    scan_close(&scan, NULL);
  }
  files_clear(&files);
  assert_int_equal(rc, e->code);
  return rc;
}

/* Records in the default format with what makes lines differ. */
static void add_records(struct bytes *b, int n) {
  for (int i = 0; i < n; i++)
    bytes_print(b, "2 12345678901%u eni-%08x 10.0.%u.%u 10.1.0.%u %u 443 6 %u %u 1418530010 1418530070 %s OK\n",
                random_below(10), random_u32(), random_below(256), random_below(256), random_below(256),
                random_below(65536), random_below(99), random_u32(), random_below(2) ? "ACCEPT" : "REJECT");
}

static void make_tree(void) {
  struct bytes b = {0}, gz = {0};
  make_folder("tree");
  make_folder("tree/a");
  add_records(&b, 1200); /* more than a window, and than the first arena holds */
  write_text("tree/other.txt", "no flow log\n");
  write_file("tree/a/1.log", b.p, b.n);
  write_gzip("tree/a/2.gz", b.p, b.n);
  b.n = 0;
  bytes_print(
      &b,
      "version srcaddr new-one dstport\n2 10.0.0.1 \"x\\ 80\n2 damaged x 80\n2 ::1 - -\nstart end region\n5 6 eu\n");
  add_member(&gz, b.p, b.n);
  add_member(&gz, b.p, b.n);
  write_file("tree/a/3.gz", gz.p, gz.n);
  write_file("tree/a/4-cut.gz", gz.p, gz.n - 12);
  make_link("nowhere", "tree/link");
  bytes_free(&b);
  bytes_free(&gz);
}

/* A failed allocation is told, whichever it was, and what came before it is right. */
static void test_every_allocation(void **state) {
  struct bytes rows, problems, whole_rows, whole_problems;
  struct err e;
  size_t failed = 0, live = mem_test_live();
  int files = open_files();
  (void)state;
  make_tree();
  assert_int_equal(run("tree", &whole_rows, &whole_problems, &e), ERR_NONE);
  assert_non_null(strstr(whole_rows.p, "_extra={\"new_one\":\"\\\"x\\\\\"}"));
  assert_non_null(strstr(whole_problems.p, "DAMAGED"));
  for (int forever = 0; forever < 2; forever++)
    for (size_t n = 1;; n++) {
      mem_test_fail(n, forever);
      enum err_code rc = run("tree", &rows, &problems, &e);
      size_t calls = mem_test_calls();
      mem_test_fail(0, 0);
      CHECK(mem_test_live() == live, "allocation %zu: %zu are left", n, mem_test_live() - live);
      CHECK(open_files() == files, "allocation %zu: a file is left open", n);
      CHECK(rc == (n <= calls ? ERR_NOMEM : ERR_NONE), "allocation %zu: %d %s", n, (int)rc, e.text);
      CHECK(rows.n <= whole_rows.n && !memcmp(rows.p, whole_rows.p, rows.n), "allocation %zu: other rows", n);
      CHECK(problems.n <= whole_problems.n && !memcmp(problems.p, whole_problems.p, problems.n), "allocation %zu: %s",
            n, problems.p);
      if (!rc) assert_true(rows.n == whole_rows.n && problems.n == whole_problems.n);
      bytes_free(&rows);
      bytes_free(&problems);
      if (n > calls) break;
      failed++;
    }
  assert_in_range(failed, 2 * (COLUMN_COUNT + 10), 2 * 500);
  bytes_free(&whole_rows);
  bytes_free(&whole_problems);
}

/* --- many broken versions of a file, in one scan ---------------------------------------------------------------- */

/* What one file of the scan gave; its number in rows and problems is left out. */
struct version {
  struct bytes rows, problems;
};

/* Reads cut/00000, cut/00001, ...  The caller frees. */
static struct version *read_versions(size_t n) {
  struct file *file = calloc(n, sizeof *file);
  struct version *v = calloc(n, sizeof *v);
  char(*path)[32] = calloc(n, sizeof *path);
  struct files files = {.file = file, .n = n};
  struct scan_options options = {.reader = {.guard = &unconfined, .policy = POLICY_COLLECT}};
  struct err e = {0};
  const struct batch *b;
  if (!file || !v || !path) abort();
  for (size_t i = 0; i < n; i++) {
    snprintf(path[i], sizeof path[i], "cut/%05u", (unsigned)i);
    file[i].path = path[i];
    bytes_add(&v[i].rows, "", 0);
    bytes_add(&v[i].problems, "", 0);
  }
  assert_int_equal(scan_open(&scan, &files, wanted, &options, &e), ERR_NONE);
  while (!scan_next(&scan, &b, &e) && b) {
    uint32_t number = b->file;
    scan.batch->file = 0;
    print_rows(&v[number].rows, b);
    print_problems(&v[number].problems, b);
    scan.batch->file = number;
  }
  assert_int_equal(e.code, ERR_NONE);
  scan_close(&scan, NULL);
  free(file);
  free(path);
  return v;
}

static void free_versions(struct version *v, size_t n) {
  for (size_t i = 0; i < n; i++) {
    bytes_free(&v[i].rows);
    bytes_free(&v[i].problems);
  }
  free(v);
}

static void write_version(size_t i, const char *p, size_t n) {
  char path[32];
  make_folder("cut");
  snprintf(path, sizeof path, "cut/%05u", (unsigned)i);
  write_file(path, p, n);
}

static int begins(const struct bytes *whole, const char *p, size_t n) {
  return n <= whole->n && !memcmp(whole->p, p, n);
}

/*
** A plain file that is cut is a shorter file: its rows are the whole file's, but the last, which
** a cut may leave whole by its form.  A gzip file that is cut is damaged, and none of its rows is
** wrong.
*/
static void test_cut_at_every_byte(void **state) {
  (void)state;
  for (int gzip = 0; gzip < 2; gzip++) {
    struct bytes text = {0}, file = {0};
    size_t most = 0;
    add_records(&text, 12);
    bytes_print(&text, "version srcaddr dstport\n2 10.0.0.1 443\n2 10.0.0.1 444\n");
    if (gzip) add_member(&file, text.p, text.n);
    else bytes_add(&file, text.p, text.n);
    for (size_t cut = 0; cut <= file.n; cut++) write_version(cut, file.p, cut);
    struct version *v = read_versions(file.n + 1);
    const struct bytes *whole = &v[file.n].rows;
    assert_int_equal(v[file.n].problems.n, 0);
    for (size_t cut = 0; cut <= file.n; cut++) {
      size_t n = v[cut].rows.n;
      if (!gzip && !begins(whole, v[cut].rows.p, n)) /* the last row is a cut line's */
        for (n--; n > 0 && v[cut].rows.p[n - 1] != '\n';) n--;
      CHECK(begins(whole, v[cut].rows.p, n), "cut at %zu, gzip %d: other rows\n%s", cut, gzip, v[cut].rows.p);
      CHECK(n >= most, "cut at %zu, gzip %d: fewer rows than before", cut, gzip);
      if (gzip && cut >= 2)
        CHECK((cut < file.n) == !!strstr(v[cut].problems.p, "DAMAGED"), "cut at %zu: %s", cut, v[cut].problems.p);
      most = n;
    }
    assert_int_equal(most, whole->n);
    free_versions(v, file.n + 1);
    bytes_free(&text);
    bytes_free(&file);
  }
}

/* Every bit of a gzip file flipped: the rows are the file's, or there is a problem. */
static void test_each_bit_flipped(void **state) {
  struct bytes text = {0}, file = {0};
  size_t harmless = 0;
  (void)state;
  add_records(&text, 10);
  add_member(&file, text.p, text.n);
  size_t n = 8 * file.n;
  write_version(n, file.p, file.n);
  for (size_t bit = 0; bit < n; bit++) {
    file.p[bit / 8] = (char)(file.p[bit / 8] ^ 1 << bit % 8);
    write_version(bit, file.p, file.n);
    file.p[bit / 8] = (char)(file.p[bit / 8] ^ 1 << bit % 8);
  }
  struct version *v = read_versions(n + 1);
  for (size_t bit = 16; bit < n; bit++) { /* the first two bytes make it gzip */
    if (v[bit].problems.n) continue;
    CHECK(v[bit].rows.n == v[n].rows.n && begins(&v[n].rows, v[bit].rows.p, v[n].rows.n), "bit %zu is not noticed",
          bit);
    harmless++;
  }
  assert_in_range(harmless, 6 * 8, 7 * 8); /* time, system, flags that say nothing */
  free_versions(v, n + 1);
  bytes_free(&text);
  bytes_free(&file);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_every_allocation),
      cmocka_unit_test(test_cut_at_every_byte),
      cmocka_unit_test(test_each_bit_flipped),
  };
  memset(wanted, 1, sizeof wanted);
  return finish(cmocka_run_group_tests(tests, enter_temp_folder, leave_temp_folder));
}
