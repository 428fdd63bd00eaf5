/* SPDX-License-Identifier: MIT */
/*
** Hashes of keys that differ little are different in all their bits, and the first seed is the
** only one.
*/
#include "helpers.h"

#include "base/hash.h"

/* A bit of a word that changes changes about half of the bits of the hash, the lowest ones too. */
static void test_all_bits_count(void **state) {
  (void)state;
  for (int round = 0; round < 100; round++) {
    uint64_t a = (uint64_t)random_u32() << 32 | random_u32(), b = (uint64_t)random_u32() << 32 | random_u32();
    for (int bit = 0; bit < 128; bit++) {
      uint64_t c = bit < 64 ? a ^ UINT64_C(1) << bit : a, d = bit < 64 ? b : b ^ UINT64_C(1) << (bit - 64);
      uint64_t changed = hash_mix(a, b) ^ hash_mix(c, d);
      int n = __builtin_popcountll(changed);
      CHECK(n > 6 && n < 58, "bit %d changes %d bits", bit, n);
    }
  }
}

/* Texts of each length that differ in their last byte, and padding that does not count. */
static void test_bytes(void **state) {
  char text[64] = {0}, other[64];
  (void)state;
  memset(text, 'a', 40);
  for (size_t n = 1; n <= 40; n++) {
    memcpy(other, text, sizeof text);
    other[n] = 'b';
    assert_true(hash_bytes(text, n) == hash_bytes(other, n));
    other[n - 1] = 'b';
    assert_true(hash_bytes(text, n) != hash_bytes(other, n));
    assert_true(hash_bytes(text, n) != hash_bytes(text, n - 1));
  }
  assert_true(hash_text(0, "ab") != hash_text(0, "ba"));
  assert_true(hash_text(0, "") != hash_text(0, "a"));
}

static void test_seed(void **state) {
  (void)state;
  uint64_t before = hash_mix(1, 2);
  hash_seed((const uint64_t[2]){3, 4});
  uint64_t seeded = hash_mix(1, 2);
  assert_true(seeded != before);
  hash_seed((const uint64_t[2]){5, 6});
  assert_true(hash_mix(1, 2) == seeded);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_all_bits_count),
      cmocka_unit_test(test_bytes),
      cmocka_unit_test(test_seed),
  };
  return finish(cmocka_run_group_tests(tests, NULL, NULL));
}
