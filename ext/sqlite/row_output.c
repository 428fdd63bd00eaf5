/* SPDX-License-Identifier: MIT */
/*
** SQLite tells it in the program that EXPLAIN shows.  The loop over a virtual table is what lies
** between its VNext and the operation to which that jumps back (P2):
**
**     5  VFilter    0  12
**     6    VColumn  0  4        the loop of cursor 0: operations 6 to 11
**     9    ResultRow 2          a row for the host
**     11 VNext      0  6
**
** A row may also leave the loop by a subroutine (Gosub) or by another coroutine (Yield), of which
** it is not followed where they lead: the answer is 1 for both.  So it is where the loop may end
** before the last row, as that of (SELECT ... LIMIT 1) does (DecrJumpZero, or a Goto behind the
** VNext), because the scan does not learn of such an end.
*/
#include "sqlite/row_output.h"

#include <limits.h>
#include <string.h>

/* Where rows may leave the loop around them. */
struct exits {
  struct exit {
    int at; /* address of the operation */
    int to; /* it leaves the loops that end before this address */
  } * exit;
  int n, cap;
};

static sqlite3_stmt *only_running_statement(sqlite3 *db) {
  sqlite3_stmt *running = NULL;
  for (sqlite3_stmt *s = sqlite3_next_stmt(db, NULL); s; s = sqlite3_next_stmt(db, s)) {
    if (!sqlite3_stmt_busy(s)) continue;
    if (running) return NULL;
    running = s;
  }
  return running;
}

/* Where does an operation lead that may leave a loop?  0 for all others. */
static int leads_to(const char *opcode, int p2) {
  static const char *const ways[] = {"ResultRow", "Gosub", "Yield", "DecrJumpZero"};
  for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
    if (!strcmp(opcode, ways[i])) return INT_MAX;
  return strcmp(opcode, "Goto") ? 0 : p2;
}

static int add_exit(struct exits *x, int at, int to) {
  if (x->n == x->cap) {
    int cap = x->cap ? x->cap * 2 : 16;
    struct exit *more = sqlite3_realloc64(x->exit, (sqlite3_uint64)cap * sizeof *more);
    if (!more) return SQLITE_NOMEM;
    x->exit = more;
    x->cap = cap;
  }
  x->exit[x->n++] = (struct exit){.at = at, .to = to};
  return SQLITE_OK;
}

/* May a row leave the loop between these addresses? */
static int has_exit(const struct exits *x, int from, int end) {
  for (int i = 0; i < x->n; i++)
    if (x->exit[i].at >= from && x->exit[i].at <= end && x->exit[i].to > end + 1) return 1;
  return 0;
}

/* A loop jumps back, so its exits have been seen when its VNext comes. */
static int look(sqlite3_stmt *program) {
  struct exits exits = {0};
  int found = 0, rc = SQLITE_ROW;
  while (!found && (rc = sqlite3_step(program)) == SQLITE_ROW) {
    int at = sqlite3_column_int(program, 0), p2 = sqlite3_column_int(program, 3);
    const char *opcode = (const char *)sqlite3_column_text(program, 1);
    int to = opcode ? leads_to(opcode, p2) : 0;
    if (!opcode || (to > at && add_exit(&exits, at, to))) found = 1;
    else if (!strcmp(opcode, "VNext")) found = p2 > at || has_exit(&exits, p2, at);
  }
  sqlite3_free(exits.exit);
  return found || rc != SQLITE_DONE;
}

static _Thread_local int is_asking;

int row_output_is_asking(void) { return is_asking; }

int row_output_during_scan(sqlite3 *db) {
  sqlite3_stmt *running = only_running_statement(db), *program = NULL;
  if (!running || !sqlite3_sql(running)) return 1;
  if (!sqlite3_column_count(running)) return 0;
  char *sql = sqlite3_mprintf("EXPLAIN %s", sqlite3_sql(running));
  is_asking = 1;
  int rc = sql ? sqlite3_prepare_v2(db, sql, -1, &program, NULL) : SQLITE_NOMEM;
  is_asking = 0;
  int found = rc || look(program);
  sqlite3_finalize(program);
  sqlite3_free(sql);
  return found;
}
