/* SPDX-License-Identifier: MIT */
/*
** The lists are short: a connection has a sum for each direction and each interface on its way.
*/
#include "connection/points.h"

#include "connection/flow.h"

#define SUM_WORDS (sizeof(struct point_sum) / 8)

_Static_assert(sizeof(struct point_sum) % 8 == 0, "a sum is made of words");

/* No sum wraps around: one that would stays at the largest number, which is more than SQLite's integers hold. */
static inline uint64_t sum_of(uint64_t a, uint64_t b) {
  if (a == FLOW_NONE || b == FLOW_NONE) return a == FLOW_NONE ? b : a;
  return a + b >= a && a + b != FLOW_NONE ? a + b : FLOW_NONE - 1;
}

static struct point_sum *sum_at(const struct arena *arena, uint32_t place) { return arena_at(arena, place); }

enum err_code points_add(struct arena *arena, uint32_t *first, const struct point_sum *a, struct err *e) {
  for (uint32_t place = *first; place; place = sum_at(arena, place)->next) {
    struct point_sum *sum = sum_at(arena, place);
    if (sum->point != a->point) continue;
    sum->packets = sum_of(sum->packets, a->packets);
    sum->bytes = sum_of(sum->bytes, a->bytes);
    return ERR_NONE;
  }
  if (arena_reserve(arena, SUM_WORDS, e)) return e->code;
  uint32_t place = arena_end(arena);
  *sum_at(arena, place) = (struct point_sum){a->packets, a->bytes, a->point, *first};
  arena_take(arena, SUM_WORDS);
  *first = place;
  return ERR_NONE;
}

/*
** What an observer saw of a direction in one way.  It has several sums where it showed its own
** address for that of an end in some of its records only.
*/
static void whole_sum(struct point_list list, uint32_t point, uint64_t *packets, uint64_t *bytes) {
  *packets = *bytes = FLOW_NONE;
  for (const struct point_sum *s = points_at(list, list.first); s; s = points_at(list, s->next)) {
    if (!POINT_IS_ALIKE(s->point, point)) continue;
    *packets = sum_of(*packets, s->packets);
    *bytes = sum_of(*bytes, s->bytes);
  }
}

void points_sent(struct point_list list, uint32_t direction, uint64_t *packets, uint64_t *bytes) {
  uint64_t p, b;
  *packets = *bytes = FLOW_NONE;
  for (const struct point_sum *s = points_at(list, list.first); s; s = points_at(list, s->next)) {
    if ((s->point & POINT_DIRECTION) != direction) continue;
    whole_sum(list, s->point, &p, &b);
    /* FLOW_NONE + 1 is 0, so that a sum that is missing is less than any other. */
    if (b + 1 > *bytes + 1 || (b == *bytes && p + 1 > *packets + 1)) {
      *bytes = b;
      *packets = p;
    }
  }
}

uint32_t points_observers(struct point_list list) {
  uint32_t n = 0;
  for (const struct point_sum *s = points_at(list, list.first); s; s = points_at(list, s->next)) {
    int seen = 0;
    for (const struct point_sum *o = points_at(list, list.first); o != s; o = points_at(list, o->next))
      seen |= POINT_OBSERVER(o->point) == POINT_OBSERVER(s->point);
    n += !seen;
  }
  return n;
}
