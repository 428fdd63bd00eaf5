/* SPDX-License-Identifier: MIT */
/*
** The parts that object_name.c finds are copied only when they have the form of an account or of
** a region, because a folder under "vpcflowlogs" may have any name where people arrange their own.
*/
#include "record/path_fields.h"

#include <string.h>

#include "file/object_name.h"

#define ACCOUNT_DIGITS 12

const uint8_t path_fields_all[PATH_FIELDS] = {FIELD_account_id, FIELD_region};

static int is_account(const struct object_name_part *part) {
  if (part->n != ACCOUNT_DIGITS) return 0;
  for (size_t i = 0; i < part->n; i++)
    if (part->p[i] < '0' || part->p[i] > '9') return 0;
  return 1;
}

static int is_region(const struct object_name_part *part) {
  if (part->n == 0 || part->n > PATH_FIELD_BYTES) return 0;
  for (size_t i = 0; i < part->n; i++) {
    char c = part->p[i];
    if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-') return 0;
  }
  return part->n > 1 || *part->p != '-';
}

static void add(struct path_fields *out, int field, const struct object_name_part *part) {
  struct path_field *item = &out->item[out->n++];
  item->field = field;
  item->n = part->n;
  memcpy(item->text, part->p, part->n);
}

void path_fields_of(struct path_fields *out, const char *path) {
  struct object_name name;
  memset(out, 0, sizeof *out);
  object_name_parse(&name, path);
  if (is_account(&name.account)) add(out, FIELD_account_id, &name.account);
  if (is_region(&name.region)) add(out, FIELD_region, &name.region);
}

int path_fields_find(const struct path_fields *p, int field) {
  for (int i = 0; i < p->n; i++)
    if (p->item[i].field == field) return i;
  return -1;
}
