/* SPDX-License-Identifier: MIT */
/*
** While the slots grow, there are the old ones, and twice as many new ones.
*/
#include "base/slots.h"

#include <string.h>

#include "base/mem.h"

#define FIRST_SLOTS 256

enum err_code slots_grow(struct slots *s, struct err *e) {
  size_t cap = s->cap ? 2 * s->cap : FIRST_SLOTS;
  struct slot *slot = mem_alloc(cap * sizeof *slot);
  if (!slot) return err_nomem(e);
  memset(slot, 0, cap * sizeof *slot);
  for (size_t i = 0; i < s->cap; i++) {
    if (!s->slot[i].at) continue;
    size_t k = s->slot[i].hash & (cap - 1);
    while (slot[k].at) k = (k + 1) & (cap - 1);
    slot[k] = s->slot[i];
  }
  mem_free(s->slot);
  s->slot = slot;
  s->cap = cap;
  return ERR_NONE;
}

void slots_reset(struct slots *s) {
  if (s->used) memset(s->slot, 0, s->cap * sizeof *s->slot);
  s->used = 0;
}

void slots_clear(struct slots *s) {
  mem_free(s->slot);
  memset(s, 0, sizeof *s);
}

size_t slots_bytes(const struct slots *s, size_t more) {
  size_t bytes = s->cap * sizeof *s->slot;
  return (s->used + more) * 2 >= s->cap ? 3 * bytes : bytes;
}
