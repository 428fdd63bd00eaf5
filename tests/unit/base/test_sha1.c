/* SPDX-License-Identifier: MIT */
/*
** SHA-1: the vectors of RFC 3174 and FIPS 180, and messages of all lengths up to some blocks,
** compared with Python's hashlib.
*/
#include "helpers.h"

#include "base/sha1.h"

/* The digest of a message that ends at an unmapped page, as hexadecimal digits. */
static const char *hex(const void *p, size_t n) {
  static char out[2 * SHA1_BYTES + 1];
  unsigned char digest[SHA1_BYTES];
  struct guarded g;
  guarded_init(&g, n + 1);
  if (n) memcpy(g.end - n, p, n);
  sha1(g.end - n, n, digest);
  guarded_clear(&g);
  for (size_t i = 0; i < SHA1_BYTES; i++) snprintf(out + 2 * i, 3, "%02x", digest[i]);
  return out;
}

static void test_vectors(void **state) {
  static const struct {
    const char *text;
    size_t times;
    const char *digest;
  } cases[] = {
      {"", 1, "da39a3ee5e6b4b0d3255bfef95601890afd80709"},
      {"abc", 1, "a9993e364706816aba3e25717850c26c9cd0d89d"},
      {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1, "84983e441c3bd26ebaae4aa1f95129e5e54670f1"},
      {"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrst"
       "u",
       1, "a49b2446a02c645bf419f995b67091253a04a259"},
      {"a", 1000000, "34aa973cd4c4daa4f61eeb2bdbad27316534016f"},
      {"0123456701234567012345670123456701234567012345670123456701234567", 10,
       "dea356a2cddd90c7a7ecedc5ebb563934f460452"},
  };
  (void)state;
  for (size_t i = 0; i < COUNT(cases); i++) {
    struct bytes b = {0};
    bytes_add(&b, "", 0);
    for (size_t k = 0; k < cases[i].times; k++) bytes_add(&b, cases[i].text, strlen(cases[i].text));
    CHECK(!strcmp(hex(b.p, b.n), cases[i].digest), "%.20s: %s", cases[i].text, hex(b.p, b.n));
    bytes_free(&b);
  }
}

/*
** The message of length n is (i * i + n) % 251 for i = 0 to n - 1.  The digest of all digests is
** what hashlib says; tests/python/test_community_id.py computes it again.
*/
#define LENGTHS    1000
#define OF_HASHLIB "1972ae841ce142a726ea437e63cd0ede0f8ce0f2"

static void test_lengths(void **state) {
  unsigned char message[LENGTHS], digests[LENGTHS * SHA1_BYTES];
  (void)state;
  for (size_t n = 0; n < LENGTHS; n++) {
    for (size_t i = 0; i < n; i++) message[i] = (unsigned char)((i * i + n) % 251);
    sha1(message, n, digests + n * SHA1_BYTES);
  }
  assert_string_equal(hex(digests, sizeof digests), OF_HASHLIB);
  unsigned char none[SHA1_BYTES];
  sha1(NULL, 0, none);
  assert_memory_equal(none, digests, SHA1_BYTES);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_vectors), cmocka_unit_test(test_lengths)};
  return finish(cmocka_run_group_tests(tests, NULL, NULL));
}
