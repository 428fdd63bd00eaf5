/* SPDX-License-Identifier: MIT */
#include "prune.h"

#include <string.h>

#include "keyname.h"

#define START_BEFORE 660 /* seconds: see prune.h */
#define END_BEFORE   60
#define AFTER        600

static int allows_part(const struct pred *p, int field, const struct keyname_part *part, const char *other) {
  return !part->p || pred_allows_text(p, field, part->p, part->n) || pred_allows_text(p, field, NULL, 0) ||
         (other && pred_allows_text(p, field, other, strlen(other)));
}

static int allows_time(const struct pred *p, int field, const struct keyname *k, int64_t before) {
  int64_t low = k->from > before ? k->from - before : 0, high = k->to + AFTER;
  return pred_allows_numbers(p, field, (uint64_t)low, (uint64_t)high);
}

int prune_keeps(const struct pred *p, const char *path) {
  struct keyname k;
  if (p->n == 0) return 1;
  if (!pred_keeps_file(p, path)) return 0;
  keyname_parse(&k, path);
  if (!k.is_awss) return 1;
  return allows_part(p, FIELD_account_id, &k.account, "unknown") && allows_part(p, FIELD_region, &k.region, NULL) &&
         (k.from == KEYNAME_NO_TIME ||
          (allows_time(p, FIELD_start, &k, START_BEFORE) && allows_time(p, FIELD_end, &k, END_BEFORE)));
}
