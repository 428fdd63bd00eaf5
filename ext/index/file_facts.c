/* SPDX-License-Identifier: MIT */
/*
** The conditions on start and end are compared with the least and greatest values, which are exact,
** so that no margin is needed.  Where no record has the field, only a condition that a missing
** value passes can be met.
*/
#include "index/file_facts.h"

#include <string.h>

void file_facts_init(struct file_facts *f) {
  uint64_t id = f->id;
  char *names = f->fields;
  memset(f, 0, sizeof *f);
  f->id = id;
  f->fields = names;
  f->min_start = f->max_start = f->min_end = f->max_end = RECORD_NONE;
}

static int allows(const struct predicate *p, int field, uint64_t low, uint64_t high) {
  return low == RECORD_NONE ? predicate_allows_text(p, field, NULL, 0) : predicate_allows_numbers(p, field, low, high);
}

int file_facts_allow(const struct file_facts *f, const struct predicate *p) {
  return allows(p, FIELD_start, f->min_start, f->max_start) && allows(p, FIELD_end, f->min_end, f->max_end);
}
