/* SPDX-License-Identifier: MIT */
/* Names are compared as field_same_name() does. */
#include "record/lookalike.h"

#include <string.h>

#include "base/chars.h"
#include "record/fields.h"

/* Functions with which a query makes one row of many records. */
static const char *const sums[] = {"count", "count_distinct", "sum", "avg",      "min",   "max",
                                   "pct",   "stddev",         "bin", "earliest", "latest"};

int lookalike_is_sum(const char *name, size_t n) {
  for (size_t i = 0; i < sizeof sums / sizeof *sums; i++) {
    size_t k = strlen(sums[i]);
    if (n > k && name[k] == '(' && field_same_name(name, k, sums[i], k)) return 1;
  }
  return n > 4 && !memcmp(name, "_col", 4) && char_is_digit(name[4]);
}
