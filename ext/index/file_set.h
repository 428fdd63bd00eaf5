/* SPDX-License-Identifier: MIT */
/*
** A set of the ids of files, as bits.
**
** The set has room for the ids from `least` to `greatest`, which are given at the beginning, and
** takes memory from `least` to the greatest id that was added: one bit for each.  An id outside
** comes from a damaged index and is an error, so that damage cannot make the set grow.
**
** The owner clears it.  A struct that is all zero is a set with room for the id 0.  It must be
** used by one thread at a time.
*/
#ifndef INDEX_FILE_SET_H
#define INDEX_FILE_SET_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct file_set {
  uint64_t least, greatest;
  uint64_t *word; /* bits from (least & ~63) on */
  size_t n, cap;  /* words that are in use, and that there is room for */
};

/* Makes an empty set.  With greatest < least, there is no id that it has room for. */
void file_set_init(struct file_set *s, uint64_t least, uint64_t greatest);

/* Frees the memory, and makes an empty set with the same room of it. */
void file_set_clear(struct file_set *s);

/* Removes all ids, and keeps the memory. */
void file_set_empty(struct file_set *s);

/* Adds an id.  ERR_FORMAT if the set has no room for it, and ERR_NOMEM. */
enum err_code file_set_add(struct file_set *s, uint64_t id, struct err *e);

/* Adds the ids first + id[0], first + id[1], … of an ascending list, with the same errors. */
enum err_code file_set_add_list(struct file_set *s, uint64_t first, const uint32_t *id, size_t n, struct err *e);

/* Adds all ids of another set, with the same errors. */
enum err_code file_set_unite(struct file_set *s, const struct file_set *with, struct err *e);

/* Removes the ids that are not in the other set. */
void file_set_intersect(struct file_set *s, const struct file_set *with);

/* Removes the id, if it is there. */
void file_set_remove(struct file_set *s, uint64_t id);

/* Is the id in the set? */
static inline int file_set_has(const struct file_set *s, uint64_t id) {
  uint64_t i = id / 64 - s->least / 64; /* very large for an id before the first word */
  return i < s->n && (s->word[i] >> id % 64 & 1);
}

/* The number of ids in the set. */
uint64_t file_set_count(const struct file_set *s);

/*
** Sets *id to the least id of the set that is at least *id, and returns 1; returns 0 if there is
** none.
*/
int file_set_next(const struct file_set *s, uint64_t *id);

#endif
