/* SPDX-License-Identifier: MIT */
/*
** A set of numbers or of texts: the right-hand side of IN.
**
** Call order: set_init(), set_add_*() for each member, then set_has_*() from any number of threads, set_clear().
** Numbers and texts are kept apart; a set may have both.
*/
#ifndef BASE_SET_H
#define BASE_SET_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct set {
  struct set_place { /* a hash table: a power of two of places, half of them free at least */
    uint64_t value;  /* the number, or the text's place in the arena */
    uint32_t n;      /* bytes of the text; SET_NUMBER for a number, SET_FREE where nothing is */
    uint32_t hash;   /* of the text */
  } * place;
  size_t cap, used;
  char *text; /* arena */
  size_t text_used, text_cap;
  uint64_t min, max; /* of the numbers; min > max when there is none */
};

#define SET_FREE   UINT32_MAX
#define SET_NUMBER (UINT32_MAX - 1)

void set_init(struct set *s);
void set_clear(struct set *s);

/* Adds a member; nothing happens if it is one.  ERR_NOMEM. */
enum err_code set_add_number(struct set *s, uint64_t value, struct err *e);
enum err_code set_add_text(struct set *s, const char *p, size_t n, struct err *e);

/* Makes *to, which is all zero, the same set.  ERR_NOMEM; set_clear() is due all the same. */
enum err_code set_copy(struct set *to, const struct set *from, struct err *e);
int set_is_same(const struct set *a, const struct set *b);

int set_has_number(const struct set *s, uint64_t value);

/* HASH_PADDING bytes must be readable behind the text. */
int set_has_text(const struct set *s, const char *p, size_t n);

/* Does it have a number from low to high? */
int set_meets(const struct set *s, uint64_t low, uint64_t high);

#endif
