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
**     a longer text          TEXT_LONG, three zeros, 4 bytes of length, its bytes, zeros up to a word
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
#include "scan/group.h"

#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/number.h"
#include "record/address.h"
#include "record/record.h"
#include "record/tokens.h"

#define TEXT_SHORT 15
#define TEXT_LONG  0xfe                       /* the first byte of a longer text; GROUP_NULL begins with 0xff */
#define HEAD_WORDS (sizeof(struct group) / 8) /* of a group without its key */
#define DIM_WORDS  3                          /* words that a dimension may take besides the bytes of its token */

_Static_assert(sizeof(struct group) % 8 == 0, "keys are words");
_Static_assert(HEAD_WORDS + DIM_WORDS * FIELD_COUNT + PATH_FIELDS * PATH_FIELD_BYTES / 8 + RECORD_MAX_BYTES / 8 + 2 <
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

/* Writes the words of a text and returns how many.  One word more than these may be written. */
static inline uint32_t put_text(uint64_t *key, const char *p, size_t n) {
  if (__builtin_expect(n <= TEXT_SHORT, 1)) {
    key[0] = bytes_in_order(hash_load(p, n < 7 ? n : 7) << 8 | n);
    key[1] = bytes_in_order(hash_load(p + 7, n > 7 ? n - 7 : 0));
    return 1 + (n > 7);
  }
  uint32_t words = 1, length = (uint32_t)n;
  key[0] = bytes_in_order(TEXT_LONG);
  memcpy((char *)key + 4, &length, sizeof length);
  for (; n > 8; p += 8, n -= 8) key[words++] = bytes_in_order(hash_load(p, 8));
  key[words++] = bytes_in_order(hash_load(p, n));
  return words;
}

/* The part of a key for a field that the record's layout lacks. */
static uint32_t put_given(uint64_t *key, const struct grouping_bound *g, int32_t given) {
  if (given >= 0) return put_text(key, g->path->item[given].text, g->path->item[given].n);
  *key = GROUP_NULL;
  return 1;
}

/* Writes a record's key and returns the number of its words. */
static inline uint32_t put_key(uint64_t *key, const struct grouping_bound *g, const struct line *line) {
  uint32_t words = 0;
  for (uint32_t i = 0; i < g->n; i++) {
    int32_t k = g->item[i].token;
    if (k == LAYOUT_ABSENT) {
      words += put_given(key + words, g, g->item[i].given);
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
      else words += put_text(key + words, p, n);
    }
  }
  return words;
}

static inline int same_key(const struct group *a, const struct group *b) {
  if (a->words != b->words) return 0;
  for (uint32_t i = 0; i < a->words; i++)
    if (a->key[i] != b->key[i]) return 0;
  return 1;
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
    if (*first == TEXT_LONG) {
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

static inline struct group *group_at(const struct groups *t, uint32_t at) { return arena_at(&t->arena, at); }

/* Makes room for one more group with a key of so many words, and for its slot. */
static inline enum err_code reserve(struct groups *t, size_t words, struct err *e) {
  if (slots_reserve(&t->slots, e)) return e->code;
  return arena_reserve(&t->arena, HEAD_WORDS + words + 1, e);
}

static inline uint64_t sum_of(uint64_t a, uint64_t b) { return a == GROUP_NULL ? b : b == GROUP_NULL ? a : a + b; }

static inline int exceeds(uint64_t a, uint64_t b) {
  return sum_of(a, b) > INT64_MAX &&
         sum_of(a, b) != GROUP_NULL; /* two numbers up to 2^63-1 do not add up to GROUP_NULL */
}

/*
** Adds to a group.  `fresh` is the room at the end of the arena, with the key in it; it becomes a
** new group if there is none with this key, or if that one's sums would become too large.
*/
static inline void put(struct groups *t, struct group *fresh, const struct groups_waiting *a) {
  size_t i = fresh->hash & (t->slots.cap - 1);
  struct group *g = NULL;
  for (; t->slots.slot[i].at; i = (i + 1) & (t->slots.cap - 1)) {
    if (t->slots.slot[i].hash != fresh->hash) continue;
    g = group_at(t, t->slots.slot[i].at);
    if (same_key(g, fresh)) break;
  }
  int is_new = !t->slots.slot[i].at;
  if (is_new || exceeds(g->packets, a->packets) || exceeds(g->bytes, a->bytes)) {
    t->slots.slot[i].hash = fresh->hash;
    t->slots.slot[i].at = arena_end(&t->arena);
    t->slots.used += (size_t)is_new;
    t->is_split |= !is_new;
    arena_take(&t->arena, HEAD_WORDS + fresh->words);
    g = fresh;
    g->flows = 0;
    g->packets = g->bytes = g->first_seen = g->last_seen = GROUP_NULL;
  }
  g->flows += a->flows;
  g->packets = sum_of(g->packets, a->packets);
  g->bytes = sum_of(g->bytes, a->bytes);
  if (a->first_seen < g->first_seen) g->first_seen = a->first_seen;     /* GROUP_NULL is the greatest */
  if (a->last_seen + 1 > g->last_seen + 1) g->last_seen = a->last_seen; /* and GROUP_NULL + 1 the least */
}

enum err_code groups_settle(struct groups *t, struct err *e) {
  for (uint32_t i = 0; i < t->nwaiting; i++) {
    uint32_t at = t->slots.slot[t->waiting[i].hash & (t->slots.cap - 1)].at;
    if (at) __builtin_prefetch(group_at(t, at));
  }
  for (uint32_t i = 0; i < t->nwaiting; i++) {
    const struct groups_waiting *w = &t->waiting[i];
    if (reserve(t, w->words, e)) return e->code;
    struct group *fresh = group_at(t, arena_end(&t->arena));
    fresh->hash = w->hash;
    fresh->words = w->words;
    for (uint32_t k = 0; k < w->words; k++) fresh->key[k] = w->key[k];
    put(t, fresh, w);
  }
  t->nwaiting = 0;
  return ERR_NONE;
}

/*
** Adds a record to the one group that there is without dimensions, which waits for the end of the window.
** So many records as a window has do not make a sum too large.
*/
static inline void add_to_all(struct groups_waiting *w, const struct grouping_bound *b, const struct line *line) {
  uint64_t start = record_number(line, b->start), end = record_number(line, b->end);
  w->flows++;
  w->packets = sum_of(w->packets, record_number(line, b->packets));
  w->bytes = sum_of(w->bytes, record_number(line, b->bytes));
  if (start < w->first_seen) w->first_seen = start;
  if (end + 1 > w->last_seen + 1) w->last_seen = end;
}

_Static_assert((uint64_t)KIND_COUNT_MAX *(TOKENS_LINES + TOKENS_BLOCK) < INT64_MAX, "the sums of a window");

enum err_code groups_add(struct groups *t, const struct grouping_bound *b, const struct line *line, struct err *e) {
  if (!b->n && t->nwaiting) return add_to_all(t->waiting, b, line), ERR_NONE;
  if (reserve(t, b->room + (line->end - line->start) / 8, e)) return e->code;
  struct group *fresh = group_at(t, arena_end(&t->arena));
  struct groups_waiting *w = &t->waiting[t->nwaiting];
  fresh->words = w->words = put_key(fresh->key, b, line);
  fresh->hash = w->hash = (uint32_t)hash_words(fresh->key, fresh->words);
  w->flows = 1;
  w->packets = record_number(line, b->packets);
  w->bytes = record_number(line, b->bytes);
  w->first_seen = record_number(line, b->start);
  w->last_seen = record_number(line, b->end);
  if (w->words > GROUPS_KEY_WORDS) {
    put(t, fresh, w);
    return ERR_NONE;
  }
  for (uint32_t k = 0; k < w->words; k++) w->key[k] = fresh->key[k];
  __builtin_prefetch(&t->slots.slot[w->hash & (t->slots.cap - 1)]);
  return ++t->nwaiting == GROUPS_WAITING ? groups_settle(t, e) : ERR_NONE;
}

/* The sum of the values that are there, or GROUP_NULL. */
static uint64_t sum_kept(const uint64_t *x, uint32_t n, const uint8_t *keep) {
  uint64_t sum = 0, there = 0;
  for (uint32_t i = 0; x && i < n; i++) {
    int counts = keep[i] && x[i] != GROUP_NULL;
    sum += counts ? x[i] : 0;
    there |= (uint64_t)counts;
  }
  return there ? sum : GROUP_NULL;
}

static uint64_t least_kept(const uint64_t *x, uint32_t n, const uint8_t *keep) {
  uint64_t least = GROUP_NULL;
  for (uint32_t i = 0; x && i < n; i++) least = keep[i] && x[i] < least ? x[i] : least;
  return least;
}

static uint64_t greatest_kept(const uint64_t *x, uint32_t n, const uint8_t *keep) {
  uint64_t greatest = GROUP_NULL; /* GROUP_NULL + 1 is 0 */
  for (uint32_t i = 0; x && i < n; i++) greatest = keep[i] && x[i] + 1 > greatest + 1 ? x[i] : greatest;
  return greatest;
}

/* Adds the records of the one group that there is without dimensions. */
static void add_all(struct groups_waiting *w, const struct grouping_bound *b, const struct rows_columns *rows,
                    const uint8_t *keep) {
  uint32_t n = rows->n;
  w->flows = 0;
  for (uint32_t i = 0; i < n; i++) w->flows += keep[i];
  w->packets = sum_kept(b->packets == LAYOUT_ABSENT ? NULL : rows->number[FIELD_packets], n, keep);
  w->bytes = sum_kept(b->bytes == LAYOUT_ABSENT ? NULL : rows->number[FIELD_bytes], n, keep);
  w->first_seen = least_kept(b->start == LAYOUT_ABSENT ? NULL : rows->number[FIELD_start], n, keep);
  w->last_seen = greatest_kept(b->end == LAYOUT_ABSENT ? NULL : rows->number[FIELD_end], n, keep);
  w->words = 0;
  w->hash = (uint32_t)hash_words(w->key, 0);
}

/* Writes the key of row i, as put_key() does that of a line, and returns the number of its words. */
static inline uint32_t put_row_key(uint64_t *key, const struct grouping *g, const struct grouping_bound *b,
                                   const struct rows_columns *rows, uint32_t i) {
  uint32_t words = 0;
  for (uint32_t k = 0; k < b->n; k++) {
    uint32_t field = g->dim[k].field;
    if (b->item[k].token == LAYOUT_ABSENT) {
      words += put_given(key + words, b, b->item[k].given);
    } else if (b->item[k].unit) {
      uint64_t v = rows->number[field][i];
      if (b->item[k].unit > 1 && v != GROUP_NULL) v -= v % b->item[k].unit;
      key[words++] = v;
    } else {
      const struct rows_word *w = &rows->word[field][i];
      struct address_room room;
      size_t n = w->n;
      const char *p = w->p;
      if (w->has_colon && b->item[k].is_addr) p = address_spelling(p, &n, &room);
      if (n == 1 && *p == '-') key[words++] = GROUP_NULL;
      else words += put_text(key + words, p, n);
    }
  }
  return words;
}

static inline uint64_t number_at(const struct rows_columns *rows, int field, int32_t token, uint32_t i) {
  return token == LAYOUT_ABSENT ? GROUP_NULL : rows->number[field][i];
}

static inline int is_same_waiting(const struct groups_waiting *w, const struct group *fresh) {
  if (w->hash != fresh->hash || w->words != fresh->words) return 0;
  for (uint32_t i = 0; i < w->words; i++)
    if (w->key[i] != fresh->key[i]) return 0;
  return 1;
}

/* Adds a record to the one before it, which has the same key.  Those of a window do not make a sum too large. */
static inline void add_waiting(struct groups_waiting *to, const struct groups_waiting *a) {
  to->flows += a->flows;
  to->packets = sum_of(to->packets, a->packets);
  to->bytes = sum_of(to->bytes, a->bytes);
  if (a->first_seen < to->first_seen) to->first_seen = a->first_seen;
  if (a->last_seen + 1 > to->last_seen + 1) to->last_seen = a->last_seen;
}

/* Adds row i.  Its key is at the end of the arena, where there is room for it. */
static enum err_code add_row(struct groups *t, struct group *fresh, const struct grouping_bound *b,
                             const struct rows_columns *rows, uint32_t i, struct err *e) {
  struct groups_waiting *w = &t->waiting[t->nwaiting];
  fresh->hash = w->hash = (uint32_t)hash_words(fresh->key, fresh->words);
  w->words = fresh->words;
  w->flows = 1;
  w->packets = number_at(rows, FIELD_packets, b->packets, i);
  w->bytes = number_at(rows, FIELD_bytes, b->bytes, i);
  w->first_seen = number_at(rows, FIELD_start, b->start, i);
  w->last_seen = number_at(rows, FIELD_end, b->end, i);
  if (w->words > GROUPS_KEY_WORDS) return put(t, fresh, w), ERR_NONE;
  if (t->nwaiting && is_same_waiting(w - 1, fresh)) return add_waiting(w - 1, w), ERR_NONE;
  for (uint32_t k = 0; k < w->words; k++) w->key[k] = fresh->key[k];
  __builtin_prefetch(&t->slots.slot[w->hash & (t->slots.cap - 1)]);
  return ++t->nwaiting == GROUPS_WAITING ? groups_settle(t, e) : ERR_NONE;
}

/* Words that the texts of row i may take, at most. */
static size_t text_words(const struct grouping *g, const struct grouping_bound *b, const struct rows_columns *rows,
                         uint32_t i) {
  size_t words = 0;
  for (uint32_t k = 0; k < b->n; k++)
    if (b->item[k].token != LAYOUT_ABSENT && !b->item[k].unit)
      words += rows->word[g->dim[k].field][i].n / 8 + IP_TEXT / 8;
  return words;
}

enum err_code groups_add_columns(struct groups *t, const struct grouping *g, const struct grouping_bound *b,
                                 const struct rows_columns *rows, const uint8_t *keep, struct err *e) {
  if (!b->n) {
    if (groups_settle(t, e) || reserve(t, 0, e)) return e->code;
    add_all(t->waiting, b, rows, keep);
    t->nwaiting = t->waiting->flows > 0;
    return groups_settle(t, e);
  }
  for (uint32_t i = 0; i < rows->n; i++) {
    if (!keep[i]) continue;
    if (reserve(t, b->room + text_words(g, b, rows, i), e)) return e->code;
    struct group *fresh = group_at(t, arena_end(&t->arena));
    fresh->words = put_row_key(fresh->key, g, b, rows, i);
    if (add_row(t, fresh, b, rows, i, e)) return e->code;
  }
  return groups_settle(t, e);
}

const struct group *groups_next(const struct groups *t, struct groups_place *place) {
  for (; place->block < t->arena.n; place->block++, place->word = 0) {
    if (place->word == t->arena.filled[place->block]) continue;
    const struct group *g = (const struct group *)(const void *)&t->arena.block[place->block][place->word];
    place->word += (uint32_t)HEAD_WORDS + g->words;
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
    if (reserve(t, g->words, e)) return e->code;
    struct group *fresh = group_at(t, arena_end(&t->arena));
    fresh->hash = g->hash;
    fresh->words = g->words;
    memcpy(fresh->key, g->key, g->words * sizeof *g->key);
    put(t, fresh, &a);
    word += (uint32_t)HEAD_WORDS + g->words;
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
