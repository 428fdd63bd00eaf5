/* SPDX-License-Identifier: MIT */
/*
** What the header of a CSV file says about its columns: whether one of them has messages, which
** are lines of a flow log, or the columns are fields of flow logs, or it is about something else.
** The functions are pure; any thread may call them.
*/
#ifndef CONTAINER_CSV_COLUMNS_H
#define CONTAINER_CSV_COLUMNS_H

#include "base/err.h"
#include "container/csv_row.h"

#define CSV_ABSENT (-1)
#define CSV_HEADER (16 * 1024) /* bytes of a header at most */

/* What a column is for, beside fields. */
enum csv_role { CSV_MESSAGE, CSV_EVENT_TIME, CSV_STREAM, CSV_GROUP, CSV_ROLES };

/* What to do with the values of a column, if there is no message. */
enum csv_use {
  CSV_UNUSED,
  CSV_VALUE,
  CSV_NUMBER, /* of a number: what follows the point is left out if it is 0 */
  CSV_TIME,   /* the same, of KIND_TIME: a date becomes Unix seconds */
};

struct csv_columns {
  const char *form;         /* for flowlogs_files; constant text */
  char separator;           /* between two values */
  uint32_t n;               /* columns */
  int32_t role[CSV_ROLES];  /* the column of each, or CSV_ABSENT */
  uint8_t use[CSV_COLUMNS]; /* enum csv_use of each column */
  uint32_t line_n;          /* bytes of the line */
  char line[LAYOUT_TEXT];   /* the names of the used columns, as a header of a flow log has them */
};

/*
** Reads the names in a row.  Returns 1 if they are the columns of flow logs: *c is set.  0: they
** are not.  -1: they are, and two of them are the same field; *e says which.
*/
int csv_columns_read(struct csv_columns *c, const struct csv_row *row, char separator, struct err *e);

/*
** Reads the header in the first of the n bytes at p, and finds out which separator it has: a
** comma, a semicolon or a tab.  is_all: they are the whole file.  Returns what csv_columns_read()
** returns, and -1 for a header in front of which grep has written the name of its file; row is the header
** if it is not 0.
*/
int csv_columns_find(struct csv_columns *c, struct csv_row *row, const char *p, size_t n, int is_all, struct err *e);

/* Do two headers say the same?  1 or 0. */
int csv_columns_are_same(const struct csv_columns *a, const struct csv_columns *b);

/*
** Could the row, in the middle of a file, be a header?  1 or 0; it is a quick look at its first
** value.
*/
int csv_columns_may_be(const struct csv_row *row);

#endif
