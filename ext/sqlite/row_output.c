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
** it is not followed where they lead: the answer is 1 for both.
*/
#include "sqlite/row_output.h"

#include <string.h>

/* What there is to know of a program: where rows may leave, and the widest loops come one by one. */
struct exits {
  int *at; /* addresses at which a row may leave */
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

static int is_exit(const char *opcode) {
  return !strcmp(opcode, "ResultRow") || !strcmp(opcode, "Gosub") || !strcmp(opcode, "Yield");
}

static int add_exit(struct exits *x, int at) {
  if (x->n == x->cap) {
    int cap = x->cap ? x->cap * 2 : 16, *more = sqlite3_realloc64(x->at, (sqlite3_uint64)cap * sizeof *more);
    if (!more) return SQLITE_NOMEM;
    x->at = more;
    x->cap = cap;
  }
  x->at[x->n++] = at;
  return SQLITE_OK;
}

static int has_exit(const struct exits *x, int from, int to) {
  for (int i = 0; i < x->n; i++)
    if (x->at[i] >= from && x->at[i] <= to) return 1;
  return 0;
}

/* A loop jumps back, so its exits have been seen when its VNext comes. */
static int look(sqlite3_stmt *program) {
  struct exits exits = {0};
  int found = 0, rc;
  while (!found && (rc = sqlite3_step(program)) == SQLITE_ROW) {
    int at = sqlite3_column_int(program, 0), to = sqlite3_column_int(program, 3);
    const char *opcode = (const char *)sqlite3_column_text(program, 1);
    if (!opcode || (is_exit(opcode) && add_exit(&exits, at))) found = 1;
    else if (!strcmp(opcode, "VNext")) found = to > at || has_exit(&exits, to, at);
  }
  sqlite3_free(exits.at);
  return found || rc != SQLITE_DONE;
}

int row_output_during_scan(sqlite3 *db) {
  sqlite3_stmt *running = only_running_statement(db), *program = NULL;
  if (!running || !sqlite3_sql(running)) return 1;
  if (!sqlite3_column_count(running)) return 0;
  char *sql = sqlite3_mprintf("EXPLAIN %s", sqlite3_sql(running));
  int rc = sql ? sqlite3_prepare_v2(db, sql, -1, &program, NULL) : SQLITE_NOMEM;
  int found = rc || look(program);
  sqlite3_finalize(program);
  sqlite3_free(sql);
  return found;
}
