/* SPDX-License-Identifier: MIT */
/*
** The interface of the allocator that unit tests link in place of ext/sqlite/mem.c.  See mem.c
** beside this file.
*/
#ifndef MEM_TEST_H
#define MEM_TEST_H

#include <stddef.h>

/* Allocations that have not been freed. */
size_t mem_test_live(void);

/* Allocations that were asked for since the last mem_test_fail(). */
size_t mem_test_calls(void);

/*
** The nth allocation from now (1: the next) fails; with forever, all that follow fail too.  0:
** none fails.
*/
void mem_test_fail(size_t n, int forever);

#endif
