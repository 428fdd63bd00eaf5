/* SPDX-License-Identifier: MIT */
/*
** A hash table with open addressing, from the key of a request to its numbers.  The numbers of a
** request follow one another:
**
**     request          numbers
**     'a/' (3 files)   0 1 2
**     'b/' (2 files)         3 4
**     'a/' (4 files)             5 6 7 8     more files than before: it moves behind the others
*/
#include "tables/rowid_base.h"

#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "sqlite/report.h"

void rowid_base_open(struct rowid_base *n) { n->open++; }

void rowid_base_close(struct rowid_base *n) {
  if (--n->open) return;
  for (size_t i = 0; i < n->cap; i++) sqlite3_free(n->known[i].key);
  mem_free(n->known);
  memset(n, 0, sizeof *n);
}

/* The slot of a key: where it is, or would be. */
static struct number *place(const struct rowid_base *n, const char *key) {
  for (uint64_t h = hash_text(0, key);; h++) {
    struct number *number = &n->known[h & (n->cap - 1)];
    if (!number->key || !strcmp(number->key, key)) return number;
  }
}

static int grow(struct rowid_base *n) {
  struct rowid_base old = *n;
  size_t cap = old.cap ? old.cap * 2 : 16;
  struct number *known = mem_alloc(cap * sizeof *known);
  if (!known) return SQLITE_NOMEM;
  memset(known, 0, cap * sizeof *known);
  n->known = known;
  n->cap = cap;
  for (size_t i = 0; i < old.cap; i++)
    if (old.known[i].key) *place(n, old.known[i].key) = old.known[i];
  mem_free(old.known);
  return SQLITE_OK;
}

int rowid_base_find(struct rowid_base *numbers, const struct options *options, size_t n, uint64_t *base, char **pzErr) {
  if (numbers->nknown * 2 >= numbers->cap && grow(numbers)) return SQLITE_NOMEM;
  char *key = options_key(options, OPTION_SELECTS | OPTION_NOT_IN_ROWID);
  if (!key) return SQLITE_NOMEM;
  struct number *number = place(numbers, key);
  if (number->key) {
    sqlite3_free(key);
  } else {
    number->key = key;
    numbers->nknown++;
  }
  if (number->n < n) { /* a new request, or there are more files than there were */
    if (n > ROWID_BASE_MAX - numbers->next)
      return report_text(pzErr, "the statements that are open read more than %u files", (unsigned)ROWID_BASE_MAX);
    number->base = numbers->next;
    number->n = n;
    numbers->next += n;
  }
  *base = number->base;
  return SQLITE_OK;
}
