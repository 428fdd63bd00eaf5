/* SPDX-License-Identifier: MIT */
/*
** The beginning of every cursor, and what every cursor does first: from xFilter's plan and values
** to the options in force and the list of files.
**
** query_open() when the cursor opens, query_begin() for each xFilter, query_close() when the
** cursor closes.  A cursor struct has the struct query as its first member, so that a pointer to
** one is a pointer to the other.  The list of files is kept from one xFilter to the next while
** the path is the same.  Errors are SQLite codes, with the message in the table's zErrMsg.
*/
#ifndef TABLES_QUERY_H
#define TABLES_QUERY_H

#include "index_file/index_use.h"
#include "predicate/predicate.h"
#include "scan/scan.h"
#include "sqlite/sqlite.h"
#include "sqlite/watch.h"
#include "tables/file_list.h"
#include "tables/options.h"
#include "tables/table.h"

struct query {
  sqlite3_vtab_cursor cursor;
  struct options options;     /* in force: the table's, and what this xFilter was given */
  struct predicate predicate; /* which records are wanted */
  struct watch watch;
  struct file_list list;  /* the files */
  struct index_use index; /* what the option index_file says of them */
  uint64_t base;          /* number of the first file, for rowids */
  unsigned alike;         /* rows that are alike in columns with these bits of sql_table.alike come together */
  uint8_t varies
      [SUBJECT_COUNT]; /* the subjects that are compared with no literal: another xFilter may bring other values */
  sqlite3_uint64 used; /* mask of the SQL columns that the query uses */
};

void query_open(struct query *q, sqlite3_vtab *table);
void query_close(struct query *q);

/* The table of the cursor, and its description. */
static inline struct table *query_table(const struct query *q) { return (struct table *)q->cursor.pVtab; }
static inline const struct sql_table *query_of(const struct query *q) { return query_table(q)->of; }

int query_begin(struct query *q, const char *plan, int argc, sqlite3_value **argv);

/*
** A scan for this query begins, and has reached these counts, for flowlogs_scan_stats().  finished:
** 1 at its end.
*/
void query_begin_scan(struct query *q);
void query_note_scan(struct query *q, struct scan_counts *counts, int finished);

/*
** The rowid of a row that sums records and has this hash.  With another value of `late`, it has the sums
** of other records, and is another row.
*/
sqlite3_int64 query_sum_rowid(const struct query *q, uint64_t hash);

/* What a user can do about a problem of that code that ends the query. */
const char *query_advice(const struct query *q, enum err_code code);

/* The number of threads for these options, as in struct scan_options; 0 where SQLite allows no others. */
int query_threads(const struct options *o);

/*
** The options of a scan for this query, with the policy that on_error says, of the records that meet
** the predicate.  They point into the query.  An SQLite code: the index is asked which files the scan
** need not open.
*/
int query_scan_options(struct query *q, const struct predicate *predicate, struct scan_options *out);

#endif
