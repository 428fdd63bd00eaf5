/* SPDX-License-Identifier: MIT */
/*
** crc_update() is compared with zlib's crc32(), for all short lengths, all alignments, and
** messages in pieces.
*/
#include "helpers.h"

#include <stdlib.h>
#include <zlib.h>

#include "base/crc.h"

static unsigned char text[70000];

static void test_lengths(void **state) {
  (void)state;
  for (size_t at = 0; at < 17; at++)
    for (size_t n = 0; n < 2000; n++)
      CHECK(crc_update(0x12345678, text + at, n) == crc32(0x12345678, text + at, (uInt)n), "%zu bytes at %zu", n, at);
  assert_int_equal(crc_update(0, text, sizeof text), crc32(0, text, sizeof text));
  assert_int_equal(crc_update(0, "123456789", 9), 0xcbf43926); /* the check value of this CRC */
}

static void test_pieces(void **state) {
  (void)state;
  for (int i = 0; i < 2000; i++) {
    uint32_t crc = 0;
    for (size_t at = 0, n; at < sizeof text; at += n) {
      n = (size_t)rand() % 5000;
      if (n > sizeof text - at) n = sizeof text - at;
      crc = crc_update(crc, text + at, n);
    }
    assert_int_equal(crc, crc32(0, text, sizeof text));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_lengths), cmocka_unit_test(test_pieces)};
  srand(1);
  for (size_t i = 0; i < sizeof text; i++) text[i] = (unsigned char)rand();
  return finish(cmocka_run_group_tests(tests, NULL, NULL));
}
