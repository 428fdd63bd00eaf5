/* SPDX-License-Identifier: MIT */
/*
** The slots of a hash table whose items lie elsewhere, for example in an arena (base/arena.h).  A
** slot has a part of an item's hash and the item's place.  Their number is a power of two, and at
** least half of them are free, so that looking for an item ends soon:
**
**     for (i = hash & (s->cap - 1); s->slot[i].at; i = (i + 1) & (s->cap - 1)) { ... }
**
** The table compares the keys, and writes the slot of a new item; then it adds 1 to `used`.  A
** struct that is all zero has no slots.  One thread at a time.
*/
#ifndef BASE_SLOTS_H
#define BASE_SLOTS_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct slots {
  struct slot {
    uint32_t hash; /* its lowest bits say where the slot is */
    uint32_t at;   /* place of the item; 0: the slot is free */
  } * slot;
  size_t cap, used; /* slots, and those that are not free */
};

/* Doubles the slots.  ERR_NOMEM. */
enum err_code slots_grow(struct slots *s, struct err *e);

/* Makes room for one more item.  ERR_NOMEM. */
static inline enum err_code slots_reserve(struct slots *s, struct err *e) {
  return s->used * 2 >= s->cap ? slots_grow(s, e) : ERR_NONE;
}

/* Makes all slots free, and keeps their memory for other items. */
void slots_reset(struct slots *s);

/* Frees all slots. */
void slots_clear(struct slots *s);

/* Bytes of memory that they take, or may take for a moment while `more` items are added. */
size_t slots_bytes(const struct slots *s, size_t more);

#endif
