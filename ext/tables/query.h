/* SPDX-License-Identifier: MIT */
/*
** What every cursor does first: from xFilter's plan and values to the options in force and the list of files.
**
** query_open() when the cursor opens, query_begin() for each xFilter, query_close() when it closes; all with the
** cursor's table.  The list of files is kept from one xFilter to the next while the path is the same.  Errors are
** SQLite codes, with the message in the table's zErrMsg.
*/
#ifndef TABLES_QUERY_H
#define TABLES_QUERY_H

#include "sqlite/interrupt.h"
#include "tables/options.h"
#include "tables/plan.h"
#include "predicate/predicate.h"
#include "tables/file_list.h"
#include "sqlite/sqlite.h"
#include "tables/table.h"

struct query {
  struct options options;     /* in force: the table's, and what this xFilter was given */
  struct predicate predicate; /* which records are wanted */
  struct interrupt interrupt;
  struct file_list list; /* the files */
  uint64_t base;         /* number of the first file, for rowids */
  sqlite3_uint64 used;   /* mask of the SQL columns that the query uses */
};

void query_open(struct query *q, sqlite3_vtab *table);
void query_close(struct query *q, sqlite3_vtab *table);

int query_begin(struct query *q, sqlite3_vtab *table, const struct plan_table *of, const char *plan, int argc,
                sqlite3_value **argv);

/* Threads that a scan is to use, as struct scan_options has it: 0 in a host that uses SQLite in one thread only. */
int query_threads(const struct query *q);

#endif
