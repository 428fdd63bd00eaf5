/* SPDX-License-Identifier: MIT */
/*
** The values are items of a hash table.  Each has the list of its files, as differences between their
** numbers, in pieces of 32 bytes; the first file stands in the item itself, because most values of
** large logs occur in few files:
**
**     slots --> items    10.0.0.7   first 3, last 9, count 4 --> piece | 1 2 3 | next --> ...
**                        eni-0a...  first 3, last 3, count 1
**
** A file has the same few values in most of its records.  They are recognised in two small tables, by
** their bytes alone, without a look at the items.
**
** Values are kept as they are written.  Keys are made of them when they are sorted, so that an address
** is read once, however often it occurs.  Two spellings of one address become neighbours then, and
** the source unites their lists.
**
** The tables are larger than the nearest caches.  Values therefore wait until there are some of them,
** and the processor fetches what all of these need at the same time.
*/
#include "index/value_lists.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/merge_sort.h"
#include "index/varint.h"

#define ITEM_TEXT 24 /* bytes of an item's text at least, so that the key has room in its place */

struct value_item {
  uint32_t hash;
  uint8_t kind;         /* enum value_kind */
  uint8_t n;            /* bytes of the text; after value_lists_sort(), of the key */
  uint32_t first, last; /* numbers of files */
  uint32_t count;       /* of files */
  uint32_t head, tail;  /* of the list's pieces; 0: none yet */
  unsigned char text[]; /* the value, and then its key */
};

#define PIECE_BYTES 27

struct piece {
  uint32_t next; /* 0: this is the last */
  uint8_t used;
  uint8_t byte[PIECE_BYTES];
};

#define PIECE_WORDS (sizeof(struct piece) / 8)
_Static_assert(sizeof(struct piece) == 32, "pieces lie in words of an arena");

void value_lists_reset(struct value_lists *v) {
  slots_clear(&v->slots);
  arena_clear(&v->items);
  arena_clear(&v->pieces);
  mem_free(v->sorted);
  v->sorted = NULL;
  v->nsorted = v->next = 0;
}

void value_lists_clear(struct value_lists *v) {
  value_lists_reset(v);
  mem_free(v->ids);
  v->ids = NULL;
  v->ids_cap = 0;
}

void value_lists_begin_file(struct value_lists *v, uint32_t file) {
  v->file = file;
  v->of_file = 0;
  v->beyond = 0;
}

uint64_t value_lists_bytes(const struct value_lists *v, size_t more) {
  return arena_bytes(&v->items) + arena_bytes(&v->pieces) + slots_bytes(&v->slots, more) +
         v->slots.used * sizeof *v->sorted;
}

/* --- a value ------------------------------------------------------------------------------------------------------ */

static inline struct value_item *item_at(const struct value_lists *v, uint32_t at) { return arena_at(&v->items, at); }
static inline struct piece *piece_at(const struct value_lists *v, uint32_t at) { return arena_at(&v->pieces, at); }

/* Adds the file at hand to the list of an item, whose last file comes before it.  ERR_NOMEM. */
static enum err_code add_file(struct value_lists *v, struct value_item *i, struct err *e) {
  struct piece *piece = i->tail ? piece_at(v, i->tail) : NULL;
  if (!piece || piece->used + VARINT_MAX > PIECE_BYTES) {
    if (arena_reserve(&v->pieces, PIECE_WORDS, e)) return e->code;
    uint32_t at = arena_end(&v->pieces);
    arena_take(&v->pieces, PIECE_WORDS);
    if (piece) piece->next = at;
    else i->head = at;
    i->tail = at;
    piece = piece_at(v, at);
    piece->next = 0;
    piece->used = 0;
  }
  piece->used = (uint8_t)(varint_write(piece->byte + piece->used, v->file - i->last) - piece->byte);
  i->last = v->file;
  i->count++;
  return ERR_NONE;
}

static size_t item_words(size_t n) {
  size_t room = n + 1 > ITEM_TEXT ? n + 1 : ITEM_TEXT; /* a key of a text has one byte more */
  return (offsetof(struct value_item, text) + room + 7) / 8;
}

/* Adds an item with the file at hand.  ERR_NOMEM. */
static enum err_code add_item(struct value_lists *v, uint32_t hash, enum value_kind kind, const char *p, size_t n,
                              struct err *e) {
  if (slots_reserve(&v->slots, e) || arena_reserve(&v->items, item_words(n), e)) return e->code;
  size_t i = hash & (v->slots.cap - 1);
  while (v->slots.slot[i].at) i = (i + 1) & (v->slots.cap - 1);
  v->slots.slot[i] = (struct slot){.hash = hash, .at = arena_end(&v->items)};
  v->slots.used++;
  struct value_item *item = item_at(v, v->slots.slot[i].at);
  arena_take(&v->items, item_words(n));
  *item = (struct value_item){
      .hash = hash, .kind = (uint8_t)kind, .n = (uint8_t)n, .first = v->file, .last = v->file, .count = 1};
  memset(item->text, 0, ITEM_TEXT);
  memcpy(item->text, p, n);
  return ERR_NONE;
}

/* The file at hand has so many values that no more of this kind are added. */
static int is_beyond(struct value_lists *v, enum value_kind kind) {
  if (kind == VALUE_PORT || v->of_file < VALUE_LISTS_OF_FILE) return 0;
  v->beyond |= 1u << kind;
  return 1;
}

/* The slot of an item that may be the value; it is free if there is none. */
static inline const struct slot *find_slot(const struct value_lists *v, uint32_t hash) {
  size_t i = hash & (v->slots.cap - 1);
  while (v->slots.slot[i].at && v->slots.slot[i].hash != hash) i = (i + 1) & (v->slots.cap - 1);
  return &v->slots.slot[i];
}

/* Is the item's text that of the value?  Up to 16 bytes are compared as words; both end with zeros. */
static inline int has_text(const struct value_item *item, const struct value_waiting *w, const char *p) {
  uint64_t word[2];
  if (w->n > sizeof word) return !memcmp(item->text, p, w->n);
  memcpy(word, item->text, sizeof word);
  return word[0] == w->word[0] && word[1] == w->word[1];
}

/* Adds a value to the table.  ERR_NOMEM. */
static enum err_code add_now(struct value_lists *v, const struct value_waiting *w, struct err *e) {
  const char *p = w->n > sizeof w->word ? w->text : (const char *)w->word;
  for (size_t i = w->hash & (v->slots.cap - 1); v->slots.slot[i].at; i = (i + 1) & (v->slots.cap - 1)) {
    if (v->slots.slot[i].hash != w->hash) continue;
    struct value_item *item = item_at(v, v->slots.slot[i].at);
    if (item->kind != w->kind || item->n != w->n || !has_text(item, w, p)) continue;
    if (item->last == v->file || is_beyond(v, w->kind)) return ERR_NONE;
    v->of_file += w->kind != VALUE_PORT;
    return add_file(v, item, e);
  }
  if (is_beyond(v, w->kind)) return ERR_NONE;
  v->of_file += w->kind != VALUE_PORT;
  return add_item(v, w->hash, w->kind, p, w->n, e);
}

/* Is it known that the file at hand has this value?  From now on it is. */
static inline int is_known(struct value_lists *v, const struct value_waiting *w) {
  uint64_t whose = ((uint64_t)v->file + 1) << 16 | (uint64_t)w->kind << 8 | w->n;
  if (w->n <= sizeof w->word) {
    struct value_recent *known = &v->recent[w->place];
    if (known->word[0] == w->word[0] && known->word[1] == w->word[1] && known->whose == whose) return 1;
    *known = (struct value_recent){.word = {w->word[0], w->word[1]}, .whose = whose};
    return 0;
  }
  struct value_longer value = {.whose = whose};
  if (w->n > sizeof value.word) return 0;
  memcpy(value.word, w->text, w->n);
  struct value_longer *known = &v->longer[w->place % VALUE_LISTS_LONGER];
  if (!memcmp(known, &value, sizeof value)) return 1;
  *known = value;
  return 0;
}

/* Keeps those of the values that wait that are not known, and computes their hashes. */
static void drop_known(struct value_lists *v) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < v->nwaiting; i++) {
    struct value_waiting *w = &v->waiting[i];
    if (w->kind != VALUE_PORT && is_known(v, w)) continue;
    uint64_t h = w->n > sizeof w->word ? hash_bytes(w->text, w->n) : hash_mix(w->word[0], w->word[1]);
    w->hash = (uint32_t)hash_mix(h, (uint64_t)w->kind << 8 | w->n);
    __builtin_prefetch(&v->slots.slot[w->hash & (v->slots.cap - 1)]);
    v->waiting[n++] = *w;
  }
  v->nwaiting = n;
}

enum err_code value_lists_settle(struct value_lists *v, struct err *e) {
  if (!v->slots.cap && slots_reserve(&v->slots, e)) return e->code;
  drop_known(v);
  for (uint32_t i = 0; i < v->nwaiting; i++) {
    const struct slot *s = find_slot(v, v->waiting[i].hash);
    v->waiting[i].at = s->at;
    if (s->at) __builtin_prefetch(item_at(v, s->at), 1);
  }
  for (uint32_t i = 0; i < v->nwaiting; i++) {
    const struct value_item *item = v->waiting[i].at ? item_at(v, v->waiting[i].at) : NULL;
    if (item && item->tail) __builtin_prefetch(piece_at(v, item->tail), 1);
  }
  for (uint32_t i = 0; i < v->nwaiting && !e->code; i++) add_now(v, &v->waiting[i], e);
  v->nwaiting = 0;
  return e->code;
}

/* --- the values in order ------------------------------------------------------------------------------------------ */

static void make_key(const struct value_item *i, struct index_key *key) {
  const char *p = (const char *)i->text;
  key->n = 0;
  switch ((enum value_kind)i->kind) {
  case VALUE_ADDRESS: key_of_address(key, p, i->n); break;
  case VALUE_INTERFACE: key_of_interface(key, p, i->n); break;
  case VALUE_PORT: key_of_port(key, (uint16_t)(i->text[0] << 8 | i->text[1])); break;
  }
}

/* The first 8 bytes of a key as a number that sorts as they do. */
static uint64_t prefix_of(const struct index_key *key) {
  uint64_t prefix = 0;
  for (size_t i = 0; i < 8; i++) prefix = prefix << 8 | (i < key->n ? key->b[i] : 0);
  return prefix;
}

static int by_key(const void *x, const void *y) {
  const struct value_sorted *a = x, *b = y;
  if (a->prefix != b->prefix) return a->prefix < b->prefix ? -1 : 1;
  const struct value_item *i = a->item, *k = b->item;
  int order = memcmp(i->text, k->text, i->n < k->n ? i->n : k->n);
  return order ? order : (int)i->n - (int)k->n;
}

enum err_code value_lists_sort(struct value_lists *v, const struct stop *stop, struct err *e) {
  mem_free(v->sorted);
  v->nsorted = v->next = 0;
  if (!(v->sorted = mem_alloc((v->slots.used + 1) * sizeof *v->sorted))) return err_nomem(e);
  for (size_t i = 0; i < v->slots.cap; i++) {
    struct index_key key;
    if (i % MERGE_SORT_CHUNK == 0 && stop_check(stop, e)) return e->code;
    if (!v->slots.slot[i].at) continue;
    struct value_item *item = item_at(v, v->slots.slot[i].at);
    make_key(item, &key);
    memcpy(item->text, key.b, key.n);
    item->n = key.n;
    v->sorted[v->nsorted++] = (struct value_sorted){.prefix = prefix_of(&key), .item = item};
  }
  return merge_sort(v->sorted, v->nsorted, sizeof *v->sorted, by_key, stop, e);
}

/* Appends the files of an item to v->ids[0..n).  ERR_NOMEM. */
static enum err_code put_files(struct value_lists *v, const struct value_item *item, size_t n, struct err *e) {
  if (mem_grow(&v->ids, &v->ids_cap, n + item->count, 64, sizeof *v->ids)) return err_nomem(e);
  uint32_t file = item->first;
  v->ids[n++] = file;
  for (uint32_t at = item->head; at; at = piece_at(v, at)->next) {
    const struct piece *piece = piece_at(v, at);
    const uint8_t *end = piece->byte + piece->used;
    for (const uint8_t *p = piece->byte; p && p < end;) {
      uint32_t difference = 0;
      p = varint_read(p, end, &difference);
      v->ids[n++] = file += difference;
    }
  }
  return ERR_NONE;
}

static int by_number(const void *x, const void *y) {
  uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;
  return (a > b) - (a < b);
}

/* Makes an ascending list of one that was put together from several.  Returns its length. */
static size_t unite(uint32_t *id, size_t n) {
  size_t kept = 0;
  qsort(id, n, sizeof *id, by_number);
  for (size_t i = 0; i < n; i++)
    if (!kept || id[kept - 1] != id[i]) id[kept++] = id[i];
  return kept;
}

static enum err_code next_entry(void *lists, struct run_entry *out, struct err *e) {
  struct value_lists *v = lists;
  size_t n = 0, spellings = 0;
  out->key = NULL;
  if (v->next == v->nsorted) return ERR_NONE;
  const struct value_sorted *first = &v->sorted[v->next];
  for (; v->next < v->nsorted && by_key(first, &v->sorted[v->next]) == 0; spellings++) {
    const struct value_item *item = v->sorted[v->next++].item;
    if (put_files(v, item, n, e)) return e->code;
    n += item->count;
  }
  v->key.n = first->item->n;
  memcpy(v->key.b, first->item->text, v->key.n);
  *out = (struct run_entry){.key = &v->key, .id = v->ids, .n = spellings > 1 ? unite(v->ids, n) : n};
  return ERR_NONE;
}

struct run_source value_lists_source(struct value_lists *v, uint64_t first_id) {
  return (struct run_source){.next = next_entry, .context = v, .first_id = first_id};
}
