/* SPDX-License-Identifier: MIT */
/*
** All memory of the extension comes through these functions.
**
** In the extension, the first three are implemented with sqlite3_malloc64() (sqlite/mem.c), so
** that SQLite's limits and statistics include our memory.  Unit tests link a version that fails
** on purpose (tests/lib/mem.c).  All may be called from any thread.  SQLite's allocator takes a
** lock, so allocate buffers and arenas, never a row or a field.
*/
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

void *mem_alloc(size_t n);            /* n > 0; NULL when there is no memory */
void *mem_realloc(void *p, size_t n); /* n > 0; NULL when there is no memory, and p then stays valid */
void mem_free(void *p);               /* NULL is allowed */

/*
** Makes room for n items of `size` bytes in a growing array.  array points to the pointer to its
** items, which is NULL at first; *cap is the number of items that there is room for, 0 at first.
** When n > *cap, *cap becomes `first` or is doubled until it suffices.
**
** Returns 0.  When there is no memory, or the size would overflow, it returns -1, and the array
** and *cap are what they were.
*/
int mem_grow(void *array, size_t *cap, size_t n, size_t first, size_t size);

#endif
