/* SPDX-License-Identifier: MIT */
/*
** The sums of a worker are a table of groups, and the grouping as it is bound to the layout of the
** file that the worker reads.
*/
#include "scan/rollup_scan.h"

#include <string.h>

#include "base/mem.h"

/* --- the kind of sums -------------------------------------------------------------------------------------------- */

static void rollup_bind(void *sums, const struct layout *l, const struct path_fields *path, struct presence *presence,
                        struct err *why) {
  struct rollup_sums *s = sums;
  const struct grouping *g = s->grouping;
  (void)why;
  grouping_bind(g, l, path, &s->bound);
  for (uint32_t i = 0; i < g->n; i++)
    presence_add_use(presence, g->dim[i].field, s->bound.item[i].token != LAYOUT_ABSENT || s->bound.item[i].given >= 0);
  if (g->packets) presence_add_use(presence, FIELD_packets, s->bound.packets != LAYOUT_ABSENT);
  if (g->bytes) presence_add_use(presence, FIELD_bytes, s->bound.bytes != LAYOUT_ABSENT);
  if (g->first_seen) presence_add_use(presence, FIELD_start, s->bound.start != LAYOUT_ABSENT);
  if (g->last_seen) presence_add_use(presence, FIELD_end, s->bound.end != LAYOUT_ABSENT);
}

static void rollup_uses(const void *sums, uint8_t used[FIELD_COUNT]) {
  const struct grouping *g = ((const struct rollup_sums *)sums)->grouping;
  for (uint32_t i = 0; i < g->n; i++) used[g->dim[i].field] = 1;
  used[FIELD_packets] |= g->packets;
  used[FIELD_bytes] |= g->bytes;
  used[FIELD_start] |= g->first_seen;
  used[FIELD_end] |= g->last_seen;
}

static enum err_code rollup_add(void *sums, const struct line *line, struct err *e) {
  struct rollup_sums *s = sums;
  return groups_add(&s->groups, &s->bound, line, e);
}

static enum err_code rollup_add_columns(void *sums, const struct rows_columns *rows, const uint8_t *keep,
                                        struct err *e) {
  struct rollup_sums *s = sums;
  return groups_add_columns(&s->groups, s->grouping, &s->bound, rows, keep, e);
}

static enum err_code rollup_settle(void *sums, struct err *e) {
  return groups_settle(&((struct rollup_sums *)sums)->groups, e);
}

static int rollup_is_full(const void *sums) {
  const struct rollup_sums *s = sums;
  return group_bytes(&s->groups, BATCH_WINDOW) > s->share && s->groups.slots.used;
}

/* The larger table is the one that stays. */
static enum err_code rollup_merge(void *sums, void *from, const struct stop *stop, struct err *e) {
  struct groups *own = &((struct rollup_sums *)sums)->groups, *other = &((struct rollup_sums *)from)->groups;
  if (other->slots.used > own->slots.used) {
    struct groups larger = *other;
    *other = *own;
    *own = larger;
  }
  return groups_merge(own, other, stop->ask, stop->context, e);
}

static void rollup_clear(void *sums) { groups_clear(&((struct rollup_sums *)sums)->groups); }

static const struct summing_kind rollup_kind = {
    .bind = rollup_bind,
    .uses = rollup_uses,
    .add = rollup_add,
    .add_columns = rollup_add_columns,
    .settle = rollup_settle,
    .is_full = rollup_is_full,
    .merge = rollup_merge,
    .clear = rollup_clear,
};

/* --- the scan ---------------------------------------------------------------------------------------------------- */

enum err_code rollup_scan_open(struct rollup_scan *g, const struct files *files, const struct grouping *grouping,
                               const struct rollup_scan_options *options, struct err *e) {
  memset(g, 0, sizeof *g);
  if (summing_scan_open(&g->scan, files, &options->scan, e)) return e->code;
  unsigned n = g->scan.workers.n;
  if (!(g->sums = mem_alloc(n * sizeof *g->sums))) return err_nomem(e);
  memset(g->sums, 0, n * sizeof *g->sums);
  g->n = n;
  for (unsigned i = 0; i < n; i++) {
    g->sums[i].grouping = grouping;
    g->sums[i].share = options->memory / n;
    groups_init(&g->sums[i].groups);
    g->scan.worker[i].summing = (struct summing){.kind = &rollup_kind, .sums = &g->sums[i]};
  }
  return summing_scan_start(&g->scan, e);
}

void rollup_scan_close(struct rollup_scan *g, struct scan_counts *counts) {
  int is_lost = summing_scan_is_lost(&g->scan);
  summing_scan_close(&g->scan, counts);
  for (unsigned i = 0; i < g->n && !is_lost; i++) groups_clear(&g->sums[i].groups);
  if (!is_lost) mem_free(g->sums);
  g->sums = NULL;
  g->n = 0;
}

enum err_code rollup_scan_next(struct rollup_scan *g, const struct group **group, struct err *e) {
  *group = NULL;
  for (;;) {
    if (g->current && !summing_scan_has_failed(&g->scan) && (*group = groups_next(&g->current->groups, &g->place)))
      return ERR_NONE;
    void *sums;
    if (summing_scan_next(&g->scan, &sums, e)) return e->code;
    if (!(g->current = sums)) return ERR_NONE;
    memset(&g->place, 0, sizeof g->place);
  }
}

int rollup_scan_is_parted(const struct rollup_scan *g) {
  return summing_scan_is_parted(&g->scan) || (g->current && g->current->groups.is_split);
}

const struct batch *rollup_scan_problem(const struct rollup_scan *g) { return summing_scan_problem(&g->scan); }
