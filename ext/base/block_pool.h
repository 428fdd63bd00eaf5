/* SPDX-License-Identifier: MIT */
/*
** Blocks of one size, which are taken and given back.
**
** Memory is allocated for BLOCK_POOL_CHUNK bytes at once, and freed by block_pool_clear() only, which
** frees all blocks, whether they were given back or not.  A struct that is all zero has no blocks.
** One thread at a time.
*/
#ifndef BASE_BLOCK_POOL_H
#define BASE_BLOCK_POOL_H

#include <stddef.h>

#include "base/err.h"

#define BLOCK_POOL_BLOCK 4096 /* bytes of a block, which is aligned for numbers of 64 bits */
#define BLOCK_POOL_CHUNK (32 * BLOCK_POOL_BLOCK)

struct block_pool {
  char **chunk;
  size_t n, cap; /* chunks, and those that there is room for in the array */
  size_t fresh;  /* bytes of the last chunk that have never been taken */
  struct block_pool_free {
    struct block_pool_free *next;
  } * free;    /* those that were given back */
  size_t used; /* blocks that are taken */
};

/* Takes a block; NULL, with ERR_NOMEM, if there is no memory. */
void *block_pool_take(struct block_pool *p, struct err *e);
void block_pool_give(struct block_pool *p, void *block);
void block_pool_clear(struct block_pool *p);

#endif
