/* SPDX-License-Identifier: MIT */
/*
** Paths that begin with "~", and URLs: what they stand for, or what is to be typed instead.
*/
#include "helpers.h"

#include "file/given_path.h"

#define PIPED "sqlite3 :memory: '.load flowlogs' \"SELECT … FROM flowlogs('-')\""
#define FILES " lies in S3, and flowlogs reads files; type aws s3 "
#define URL   " is a URL, and flowlogs reads files; "

static struct files files;

static const char *resolve(const char *given, struct err *e) {
  memset(e, 0, sizeof *e);
  const char *path = given_path(&files, &unconfined, given, e);
  assert_int_equal(path == NULL, e->code != ERR_NONE);
  if (!path) assert_int_equal(e->code, ERR_ARGUMENT);
  return path;
}

static void check_path(const char *given, const char *path) {
  struct err e;
  const char *got = resolve(given, &e);
  CHECK(got && !strcmp(got, path), "%s: %s", given, got ? got : e.text);
}

static void check_error(const char *given, const char *text) {
  struct err e;
  CHECK(!resolve(given, &e) && !strcmp(e.text, text), "%s: %s", given, e.text);
}

static void test_home(void **state) {
  (void)state;
  setenv("HOME", "/home/me", 1);
  check_path("~", "/home/me");
  check_path("~/", "/home/me");
  check_path("~/logs", "/home/me/logs");
  check_path("~//logs/*.gz", "/home/me/logs/*.gz");
  setenv("HOME", "/home/me/", 1);
  check_path("~/logs", "/home/me/logs");
  check_path("~me", "~me"); /* a name like any other */
  check_path("a~/b", "a~/b");
  check_path("./~/b", "./~/b");
  check_error("~me/logs", "'~me/logs': ~/ stands for your own home folder, and flowlogs knows no other; write the "
                          "whole path, which echo ~me shows");
  for (int i = 0; i < 2; i++) {
    if (i) unsetenv("HOME");
    else setenv("HOME", "", 1);
    check_error("~/a", "'~/a': ~ stands for the folder in HOME, which is not set; write the whole path");
  }
  make_folder("~");
  write_text("~/a", "x");
  check_path("~", "~");
  check_path("~/a", "~/a");
  make_folder("~me");
  check_path("~me/", "~me/");
}

static void test_urls(void **state) {
  (void)state;
  check_error("s3://b/k/a.log.gz", "'s3://b/k/a.log.gz'" FILES "cp s3://b/k/a.log.gz - | " PIPED);
  check_error("S3://b/k.gz", "'S3://b/k.gz'" FILES "cp S3://b/k.gz - | " PIPED);
  check_error("s3://b/k/a.log.parquet",
              "'s3://b/k/a.log.parquet'" FILES "cp s3://b/k/a.log.parquet logs/ and ask flowlogs('logs/')");
  check_error("https://b/a.Parquet?x=1&y",
              "'https://b/a.Parquet?x=1&y'" URL
              "type curl -fsSL 'https://b/a.Parquet?x=1&y' -o logs.parquet and ask flowlogs('logs.parquet')");
  check_error("s3://b", "'s3://b'" FILES "sync s3://b/ logs/ and ask flowlogs('logs/')");
  check_error("s3://b/", "'s3://b/'" FILES "sync s3://b/ logs/ and ask flowlogs('logs/')");
  check_error("s3://b/k/", "'s3://b/k/'" FILES "sync s3://b/k/ logs/ and ask flowlogs('logs/')");
  check_error("s3://b/k/**/x*.gz", "'s3://b/k/**/x*.gz'" FILES "sync s3://b/k/ logs/ and ask flowlogs('logs/')");
  check_error("s3://b/x?.gz", "'s3://b/x?.gz'" FILES "sync s3://b/ logs/ and ask flowlogs('logs/')");
  check_error("s3://b/k", "'s3://b/k'" FILES "cp s3://b/k - | " PIPED
                          ", or, for all objects below it, aws s3 sync s3://b/k/ logs/ and ask flowlogs('logs/')");
  check_error("s3://b/a b's.gz", "'s3://b/a b's.gz'" FILES "cp 's3://b/a b'\\''s.gz' - | " PIPED);
  check_error("s3://b/$(x)/", "'s3://b/$(x)/'" FILES "sync 's3://b/$(x)/' logs/ and ask flowlogs('logs/')");
  check_error("https://h/a?b&c", "'https://h/a?b&c'" URL "type curl -fsSL 'https://h/a?b&c' | " PIPED);
  check_error("HTTP://h/a", "'HTTP://h/a'" URL "type curl -fsSL HTTP://h/a | " PIPED);
  check_error("file:///a", "'file:///a' is a URL, and flowlogs takes paths; write the path behind file://");
  check_error("gs://b/a", "'gs://b/a'" URL "copy what it stands for to a file, or pipe it into " PIPED);
  check_error("s3a+x.y-z://b", "'s3a+x.y-z://b'" URL "copy what it stands for to a file, or pipe it into " PIPED);
  check_path("s3:/b", "s3:/b");
  check_path("://b", "://b");
  check_path("3s://b", "3s://b");
  check_path("a/s3://b", "a/s3://b");
  make_folder("s3:");
  make_folder("s3:/b");
  check_path("s3://b", "s3://b");
  check_error("", "the path is empty");
}

/* A message has room for so much, whatever the URL is. */
static void test_long(void **state) {
  struct bytes url = {0};
  struct err e;
  (void)state;
  bytes_print(&url, "s3://c/");
  for (size_t n = 0; n < 3000; n += n < 980 || n > 1040 ? 97 : 1) {
    while (url.n < n) bytes_print(&url, "%s", n % 2 ? "'" : "x");
    assert_null(resolve(url.p, &e));
    assert_in_range(strlen(e.text), 20, ERR_TEXT - 1);
  }
  bytes_free(&url);
}

static int tear_down(void **state) {
  files_clear(&files);
  return leave_temp_folder(state);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_home),
      cmocka_unit_test(test_urls),
      cmocka_unit_test(test_long),
  };
  return finish(cmocka_run_group_tests(tests, enter_temp_folder, tear_down));
}
