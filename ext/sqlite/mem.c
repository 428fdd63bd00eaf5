/* SPDX-License-Identifier: MIT */
#include "base/mem.h"

#include "sqlite/sqlite.h"

void *mem_alloc(size_t n) { return sqlite3_malloc64(n); }
void *mem_realloc(void *p, size_t n) { return sqlite3_realloc64(p, n); }
void mem_free(void *p) { sqlite3_free(p); }
