/* SPDX-License-Identifier: MIT */
#include "predicate/prune.h"

#include <string.h>

#include "file/object_name.h"

#define START_BEFORE 660 /* seconds: see prune.h */
#define END_BEFORE   60
#define AFTER        600

static int allows_part(const struct predicate *p, int field, const struct object_name_part *part, const char *other) {
  return !part->p || predicate_allows_text(p, field, part->p, part->n) || predicate_allows_text(p, field, NULL, 0) ||
         (other && predicate_allows_text(p, field, other, strlen(other)));
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
  return allows_part(p, FIELD_account_id, &k.account, "unknown") && allows_part(p, FIELD_region, &k.region, NULL) &&
         (k.from == OBJECT_NAME_NO_TIME ||
          (allows_time(p, FIELD_start, &k, START_BEFORE) && allows_time(p, FIELD_end, &k, END_BEFORE)));
}
