/* SPDX-License-Identifier: MIT */
/*
** The cursor over the records of a query's files, and over what could not be read: it serves
** flowlogs, flowlogs_payload and flowlogs_errors.
**
**     plan + values -> options -> files -> scan -> batches -> rows
**
** record_cursor_open() and record_cursor_close() are xOpen and xClose.  Each xFilter calls
** record_cursor_begin(), then record_cursor_next() until the batch is NULL; record_cursor_begin()
** ends what was going on before.  Errors are SQLite codes, with the message in the table's
** zErrMsg.
*/
#ifndef TABLES_RECORD_CURSOR_H
#define TABLES_RECORD_CURSOR_H

#include "tables/columns.h"
#include "tables/query.h"
#include "tables/row_cache.h"
#include "scan/scan.h"
#include "sqlite/sqlite.h"

#define RECORD_CURSOR_LINE_BITS                                                                                        \
  40 /* a rowid has the number of the file (rowid_base.h) above these bits, the line in them */

struct record_cursor {
  struct query query; /* the options in force, and the files */
  struct scan_options scan_options;
  uint8_t wanted[COLUMN_COUNT];   /* columns of the batches */
  int is_open;                    /* scan is open */
  const struct batch *batch;      /* the present one; NULL before the first and at the end */
  uint32_t at;                    /* the row in the batch, or the problem; set to 0 by record_cursor_next() */
  sqlite3_int64 count;            /* rows that the table has shown; for the table to use */
  struct row_cache_place *served; /* the rows come from this place of the cache; NULL: from files */
  struct {
    const struct batch
        *batch;  /* the scan is at this one, behind the rows that are kept of a pipe; NULL: there is no rest */
    uint32_t at; /* the row to look at next */
  } rest;
  uint64_t rounds;                /* how often it was begun */
  struct row_cache_place *looped; /* the place that has served this cursor last; NULL: none has */
  uint8_t nnumbers;               /* columns with a place in `number`: those that the query uses, and their list */
  uint8_t numbers[COLUMNS_ONE_BIT];
  const uint64_t *number[COLUMNS_ONE_BIT]; /* by column: its cells in the present batch, if they are numbers; or NULL */
  struct row_store_cursor round;           /* position among the rows of `served` */
  struct scan scan;
};

int record_cursor_open(sqlite3_vtab *table, sqlite3_vtab_cursor **out);
int record_cursor_close(sqlite3_vtab_cursor *cursor);

/*
** Begins, with the arguments of xFilter.  policy is POLICY_COLLECT to have problems in the
** batches, or POLICY_FAIL to do what the user's on_error says.  record_cursor_next() then gets
** the first batch.
*/
int record_cursor_begin(struct record_cursor *p, const char *plan, int argc, sqlite3_value **argv, enum policy policy);

/* Goes to the next row when `served` is set; the batch is NULL at the end. */
int record_cursor_next_kept(struct record_cursor *p);

/*
** Goes to the next batch.  With on_error=fail, the problem of a batch becomes the error of the
** next call, so that the rows before the problem are delivered first.
*/
int record_cursor_next(struct record_cursor *p);

/* The path of the file that the batch is from. */
const char *record_cursor_file(const struct record_cursor *p);

#endif
