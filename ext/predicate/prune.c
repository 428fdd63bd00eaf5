/* SPDX-License-Identifier: MIT */
/*
** Every fact of the path is turned into a question to the predicate: can a record pass whose
** region is this one, or whose start lies in this interval?  One no is enough to prune the file:
**
**     T - 660       T - 60   T      T + 299          T + 600
**        |------------|------|---------|----------------|
**        |                 start may lie here           |
**                     |       end may lie here          |
*/
#include "predicate/prune.h"

#include "file/object_name.h"

#define START_BEFORE 660 /* seconds before T at which a record may start: see prune.h */
#define END_BEFORE   60  /* seconds before T at which a record may end */
#define AFTER        600 /* seconds after T up to which both may lie */

/* The field has the value that the path names, or none. */
static int allows_part(const struct predicate *p, int field, const struct object_name_part *part) {
  return !part->p || predicate_allows_text(p, field, part->p, part->n) || predicate_allows_text(p, field, NULL, 0);
}

static int allows_time(const struct predicate *p, int field, const struct object_name *k, int64_t before) {
  int64_t low = k->from > before ? k->from - before : 0, high = k->to + AFTER;
  return predicate_allows_numbers(p, field, (uint64_t)low, (uint64_t)high);
}

int prune_keeps(const struct predicate *p, const char *path) {
  struct object_name k;
  if (p->n == 0) return 1;
  if (!predicate_keeps_file(p, path)) return 0;
  object_name_parse(&k, path);
  if (!k.is_awss) return 1;
  return allows_part(p, FIELD_region, &k.region) &&
         (k.from == OBJECT_NAME_NO_TIME ||
          (allows_time(p, FIELD_start, &k, START_BEFORE) && allows_time(p, FIELD_end, &k, END_BEFORE)));
}
