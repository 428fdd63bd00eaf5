/* SPDX-License-Identifier: MIT */
/*
** A statement that is stepped anew returns SQLITE_INTERRUPT after an interrupt, and when a
** progress handler asks to stop, so `SELECT 1` is stepped and reset.  SQLite 3.41 and later also
** have sqlite3_is_interrupted(), which sees an interrupt without a step but does not ask progress
** handlers.  It is called only when both the header at compile time and the library at run time
** have it.
*/
#include "sqlite/interrupt.h"

void interrupt_init(struct interrupt *i, sqlite3 *db) {
  i->db = db;
  i->probe = NULL;
}

void interrupt_clear(struct interrupt *i) {
  sqlite3_finalize(i->probe);
  i->probe = NULL;
}

int interrupt_poll(void *interrupt) {
  struct interrupt *i = interrupt;
#if SQLITE_VERSION_NUMBER >= 3041000
  if (sqlite3_libversion_number() >= 3041000 && sqlite3_is_interrupted(i->db)) return 1;
#endif
  int rc = i->probe ? SQLITE_OK : sqlite3_prepare_v2(i->db, "SELECT 1", -1, &i->probe, NULL);
  if (rc) return rc == SQLITE_INTERRUPT;
  rc = sqlite3_step(i->probe);
  sqlite3_reset(i->probe);
  return rc == SQLITE_INTERRUPT;
}
