/* SPDX-License-Identifier: MIT */
/*
** Every fact of the path is turned into a question to the predicate: can a record pass whose
** region is this one, or whose start lies in this interval?  One no is enough to prune the file:
**
**     T - late - 960      T - late - 360        T              T + 600
**        |-------------------|------------------|-----------------|
**        |                    start may lie here                  |
**                            |         end may lie here           |
*/
#include "predicate/prune.h"

#include "file/object_name.h"

#define START_BEFORE 960 /* seconds before T, besides `late`, at which a record may start: see prune.h */
#define END_BEFORE   360 /* seconds before T, besides `late`, at which a record may end */
#define AFTER        600 /* seconds after T up to which both may lie */

/* The field has the value that the path names, or none. */
static int allows_part(const struct predicate *p, int field, const struct object_name_part *part) {
  return !part->p || predicate_allows_text(p, field, part->p, part->n) || predicate_allows_text(p, field, NULL, 0);
}

static int allows_time(const struct predicate *p, int field, int64_t t, int64_t before, int64_t late) {
  int64_t low = t - before; /* there are no times below 0 */
  low = low > late ? low - late : 0;
  return predicate_allows_numbers(p, field, (uint64_t)low, (uint64_t)t + AFTER);
}

enum prune prune_reason(const struct predicate *p, const char *path, int64_t late) {
  struct object_name k;
  if (p->n == 0) return PRUNE_NONE;
  if (!predicate_keeps_file(p, path)) return PRUNE_FILE;
  object_name_parse(&k, path);
  if (!k.is_exact) return PRUNE_NONE;
  if (!allows_part(p, FIELD_region, &k.region)) return PRUNE_REGION;
  if (late == PRUNE_LATE_ANY) return PRUNE_NONE;
  return allows_time(p, FIELD_start, k.delivered, START_BEFORE, late) &&
                 allows_time(p, FIELD_end, k.delivered, END_BEFORE, late)
             ? PRUNE_NONE
             : PRUNE_TIME;
}
