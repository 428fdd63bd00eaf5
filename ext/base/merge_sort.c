/* SPDX-License-Identifier: MIT */
/*
** Chunks are sorted by qsort().  Then neighbours are merged, from the array into a second one and back:
**
**     3 7 | 1 9 | 2 4 | 5     chunks
**     1 3 7 9 | 2 4 5         pairs of them
**     1 2 3 4 5 7 9
*/
#include "base/merge_sort.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static size_t least(size_t a, size_t b) { return a < b ? a : b; }

struct sorting {
  size_t size;
  int (*compare)(const void *, const void *);
  const struct stop *stop;
  size_t since; /* items since the last question */
};

/* Merges from[0..middle) and from[middle..n). */
static enum err_code merge(struct sorting *s, const char *from, size_t middle, size_t n, char *to, struct err *e) {
  size_t i = 0, k = middle;
  for (size_t at = 0; at < n; at++) {
    int takes_left = i < middle && (k == n || s->compare(from + i * s->size, from + k * s->size) <= 0);
    memcpy(to + at * s->size, from + (takes_left ? i++ : k++) * s->size, s->size);
    if (++s->since < MERGE_SORT_CHUNK) continue;
    s->since = 0;
    if (stop_check(s->stop, e)) return e->code;
  }
  return ERR_NONE;
}

/* Merges all pairs of chunks. */
static enum err_code merge_all(struct sorting *s, const char *from, char *to, size_t n, size_t chunk, struct err *e) {
  for (size_t at = 0; at < n && !e->code; at += 2 * chunk)
    merge(s, from + at * s->size, least(chunk, n - at), least(2 * chunk, n - at), to + at * s->size, e);
  return e->code;
}

enum err_code merge_sort(void *items, size_t n, size_t size, int (*compare)(const void *, const void *),
                         const struct stop *stop, struct err *e) {
  struct sorting s = {.size = size, .compare = compare, .stop = stop};
  char *from = items;
  for (size_t at = 0; at < n; at += MERGE_SORT_CHUNK) {
    qsort(from + at * size, least(MERGE_SORT_CHUNK, n - at), size, compare);
    if (n > MERGE_SORT_CHUNK && stop_check(stop, e)) return e->code;
  }
  if (n <= MERGE_SORT_CHUNK) return ERR_NONE;
  char *second = mem_alloc(n * size), *to = second;
  if (!second) return err_nomem(e);
  for (size_t chunk = MERGE_SORT_CHUNK; chunk < n && !merge_all(&s, from, to, n, chunk, e); chunk *= 2) {
    char *swap = from;
    from = to;
    to = swap;
  }
  if (!e->code && from == second) memcpy(items, second, n * size);
  mem_free(second);
  return e->code;
}
