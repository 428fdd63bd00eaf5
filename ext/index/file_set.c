/* SPDX-License-Identifier: MIT */
/*
** The first word begins at a multiple of 64, whatever the least id is, so that the words of two
** sets lie upon each other and are combined as words.
*/
#include "index/file_set.h"

#include <string.h>

#include "base/mem.h"

#define WORD_BITS 64u

void file_set_init(struct file_set *s, uint64_t least, uint64_t greatest) {
  *s = (struct file_set){.least = least, .greatest = greatest};
}

void file_set_clear(struct file_set *s) {
  mem_free(s->word);
  file_set_init(s, s->least, s->greatest);
}

void file_set_empty(struct file_set *s) { s->n = 0; }

/* The word of an id that is at least `least`. */
static uint64_t word_of(const struct file_set *s, uint64_t id) { return id / WORD_BITS - s->least / WORD_BITS; }

static uint64_t bit_of(uint64_t id) { return UINT64_C(1) << id % WORD_BITS; }

/* Makes the words up to that of an id. */
static enum err_code reserve(struct file_set *s, uint64_t id, struct err *e) {
  if (id < s->least || id > s->greatest)
    return err_set(e, ERR_FORMAT, 0, "the index is damaged: it names file %llu, and its files are %llu to %llu",
                   (unsigned long long)id, (unsigned long long)s->least, (unsigned long long)s->greatest);
  uint64_t n = word_of(s, id) + 1;
  if (n <= s->n) return ERR_NONE;
  if (n > SIZE_MAX / sizeof *s->word || mem_grow(&s->word, &s->cap, (size_t)n, 16, sizeof *s->word))
    return err_nomem(e);
  memset(s->word + s->n, 0, ((size_t)n - s->n) * sizeof *s->word);
  s->n = (size_t)n;
  return ERR_NONE;
}

enum err_code file_set_add(struct file_set *s, uint64_t id, struct err *e) {
  if (reserve(s, id, e)) return e->code;
  s->word[word_of(s, id)] |= bit_of(id);
  return ERR_NONE;
}

enum err_code file_set_add_list(struct file_set *s, uint64_t first, const uint32_t *id, size_t n, struct err *e) {
  if (!n) return ERR_NONE;
  if (first > UINT64_MAX - id[n - 1]) return reserve(s, UINT64_MAX, e); /* beyond all numbers */
  if (first + id[0] < s->least) return reserve(s, first + id[0], e);
  if (reserve(s, first + id[n - 1], e)) return e->code;
  for (size_t i = 0; i < n; i++) s->word[word_of(s, first + id[i])] |= bit_of(first + id[i]);
  return ERR_NONE;
}

enum err_code file_set_unite(struct file_set *s, const struct file_set *with, struct err *e) {
  uint64_t id = 0, base = with->least / WORD_BITS;
  size_t i = with->n;
  if (!file_set_next(with, &id)) return ERR_NONE;
  if (id < s->least) return reserve(s, id, e);
  while (!with->word[i - 1]) i--; /* there is an id, so a word of them is not 0 */
  uint64_t last = (base + i - 1) * WORD_BITS + (WORD_BITS - 1 - (uint32_t)__builtin_clzll(with->word[i - 1]));
  if (reserve(s, last, e)) return e->code;
  for (i = 0; i < with->n; i++)
    if (with->word[i]) s->word[base + i - s->least / WORD_BITS] |= with->word[i];
  return ERR_NONE;
}

void file_set_intersect(struct file_set *s, const struct file_set *with) {
  uint64_t base = s->least / WORD_BITS, other = with->least / WORD_BITS;
  for (size_t i = 0; i < s->n; i++) {
    uint64_t at = base + i;
    s->word[i] &= at >= other && at - other < with->n ? with->word[at - other] : 0;
  }
}

void file_set_remove(struct file_set *s, uint64_t id) {
  if (file_set_has(s, id)) s->word[word_of(s, id)] &= ~bit_of(id);
}

uint64_t file_set_count(const struct file_set *s) {
  uint64_t count = 0;
  for (size_t i = 0; i < s->n; i++) count += (uint64_t)__builtin_popcountll(s->word[i]);
  return count;
}

int file_set_next(const struct file_set *s, uint64_t *id) {
  uint64_t from = *id < s->least ? s->least : *id;
  uint64_t i = word_of(s, from), mask = ~UINT64_C(0) << from % WORD_BITS;
  for (; i < s->n; i++, mask = ~UINT64_C(0)) {
    uint64_t bits = s->word[i] & mask;
    if (!bits) continue;
    *id = (s->least / WORD_BITS + i) * WORD_BITS + (uint32_t)__builtin_ctzll(bits);
    return 1;
  }
  return 0;
}
