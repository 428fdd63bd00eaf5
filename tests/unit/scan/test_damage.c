/* SPDX-License-Identifier: MIT */
/*
** Gzip files are cut at every byte and changed at every byte, and zlib says what is left of each,
** whatever inflates.
**
**   test_damage         files made here, and the sample files of up to SMALL bytes
**   test_damage all     every gzip file of tests/data
**
** Must run in the top folder of the repository.  What is compared, for each damaged file:
**
**   - skip: the rows are those of the whole lines that zlib's inflate() gives before the damage;
**   - fail: there is an error if zlib finds damage, and otherwise the rows are those of its text;
**   - collect, which is flowlogs_errors: one problem says that the data is damaged, or another has
**     ended the reading of the file;
**   - what zlib finds no damage in is the text of the whole file, or some of its members.
*/
#define _GNU_SOURCE /* nftw() */
#include "helpers.h"

#include <ftw.h>
#include <malloc.h>

#include "file/gzip.h"
#include "inflate_choice.h"
#include "scan/scan.h"

/* Bytes of a sample file that is damaged in each run. */
#if defined(__SANITIZE_ADDRESS__)
#define SMALL 0
#else
#define SMALL 300
#endif

#define TINY 1200 /* bytes of a file of which every bit is changed, with `all` */
#define TEXT (1 << 20)

static uint8_t wanted[COLUMN_COUNT]; /* everything */
static size_t cases;                 /* damaged files that were read */
static size_t refused;               /* of these, whole ones that zlib refuses */

struct sample {
  char *path; /* what the rows get the fields of the path from */
  struct bytes gz;
};
static struct sample sample[200];
static size_t samples;
static int is_all;
static size_t first; /* the sample to begin with: a run that was ended can be continued */

/* --- what zlib makes of it -------------------------------------------------------------------- */

struct inflated {
  char *p; /* TEXT bytes */
  size_t n;
  int is_damaged;
};

/* Inflates one member, header and trailer included.  Returns the bytes of it, or 0: it is damaged. */
static size_t inflate_member(const char *p, size_t n, struct inflated *out) {
  z_stream z;
  memset(&z, 0, sizeof z);
  if (inflateInit2(&z, 15 + 16) != Z_OK) abort();
  memcpy(&z.next_in, &p, sizeof p);
  z.avail_in = (uInt)n;
  z.next_out = (Bytef *)out->p + out->n;
  z.avail_out = (uInt)(TEXT - out->n);
  int rc = inflate(&z, Z_FINISH);
  if (!z.avail_out) abort();
  out->n = TEXT - z.avail_out;
  inflateEnd(&z);
  return rc == Z_STREAM_END ? n - z.avail_in : 0;
}

static int is_zero(const char *p, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (p[i]) return 0;
  return 1;
}

/* A file that does not begin as gzip is a plain one. */
static int is_gzip(const char *p, size_t n) { return n >= 2 && !memcmp(p, "\x1f\x8b", 2); }

static void inflate_all(const char *p, size_t n, struct inflated *out) {
  size_t at = 0, member;
  out->n = 0;
  out->is_damaged = 0;
  do {
    member = inflate_member(p + at, n - at, out);
    at += member;
  } while (member && is_gzip(p + at, n - at));
  out->is_damaged = !member || !is_zero(p + at, n - at);
}

/*
** Another library may read a file that zlib refuses, such as one with a table of codes that is not
** complete.  It counts as whole if the checksums say that the text is right.
*/
static void inflate_by_choice(const char *p, size_t n, struct inflated *out) {
  static char room[TEXT];
  struct gzip g = {0};
  struct input in;
  struct err e = {0};
  if (!out->is_damaged || inflate_choice == &inflate_zlib) return;
  if (input_init(&in, &e) || gzip_start(&g, &e)) abort();
  input_open_memory(&in, p, n);
  size_t got = gzip_read(&g, &in, room, sizeof room, &e);
  if (!e.code) {
    memcpy(out->p, room, got);
    out->n = got;
    out->is_damaged = 0;
    refused++;
  }
  gzip_clear(&g);
  input_clear(&in);
}

/* Leaves the whole lines, if something is missing behind them. */
static void leave_lines(struct inflated *out) {
  while (out->is_damaged && out->n && out->p[out->n - 1] != '\n') out->n--;
}

/* --- what a scan makes of it ------------------------------------------------------------------ */

struct outcome {
  struct bytes rows, problems;
  enum err_code code;
};

static void run(const char *path, enum policy policy, int threads, struct outcome *o) {
  static struct scan s;
  struct file file = {.path = path, .named = 1};
  struct files files = {.file = &file, .n = 1};
  struct scan_options options = {.reader = {.guard = &unconfined, .policy = policy}, .threads = threads};
  const struct batch *b;
  struct err e = {0};
  int stopped = 0;
  o->rows.n = o->problems.n = 0;
  bytes_add(&o->rows, "", 0);
  bytes_add(&o->problems, "", 0);
  o->code = scan_open(&s, &files, wanted, &options, &e);
  while (!o->code && !stopped && !(o->code = scan_next(&s, &b, &e)) && b) {
    print_rows(&o->rows, b);
    print_problems(&o->problems, b);
    stopped = policy == POLICY_FAIL && b->nproblems;
  }
  scan_close(&s, NULL);
}

static int is_same(const struct bytes *a, const struct bytes *b) { return a->n == b->n && !memcmp(a->p, b->p, a->n); }

static int has_error(const struct outcome *o) { return o->code || o->problems.n; }

/* How often one is in the other, which may have NUL bytes. */
static size_t count(const struct bytes *text, const char *what) {
  size_t n = 0, size = strlen(what);
  for (size_t i = 0; i + size <= text->n; i++) n += !memcmp(text->p + i, what, size);
  return n;
}

#define AGREE(condition) CHECK(condition, "%s, %s at byte %zu: %s%s", s->path, how, at, got.rows.p, got.problems.p)

/*
** What the lines are as a plain file of the same name, which is read anew only when it has other
** lines than at the last call.
*/
static const struct outcome *read_plain(const struct sample *s, const struct inflated *lines, enum policy policy) {
  static struct plain {
    const struct sample *of;
    struct bytes text;
    struct outcome outcome;
  } kept[2];
  struct plain *k = &kept[policy == POLICY_FAIL];
  char path[PATH_MAX];
  if (k->of == s && k->text.n == lines->n && !memcmp(k->text.p, lines->p, lines->n)) return &k->outcome;
  k->of = s;
  k->text.n = 0;
  bytes_add(&k->text, lines->p, lines->n);
  snprintf(path, sizeof path, "plain/%s", s->path);
  remove(path);
  write_file(path, lines->p, lines->n);
  run(path, policy, 0, &k->outcome);
  return &k->outcome;
}

/*
** Compares a damaged file, p, with what zlib makes of it.  Returns whether zlib has found damage.
*/
static int check(const struct sample *s, const char *p, size_t n, const char *how, size_t at, struct inflated *zlib) {
  static struct outcome got;
  const struct outcome *plain;
  int threads = cases++ % 64 ? 0 : 2;
  remove(s->path); /* some file systems wait for the disk when a file is written over */
  write_file(s->path, p, n);
  if (!is_gzip(p, n)) {
    run(s->path, POLICY_SKIP, threads, &got);
    AGREE(!got.rows.n);
    run(s->path, POLICY_FAIL, threads, &got);
    AGREE(!got.rows.n && (!n || has_error(&got))); /* an empty file may be meant */
    return 1;
  }
  inflate_all(p, n, zlib);
  inflate_by_choice(p, n, zlib);
  int is_damaged = zlib->is_damaged;
  leave_lines(zlib);

  run(s->path, POLICY_SKIP, threads, &got);
  plain = read_plain(s, zlib, POLICY_SKIP);
  AGREE(is_same(&got.rows, &plain->rows));
  run(s->path, POLICY_COLLECT, threads, &got);
  size_t told = count(&got.problems, "DAMAGED the gzip");
  AGREE(told <= (size_t)is_damaged);
  AGREE(told || !is_damaged || has_error(&got)); /* changed bytes may end the file's reading before its checksum */
  run(s->path, POLICY_FAIL, threads, &got);
  if (is_damaged) {
    AGREE(has_error(&got));
  } else {
    plain = read_plain(s, zlib, POLICY_FAIL);
    AGREE(has_error(&got) == has_error(plain) && is_same(&got.rows, &plain->rows));
  }
  return is_damaged;
}

/* Changes the bits of a byte, and changes them back. */
static void check_change(const struct sample *s, size_t at, unsigned bits, const struct inflated *whole,
                         struct inflated *got) {
  char *p = s->gz.p;
  p[at] = (char)((unsigned char)p[at] ^ bits);
  if (!check(s, p, s->gz.n, "changed", at, got) && !whole->is_damaged) /* a change can also repair */
    CHECK(got->n == whole->n && !memcmp(got->p, whole->p, got->n), "%s, byte %zu changed", s->path, at);
  p[at] = (char)((unsigned char)p[at] ^ bits);
}

static void check_sample(const struct sample *s) {
  static struct inflated whole, got;
  if (!whole.p && (!(whole.p = malloc(TEXT)) || !(got.p = malloc(TEXT)))) abort();
  check(s, s->gz.p, s->gz.n, "whole", 0, &whole);
  for (size_t at = 0; at < s->gz.n; at++) {
    if (!check(s, s->gz.p, at, "cut", at, &got))
      CHECK(got.n <= whole.n && !memcmp(got.p, whole.p, got.n), "%s, cut at byte %zu", s->path, at);
    if (is_all && s->gz.n <= TINY)
      for (unsigned bit = 1; bit < 0x100; bit *= 2) check_change(s, at, bit, &whole, &got);
    else check_change(s, at, at % 2 ? 0xff : 1u << at / 2 % 8, &whole, &got);
  }
  remove(s->path);
}

/* --- the samples ------------------------------------------------------------------------------ */

static struct sample *new_sample(const char *path) {
  struct sample *s = &sample[samples++];
  if (samples > COUNT(sample) || !(s->path = strdup(path))) abort();
  return s;
}

static int add_file(const char *path, const struct stat *status, int type, struct FTW *where) {
  size_t n = (size_t)status->st_size;
  if (type != FTW_F || n < 3 || (n > SMALL && !is_all) || !strstr(path, ".gz")) return 0;
  char *p = malloc(n);
  FILE *f = fopen(path, "rb");
  if (!p || !f || fread(p, 1, n, f) != n) abort();
  fclose(f);
  if (is_gzip(p, n)) bytes_add(&new_sample(path + where->base)->gz, p, n);
  free(p);
  return 0;
}

/* A member with everything that a header can have. */
static void add_full_member(struct bytes *out, const struct bytes *text, int level, int strategy) {
  char name[] = "name", comment[] = "a comment";
  Bytef extra[] = {'A', 'P', 2, 0, 0x1f, 0x8b}, room[8192];
  gz_header header = {
      .extra = extra, .extra_len = sizeof extra, .name = (Bytef *)name, .comment = (Bytef *)comment, .hcrc = 1};
  z_stream z;
  memset(&z, 0, sizeof z);
  if (deflateInit2(&z, level, Z_DEFLATED, 15 + 16, 8, strategy) || deflateSetHeader(&z, &header)) abort();
  z.next_in = (Bytef *)text->p;
  z.avail_in = (uInt)text->n;
  z.next_out = room;
  z.avail_out = sizeof room;
  if (deflate(&z, Z_FINISH) != Z_STREAM_END) abort();
  bytes_add(out, room, z.total_out);
  deflateEnd(&z);
}

static void make_samples(void) {
  struct bytes text = {0};
  bytes_print(&text, "srcaddr srcport new\n");
  for (int i = 0; i < 9; i++) bytes_print(&text, "10.0.0.%d %d \"x%d\n", i, 1000 + i, i * i);
  struct bytes *b = &new_sample("dynamic.gz")->gz;
  add_full_member(b, &text, 9, Z_HUFFMAN_ONLY);
  b = &new_sample("stored.gz")->gz;
  add_full_member(b, &text, 0, Z_DEFAULT_STRATEGY);
  b = &new_sample("fixed.gz")->gz;
  add_full_member(b, &text, 9, Z_FIXED);
  bytes_repeat(b, 0, 20); /* padding */
  b = &new_sample("members.gz")->gz;
  add_member(b, text.p, 45); /* within a line */
  add_member(b, "", 0);
  add_member(b, text.p + 45, text.n - 45 - 1); /* no newline at the end */
  bytes_free(&text);
}

static void test_samples(void **state) {
  (void)state;
  make_folder("plain");
  for (size_t i = first; i < samples; i++) {
    if (is_all) end_after(3600); /* for each one */
    check_sample(&sample[i]);
    if (is_all) fprintf(stderr, "%zu of %zu samples, %zu damaged files\n", i + 1, samples, cases);
  }
  printf("%zu damaged files of %zu samples; %zu were whole, but zlib refuses them\n", cases, samples, refused);
  assert_true(refused * 10 <= cases);
}

static int tear_down(void **state) {
  for (size_t i = 0; i < samples; i++) {
    free(sample[i].path);
    bytes_free(&sample[i].gz);
  }
  return leave_temp_folder(state);
}

int main(int argc, char **argv) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_samples)};
  is_all = argc > 1 && !strcmp(argv[1], "all");
  if (argc > 2) first = strtoul(argv[2], NULL, 10);
  mallopt(M_MMAP_THRESHOLD, 1 << 30); /* what a scan allocates is used again by the next */
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  memset(wanted, 1, sizeof wanted);
  end_after(250);
  if (nftw("tests/data", add_file, 16, FTW_PHYS)) abort();
  make_samples();
  return finish(cmocka_run_group_tests(tests, enter_temp_folder, tear_down));
}
