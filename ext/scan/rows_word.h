/* SPDX-License-Identifier: MIT */
/*
** A value as a token, and rows as columns of values: how the rows of files in columns go on, where they need
** not become lines.
*/
#ifndef SCAN_ROWS_WORD_H
#define SCAN_ROWS_WORD_H

#include <stdint.h>

#include "record/fields.h"

/* A value as a token. */
struct rows_word {
  const char *p; /* TOKENS_BLOCK bytes are readable at it and behind it */
  uint32_t n;
  uint8_t is_bad; /* its field cannot have it: record_check() finds the reason */
  uint8_t is_odd; /* it has bytes that are not printable ASCII */
  uint8_t has_colon;
};

/* Values of n rows.  For each field that is needed, and that the file has, one of the two. */
struct rows_columns {
  uint32_t n;
  uint32_t kept;                             /* how many of them are not left out */
  uint64_t before;                           /* rows of the file before them */
  const uint64_t *number[FIELD_COUNT];       /* of a field of numbers: its values, or RECORD_NONE */
  const struct rows_word *word[FIELD_COUNT]; /* of another: its values as tokens */
};

#endif
