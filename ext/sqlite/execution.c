/* SPDX-License-Identifier: MIT */
/*
** The number is a hash of the addresses of the running statements, each with the count of its runs.
** SQLite likes to give a new statement the address of one that has just been finalized, and both
** have run as often; but the new one was planned in between, so the count of plans tells them apart.
*/
#include "sqlite/execution.h"

#include "base/hash.h"

uint64_t execution_number(sqlite3 *db, uint64_t plans) {
  uint64_t h = hash_mix(1, plans);
  for (sqlite3_stmt *s = sqlite3_next_stmt(db, NULL); s; s = sqlite3_next_stmt(db, s))
    if (sqlite3_stmt_busy(s))
      h = hash_mix(hash_mix(h, (uint64_t)(uintptr_t)s), (uint64_t)sqlite3_stmt_status(s, SQLITE_STMTSTATUS_RUN, 0));
  return h ? h : 1;
}
