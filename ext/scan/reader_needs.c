/* SPDX-License-Identifier: MIT */
/*
** Whatever looks at a token of a line later must have said so here: the projection of the batch, the
** predicate, the filter, and the sums.
*/
#include "scan/reader_needs.h"

#include <string.h>

void reader_needs(const struct reader *r, const struct batch *b, struct rows_need *need) {
  const struct predicate *p = r->options->predicate;
  uint8_t subjects[COLUMN_COUNT] = {0};
  memset(need, 0, sizeof *need);
  need->all = b->cell[COLUMN_RAW] || b->cell[COLUMN_EXTRA] || r->options->filter || r->options->whole_rows ||
              r->options->policy == POLICY_COLLECT;
  for (int f = 0; f < FIELD_COUNT; f++) need->field[f] = b->cell[f] != NULL;
  if (p) predicate_columns(p, subjects);
  for (int f = 0; f < FIELD_COUNT; f++) need->field[f] |= subjects[f];
  if (r->summing.kind) r->summing.kind->uses(r->summing.sums, need->field);
}

const struct layout *reader_layout(const struct reader *r) {
  return reader_is_table(r) ? &r->table.layout : &r->layout;
}
