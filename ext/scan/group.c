/* SPDX-License-Identifier: MIT */
/*
** The table has slots, which are a hash table, and an arena of blocks, in which the groups lie one
** after the other in the order in which they were found.  A slot holds a hash and the place of its
** group:
**
**     slot[]    [ hash, at ]  [ free ]  [ hash, at ]  [ hash, at ]  ...    at least half are free
**                        \                       \            /
**     block[0]  | group 1 | group 2 | group 3 | ... |            |
**     block[1]  | group 9 | group 10 | room for the next group   |
**
**     group     | flows packets bytes first_seen last_seen | hash, words | key: so many words |
**
** Groups never move: when the table grows, the slots are copied, and blocks are added.
**
** A key is made of whole words, so that it is hashed, compared and copied without a loop over
** bytes:
**
**     a number               the number
**     a missing value        GROUP_NULL
**     a text up to 15 bytes  its length in a byte, its bytes, zeros up to a whole word
**     a longer text          GROUP_TEXT_LONG, three zeros, 4 bytes of length, its bytes, zeros up to a word
**
** The dimensions are the same for all keys of a table, so no two keys consist of the same words.
** An IPv4 address takes two words at most, and an action one.
**
** A record's key is written at the end of the arena, where the next new group would lie.  If its
** group exists already, the place is used again for the next record, and nothing was allocated or
** copied.
**
** With many groups, a record would have to wait for memory twice: for its slot, and then for its
** group.  Therefore records wait in a short queue (`waiting`) while others are read.  The
** processor is told to fetch the slot when a record joins the queue, and when the queue is full,
** to fetch all their groups at once.
**
** A group whose sum would exceed 2^63-1 stays as it is.  Its slot then leads to a new group with
** the same key.
*/
#include "scan/group_parts.h"

#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/number.h"
#include "record/address.h"
#include "record/record.h"
#include "record/tokens.h"

#define DIM_WORDS 3 /* words that a dimension may take besides the bytes of its token */

_Static_assert(sizeof(struct group) % 8 == 0, "keys are words");
_Static_assert(GROUP_HEAD_WORDS + DIM_WORDS * FIELD_COUNT + PATH_FIELDS * PATH_FIELD_BYTES / 8 + RECORD_MAX_BYTES / 8 +
                       2 <
                   ARENA_WORDS,
               "a block has room for the group of any line");

void groups_init(struct groups *t) { memset(t, 0, sizeof *t); }

void groups_clear(struct groups *t) {
  arena_clear(&t->arena);
  slots_clear(&t->slots);
  groups_init(t);
}

size_t group_bytes(const struct groups *t, size_t more) {
  return arena_bytes(&t->arena) + slots_bytes(&t->slots, more);
}

/* --- a grouping and a layout ------------------------------------------------------------------------------------- */

static int32_t token_of(const struct layout *l, int field, int is_wanted) {
  return is_wanted ? l->token[field] : LAYOUT_ABSENT;
}

void grouping_bind(const struct grouping *g, const struct layout *l, const struct path_fields *path,
                   struct grouping_bound *out) {
  out->n = g->n;
  out->path = path;
  out->room = DIM_WORDS * g->n;
  for (uint32_t i = 0; i < g->n; i++) {
    out->item[i].token = l->token[g->dim[i].field];
    out->item[i].unit = g->dim[i].unit;
    out->item[i].given = path_fields_find(path, g->dim[i].field);
    if (out->item[i].given >= 0) out->room += PATH_FIELD_BYTES / 8;
    out->item[i].is_addr = fields[g->dim[i].field].kind == KIND_ADDR;
  }
  out->packets = token_of(l, FIELD_packets, g->packets);
  out->bytes = token_of(l, FIELD_bytes, g->bytes);
  out->start = token_of(l, FIELD_start, g->first_seen);
  out->end = token_of(l, FIELD_end, g->last_seen);
}

/* --- keys -------------------------------------------------------------------------------------------------------- */

/* Writes a record's key and returns the number of its words. */
static inline uint32_t put_key(uint64_t *key, const struct grouping_bound *g, const struct line *line) {
  uint32_t words = 0;
  for (uint32_t i = 0; i < g->n; i++) {
    int32_t k = g->item[i].token;
    if (k == LAYOUT_ABSENT) {
      words += group_put_given(key + words, g, g->item[i].given);
    } else if (g->item[i].unit) {
      uint64_t v = record_number(line, k);
      if (g->item[i].unit > 1 && v != GROUP_NULL) v -= v % g->item[i].unit;
      key[words++] = v;
    } else {
      size_t n;
      const char *p = token_text(line, (uint32_t)k, &n);
      struct address_room room;
      if (line->colons && g->item[i].is_addr) p = address_spelling(p, &n, &room);
      if (n == 1 && *p == '-') key[words++] = GROUP_NULL;
      else words += group_put_text(key + words, p, n);
    }
  }
  return words;
}

uint64_t group_id(const struct group *group) { return hash_words(group->key, group->words); }

void group_values(const struct group *group, const struct grouping *g, struct group_value *value) {
  const uint64_t *key = group->key;
  for (uint32_t i = 0; i < g->n; i++) {
    const unsigned char *first = (const unsigned char *)key;
    value[i].number = *key++;
    if (value[i].number == GROUP_NULL || g->dim[i].unit) continue;
    value[i].number = 0;
    value[i].n = *first;
    value[i].text = (const char *)first + 1;
    if (*first == GROUP_TEXT_LONG) {
      uint32_t length;
      memcpy(&length, first + 4, sizeof length);
      value[i].n = length;
      value[i].text = (const char *)key;
      key += (length + 7) / 8;
    } else if (*first > 7) {
      key++;
    }
  }
}

/* --- the table --------------------------------------------------------------------------------------------------- */

/* Within groups_add(), which calls it for one record in GROUPS_WAITING, it would take registers from all of them. */
__attribute__((noinline)) enum err_code groups_settle(struct groups *t, struct err *e) {
  return groups_settle_window(t, 0, e);
}

/*
** Adds a record to the one group that there is without dimensions, which waits for the end of the window.
** So many records as a window has do not make a sum too large.
*/
static inline void add_to_all(struct groups_waiting *w, const struct grouping_bound *b, const struct line *line) {
  uint64_t start = record_number(line, b->start), end = record_number(line, b->end);
  w->flows++;
  w->packets = group_sum(w->packets, record_number(line, b->packets));
  w->bytes = group_sum(w->bytes, record_number(line, b->bytes));
  if (start < w->first_seen) w->first_seen = start;
  if (end + 1 > w->last_seen + 1) w->last_seen = end;
}

_Static_assert((uint64_t)KIND_COUNT_MAX *(TOKENS_LINES + TOKENS_BLOCK) < INT64_MAX, "the sums of a window");

enum err_code groups_add(struct groups *t, const struct grouping_bound *b, const struct line *line, struct err *e) {
  if (!b->n && t->nwaiting) return add_to_all(t->waiting, b, line), ERR_NONE;
  if (groups_reserve(t, b->room + (line->end - line->start) / 8, e)) return e->code;
  struct group *fresh = groups_at(t, arena_end(&t->arena));
  struct groups_waiting *w = &t->waiting[t->nwaiting];
  fresh->words = w->words = put_key(fresh->key, b, line);
  fresh->hash = w->hash = (uint32_t)hash_words(fresh->key, fresh->words);
  w->flows = 1;
  w->packets = record_number(line, b->packets);
  w->bytes = record_number(line, b->bytes);
  w->first_seen = record_number(line, b->start);
  w->last_seen = record_number(line, b->end);
  if (w->words > GROUPS_KEY_WORDS) {
    groups_put(t, fresh, w);
    return ERR_NONE;
  }
  for (uint32_t k = 0; k < w->words; k++) w->key[k] = fresh->key[k];
  __builtin_prefetch(&t->slots.slot[w->hash & (t->slots.cap - 1)]);
  return ++t->nwaiting == GROUPS_WAITING ? groups_settle(t, e) : ERR_NONE;
}

const struct group *groups_next(const struct groups *t, struct groups_place *place) {
  for (; place->block < t->arena.n; place->block++, place->word = 0) {
    if (place->word == t->arena.filled[place->block]) continue;
    const struct group *g = (const struct group *)(const void *)&t->arena.block[place->block][place->word];
    place->word += (uint32_t)GROUP_HEAD_WORDS + g->words;
    return g;
  }
  return NULL;
}

/* Adds the groups of one block, in their order. */
static enum err_code merge_block(struct groups *t, const uint64_t *block, uint32_t *filled, struct err *e) {
  uint32_t word = 0;
  while (word < *filled) {
    const struct group *g = (const struct group *)(const void *)&block[word];
    const struct groups_waiting a = {g->flows, g->packets, g->bytes, g->first_seen, g->last_seen, .words = g->words};
    if (groups_reserve(t, g->words, e)) return e->code;
    struct group *fresh = groups_at(t, arena_end(&t->arena));
    fresh->hash = g->hash;
    fresh->words = g->words;
    memcpy(fresh->key, g->key, g->words * sizeof *g->key);
    groups_put(t, fresh, &a);
    word += (uint32_t)GROUP_HEAD_WORDS + g->words;
  }
  return ERR_NONE;
}

enum err_code groups_merge(struct groups *t, struct groups *from, int (*stop)(void *context), void *context,
                           struct err *e) {
  slots_clear(&from->slots);
  t->is_split |= from->is_split;
  while (from->arena.n && !(stop && stop(context))) {
    size_t last = from->arena.n - 1;
    if (merge_block(t, from->arena.block[last], &from->arena.filled[last], e)) return e->code;
    arena_shrink(&from->arena);
  }
  if (!from->arena.n) groups_clear(from);
  return ERR_NONE;
}
