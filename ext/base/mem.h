/* SPDX-License-Identifier: MIT */
/*
** All memory of the extension comes through these three functions.
**
** In the extension they stand on sqlite3_malloc64() (mem.c), so that SQLite's limits and statistics count us; the
** tests link a version that fails on purpose.  They may be called from any thread.  SQLite's allocator takes a lock:
** allocate buffers and arenas, never a row or a field.
*/
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

void *mem_alloc(size_t n);            /* NULL when there is none; n > 0 */
void *mem_realloc(void *p, size_t n); /* NULL when there is none, p then stays valid */
void mem_free(void *p);               /* NULL is fine */

#endif
