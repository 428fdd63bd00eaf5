/* SPDX-License-Identifier: MIT */
/*
** The two arrays, of blocks and of how far these are filled, grow together.
*/
#include "base/arena.h"

#include <string.h>

#include "base/mem.h"

#define FIRST_BLOCKS 16

enum err_code arena_grow(struct arena *a, struct err *e) {
  size_t filled_cap = a->cap;
  if (a->spare) {
    a->spare--;
    a->filled[a->n++] = 0;
    return ERR_NONE;
  }
  if (mem_grow(&a->filled, &filled_cap, a->n + 1, FIRST_BLOCKS, sizeof *a->filled) ||
      mem_grow(&a->block, &a->cap, a->n + 1, FIRST_BLOCKS, sizeof *a->block))
    return err_nomem(e);
  if (a->n >= UINT32_MAX / ARENA_WORDS) return err_nomem(e);
  if (!(a->block[a->n] = mem_alloc(ARENA_BLOCK))) return err_nomem(e);
  a->filled[a->n++] = 0;
  return ERR_NONE;
}

void arena_shrink(struct arena *a) { mem_free(a->block[--a->n]); }

void arena_clear(struct arena *a) {
  a->n += a->spare;
  while (a->n) arena_shrink(a);
  mem_free(a->block);
  mem_free(a->filled);
  memset(a, 0, sizeof *a);
}
