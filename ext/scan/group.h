/* SPDX-License-Identifier: MIT */
/*
** Records summed by some of their fields: what GROUP BY does, on a line's bytes.
**
** A group stands for all records that agree in the dimensions of a grouping; a missing value agrees with missing ones
** alone.  Its sums never exceed 2^63-1: a group whose sum would is left as it is, and another one with the same key
** goes on, so that whoever adds up the parts decides what becomes of them.
**
** Call order: groups_init(); per layout grouping_bind(), per line groups_add(), and groups_settle() before anything else
** is done with the table; groups_next() over all groups, or groups_merge() into another table; groups_clear().  A table belongs to one thread at a time.  A group that is found
** costs no allocation.
*/
#ifndef SCAN_GROUP_H
#define SCAN_GROUP_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "record/fields.h"
#include "record/layout.h"

#define GROUP_NULL        UINT64_MAX   /* a value or sum that is missing */
#define GROUP_BLOCK       (128 * 1024) /* bytes of arena that are allocated at once */
#define GROUP_BLOCK_WORDS (GROUP_BLOCK / 8)

/* What is summed by what. */
struct grouping {
  uint32_t n; /* dimensions */
  struct grouping_dim {
    uint8_t field;
    uint32_t unit; /* of a number: rounded down to a multiple of it; 1 for the number itself; 0 for a text */
  } dim[FIELD_COUNT];
  uint8_t packets, bytes, first_seen, last_seen; /* is the measure wanted? */
};

/* A grouping held against a layout: a plain struct. */
struct grouping_bound {
  uint32_t n;
  struct grouping_item {
    int32_t token; /* or LAYOUT_ABSENT */
    uint32_t unit;
  } item[FIELD_COUNT];
  int32_t packets, bytes, start, end; /* tokens; LAYOUT_ABSENT, too, where the measure isn't wanted */
};

void grouping_bind(const struct grouping *g, const struct layout *l, struct grouping_bound *out);

struct group {
  uint64_t flows;                 /* records */
  uint64_t packets, bytes;        /* sums of those that have the field; GROUP_NULL when none has */
  uint64_t first_seen, last_seen; /* least start, greatest end; likewise */
  uint32_t hash;                  /* of the key */
  uint32_t words;                 /* of the key */
  uint64_t key[];                 /* the dimensions' values one after the other: see group.c */
};

/* A dimension's value. */
struct group_value {
  uint64_t number;  /* GROUP_NULL for a missing value of either kind */
  const char *text; /* in the group */
  size_t n;
};

/* Records that wait for memory: see groups_add(). */
#define GROUPS_WAITING   8
#define GROUPS_KEY_WORDS 12 /* of a key that can wait */

struct groups {
  struct groups_slot { /* a hash table: a power of two of slots, half of them free at least */
    uint32_t hash;
    uint32_t at; /* the group's place in the arena, in words, and 1; 0: free */
  } * slot;
  size_t cap, used;
  uint64_t **block; /* arena: groups one behind the other */
  uint32_t *filled; /* per block: words of whole groups */
  size_t nblocks, blocks_cap;
  struct groups_waiting { /* what one record, or one group, adds to a group; and its key */
    uint64_t flows, packets, bytes, first_seen, last_seen;
    uint32_t hash, words;
    uint64_t key[GROUPS_KEY_WORDS];
  } waiting[GROUPS_WAITING];
  uint32_t nwaiting;
};

void groups_init(struct groups *t);
void groups_clear(struct groups *t); /* it is as after groups_init() */

/*
** Adds a record, whose line has passed record_check(); TOKENS_BLOCK readable bytes follow the text.  ERR_NOMEM.
*/
enum err_code groups_add(struct groups *t, const struct grouping_bound *g, const struct line *line, struct err *e);

/* Adds the records that wait.  ERR_NOMEM. */
enum err_code groups_settle(struct groups *t, struct err *e);

/*
** Adds the groups of `from`, which is freed on the way, in the blocks' order; stop() is asked between two of them and
** may be NULL.  When it is stopped or has no memory, what is left in `from` is still there.
*/
enum err_code groups_merge(struct groups *t, struct groups *from, int (*stop)(void *context), void *context,
                           struct err *e);

/* Walks over all groups, in no particular order: *place is all zero at first.  NULL at the end. */
struct groups_place {
  size_t block;
  uint32_t word;
};
const struct group *groups_next(const struct groups *t, struct groups_place *place);

/* Sets value[] to the values of the grouping's dimensions. */
void group_values(const struct group *group, const struct grouping *g, struct group_value *value);

/* A hash of the key, of 64 bits: so many that two groups of a query do not meet. */
uint64_t group_id(const struct group *group);

/* Bytes that the table takes, or may take for a moment while that many more groups come. */
size_t group_bytes(const struct groups *t, size_t more);

#endif
