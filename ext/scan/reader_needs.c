/* SPDX-License-Identifier: MIT */
/*
** Whatever looks at a token of a line later must have said so here: the projection of the batch, the
** predicate, the filter, and the sums.
*/
#include "scan/reader_needs.h"

#include <string.h>

#include "record/plausible.h"

void reader_needs(const struct reader *r, const struct batch *b, struct rows_need *need) {
  const struct predicate *p = r->options->predicate;
  uint8_t asked[FIELD_COUNT] = {0};
  memset(need, 0, sizeof *need);
  need->all = b->cell[COLUMN_RAW] || b->cell[COLUMN_EXTRA] || r->options->filter || r->options->whole_rows ||
              r->options->policy == POLICY_COLLECT;
  for (int f = 0; f < FIELD_COUNT; f++) need->field[f] = b->cell[f] != NULL;
  if (r->summing.kind) r->summing.kind->uses(r->summing.sums, need->field);
  for (size_t i = 0; p && i < p->n; i++) { /* a term about either address or port looks at several fields together */
    uint8_t columns[COLUMN_COUNT] = {0};
    const int subject = p->term[i].subject;
    predicate_subject_columns(subject, columns);
    for (int f = 0; f < FIELD_COUNT; f++) *(f == subject ? &asked[f] : &need->field[f]) |= columns[f];
  }
  for (int f = 0; f < FIELD_COUNT; f++) {
    const int partner = plausible_partner(f);
    const int is_compared = partner != FIELD_NONE && (need->field[partner] || asked[partner]);
    need->only_asked[f] = asked[f] && !need->field[f] && !is_compared;
  }
  for (int f = 0; f < FIELD_COUNT; f++) need->field[f] |= asked[f];
}

const struct layout *reader_layout(const struct reader *r) {
  return reader_is_table(r) ? &r->table.layout : &r->layout;
}
