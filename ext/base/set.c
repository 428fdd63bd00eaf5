/* SPDX-License-Identifier: MIT */
/*
** The table is open-addressed: a member is in the first free place from its hash on.  A place of
** a number holds the number itself; a place of a text holds where the text begins in the arena,
** its length and its hash.  At least half of the places are free, so that a search soon finds a
** free place and ends.
**
**     place   | SET_FREE | 443 | SET_FREE | 0, n 6 | SET_FREE | 6, n 8 | ...
**                                           |                   |
**     text                                  ACCEPT              REJECTED  padding
**
** A text is copied to the end of the arena before it is looked up, because hashing needs
** HASH_PADDING readable bytes after it.  When the text turns out to be a member already, the copy
** is simply not counted.  The smallest and the largest number are kept, because most numbers of a
** log lie outside of them and need no search.
*/
#include "base/set.h"

#include <string.h>

#include "base/hash.h"
#include "base/mem.h"

#define FIRST_PLACES 16
#define FIRST_TEXT   1024

void set_init(struct set *s) {
  memset(s, 0, sizeof *s);
  s->min = UINT64_MAX;
}

void set_clear(struct set *s) {
  mem_free(s->place);
  mem_free(s->text);
  set_init(s);
}

static uint32_t hash_number(uint64_t value) { return (uint32_t)hash_mix(value, 0); }

/* Returns the place where the number is, or the free place where it would be put. */
static struct set_place *find_number(const struct set *s, uint64_t value) {
  for (size_t i = hash_number(value);; i++) {
    struct set_place *p = &s->place[i & (s->cap - 1)];
    if (p->n == SET_FREE || (p->n == SET_NUMBER && p->value == value)) return p;
  }
}

static struct set_place *find_text(const struct set *s, const char *text, size_t n, uint32_t hash) {
  for (size_t i = hash;; i++) {
    struct set_place *p = &s->place[i & (s->cap - 1)];
    if (p->n == SET_FREE || (p->hash == hash && p->n == n && !memcmp(s->text + p->value, text, n))) return p;
  }
}

/* Doubles the number of places. */
static enum err_code grow_table(struct set *s, struct err *e) {
  struct set_place *old = s->place;
  size_t old_cap = s->cap, cap = old_cap ? 2 * old_cap : FIRST_PLACES;
  struct set_place *place = mem_alloc(cap * sizeof *place);
  if (!place) return err_nomem(e);
  for (size_t i = 0; i < cap; i++) place[i].n = SET_FREE;
  s->place = place;
  s->cap = cap;
  for (size_t i = 0; i < old_cap; i++) {
    const struct set_place *p = &old[i];
    if (p->n == SET_NUMBER) *find_number(s, p->value) = *p;
    else if (p->n != SET_FREE) *find_text(s, s->text + p->value, p->n, p->hash) = *p;
  }
  mem_free(old);
  return ERR_NONE;
}

/* Copies a text and its padding to the end of the arena, without counting them as used. */
static enum err_code put_text(struct set *s, const char *text, size_t n, struct err *e) {
  if (mem_grow(&s->text, &s->text_cap, s->text_used + n + HASH_PADDING, FIRST_TEXT, 1)) return err_nomem(e);
  memcpy(s->text + s->text_used, text, n);
  memset(s->text + s->text_used + n, 0, HASH_PADDING);
  return ERR_NONE;
}

enum err_code set_add_number(struct set *s, uint64_t value, struct err *e) {
  if (s->used * 2 >= s->cap && grow_table(s, e)) return e->code;
  struct set_place *p = find_number(s, value);
  if (p->n == SET_FREE) s->used++;
  p->n = SET_NUMBER;
  p->value = value;
  p->hash = 0;
  if (value < s->min) s->min = value;
  if (value > s->max) s->max = value;
  return ERR_NONE;
}

enum err_code set_add_text(struct set *s, const char *text, size_t n, struct err *e) {
  if (n >= SET_NUMBER) return ERR_NONE; /* no token of a log is that long, so the member can never be found */
  if (s->used * 2 >= s->cap && grow_table(s, e)) return e->code;
  if (put_text(s, text, n, e)) return e->code;
  const char *copy = s->text + s->text_used;
  uint32_t hash = (uint32_t)hash_bytes(copy, n);
  struct set_place *p = find_text(s, copy, n, hash);
  if (p->n != SET_FREE) return ERR_NONE;
  p->value = s->text_used;
  p->n = (uint32_t)n;
  p->hash = hash;
  s->text_used += n;
  s->used++;
  return ERR_NONE;
}

int set_has_number(const struct set *s, uint64_t value) {
  return value >= s->min && value <= s->max && find_number(s, value)->n != SET_FREE;
}

int set_has_text(const struct set *s, const char *p, size_t n) {
  return s->used && find_text(s, p, n, (uint32_t)hash_bytes(p, n))->n != SET_FREE;
}

int set_meets(const struct set *s, uint64_t low, uint64_t high) {
  if (s->min > high || s->max < low) return 0;
  for (size_t i = 0; i < s->cap; i++)
    if (s->place[i].n == SET_NUMBER && s->place[i].value >= low && s->place[i].value <= high) return 1;
  return 0;
}

enum err_code set_copy(struct set *to, const struct set *from, struct err *e) {
  *to = *from;
  to->place = from->place ? mem_alloc(from->cap * sizeof *to->place) : NULL;
  to->text = from->text ? mem_alloc(from->text_cap) : NULL;
  if (!to->place != !from->place || !to->text != !from->text) {
    set_clear(to);
    return err_nomem(e);
  }
  if (to->place) memcpy(to->place, from->place, from->cap * sizeof *to->place);
  if (to->text) memcpy(to->text, from->text, from->text_used + HASH_PADDING);
  return ERR_NONE;
}

int set_is_same(const struct set *a, const struct set *b) {
  if (a->used != b->used) return 0;
  for (size_t i = 0; i < a->cap; i++) {
    const struct set_place *p = &a->place[i];
    if (p->n == SET_FREE) continue;
    if (p->n == SET_NUMBER ? !set_has_number(b, p->value) : !set_has_text(b, a->text + p->value, p->n)) return 0;
  }
  return 1;
}
