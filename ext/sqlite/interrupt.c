/* SPDX-License-Identifier: MIT */
/*
** A statement that is stepped anew returns SQLITE_INTERRUPT after an interrupt, and when a
** progress handler asks to stop, so a statement of our own is stepped: the probe.
**
** SQLite calls a progress handler once for every so many operations of its virtual machine, as the
** host has chosen; 1000 to 100,000 are usual.  It counts the operations of a statement over all
** its executions.  Therefore the probe has some thousands of them, which it spends on additions:
**
**     SELECT 1 FROM (VALUES (1),(1), ...) a, (VALUES (1),(1), ...) b WHERE a.column1+b.column1+1+1+1 ... <0
**
** The condition is about both lists, because SQLite copies one that is about a single list into each row
** of it, which makes the statement a hundred times as large.
**
** The authorizer of the host sees nothing of it but a SELECT.  It takes a tenth of a millisecond,
** and INTERRUPT_SECONDS pass between two of them, so it takes some half per cent of the time of one
** processor.
**
** SQLite 3.41 and later also have sqlite3_is_interrupted(), which sees an interrupt without a step
** but does not ask progress handlers.  It is called only when both the header at compile time and
** the library at run time have it.
*/
#include "sqlite/interrupt.h"

#include "base/monotonic.h"

#define PROBE_ROWS  10 /* of each list: PROBE_ROWS * PROBE_ROWS * PROBE_TERMS operations, and some more for each row */
#define PROBE_TERMS 160

void interrupt_init(struct interrupt *i, sqlite3 *db) {
  i->db = db;
  i->probe = NULL;
  i->asked = monotonic_seconds();
}

void interrupt_clear(struct interrupt *i) {
  sqlite3_finalize(i->probe);
  i->probe = NULL;
}

static void add_list(sqlite3_str *sql, const char *name) {
  sqlite3_str_appendall(sql, "(VALUES (1)");
  for (int row = 1; row < PROBE_ROWS; row++) sqlite3_str_appendall(sql, ",(1)");
  sqlite3_str_appendf(sql, ") %s", name);
}

/* Prepares the probe.  A host with narrow limits gets one that is short. */
static int prepare(struct interrupt *i) {
  sqlite3_str *sql = sqlite3_str_new(NULL);
  sqlite3_str_appendall(sql, "SELECT 1 FROM ");
  add_list(sql, "a");
  sqlite3_str_appendall(sql, ", ");
  add_list(sql, "b");
  sqlite3_str_appendall(sql, " WHERE a.column1+b.column1");
  for (int term = 0; term < PROBE_TERMS; term++) sqlite3_str_appendall(sql, "+1");
  sqlite3_str_appendall(sql, "<0");
  char *text = sqlite3_str_finish(sql);
  int rc = text ? sqlite3_prepare_v2(i->db, text, -1, &i->probe, NULL) : SQLITE_NOMEM;
  if (rc && rc != SQLITE_INTERRUPT) rc = sqlite3_prepare_v2(i->db, "SELECT 1", -1, &i->probe, NULL);
  sqlite3_free(text);
  return rc;
}

int interrupt_now(sqlite3 *db) {
  sqlite3_stmt *stmt = NULL;
  int rc = sqlite3_prepare_v2(db, "SELECT 1", -1, &stmt, NULL);
  if (!rc) rc = sqlite3_step(stmt);
  sqlite3_finalize(stmt);
  return rc == SQLITE_INTERRUPT;
}

int interrupt_poll(void *interrupt) {
  struct interrupt *i = interrupt;
#if SQLITE_VERSION_NUMBER >= 3041000
  if (sqlite3_libversion_number() >= 3041000 && sqlite3_is_interrupted(i->db)) return 1;
#endif
  double now = monotonic_seconds();
  if (now - i->asked < INTERRUPT_SECONDS) return 0;
  i->asked = now;
  int rc = i->probe ? SQLITE_OK : prepare(i);
  if (rc) return rc == SQLITE_INTERRUPT;
  rc = sqlite3_step(i->probe);
  sqlite3_reset(i->probe);
  return rc == SQLITE_INTERRUPT;
}
