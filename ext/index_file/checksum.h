/* SPDX-License-Identifier: MIT */
/*
** Checksums of the rows of an index file: a CRC-32 of numbers and texts, which is the same on all
** machines.  Each call continues the checksum that it is given; the first one is given 0.  The
** functions are pure.
*/
#ifndef INDEX_FILE_CHECKSUM_H
#define INDEX_FILE_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/crc.h"

static inline uint32_t checksum_text(uint32_t crc, const char *p, size_t n) { return crc_update(crc, p, n); }

static inline uint32_t checksum_numbers(uint32_t crc, const int64_t *number, size_t n) {
  uint64_t word[16];
  while (n) {
    size_t some = n < 16 ? n : 16;
    for (size_t i = 0; i < some; i++) word[i] = bytes_in_order((uint64_t)number[i]);
    crc = crc_update(crc, word, some * sizeof *word);
    number += some;
    n -= some;
  }
  return crc;
}

#endif
