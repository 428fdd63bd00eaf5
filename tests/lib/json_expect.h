/* SPDX-License-Identifier: MIT */
/*
** What the unit tests of JSON share: texts and the lines that they become.  Each text is read at
** once, byte by byte, and in random pieces, with the same result.
*/
#ifndef JSON_EXPECT_H
#define JSON_EXPECT_H

#include "helpers.h"

#include "base/base64.h"
#include "container_lines.h"

/* Members of a document that a subscription delivers. */
#define DATA "\"messageType\":\"DATA_MESSAGE\",\"owner\":\"1\",\"logGroup\":\"g\",\"logStream\":\"s\""

static struct container container;

static inline char *lines_of(const char *p, size_t n, size_t piece) {
  return container_lines(&container, p, n, piece, ERR_NONE);
}

/* Documents that are no flow logs are lines that cannot be used.  Where there is nothing else, the end says what they are. */
static inline const char *behind_foreign(const char *got) {
  const char *end = strstr(got, "\nbroken at 0: ");
  while (end && got < end && strstr(got, " ! ") && strstr(got, " ! ") < strchr(got, '\n')) got = strchr(got, '\n') + 1;
  return got;
}

static inline void expect_lines(const char *p, size_t n, size_t piece, const char *expected) {
  char *whole = lines_of(p, n, piece);
  const char *got = behind_foreign(whole);
  CHECK(!strcmp(got, expected), "in pieces of %zu: %.300s\n--- got\n%s--- expected\n%s", piece, p, got, expected);
  free(whole);
}

/* The bytes of the lines that can be used, up to the line that names the form. */
static inline void usable(const char *text, struct bytes *out) {
  for (const char *p = text, *lf; (lf = strchr(p, '\n')) != NULL; p = lf + 1) {
    const char *bar = strstr(p, " | ");
    if (!bar || bar > lf) break;
    const char *why = strstr(p, " ! ");
    if (why && why < bar) continue;
    bytes_add(out, bar, (size_t)(lf - bar) + 1);
  }
}

/* Cut at every byte, the text has the lines in front of the cut. */
static inline void check_cuts(const char *p, size_t n, const char *whole) {
  struct bytes all = {0};
  bytes_add(&all, "", 0);
  usable(whole, &all);
  for (size_t cut = 0; cut < n; cut++) {
    struct bytes some = {0};
    char *copy = malloc(cut + 1);
    if (!copy) abort();
    memcpy(copy, p, cut);
    char *got = lines_of(copy, cut, 4096);
    bytes_add(&some, "", 0);
    usable(got, &some);
    CHECK(!strcmp(got, "lines\n") || (some.n <= all.n && !memcmp(some.p, all.p, some.n)), "cut at %zu: %s\n%s", cut, p,
          got);
    free(got);
    free(copy);
    bytes_free(&some);
  }
  bytes_free(&all);
}

static inline void expect_text(const char *p, size_t n, const char *expected) {
  expect_lines(p, n, SIZE_MAX, expected);
  expect_lines(p, n, 1, expected);
  for (int i = 0; i < 3; i++) expect_lines(p, n, 1 + random_below(40), expected);
}

static inline void expect(const char *text, const char *expected) {
  expect_text(text, strlen(text), expected);
  check_cuts(text, strlen(text), expected);
}

struct row {
  const char *text, *expected;
};

static inline void expect_all(const struct row *rows, size_t n) {
  for (size_t i = 0; i < n; i++) expect(rows[i].text, rows[i].expected);
}

static inline struct bytes base64(struct bytes in) {
  struct bytes out = {0};
  bytes_repeat(&out, 0, BASE64_LENGTH(in.n));
  base64_encode((const unsigned char *)in.p, in.n, out.p);
  bytes_free(&in);
  return out;
}

static inline struct bytes gzip(struct bytes in) {
  struct bytes out = {0};
  add_member(&out, in.p, in.n);
  bytes_free(&in);
  return out;
}

static inline struct bytes text_of(const char *text) {
  struct bytes b = {0};
  bytes_add(&b, text, strlen(text));
  return b;
}

/* The text with each @ replaced by the base64, which is freed. */
static inline struct bytes with(const char *text, struct bytes b) {
  struct bytes out = {0};
  for (; *text; text++)
    if (*text == '@') bytes_add(&out, b.p, b.n);
    else bytes_add(&out, text, 1);
  bytes_free(&b);
  return out;
}

static inline void expect_bytes(struct bytes b, const char *expected) {
  expect_text(b.p, b.n, expected);
  bytes_free(&b);
}

#endif
