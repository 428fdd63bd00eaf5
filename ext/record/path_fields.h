/* SPDX-License-Identifier: MIT */
/*
** The fields that the path of a file gives to all of its records.
**
** AWS puts the account and the region of a flow log into the key of each object (object_name.h),
** and people who query logs in place know both as columns: Athena's partitions have them.  A
** record whose own format has the field keeps its own value, also where that is missing.  A record
** whose format lacks it has the value of the path.
**
** The account of the path is the owner of the flow log.  In a VPC that is shared with other
** accounts, this is not the owner of each interface.
**
** Source: "Flow log files", Amazon VPC user guide.  The functions are pure; any thread may call
** them.
*/
#ifndef RECORD_PATH_FIELDS_H
#define RECORD_PATH_FIELDS_H

#include <stddef.h>

#include "record/fields.h"

#define PATH_FIELDS      2  /* account_id and region */
#define PATH_FIELD_BYTES 48 /* of a value at most */

/* A field and its value; bytes beyond the value are zeros, so that it may be read in whole words. */
struct path_field {
  int field; /* enum field */
  size_t n;  /* bytes */
  char text[2 * PATH_FIELD_BYTES];
};

struct path_fields {
  int n; /* how many fields the path gives */
  struct path_field item[PATH_FIELDS];
};

extern const uint8_t path_fields_all[PATH_FIELDS]; /* the fields that a path may give: enum field */

/*
** Sets *out to what the path says.  A folder that does not look like an account (12 digits) or a
** region (small letters, digits and '-') gives nothing.
*/
void path_fields_of(struct path_fields *out, const char *path);

/* The number of the field's item in p->item, or -1 when the path does not give the field. */
int path_fields_find(const struct path_fields *p, int field);

#endif
