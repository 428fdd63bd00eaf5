/* SPDX-License-Identifier: MIT */
/*
** What group.c, which adds lines, and group_columns.c, which adds rows in columns, share: how a key is
** written, and how the table is searched.  group.c shows the table and the keys.  Nobody else needs it.
**
** The functions are inline, because they are called for each record.
*/
#ifndef SCAN_GROUP_PARTS_H
#define SCAN_GROUP_PARTS_H

#include <string.h>

#include "base/hash.h"
#include "scan/group.h"

#define GROUP_TEXT_SHORT 15
#define GROUP_TEXT_LONG  0xfe                       /* the first byte of a longer text; GROUP_NULL begins with 0xff */
#define GROUP_HEAD_WORDS (sizeof(struct group) / 8) /* of a group without its key */

/* Writes the words of a text and returns how many.  One word more than these may be written. */
static inline uint32_t group_put_text(uint64_t *key, const char *p, size_t n) {
  if (__builtin_expect(n <= GROUP_TEXT_SHORT, 1)) {
    key[0] = bytes_in_order(hash_load(p, n < 7 ? n : 7) << 8 | n);
    key[1] = bytes_in_order(hash_load(p + 7, n > 7 ? n - 7 : 0));
    return 1 + (n > 7);
  }
  uint32_t words = 1, length = (uint32_t)n;
  key[0] = bytes_in_order(GROUP_TEXT_LONG);
  memcpy((char *)key + 4, &length, sizeof length);
  for (; n > 8; p += 8, n -= 8) key[words++] = bytes_in_order(hash_load(p, 8));
  key[words++] = bytes_in_order(hash_load(p, n));
  return words;
}

/* The part of a key for a field that the record's layout lacks. */
static inline uint32_t group_put_given(uint64_t *key, const struct grouping_bound *g, int32_t given) {
  if (given >= 0) return group_put_text(key, g->path->item[given].text, g->path->item[given].n);
  *key = GROUP_NULL;
  return 1;
}

static inline int group_same_key(const struct group *a, const struct group *b) {
  if (a->words != b->words) return 0;
  for (uint32_t i = 0; i < a->words; i++)
    if (a->key[i] != b->key[i]) return 0;
  return 1;
}

static inline struct group *groups_at(const struct groups *t, uint32_t at) { return arena_at(&t->arena, at); }

/* Makes room for one more group with a key of so many words, and for its slot. */
static inline enum err_code groups_reserve(struct groups *t, size_t words, struct err *e) {
  if (slots_reserve(&t->slots, e)) return e->code;
  return arena_reserve(&t->arena, GROUP_HEAD_WORDS + words + 1, e);
}

static inline uint64_t group_sum(uint64_t a, uint64_t b) { return a == GROUP_NULL ? b : b == GROUP_NULL ? a : a + b; }

static inline int group_exceeds(uint64_t a, uint64_t b) {
  return group_sum(a, b) > INT64_MAX &&
         group_sum(a, b) != GROUP_NULL; /* two numbers up to 2^63-1 do not add up to GROUP_NULL */
}

/*
** Adds to a group.  `fresh` is the room at the end of the arena, with the key in it; it becomes a
** new group if there is none with this key, or if that one's sums would become too large.  Returns the
** place of the group.
*/
static inline uint32_t groups_put(struct groups *t, struct group *fresh, const struct groups_waiting *a) {
  size_t i = fresh->hash & (t->slots.cap - 1);
  struct group *g = NULL;
  for (; t->slots.slot[i].at; i = (i + 1) & (t->slots.cap - 1)) {
    if (t->slots.slot[i].hash != fresh->hash) continue;
    g = groups_at(t, t->slots.slot[i].at);
    if (group_same_key(g, fresh)) break;
  }
  int is_new = !t->slots.slot[i].at;
  if (is_new || group_exceeds(g->packets, a->packets) || group_exceeds(g->bytes, a->bytes)) {
    t->slots.slot[i].hash = fresh->hash;
    t->slots.slot[i].at = arena_end(&t->arena);
    t->slots.used += (size_t)is_new;
    t->is_split |= !is_new;
    arena_take(&t->arena, GROUP_HEAD_WORDS + fresh->words);
    g = fresh;
    g->flows = 0;
    g->packets = g->bytes = g->first_seen = g->last_seen = GROUP_NULL;
  }
  g->flows += a->flows;
  g->packets = group_sum(g->packets, a->packets);
  g->bytes = group_sum(g->bytes, a->bytes);
  if (a->first_seen < g->first_seen) g->first_seen = a->first_seen;     /* GROUP_NULL is the greatest */
  if (a->last_seen + 1 > g->last_seen + 1) g->last_seen = a->last_seen; /* and GROUP_NULL + 1 the least */
  return t->slots.slot[i].at;
}

/* The entry of a tag.  The golden ratio, as in Knuth's "Fibonacci hashing", keeps neighbours apart. */
static inline size_t groups_recent_place(uint64_t tag) {
  return (tag * UINT64_C(0x9e3779b97f4a7c15)) >> (64 - GROUPS_RECENT_BITS);
}

/* Adds the records that wait, and remembers their groups as those of a window; 0: remembers nothing. */
static inline enum err_code groups_settle_window(struct groups *t, uint32_t window, struct err *e) {
  for (uint32_t i = 0; i < t->nwaiting; i++) {
    uint32_t at = t->slots.slot[t->waiting[i].hash & (t->slots.cap - 1)].at;
    if (at) __builtin_prefetch(groups_at(t, at));
  }
  for (uint32_t i = 0; i < t->nwaiting; i++) {
    const struct groups_waiting *w = &t->waiting[i];
    if (groups_reserve(t, w->words, e)) return e->code;
    struct group *fresh = groups_at(t, arena_end(&t->arena));
    fresh->hash = w->hash;
    fresh->words = w->words;
    for (uint32_t k = 0; k < w->words; k++) fresh->key[k] = w->key[k];
    uint32_t at = groups_put(t, fresh, w);
    if (window) t->recent[groups_recent_place(w->tag)] = (struct groups_recent){w->tag, at, window};
  }
  t->nwaiting = 0;
  return ERR_NONE;
}

#endif
