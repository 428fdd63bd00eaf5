/* SPDX-License-Identifier: MIT */
/*
** What was sent in a connection, as each point saw it.
**
** A point is an observer, with the way in which it logged the packets.  Each point that sees all
** packets of a direction has the same sums, so the largest one counts, and not their sum.
**
** The sums of a connection are a list in an arena, which the table of connections owns.  One thread
** at a time.
*/
#ifndef CONNECTION_POINTS_H
#define CONNECTION_POINTS_H

#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

/* What one observer saw of one direction. */
struct point_sum {
  uint64_t packets, bytes; /* or FLOW_NONE */
  uint32_t point;          /* who saw it: see POINT_... */
  uint32_t next;           /* place of the next one of the list, or 0 */
};

/* The bits of a point: the number of the observer is above them. */
#define POINT_DIRECTION       1u /* the direction in which the packets went */
#define POINT_WAY(way)        ((uint32_t)(way) << 1)
#define POINT_AT_A            8u  /* the observer is the interface of the end A; */
#define POINT_AT_B            16u /* of B; neither: the record does not tell */
#define POINT_DIFFERS         32u /* on its side, the packet has another address than the interface */
#define POINT_BITS            6
#define POINT_OWN_BITS(point) ((point) & ((1u << POINT_BITS) - 1))
#define POINT_OBSERVER(point) ((point) >> POINT_BITS)
/* Did the same observer see the same direction in the same way? */
#define POINT_IS_ALIKE(a, b) ((((a) ^ (b)) & ~(POINT_AT_A | POINT_AT_B | POINT_DIFFERS)) == 0)

/* The sums of one connection. */
struct point_list {
  const struct arena *arena;
  uint32_t first; /* place of the first one, or 0 */
};

/*
** Adds to the sum of the point in the list that begins at *first.  A point may have several sums there
** until the list is sorted.  ERR_NOMEM.
*/
enum err_code points_add(struct arena *arena, uint32_t *first, const struct point_sum *a, struct err *e);

/* Appends a list to another one. */
void points_append(const struct arena *arena, uint32_t *first, uint32_t other);

/* The sum at a place; NULL for 0. */
static inline const struct point_sum *points_at(struct point_list list, uint32_t place) {
  return place ? (const struct point_sum *)arena_at(list.arena, place) : NULL;
}

/* Sorts a list, as the functions below need it; each point then has one sum.  Returns how many sums there are. */
uint32_t points_sort(const struct arena *arena, uint32_t *first);

/* What was sent in a direction, counted once.  FLOW_NONE: no observer has logged it. */
void points_sent(struct point_list list, uint32_t direction, uint64_t *packets, uint64_t *bytes);

/* How many observers there are. */
uint32_t points_observers(struct point_list list);

#endif
