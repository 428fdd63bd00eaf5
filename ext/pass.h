/* SPDX-License-Identifier: MIT */
/*
** A pass over a query's files: what the cursors of flowlogs and flowlogs_errors have in common.
**
**     plan + values -> options -> files -> scan -> batches
**
** Call order: pass_init() when a cursor opens; for each xFilter pass_begin(), then pass_next() until the batch is
** NULL; pass_clear() when the cursor closes.  pass_begin() ends the pass before it.  The list of files is kept from
** pass to pass while the path is the same.  Errors as SQLite codes, with the message in the table's zErrMsg.
*/
#ifndef PASS_H
#define PASS_H

#include "interrupt.h"
#include "options.h"
#include "request.h"
#include "scan.h"
#include "sqlite.h"

struct pass {
  sqlite3_vtab *table;
  struct options options; /* in force */
  struct interrupt interrupt;
  struct request request;
  struct scan_options scan_options;
  struct scan scan;
  int is_open;               /* scan is open */
  const struct batch *batch; /* at hand; NULL before the first and at the end */
};

void pass_init(struct pass *p, sqlite3_vtab *table, sqlite3 *db);
void pass_clear(struct pass *p);

/*
** Begins: xFilter's arguments, the table's own options, and its name.  policy: POLICY_COLLECT to have problems in the batches,
** or POLICY_FAIL to do as the user's on_error says.  The first batch is due from pass_next().
*/
int pass_begin(struct pass *p, const struct options *defaults, const char *function, const char *plan, int argc,
               sqlite3_value **argv, enum policy policy);

/* Goes to the next batch.  With on_error=fail, a batch's problem is the error of the call after it. */
int pass_next(struct pass *p);

/* The path of the batch's file. */
const char *pass_file(const struct pass *p);

#endif
