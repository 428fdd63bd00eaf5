/* SPDX-License-Identifier: MIT */
/*
** A pass over a query's files: the cursor of flowlogs and of flowlogs_errors.
**
**     plan + values -> options -> files -> scan -> batches
**
** record_cursor_open() and record_cursor_close() are xOpen and xClose.  For each xFilter comes record_cursor_begin(), then record_cursor_next() until the
** batch is NULL; record_cursor_begin() ends the pass before it.  Errors are SQLite codes, with the message in the table's zErrMsg.
*/
#ifndef TABLES_RECORD_CURSOR_H
#define TABLES_RECORD_CURSOR_H

#include "tables/query.h"
#include "tables/row_cache.h"
#include "scan/scan.h"
#include "sqlite/sqlite.h"

#define RECORD_CURSOR_LINE_BITS 40 /* a rowid: the file's number (rowid_base.h) above, the place in the file below */

struct record_cursor {
  struct query query; /* the options in force, and the files */
  struct scan_options scan_options;
  uint8_t wanted[COLUMN_COUNT];   /* columns of the batches */
  int is_open;                    /* scan is open */
  const struct batch *batch;      /* at hand; NULL before the first and at the end */
  uint32_t at;                    /* the row in the batch, or the problem; set to 0 by record_cursor_next() */
  sqlite3_int64 count;            /* rows that the table has shown; for the table to use */
  struct row_cache_place *served; /* rows come from there and not from files; or NULL */
  uint64_t rounds;                /* times that it was begun */
  struct row_cache_place *looped; /* where this cursor has been served last; rounds of a subquery have a cursor each */
  struct row_store_cursor round;  /* where it is there */
  struct scan scan;
};

int record_cursor_open(sqlite3_vtab *table, sqlite3_vtab_cursor **out);
int record_cursor_close(sqlite3_vtab_cursor *cursor);

/*
** Begins, with xFilter's arguments.  policy: POLICY_COLLECT to have problems in the
** batches, or POLICY_FAIL to do as the user's on_error says.  The first batch is due from record_cursor_next().
*/
int record_cursor_begin(struct record_cursor *p, const char *plan, int argc, sqlite3_value **argv, enum policy policy);

/* Goes to the next row of a pass that is served from memory; the batch is NULL at the end. */
int record_cursor_next_kept(struct record_cursor *p);

/* Goes to the next batch.  With on_error=fail, a batch's problem is the error of the call after it. */
int record_cursor_next(struct record_cursor *p);

/* The path of the batch's file. */
const char *record_cursor_file(const struct record_cursor *p);

#endif
