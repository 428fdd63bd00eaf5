/* SPDX-License-Identifier: MIT */
/*
** An arena for the items of a hash table: memory in blocks of words of 64 bits, in which items lie
** one after the other.  An item never moves, lies in one block, and is freed with its block only.
** Its place is a number of 32 bits, counted in words from 1, so that 0 can mean that there is no
** item; an arena has at most 32 GiB.
**
** Call order: a struct that is all zero is an empty arena; arena_reserve() before each item, then
** arena_take(); arena_clear() at the end.  The arena owns its blocks, and belongs to one thread at
** a time.
*/
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define ARENA_BLOCK (128 * 1024) /* bytes that are allocated at once */
#define ARENA_WORDS (ARENA_BLOCK / 8)

struct arena {
  uint64_t **block;
  uint32_t *filled; /* for each block: words that items take */
  size_t n, cap;    /* blocks, and those that there is room for in the two arrays */
  size_t spare;     /* blocks after these n, which have nothing */
};

/* Adds a block.  ERR_NOMEM. */
enum err_code arena_grow(struct arena *a, struct err *e);

/* Makes room for an item of so many words, at most ARENA_WORDS.  ERR_NOMEM. */
static inline enum err_code arena_reserve(struct arena *a, size_t words, struct err *e) {
  return a->n && a->filled[a->n - 1] + words <= ARENA_WORDS ? ERR_NONE : arena_grow(a, e);
}

/* The item at a place. */
static inline void *arena_at(const struct arena *a, uint32_t place) {
  return &a->block[(place - 1) / ARENA_WORDS][(place - 1) % ARENA_WORDS];
}

/* The place of the next item, which may be written there before it is taken. */
static inline uint32_t arena_end(const struct arena *a) {
  return (uint32_t)((a->n - 1) * ARENA_WORDS + a->filled[a->n - 1]) + 1;
}

/* The item at the end takes so many of the words that were reserved. */
static inline void arena_take(struct arena *a, size_t words) { a->filled[a->n - 1] += (uint32_t)words; }

/* Frees the last of the blocks.  There may be no spare ones. */
void arena_shrink(struct arena *a);

/* Frees all; the arena is then empty. */
void arena_clear(struct arena *a);

/* Drops all items, and keeps the blocks for others. */
static inline void arena_reset(struct arena *a) {
  a->spare += a->n;
  a->n = 0;
}

/* Bytes of memory that the arena takes. */
static inline size_t arena_bytes(const struct arena *a) {
  return (a->n + a->spare) * ARENA_BLOCK + a->cap * (sizeof *a->block + sizeof *a->filled);
}

#endif
