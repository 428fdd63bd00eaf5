/* SPDX-License-Identifier: MIT */
/*
** Layers of gzip and base64: whole, cut off, corrupt, too many and too large.
*/
#include "helpers.h"

#include "file/unwrap.h"

#define LINES "2 123456789010 eni-1 10.0.0.1 10.0.0.2 1 2 6 20 4249 3 4 ACCEPT OK\nand one more line\n"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static struct unwrap u;

static struct bytes base64(struct bytes in) {
  struct bytes out = {0};
  for (size_t i = 0; i < in.n; i += 3) {
    unsigned left = in.n - i < 3 ? (unsigned)(in.n - i) : 3, group = 0;
    for (unsigned k = 0; k < 3; k++) group = group << 8 | (k < left ? (unsigned char)in.p[i + k] : 0);
    for (unsigned k = 0; k < 4; k++) bytes_add(&out, k <= left ? &alphabet[group >> (18 - 6 * k) & 63] : "=", 1);
  }
  bytes_free(&in);
  return out;
}

static struct bytes gzip(struct bytes in) {
  struct bytes out = {0};
  add_member(&out, in.p, in.n);
  bytes_free(&in);
  return out;
}

static struct bytes text_of(const char *text) {
  struct bytes b = {0};
  bytes_add(&b, text, strlen(text));
  return b;
}

/* Checks what unwrap() makes of b, which is freed, and of a copy that ends at an unmapped page. */
static void expect(struct bytes b, enum unwrap_form form, enum err_code code, const char *text) {
  struct unwrapped out;
  struct err e = {0};
  struct guarded g;
  guarded_init(&g, b.n + 1);
  unwrap_begin(&u, SIZE_MAX);
  enum err_code rc = unwrap(&u, memcpy(g.end - b.n, b.p, b.n), b.n, form, &out, &e);
  CHECK(rc == code && e.code == code, "%.40s: %d %s", b.p, rc, e.text);
  CHECK(out.n == strlen(text) && !memcmp(out.p, text, out.n), "%.40s: %.*s", b.p, (int)out.n, out.p);
  unwrapped_free(&out);
  guarded_clear(&g);
  bytes_free(&b);
}

static void test_layers(void **state) {
  (void)state;
  expect(text_of(LINES), UNWRAP_GUESS, ERR_NONE, LINES);
  expect(gzip(text_of(LINES)), UNWRAP_GUESS, ERR_NONE, LINES);
  expect(gzip(gzip(text_of(LINES))), UNWRAP_GUESS, ERR_NONE, LINES);
  expect(base64(gzip(text_of(LINES))), UNWRAP_GUESS, ERR_NONE, LINES);
  expect(base64(gzip(text_of(LINES))), UNWRAP_BASE64, ERR_NONE, LINES);
  expect(base64(text_of(LINES)), UNWRAP_GUESS, ERR_NONE, LINES);
  expect(base64(text_of("{\"a\":1}")), UNWRAP_GUESS, ERR_NONE, "{\"a\":1}");
  expect(gzip(base64(gzip(base64(text_of(LINES))))), UNWRAP_GUESS, ERR_NONE, LINES);
  expect(gzip(text_of("")), UNWRAP_GUESS, ERR_NONE, "");
  expect(text_of(""), UNWRAP_GUESS, ERR_NONE, "");
}

/* Values of base64 that stand one in a line are decoded one by one, and what comes of them is joined. */
static void test_values_in_lines(void **state) {
  (void)state;
  for (int crlf = 0; crlf < 2; crlf++)
    for (int is_gzip = 0; is_gzip < 2; is_gzip++) {
      struct bytes all = {0}, expected = {0};
      for (int i = 0; i < 5; i++) {
        struct bytes line = {0};
        bytes_print(&line, "2 123456789010 eni-%d 10.0.0.1 ACCEPT OK%s", 1000 << i, is_gzip ? "\n" : "");
        bytes_print(&expected, "%s%s", line.p, is_gzip || i == 4 ? "" : "\n");
        line = base64(is_gzip ? gzip(line) : line);
        bytes_print(&all, "%s%s", line.p, crlf ? "\r\n" : "\n");
        bytes_free(&line);
      }
      struct bytes twice = {0};
      bytes_add(&twice, all.p, all.n);
      expect(all, UNWRAP_GUESS, ERR_NONE, expected.p);
      expect(gzip(twice), UNWRAP_GUESS, ERR_NONE, expected.p);
      bytes_free(&expected);
    }
}

/* A name or a number that looks like base64 is not decoded. */
static void test_no_layers(void **state) {
  static const char *const texts[] = {"dstport\n443\n80000\n", "AAAA", "version", "a b", "H4s"};
  (void)state;
  for (size_t i = 0; i < COUNT(texts); i++) expect(text_of(texts[i]), UNWRAP_GUESS, ERR_NONE, texts[i]);
  expect(text_of("H4sI$"), UNWRAP_GUESS, ERR_DAMAGED, "");
  expect(text_of("2 1 eni"), UNWRAP_BASE64, ERR_FORMAT, "");
  expect(text_of(""), UNWRAP_BASE64, ERR_NONE, "");
}

static void test_limits(void **state) {
  struct bytes b = text_of(LINES), big = {0};
  (void)state;
  for (int i = 0; i < UNWRAP_LAYERS; i++) b = gzip(b);
  struct unwrapped out;
  struct err e = {0};
  b = gzip(b);
  assert_int_equal(unwrap(&u, b.p, b.n, UNWRAP_GUESS, &out, &e), ERR_ARGUMENT);
  assert_non_null(strstr(e.text, "more than 4 layers"));
  unwrapped_free(&out);
  bytes_free(&b);
  /* a decompression bomb: a few kilobytes, in members, that inflate to 320 MiB */
  bytes_repeat(&big, 'x', 16 << 20);
  for (int i = 0; i < 20; i++) add_member(&b, big.p, big.n);
  e.code = ERR_NONE;
  unwrap_begin(&u, b.n);
  assert_int_equal(unwrap(&u, b.p, b.n, UNWRAP_GUESS, &out, &e), ERR_ARGUMENT);
  assert_non_null(strstr(e.text, "more than 256 MiB"));
  assert_in_range(u.made, UNWRAP_MAX_BYTES, UNWRAP_MAX_BYTES + (1 << 20));
  unwrapped_free(&out);
  bytes_free(&b);
  /* gzip within gzip: a hundred bytes and some, which would become 16 MiB */
  b = gzip(gzip(big));
  e.code = ERR_NONE;
  unwrap_begin(&u, b.n);
  assert_int_equal(unwrap(&u, b.p, b.n, UNWRAP_GUESS, &out, &e), ERR_ARGUMENT);
  assert_non_null(strstr(e.text, "more than 1032 times as large"));
  assert_in_range(u.made, 1, UNWRAP_FREE + b.n * UNWRAP_RATIO + (1 << 17));
  unwrapped_free(&out);
  bytes_free(&b);
}

/*
** A value that is cut off or has a flipped bit gives an error, and what was read before it is
** right.
*/
static void test_damage(void **state) {
  struct bytes b = gzip(text_of(LINES));
  struct err e;
  struct unwrapped out;
  (void)state;
  for (size_t n = 2; n < b.n; n++) {
    e.code = ERR_NONE;
    unwrap_begin(&u, SIZE_MAX);
    CHECK(unwrap(&u, b.p, n, UNWRAP_GUESS, &out, &e) == ERR_DAMAGED, "%zu bytes", n);
    assert_true(out.n <= strlen(LINES) && !memcmp(out.p, LINES, out.n));
    unwrapped_free(&out);
  }
  for (size_t bit = 16; bit < b.n * 8; bit++) {
    b.p[bit / 8] ^= (char)(1 << bit % 8);
    e.code = ERR_NONE;
    unwrap_begin(&u, SIZE_MAX);
    /*
    ** Time and system in the header may have any value, and so may the bits after the end of the
    ** data.
    */
    enum err_code rc = unwrap(&u, b.p, b.n, UNWRAP_GUESS, &out, &e);
    CHECK(rc == ERR_DAMAGED || (!rc && out.n == strlen(LINES) && !memcmp(out.p, LINES, out.n)), "bit %zu: %d %s", bit,
          rc, e.text);
    unwrapped_free(&out);
    b.p[bit / 8] ^= (char)(1 << bit % 8);
  }
  bytes_free(&b);
}

static int stop(void *context) {
  (void)context;
  return 1;
}

static void test_stop(void **state) {
  struct bytes b = gzip(text_of(LINES));
  struct unwrapped out;
  struct err e = {0};
  (void)state;
  u.stop.ask = stop;
  unwrap_begin(&u, SIZE_MAX);
  assert_int_equal(unwrap(&u, b.p, b.n, UNWRAP_GUESS, &out, &e), ERR_INTERRUPT);
  unwrapped_free(&out);
  u.stop.ask = NULL;
  bytes_free(&b);
}

static void test_every_allocation(void **state) {
  struct bytes b = base64(gzip(text_of(LINES)));
  (void)state;
  for (size_t n = 1;; n++) {
    struct unwrap mine;
    struct unwrapped out = {0};
    struct err e = {0};
    mem_test_fail(n, 0);
    int ok = !unwrap_init(&mine, &e);
    unwrap_begin(&mine, b.n);
    if (ok) unwrap(&mine, b.p, b.n, UNWRAP_GUESS, &out, &e);
    int all = mem_test_calls() < n;
    mem_test_fail(0, 0);
    if (all) assert_true(!e.code && out.n == strlen(LINES));
    else assert_int_equal(e.code, ERR_NOMEM);
    unwrapped_free(&out);
    unwrap_clear(&mine);
    if (all) break;
  }
  bytes_free(&b);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_layers),          cmocka_unit_test(test_values_in_lines),
                                     cmocka_unit_test(test_no_layers),       cmocka_unit_test(test_limits),
                                     cmocka_unit_test(test_damage),          cmocka_unit_test(test_stop),
                                     cmocka_unit_test(test_every_allocation)};
  struct err e = {0};
  if (unwrap_init(&u, &e)) abort();
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  unwrap_clear(&u);
  return finish(failed);
}
