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

#define NAMED_VALUES_MAX     LAYOUT_TOKENS     /* names of one file; later ones are passed over */
#define NAMED_VALUES_TEXT    (LAYOUT_TEXT / 2) /* bytes of their text */
#define NAMED_VALUES_SPELLED (BLOCK_NAME + 1)  /* bytes of a name in a header at most */
#define NAMED_VALUES_NONE    (-1)              /* the name is passed over */
#define NAMED_VALUES_NEW     (-2)              /* the name has not been seen in this file */

struct named_values {
  int n; /* names so far */
  struct named_value {
    uint16_t at, name_n; /* the name as it was found: place in text, and bytes */
    int column;          /* of the line; that of another name of the same field, or NAMED_VALUES_NONE */
    int field;           /* enum field, or FIELD_NONE */
  } name[NAMED_VALUES_MAX];
  int ncolumns, nknown;          /* columns of the line, and of these, fields that are known */
  int name_of[NAMED_VALUES_MAX]; /* the name of each column */
  struct {
    const char *p; /* NULL: the record has no such value */
    size_t n;
  } value[NAMED_VALUES_MAX]; /* of each column, in the present record */
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

/*
** Sets the value of a column, which must stay until the record's end.  No bytes, and "-", are a
** missing value.
*/
static inline void named_values_set(struct named_values *v, int column, const char *p, size_t n) {
  if (column == NAMED_VALUES_NONE || n == 0) return;
  v->value[column].p = p;
  v->value[column].n = n;
}

/*
** Writes a name as a header of a flow log may have it, and returns its bytes, which are n + 1 at
** most; n is at least 1.
*/
size_t named_values_spell(const char *p, size_t n, char *out);

/*
** Do the names so far belong to flow log records?  They do if LAYOUT_SURE of them are names of
** fields, or all are.
*/
int named_values_are_records(const struct named_values *v);

/*
** Writes the header, if it is due, and the line of the record.  A line that would be too long is
** one that cannot be used.  There must be room in the block (block_has_room()).
*/
void named_values_end(struct named_values *v, struct block *b, uint64_t number, int64_t time);

/*
** A line that is a record by itself follows, and not one of named values: says so in the block, in which
** there must be room for one line more.
*/
void named_values_interrupt(struct named_values *v, struct block *b);

/* Forgets the values of the present record. */
void named_values_drop(struct named_values *v);

#endif
