/* SPDX-License-Identifier: MIT */
/*
** Records that come as names and values, such as {"srcaddr":"10.0.0.1","bytes":840} or the columns
** of a CSV file, written as a header line and lines of values.
**
** The names of all records of a file are collected.  Where a record brings a new one, a header
** with all names so far is written before its line.  A value that a record does not have becomes
** '-', which is what AWS writes for a missing value.  Blanks in a value become %20, as AWS
** encodes the values of tags, because a line has a blank between two values.
**
** Call order: named_values_restart() for each file; for each record named_values_find() and
** named_values_set() for each of its values, then named_values_end() or named_values_drop().
*/
#ifndef CONTAINER_NAMED_VALUES_H
#define CONTAINER_NAMED_VALUES_H

#include <stddef.h>
#include <stdint.h>

#include "container/block.h"
#include "record/layout.h"

#define NAMED_VALUES_MAX  LAYOUT_TOKENS     /* names of one file; there is always room for those of fields */
#define NAMED_VALUES_TEXT (LAYOUT_TEXT / 2) /* bytes of their text */
#define NAMED_VALUES_OTHERS                                                                                            \
  (NAMED_VALUES_MAX - FIELD_COUNT)     /* of the names, those of no fields; later ones are passed over */
#define NAMED_VALUES_ALIAS   (1 << 16) /* in a column: the name is another than the field's own, which goes before it */
#define NAMED_VALUES_SPELLED (BLOCK_NAME + 1) /* bytes of a name in a header at most */
#define NAMED_VALUES_NONE    (-1)             /* the name is passed over */
#define NAMED_VALUES_NEW     (-2)             /* the name has not been seen in this file */

struct named_values {
  int n; /* names so far */
  struct named_value {
    uint16_t at, name_n; /* the name as it was found: place in text, and bytes */
    int column;          /* of the line, that of another name of the same field perhaps; or NAMED_VALUES_NONE */
    int field;           /* enum field, or FIELD_NONE */
  } name[NAMED_VALUES_MAX];
  int ncolumns, nknown;          /* columns of the line, and of these, fields that are known */
  int name_of[NAMED_VALUES_MAX]; /* the name of each column */
  struct {
    const char *p; /* NULL: the record has no such value */
    size_t n;
    int is_alias;            /* it came by another name than the field's own */
  } value[NAMED_VALUES_MAX]; /* of each column, in the present record */
  int twice;                 /* a column for which the record has two values, or NAMED_VALUES_NONE */
  int next;                  /* the name that comes next if this record is like the last */
  int header_due;            /* a header must come before the next record */
  int is_in_force;           /* the last line of the file is one of named values, or its header */
  uint16_t text_n;
  char text[NAMED_VALUES_TEXT];
};

/* Another file begins: there are no names. */
void named_values_restart(struct named_values *v);

/*
** Returns the column of a name, which is added if it is new.  Returns NAMED_VALUES_NONE for a name
** that begins with '@', which is none of the record's own, and for those beyond the limits.
*/
int named_values_find(struct named_values *v, const char *name, size_t n);

/* The same without adding a name: returns NAMED_VALUES_NEW for one that named_values_find() was not called with. */
int named_values_known(struct named_values *v, const char *name, size_t n);

/* Is the column that of a field?  It is not NAMED_VALUES_NONE or NAMED_VALUES_NEW.  1 or 0. */
static inline int named_values_is_field(const struct named_values *v, int column) {
  return v->name[v->name_of[column & ~NAMED_VALUES_ALIAS]].field != FIELD_NONE;
}

/* The column has a value already: decides which of them is the record's. */
void named_values_set_again(struct named_values *v, int column, const char *p, size_t n);

/*
** Sets the value of a column, which must stay until the record's end.  No bytes, and "-", are a
** missing value.  A field's own name goes before others, such as `source` of a program that sends
** the records on; with two different values of equal rank, the record cannot be used.
*/
static inline void named_values_set(struct named_values *v, int column, const char *p, size_t n) {
  if (column == NAMED_VALUES_NONE || n == 0) return;
  const int c = column & ~NAMED_VALUES_ALIAS;
  if (v->value[c].p) {
    named_values_set_again(v, column, p, n);
    return;
  }
  v->value[c].p = p;
  v->value[c].n = n;
  v->value[c].is_alias = c != column;
}

/*
** Writes a name as a header of a flow log may have it, and returns its bytes, which are n + 1 at
** most; n is at least 1.
*/
size_t named_values_spell(const char *p, size_t n, char *out);

/*
** Writes the header, if it is due, and the line of the record.  A line that would be too long, or
** has two values of a field, is one that cannot be used.  There must be room in the block
** (block_has_room()).
*/
void named_values_end(struct named_values *v, struct block *b, uint64_t number, int64_t time);

/*
** A line that is a record by itself follows, and not one of named values: says so in the block,
** in which there must be room for one line more.
*/
void named_values_interrupt(struct named_values *v, struct block *b);

/* Forgets the values of the present record. */
void named_values_drop(struct named_values *v);

#endif
