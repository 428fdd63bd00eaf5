/* SPDX-License-Identifier: MIT */
/*
** The lists are short: a connection has a sum for each direction and each interface on its way.  A
** file may nevertheless name a great many interfaces, and nothing can interrupt what reads a list.  So
** a new sum is compared with the newest ones only, and lists are sorted before they are read, and then
** gone through once.
*/
#include "connection/points.h"

#include "connection/flow.h"

#define SUM_WORDS (sizeof(struct point_sum) / 8)
#define FEW       8 /* sums of a list that a new one is compared with */

_Static_assert(sizeof(struct point_sum) % 8 == 0, "a sum is made of words");

/* No sum wraps around: one that would stays at the largest number, which is more than SQLite's integers hold. */
static inline uint64_t sum_of(uint64_t a, uint64_t b) {
  if (a == FLOW_NONE || b == FLOW_NONE) return a == FLOW_NONE ? b : a;
  return a + b >= a && a + b != FLOW_NONE ? a + b : FLOW_NONE - 1;
}

static void add(struct point_sum *to, const struct point_sum *a) {
  to->packets = sum_of(to->packets, a->packets);
  to->bytes = sum_of(to->bytes, a->bytes);
}

static struct point_sum *sum_at(const struct arena *arena, uint32_t place) { return arena_at(arena, place); }

enum err_code points_add(struct arena *arena, uint32_t *first, const struct point_sum *a, struct err *e) {
  uint32_t place = *first;
  for (int i = 0; place && i < FEW; i++) {
    struct point_sum *sum = sum_at(arena, place);
    place = sum->next;
    if (sum->point != a->point) continue;
    add(sum, a);
    return ERR_NONE;
  }
  if (arena_reserve(arena, SUM_WORDS, e)) return e->code;
  place = arena_end(arena);
  *sum_at(arena, place) = (struct point_sum){a->packets, a->bytes, a->point, *first};
  arena_take(arena, SUM_WORDS);
  *first = place;
  return ERR_NONE;
}

void points_append(const struct arena *arena, uint32_t *first, uint32_t other) {
  uint32_t *end = &other;
  while (*end) end = &sum_at(arena, *end)->next;
  *end = *first;
  *first = other;
}

/* --- a list that is complete ------------------------------------------------------------------------------------ */

/* Sums of one observer are neighbours, and so are those of one observer, direction and way. */
static inline uint32_t order_of(const struct point_sum *s) {
  return POINT_OBSERVER(s->point) << POINT_BITS | (s->point & 7) << 3 | (s->point >> 3 & 7);
}

static uint32_t merge(const struct arena *arena, uint32_t a, uint32_t b) {
  uint32_t first = 0, *end = &first;
  while (a && b) {
    uint32_t *least = order_of(sum_at(arena, a)) <= order_of(sum_at(arena, b)) ? &a : &b;
    *end = *least;
    end = &sum_at(arena, *least)->next;
    *least = *end;
  }
  *end = a ? a : b;
  return first;
}

/* Makes one sum of those of the same point in a sorted list.  Returns how many sums remain. */
static uint32_t unite(const struct arena *arena, uint32_t first) {
  uint32_t n = 1;
  for (struct point_sum *s = sum_at(arena, first); s->next;) {
    struct point_sum *next = sum_at(arena, s->next);
    if (next->point != s->point) {
      s = next;
      n++;
      continue;
    }
    add(s, next);
    s->next = next->next;
  }
  return n;
}

uint32_t points_sort(const struct arena *arena, uint32_t *first) {
  uint32_t sorted[32] = {0}, all = 0; /* sorted[i]: a list of 2^i sums, or 0 */
  if (!*first || !sum_at(arena, *first)->next) return *first != 0;
  for (uint32_t place = *first; place;) {
    uint32_t one = place, i = 0;
    place = sum_at(arena, one)->next;
    sum_at(arena, one)->next = 0;
    for (; sorted[i]; i++) {
      one = merge(arena, sorted[i], one);
      sorted[i] = 0;
    }
    sorted[i] = one;
  }
  for (int i = 0; i < 32; i++) all = merge(arena, sorted[i], all);
  *first = all;
  return unite(arena, all);
}

/*
** What an observer saw of a direction in one way has several sums where it showed its own address
** for that of an end in some of its records only.
*/
void points_sent(struct point_list list, uint32_t direction, uint64_t *packets, uint64_t *bytes) {
  *packets = *bytes = FLOW_NONE;
  for (const struct point_sum *s = points_at(list, list.first); s;) {
    uint32_t point = s->point;
    uint64_t p = FLOW_NONE, b = FLOW_NONE;
    for (; s && POINT_IS_ALIKE(s->point, point); s = points_at(list, s->next)) {
      p = sum_of(p, s->packets);
      b = sum_of(b, s->bytes);
    }
    if ((point & POINT_DIRECTION) != direction) continue;
    /* FLOW_NONE + 1 is 0, so that a sum that is missing is less than any other. */
    if (b + 1 > *bytes + 1 || (b == *bytes && p + 1 > *packets + 1)) {
      *bytes = b;
      *packets = p;
    }
  }
}

uint32_t points_observers(struct point_list list) {
  const struct point_sum *before = NULL;
  uint32_t n = 0;
  for (const struct point_sum *s = points_at(list, list.first); s; before = s, s = points_at(list, s->next))
    n += !before || POINT_OBSERVER(before->point) != POINT_OBSERVER(s->point);
  return n;
}
