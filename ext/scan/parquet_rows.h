/* SPDX-License-Identifier: MIT */
/*
** The rows of a Parquet file as windows of tokens, like those that the splitter makes of lines.
**
** What comes after the splitter need not know that there was no line: a row is rendered as one, with a
** token for each column that the query needs, in the order of the columns.  A value that is missing is
** '-', and so is an empty text.  Spaces at the ends of a text are not part of it; those inside are.
**
** Call order: parquet_rows_init() once; for each file parquet_rows_open(), which says whether it is a flow
** log; parquet_rows_choose(); parquet_rows_next() until there is no row; parquet_rows_close().
** parquet_rows_clear() at the end.  One thread at a time may use a struct.
**
** Only the columns that are needed are read, so only their values are checked.  Row groups in which the
** statistics show that nothing can pass the predicate are not read (scan/row_groups.h).
*/
#ifndef SCAN_PARQUET_ROWS_H
#define SCAN_PARQUET_ROWS_H

#include "parquet/parquet.h"
#include "predicate/predicate.h"
#include "record/layout.h"
#include "record/record.h"
#include "record/tokens.h"
#include "scan/rows_word.h"

#define PARQUET_ROWS_TEXT (1u << 20) /* bytes of a window with which it ends, however few its rows are */

/* What a query needs of a file. */
struct rows_need {
  uint8_t field[FIELD_COUNT];
  uint8_t only_asked[FIELD_COUNT]; /* of these, only the predicate's terms about the field itself look at them */
  int all;                         /* all columns that can be read besides, as they are the line */
};

/* A chosen column. */
struct rows_column {
  const struct parquet_column *column;
  int field;               /* or FIELD_NONE */
  int only_asked;          /* as in rows_need */
  enum kind kind;          /* of its field */
  uint32_t digits;         /* a number has so many digits at least: those of an account */
  uint64_t dictionary;     /* column->dictionaries that the words below are of */
  struct rows_word *words; /* of the dictionary */
  char *word_text;         /* their bytes, if they are numbers */
  size_t words_cap, word_text_cap;
  struct rows_word *word;              /* of the window: COLUMN_WINDOW of them */
  uint64_t *number;                    /* those of the window as numbers: COLUMN_WINDOW of them */
  char *text;                          /* their bytes, if they are numbers that are not in the dictionary */
  const struct predicate_group *asked; /* by parquet_rows_keep(): the first group about this column */
  uint8_t *passes;                     /* for each value of the dictionary: it passes that group */
  size_t passes_cap;
  uint64_t passes_of; /* the dictionary that they are of */
};

struct parquet_rows {
  struct parquet file;
  int is_open;
  int is_flow_log;                   /* its columns are those of flow logs */
  char why[ERR_TEXT];                /* what it is, if they are not */
  char unreadable[ERR_TEXT];         /* the columns that can't be read, and why, as far as there is room; or "" */
  struct layout layout;              /* of all columns that can be read */
  int16_t field[SCHEMA_COLUMNS];     /* for each column of the file: its field, or FIELD_NONE */
  uint8_t is_named[SCHEMA_COLUMNS];  /* and whether it is in the layout */
  int16_t column_of[FIELD_COUNT];    /* for each field: its column, readable or not; or -1 */
  const struct predicate *predicate; /* not owned; NULL for none */
  uint32_t n;                        /* chosen columns */
  struct rows_column *chosen;
  int has_columns;                   /* all of them are fields, and numbers where their fields are */
  int has_words;                     /* of the rows that have been read, words have been made */
  uint32_t group;                    /* the next row group */
  uint64_t first;                    /* rows of the file before those that have been read */
  uint32_t row, nrows;               /* of those: rendered, and in all */
  uint32_t row_bytes[COLUMN_WINDOW]; /* for each: bytes of its line */
  uint8_t keep[COLUMN_WINDOW];       /* for each: it is wanted, or may be an error */
  uint32_t
      offset[COLUMN_WINDOW]; /* for each line of the window: its row, counted from the first that it might have had */
  uint32_t dropped;          /* rows that were left out before the window, and in it */
  int at_end;
  int is_bad, is_odd, colons; /* of the rows that have been read: those of their words together */
  int is_checked;             /* of the window: all values are ones that their fields can have */
  uint64_t skipped;           /* row groups that were not read, because of their statistics */
  char *text;                 /* the window */
  size_t text_cap;
};

/* Makes the word of a text, of a field of this kind. */
void rows_word_of_text(enum kind kind, const struct parquet_text *t, struct rows_word *w);

/* Does a text pass n terms about one subject, as predicate_keeps() decides it of its token?  is_addr: as in its group. */
int rows_word_passes(const struct predicate_term *t, uint32_t n, int is_addr, const struct rows_word *w);

void parquet_rows_init(struct parquet_rows *r);
void parquet_rows_clear(struct parquet_rows *r);

/*
** Reads the footer of the file, which stays open in `input` until parquet_rows_close(), and finds out
** which columns are fields.  ERR_NOMEM, ERR_DAMAGED, ERR_FORMAT and those of the file.
*/
enum err_code parquet_rows_open(struct parquet_rows *r, struct input *input, struct err *e);

void parquet_rows_close(struct parquet_rows *r);

/*
** Chooses the columns that are needed, and sets *l to their layout.  predicate: row groups are not read
** in which nothing can pass it; NULL for none.  ERR_FORMAT if one of the fields can't be read; ERR_NOMEM.
*/
enum err_code parquet_rows_choose(struct parquet_rows *r, const struct rows_need *need,
                                  const struct predicate *predicate, struct layout *l, struct err *e);

/*
** Makes the next rows the window of t, whose lists have the room of tokens_init() with LINES_BUFFER.
** wanted: the predicate, bound to the layout; rows that cannot pass are left out, unless they may be errors,
** and r->dropped counts them.  NULL: all rows are wanted.  Line i of the window is row *before + r->offset[i] of the
** file, counted from 0.  t->nlines may be 0 before the end of the file, which r->at_end says.  The errors of
** parquet_window().
*/
enum err_code parquet_rows_next(struct parquet_rows *r, const struct predicate_bound *wanted, struct tokens *t,
                                uint64_t *before, struct err *e);

/*
** The same without tokens, if r->has_columns says that all chosen columns are fields, and numbers where their fields
** are.  out->n is 0 at the end of the file, and also where a value is one that its field cannot have: the rows then
** come with parquet_rows_next(), which shows them.
*/
enum err_code parquet_rows_columns(struct parquet_rows *r, struct rows_columns *out, struct err *e);

/*
** Can the columns alone tell which rows pass?  They can't where a filter asks about the line, or about the digits
** of a number.
*/
int parquet_rows_can_keep(const struct parquet_rows *r, const struct predicate_bound *wanted);

/*
** Sets keep[i] to 0 for each of the rows that parquet_rows_columns() has returned that does not pass the group of a
** bound predicate for which parquet_rows_can_keep().  A text of a dictionary is looked at once.  ERR_NOMEM.
*/
enum err_code parquet_rows_keep(struct parquet_rows *r, const struct rows_columns *rows,
                                const struct predicate_group *group, uint8_t *keep, struct err *e);

#endif
