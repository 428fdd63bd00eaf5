/* SPDX-License-Identifier: MIT */
/*
** A block that is free has the address of another one.
*/
#include "base/block_pool.h"

#include <string.h>

#include "base/mem.h"

#define FIRST_CHUNKS 16

void *block_pool_take(struct block_pool *p, struct err *e) {
  void *block = p->free;
  if (block) {
    p->free = p->free->next;
  } else {
    if (p->fresh == 0) {
      if (mem_grow(&p->chunk, &p->cap, p->n + 1, FIRST_CHUNKS, sizeof *p->chunk) ||
          !(p->chunk[p->n] = mem_alloc(BLOCK_POOL_CHUNK))) {
        err_nomem(e);
        return NULL;
      }
      p->n++;
      p->fresh = BLOCK_POOL_CHUNK;
    }
    block = p->chunk[p->n - 1] + (BLOCK_POOL_CHUNK - p->fresh);
    p->fresh -= BLOCK_POOL_BLOCK;
  }
  p->used++;
  return block;
}

void block_pool_give(struct block_pool *p, void *block) {
  struct block_pool_free *f = block;
  f->next = p->free;
  p->free = f;
  p->used--;
}

void block_pool_clear(struct block_pool *p) {
  while (p->n) mem_free(p->chunk[--p->n]);
  mem_free(p->chunk);
  memset(p, 0, sizeof *p);
}
