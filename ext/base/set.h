/* SPDX-License-Identifier: MIT */
/*
** A set of numbers and texts: the right-hand side of IN.  A number never equals a text, and one
** set may have both.
**
** Call order: set_init(); set_add_number() or set_add_text() for each member; then set_has_*()
** from any number of threads; set_clear().  The set owns copies of its members.
*/
#ifndef BASE_SET_H
#define BASE_SET_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct set {
  struct set_place { /* hash table; its size is a power of two */
    uint64_t value;  /* the number, or the offset of the text in `text` */
    uint32_t n;      /* bytes of the text, or SET_NUMBER, or SET_FREE */
    uint32_t hash;   /* hash of the text; 0 for a number */
  } * place;
  size_t cap, used; /* places; those that are not free */
  char *text;       /* arena of all texts */
  size_t text_used, text_cap;
  uint64_t min, max; /* of the numbers; min > max when there are none */
};

#define SET_FREE   UINT32_MAX
#define SET_NUMBER (UINT32_MAX - 1)

/* Makes an empty set, which owns no memory. */
void set_init(struct set *s);

/* Frees the memory; the set is empty afterwards. */
void set_clear(struct set *s);

/*
** Adds a member; nothing changes when it is one already.  Returns ERR_NOMEM when there is no
** memory.
*/
enum err_code set_add_number(struct set *s, uint64_t value, struct err *e);
enum err_code set_add_text(struct set *s, const char *p, size_t n, struct err *e);

/* Makes *to, which must be all zero, an equal set.  On ERR_NOMEM, *to is an empty set. */
enum err_code set_copy(struct set *to, const struct set *from, struct err *e);

/* Bytes of memory that it takes. */
static inline size_t set_bytes(const struct set *s) { return s->cap * sizeof *s->place + s->text_cap; }

/* Do both sets have the same members? */
int set_is_same(const struct set *a, const struct set *b);

/* Is the number a member? */
int set_has_number(const struct set *s, uint64_t value);

/* Is the text a member? HASH_PADDING bytes must be readable after it. */
int set_has_text(const struct set *s, const char *p, size_t n);

/* Does the set have a number from low to high, both included? */
int set_meets(const struct set *s, uint64_t low, uint64_t high);

#endif
