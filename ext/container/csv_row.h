/* SPDX-License-Identifier: MIT */
/*
** Divides a row of CSV into its values, as RFC 4180 describes it: a value may stand in quotes, and
** then has a quote doubled, and may have separators and line breaks.  A quote in the middle of a
** value without quotes is an ordinary byte.  The functions are pure; any thread may call them.
*/
#ifndef CONTAINER_CSV_ROW_H
#define CONTAINER_CSV_ROW_H

#include <stddef.h>
#include <stdint.h>

#include "record/layout.h"

#define CSV_COLUMNS LAYOUT_TOKENS /* of a row at most */

struct csv_value {
  const char *p; /* without the quotes around it */
  uint32_t n;
  uint8_t is_quoted;  /* it stood in quotes */
  uint8_t has_quotes; /* each quote in it is doubled */
  uint8_t has_breaks; /* it has an LF */
};

struct csv_row {
  uint32_t nvalues; /* may be more than CSV_COLUMNS, of which the others are not stored; 0 for an empty line */
  uint32_t nlines;  /* lines that the row takes */
  const char *end;  /* behind its line end */
  struct csv_value value[CSV_COLUMNS];
};

enum csv_result {
  CSV_ROW,     /* *row is set */
  CSV_PART,    /* the row does not end in these bytes */
  CSV_OPEN,    /* the same, within quotes; with is_all, what begins the quotes is damaged */
  CSV_DAMAGED, /* a quote within quotes is not doubled: the row is none */
};

/*
** Divides the row that begins at p.  is_all: nothing comes after `end`, so that the last row
** needs no line end.  A CR before the line end does not count.
*/
enum csv_result csv_row_split(struct csv_row *row, const char *p, const char *end, int is_all, char separator);

/*
** Writes a value without its doubling of quotes, and returns its bytes.  out has room for value->n
** bytes.
*/
size_t csv_value_copy(const struct csv_value *value, char *out);

#endif
