/* SPDX-License-Identifier: MIT */
/*
** Whatever looks at a token of a line later must have said so here: the projection of the batch, the
** predicate, the filter, and the sums.
*/
#include "scan/reader_needs.h"

#include <string.h>

#include "record/plausible.h"

/*
** Adds the fields that the terms are about.  A term about either address, or either port, looks at several fields
** together.  Of a field that is compared with another one, all values count.
*/
static void add_terms(const struct predicate *p, struct rows_need *need) {
  uint8_t asked[FIELD_COUNT] = {0};
  for (size_t i = 0; i < p->n; i++) {
    const int subject = p->term[i].subject;
    if (subject < FIELD_COUNT) asked[subject] = 1;
    else predicate_subject_columns(subject, need->field);
  }
  for (int f = 0; f < FIELD_COUNT; f++) {
    const int partner = plausible_partner(f);
    const int is_compared = partner != FIELD_NONE && (need->field[partner] || asked[partner]);
    need->only_asked[f] = asked[f] && !need->field[f] && !need->all && !is_compared;
  }
  for (int f = 0; f < FIELD_COUNT; f++) need->field[f] |= asked[f];
}

void reader_needs(const struct reader *r, const struct batch *b, struct rows_need *need) {
  memset(need, 0, sizeof *need);
  need->all = b->cell[COLUMN_RAW] || b->cell[COLUMN_EXTRA] || r->options->filter || r->options->whole_rows ||
              r->options->policy == POLICY_COLLECT;
  for (int f = 0; f < FIELD_COUNT; f++) need->field[f] = b->cell[f] != NULL;
  if (r->summing.kind) r->summing.kind->uses(r->summing.sums, need->field);
  if (r->options->predicate) add_terms(r->options->predicate, need);
}

const struct layout *reader_layout(const struct reader *r) {
  return reader_is_table(r) ? &r->table.layout : &r->layout;
}
