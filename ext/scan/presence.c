/* SPDX-License-Identifier: MIT */
/*
** A file has a field if any of its layouts has it, since a file may be made of several that were
** written one after the other.
*/
#include "scan/presence.h"

void presence_add_conditions(struct presence *p, const struct predicate_bound *bound) {
  for (int s = 0; s < SUBJECT_COUNT; s++) p->condition[s] |= bound->finds[s];
}

static void count(struct presence_count *c, const uint8_t *found, int n, uint32_t files) {
  for (int i = 0; i < n; i++) {
    c[i].have += found[i] & PREDICATE_HAS ? files : 0;
    c[i].lack += found[i] == PREDICATE_LACKS ? files : 0;
  }
}

void presence_count(struct presence_counts *counts, const struct presence *p, uint32_t files) {
  count(counts->condition, p->condition, SUBJECT_COUNT, files);
  count(counts->use, p->use, FIELD_COUNT, files);
}

int presence_find_absent(const struct presence_counts *counts) {
  for (int s = 0; s < SUBJECT_COUNT; s++)
    if (counts->condition[s].lack && !counts->condition[s].have) return s;
  return -1;
}
