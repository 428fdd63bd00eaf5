/* SPDX-License-Identifier: MIT */
/*
** The functions of base/mem.h on SQLite's allocator, so that SQLite's limits and statistics
** include our memory.  SQLite's functions of 64 bits are used, because those of 32 bits take an
** int.  SQLite itself refuses sizes of 2 GiB and more.
*/
#include "base/mem.h"

#include "sqlite/sqlite.h"

void *mem_alloc(size_t n) { return sqlite3_malloc64(n); }
void *mem_realloc(void *p, size_t n) { return sqlite3_realloc64(p, n); }
void mem_free(void *p) { sqlite3_free(p); }
