/* SPDX-License-Identifier: MIT */
/*
** A field that only flow logs have, such as srcaddr or tcp_flags, decides if there are others
** beside it.  Of names such as start, bytes and action, all must be fields, because a table of
** backups has them too.
*/
#include "container/name_census.h"

#include "record/fields.h"
#include "record/layout.h"

void name_census_add(struct name_census *s, int field, const char *name, size_t n) {
  s->names++;
  s->has_sum |= lookalike_is_sum(name, n);
  lookalike_add_name(&s->other, field, name, n);
  if (field == FIELD_NONE) {
    s->may_be_sums |= lookalike_may_be_sum(name, n);
    return;
  }
  s->known++;
  s->has_time |= field == FIELD_start || field == FIELD_end;
  if (layout_is_heading(name, n)) return;
  s->sure++;
  s->traffic += (uint32_t)field_is_traffic(field);
  s->sums += field == FIELD_bytes || field == FIELD_action;
}

int name_census_is_record(const struct name_census *s) {
  if (s->has_sum || lookalike_log(&s->other) || (s->may_be_sums && !s->has_time)) return 0;
  if (s->is_insights && s->sure == s->names) return s->traffic || s->sums;
  if (s->traffic) return s->sure >= LAYOUT_SURE || s->sure == s->names || (s->sure >= 2 && s->sure * 2 >= s->names);
  return s->sums && s->sure == s->names && s->sure >= LAYOUT_SURE;
}
