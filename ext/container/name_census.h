/* SPDX-License-Identifier: MIT */
/*
** Are these names those of the fields of flow log records?  Columns of CSV and keys of JSON are
** judged alike, because many tables and documents of other things have a version, a region or a
** source.
**
** The functions are pure; any thread may call them.
*/
#ifndef CONTAINER_NAME_CENSUS_H
#define CONTAINER_NAME_CENSUS_H

#include <stddef.h>
#include <stdint.h>

#include "record/lookalike.h"

/* What the names of a record are, counted.  All zero at first. */
struct name_census {
  uint32_t names;               /* of the record's own: neither empty nor with '@' */
  uint32_t known;               /* of these, names of fields */
  uint32_t sure;                /* of these, names that are no headings of all kinds of lists */
  uint32_t traffic;             /* of these, fields that tables of other things do not have */
  uint32_t sums;                /* of these, `bytes` and `action`, with which other fields are records as well */
  int is_insights;              /* there is a name with '@' */
  int has_sum;                  /* there is a sum of records */
  int may_be_sums;              /* there is what may be a sum, which it is if the records have no time */
  int has_time;                 /* of the record, or, set by the caller, of the event */
  struct lookalike_names other; /* that other logs have */
};

/* Counts a name of the record's own that is this field, or FIELD_NONE. */
void name_census_add(struct name_census *s, int field, const char *name, size_t n);

/* Are they the names of a flow log record?  1 or 0. */
int name_census_is_record(const struct name_census *s);

#endif
