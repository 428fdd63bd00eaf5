/* SPDX-License-Identifier: MIT */
/*
** Which of the fields that a query needs do the files of a scan have?
**
** A field that no file has is missing in every record.  A condition on it would give no rows, which
** looks as if there had been no traffic.  Each reader therefore notes for its file which fields are
** there, and the scan adds this up.
**
** There are two needs: a condition that a missing value does not pass, and any use in the query,
** as a result or in an expression that SQLite evaluates.
**
** The structs are plain data, all zero at first, and belong to one thread at a time.
*/
#ifndef SCAN_PRESENCE_H
#define SCAN_PRESENCE_H

#include <stdint.h>

#include "predicate/predicate.h"
#include "record/fields.h"

/* Of one file: the values of enum predicate_found, combined with OR, because its format may change. */
struct presence {
  uint8_t condition[SUBJECT_COUNT];
  uint8_t use[FIELD_COUNT];
};

/* Of the files of a scan that are flow logs and were read. */
struct presence_counts {
  struct presence_count {
    uint32_t have, lack; /* files that have the field in a part at least, and that lack it altogether */
  } condition[SUBJECT_COUNT], use[FIELD_COUNT];
};

/* A predicate has been bound to a layout of the file. */
void presence_add_conditions(struct presence *p, const struct predicate_bound *bound);

/* The query uses the field, and the layout, or the path of the file, has it or not. */
static inline void presence_add_use(struct presence *p, int field, int has) {
  p->use[field] |= has ? PREDICATE_HAS : PREDICATE_LACKS;
}

/* A file has ended, or so many files that have the same fields. */
void presence_count(struct presence_counts *counts, const struct presence *p, uint32_t files);

/* The first subject that a condition needs and that no file has, or -1. */
int presence_find_absent(const struct presence_counts *counts);

#endif
