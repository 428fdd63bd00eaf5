/* SPDX-License-Identifier: MIT */
/*
** The values are items of a hash table.  Each has the list of its files, as differences between their
** numbers, in pieces of 32 bytes; the first file stands in the item itself, because most values of
** large logs occur in few files:
**
**     slots --> items    10.0.0.7   first 3, last 9, count 4 --> piece | 1 2 3 | next --> ...
**                        eni-0a...  first 3, last 3, count 1
**
** A file has the same few values in most of its records.  They are recognised in the small table
** `recent`, by their bytes alone, without a hash of them and without a look at the items.
**
** Values are kept as they are written.  Keys are made of them when a collector is sorted, so that an
** address is read once, however often it occurs.  Two spellings of one address become neighbours
** then, and the source unites their lists.
**
** The tables are larger than the nearest caches.  Values therefore wait until there are some of them,
** and the processor fetches what all of these need at the same time.
*/
#include "index/collector.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/merge_sort.h"
#include "record/record.h"

/* What a value is. */
enum value_kind { VALUE_ADDRESS, VALUE_INTERFACE, VALUE_PORT };

#define ITEM_TEXT 24 /* bytes of an item's text at least, so that the key has room in its place */

struct collector_item {
  uint32_t hash;
  uint8_t kind;         /* enum value_kind */
  uint8_t n;            /* bytes of the text; after collector_finish(), of the key */
  uint32_t first, last; /* numbers of files */
  uint32_t count;       /* of files */
  uint32_t head, tail;  /* of the list's pieces; 0: none yet */
  unsigned char text[]; /* the value, and then its key */
};

#define PIECE_BYTES 27
#define VARINT_MAX  5 /* bytes of a number of 32 bits */

struct piece {
  uint32_t next; /* 0: this is the last */
  uint8_t used;
  uint8_t byte[PIECE_BYTES];
};

#define PIECE_WORDS (sizeof(struct piece) / 8)
_Static_assert(sizeof(struct piece) == 32, "pieces lie in words of an arena");

void collector_init(struct collector *c, const struct files *files, struct file_facts *facts, uint64_t share) {
  memset(c, 0, sizeof *c);
  c->files = files;
  c->facts = facts;
  c->share = share;
}

static void forget(struct collector *c) {
  slots_clear(&c->slots);
  arena_clear(&c->items);
  arena_clear(&c->lists);
  mem_free(c->sorted);
  c->sorted = NULL;
  c->nsorted = c->next = 0;
  c->bytes = 0;
}

void collector_clear(struct collector *c) {
  forget(c);
  mem_free(c->ended);
  c->ended = NULL;
  c->nended = c->ended_cap = 0;
  mem_free(c->ids);
  c->ids = NULL;
  c->ids_cap = 0;
}

/* --- a value ------------------------------------------------------------------------------------------------------ */

static inline struct collector_item *item_at(const struct collector *c, uint32_t at) { return arena_at(&c->items, at); }
static inline struct piece *piece_at(const struct collector *c, uint32_t at) { return arena_at(&c->lists, at); }

static size_t put_varint(uint8_t *p, uint32_t x) {
  size_t n = 0;
  for (; x >= 0x80; x >>= 7) p[n++] = (uint8_t)(x | 0x80);
  p[n++] = (uint8_t)x;
  return n;
}

/* Adds the file at hand to the list of an item, whose last file comes before it.  ERR_NOMEM. */
static enum err_code add_file(struct collector *c, struct collector_item *i, uint32_t file, struct err *e) {
  struct piece *piece = i->tail ? piece_at(c, i->tail) : NULL;
  if (!piece || piece->used + VARINT_MAX > PIECE_BYTES) {
    if (arena_reserve(&c->lists, PIECE_WORDS, e)) return e->code;
    uint32_t at = arena_end(&c->lists);
    arena_take(&c->lists, PIECE_WORDS);
    if (piece) piece->next = at;
    else i->head = at;
    i->tail = at;
    piece = piece_at(c, at);
    piece->next = 0;
    piece->used = 0;
  }
  piece->used = (uint8_t)(piece->used + put_varint(piece->byte + piece->used, file - i->last));
  i->last = file;
  i->count++;
  return ERR_NONE;
}

static size_t item_words(size_t n) {
  size_t room = n + 1 > ITEM_TEXT ? n + 1 : ITEM_TEXT; /* a key of a text has one byte more */
  return (offsetof(struct collector_item, text) + room + 7) / 8;
}

/* Adds an item with the file at hand.  ERR_NOMEM. */
static enum err_code add_item(struct collector *c, uint32_t hash, enum value_kind kind, const char *p, size_t n,
                              struct err *e) {
  if (slots_reserve(&c->slots, e) || arena_reserve(&c->items, item_words(n), e)) return e->code;
  size_t i = hash & (c->slots.cap - 1);
  while (c->slots.slot[i].at) i = (i + 1) & (c->slots.cap - 1);
  c->slots.slot[i] = (struct slot){.hash = hash, .at = arena_end(&c->items)};
  c->slots.used++;
  struct collector_item *item = item_at(c, c->slots.slot[i].at);
  arena_take(&c->items, item_words(n));
  *item = (struct collector_item){.hash = hash,
                                  .kind = (uint8_t)kind,
                                  .n = (uint8_t)n,
                                  .first = (uint32_t)c->file,
                                  .last = (uint32_t)c->file,
                                  .count = 1};
  memset(item->text, 0, ITEM_TEXT);
  memcpy(item->text, p, n);
  return ERR_NONE;
}

/* The file at hand has so many values that no more of this kind are collected. */
static int is_beyond(struct collector *c, enum value_kind kind) {
  if (kind == VALUE_PORT || c->file_values < COLLECTOR_VALUES) return 0;
  c->facts[c->file].gaps |= kind == VALUE_ADDRESS ? FACTS_ADDRESSES : FACTS_INTERFACES;
  return 1;
}

/* The slot of an item that may be the value; it is free if there is none. */
static inline const struct slot *find_slot(const struct collector *c, uint32_t hash) {
  size_t i = hash & (c->slots.cap - 1);
  while (c->slots.slot[i].at && c->slots.slot[i].hash != hash) i = (i + 1) & (c->slots.cap - 1);
  return &c->slots.slot[i];
}

/* Is the item's text that of the value?  Up to 16 bytes are compared as words; both end with zeros. */
static inline int has_text(const struct collector_item *item, const struct collector_waiting *w, const char *p) {
  uint64_t word[2];
  if (w->n > sizeof word) return !memcmp(item->text, p, w->n);
  memcpy(word, item->text, sizeof word);
  return word[0] == w->word[0] && word[1] == w->word[1];
}

/* Adds a value to the table.  ERR_NOMEM. */
static enum err_code add_now(struct collector *c, const struct collector_waiting *w, struct err *e) {
  const char *p = w->n > sizeof w->word ? w->text : (const char *)w->word;
  for (size_t i = w->hash & (c->slots.cap - 1); c->slots.slot[i].at; i = (i + 1) & (c->slots.cap - 1)) {
    if (c->slots.slot[i].hash != w->hash) continue;
    struct collector_item *item = item_at(c, c->slots.slot[i].at);
    if (item->kind != w->kind || item->n != w->n || !has_text(item, w, p)) continue;
    if (item->last == c->file || is_beyond(c, w->kind)) return ERR_NONE;
    c->file_values += w->kind != VALUE_PORT;
    return add_file(c, item, (uint32_t)c->file, e);
  }
  if (is_beyond(c, w->kind)) return ERR_NONE;
  c->file_values += w->kind != VALUE_PORT;
  return add_item(c, w->hash, w->kind, p, w->n, e);
}

/* Is it known that the file at hand has this value?  From now on it is. */
static inline int is_known(struct collector *c, const struct collector_waiting *w) {
  uint64_t whose = ((uint64_t)c->file + 1) << 16 | (uint64_t)w->kind << 8 | w->n;
  if (w->n <= sizeof w->word) {
    struct collector_recent *known = &c->recent[w->place];
    if (known->word[0] == w->word[0] && known->word[1] == w->word[1] && known->whose == whose) return 1;
    *known = (struct collector_recent){.word = {w->word[0], w->word[1]}, .whose = whose};
    return 0;
  }
  struct collector_longer value = {.whose = whose};
  if (w->n > sizeof value.word) return 0;
  memcpy(value.word, w->text, w->n);
  struct collector_longer *known = &c->longer[w->place % COLLECTOR_LONGER];
  if (!memcmp(known, &value, sizeof value)) return 1;
  *known = value;
  return 0;
}

/* Keeps those of the values that wait that are not known, and computes their hashes. */
static void drop_known(struct collector *c) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < c->nwaiting; i++) {
    struct collector_waiting *w = &c->waiting[i];
    if (w->kind != VALUE_PORT && is_known(c, w)) continue;
    uint64_t h = w->n > sizeof w->word ? hash_bytes(w->text, w->n) : hash_mix(w->word[0], w->word[1]);
    w->hash = (uint32_t)hash_mix(h, (uint64_t)w->kind << 8 | w->n);
    __builtin_prefetch(&c->slots.slot[w->hash & (c->slots.cap - 1)]);
    c->waiting[n++] = *w;
  }
  c->nwaiting = n;
}

/* Adds the values that wait.  ERR_NOMEM. */
static enum err_code add_waiting(struct collector *c, struct err *e) {
  if (!c->slots.cap && slots_reserve(&c->slots, e)) return e->code;
  drop_known(c);
  for (uint32_t i = 0; i < c->nwaiting; i++) {
    const struct slot *s = find_slot(c, c->waiting[i].hash);
    c->waiting[i].at = s->at;
    if (s->at) __builtin_prefetch(item_at(c, s->at), 1);
  }
  for (uint32_t i = 0; i < c->nwaiting; i++) {
    const struct collector_item *item = c->waiting[i].at ? item_at(c, c->waiting[i].at) : NULL;
    if (item && item->tail) __builtin_prefetch(piece_at(c, item->tail), 1);
  }
  for (uint32_t i = 0; i < c->nwaiting && !e->code; i++) add_now(c, &c->waiting[i], e);
  c->nwaiting = 0;
  return e->code;
}

/*
** Adds a value of n bytes, at most KEY_MAX - 1, the first 16 of which are a and b.  A longer one stays
** at p until the window has ended, and HASH_PADDING readable bytes follow it.  ERR_NOMEM.
*/
static inline enum err_code add_value(struct collector *c, enum value_kind kind, const char *p, size_t n, uint64_t a,
                                      uint64_t b, struct err *e) {
  if (c->nwaiting == COLLECTOR_WAITING && add_waiting(c, e)) return e->code;
  struct collector_waiting *w = &c->waiting[c->nwaiting++];
  uint64_t mixed = (a ^ b * UINT64_C(0x9e3779b97f4a7c15)) * UINT64_C(0xff51afd7ed558ccd);
  w->word[0] = bytes_in_order(a);
  w->word[1] = bytes_in_order(b);
  w->text = p;
  w->kind = (uint8_t)kind;
  w->n = (uint8_t)n;
  w->place = (uint16_t)(mixed >> 52);
  __builtin_prefetch(&c->recent[w->place], 1);
  return ERR_NONE;
}
_Static_assert(COLLECTOR_RECENT == 1 << 12, "12 bits of the mixed words choose the place");

/* Adds the value of a token, unless it is missing.  What is cut off a long one does not matter: see key.h. */
static inline enum err_code add_token(struct collector *c, const struct line *line, int32_t token, enum value_kind kind,
                                      struct err *e) {
  size_t n;
  const char *p = token_text(line, (uint32_t)token, &n);
  if (n == 1 && *p == '-') return ERR_NONE;
  if (n > 16) /* the last bytes differ most */
    return add_value(c, kind, p, n < KEY_MAX ? n : KEY_MAX - 1, hash_load(p, 8), hash_load(p + n - 8, 8), e);
  return add_value(c, kind, p, n, hash_load(p, n < 8 ? n : 8), hash_load(p + 8, n < 8 ? 0 : n - 8), e);
}

/* --- the kind of sums --------------------------------------------------------------------------------------------- */

static void collector_begin_file(void *sums, size_t file) {
  struct collector *c = sums;
  c->file = file;
  c->file_values = 0;
  c->nlayouts = 0;
  memset(c->ports, 0, sizeof c->ports);
  file_facts_init(&c->facts[file]);
}

/* Is this the layout that the file's lines have had so far?  Names that are no fields are not kept, so they may differ. */
static void note_layout(struct collector *c, const struct layout *l) {
  int is_same = c->nlayouts && !l->nunknown && c->nfields == l->ntokens &&
                c->field[LAYOUT_TOKENS] == (int16_t)l->prefix &&
                !memcmp(c->field, l->field, l->ntokens * sizeof *l->field);
  if (is_same) return;
  c->nlayouts++;
  c->nfields = l->ntokens;
  c->field[LAYOUT_TOKENS] = (int16_t)l->prefix;
  memcpy(c->field, l->field, l->ntokens * sizeof *l->field);
}

static void collector_bind(void *sums, const struct layout *l, const struct path_fields *path,
                           struct presence *presence, struct err *why) {
  static const uint8_t addresses[] = {FIELD_srcaddr, FIELD_dstaddr, FIELD_pkt_srcaddr, FIELD_pkt_dstaddr};
  struct collector *c = sums;
  (void)path, (void)presence, (void)why;
  note_layout(c, l);
  for (size_t i = 0; i < sizeof addresses; i++) c->at.address[i] = l->token[addresses[i]];
  c->at.interface = l->token[FIELD_interface_id];
  c->at.port[0] = l->token[FIELD_srcport];
  c->at.port[1] = l->token[FIELD_dstport];
  c->at.start = l->token[FIELD_start];
  c->at.end = l->token[FIELD_end];
}

static inline void widen(uint64_t *min, uint64_t *max, uint64_t x) {
  if (x == RECORD_NONE) return;
  if (x < *min) *min = x;
  if (x > *max || *max == RECORD_NONE) *max = x;
}

static enum err_code collector_add(void *sums, const struct line *line, struct err *e) {
  struct collector *c = sums;
  struct file_facts *f = &c->facts[c->file];
  for (int i = 0; i < 4; i++)
    if (c->at.address[i] != LAYOUT_ABSENT && add_token(c, line, c->at.address[i], VALUE_ADDRESS, e)) return e->code;
  if (c->at.interface != LAYOUT_ABSENT && add_token(c, line, c->at.interface, VALUE_INTERFACE, e)) return e->code;
  for (int i = 0; i < 2; i++) {
    uint64_t port = record_number(line, c->at.port[i]);
    if (port == RECORD_NONE) continue;
    if (port >= FACTS_PORTS) port = FACTS_PORTS - 1; /* as key_of_port() does */
    c->ports[port / 64] |= UINT64_C(1) << port % 64;
  }
  widen(&f->min_start, &f->max_start, record_number(line, c->at.start));
  widen(&f->min_end, &f->max_end, record_number(line, c->at.end));
  return ERR_NONE;
}

static enum err_code collector_settle(void *sums, struct err *e) { return add_waiting(sums, e); }

/* The values, and what sorting them will take. */
static int collector_is_full(const void *sums) {
  const struct collector *c = sums;
  uint64_t bytes = arena_bytes(&c->items) + arena_bytes(&c->lists) + slots_bytes(&c->slots, BATCH_WINDOW) +
                   c->slots.used * sizeof *c->sorted;
  if (c->nended >= COLLECTOR_FILES || c->bytes >= COLLECTOR_BYTES) return 1;
  return bytes > c->share && c->slots.used;
}

/* --- the end of a file -------------------------------------------------------------------------------------------- */

/*
** The ports of clients are as good as random.  Their set is kept where it is small beside the file;
** otherwise the set of the ports below those that most systems give to clients, if that is small.
*/
static uint32_t ports_worth_keeping(const struct collector *c) {
  int64_t size = c->files->file[c->file].size;
  uint64_t room = size > 64 * 64 ? (uint64_t)size / 64 : 64, n = 0;
  uint32_t below = FACTS_LOW_PORTS;
  for (uint32_t i = FACTS_LOW_PORTS / 64; i < FACTS_PORTS / 64 && n <= room; i++) {
    for (uint64_t bits = c->ports[i]; bits; bits &= bits - 1) n++;
    if (64 * (i + 1) == FACTS_CLIENT_PORTS && n <= room) below = FACTS_CLIENT_PORTS;
  }
  return n <= room ? FACTS_PORTS : below;
}

static enum err_code add_ports(struct collector *c, struct err *e) {
  struct file_facts *f = &c->facts[c->file];
  f->ports_below = ports_worth_keeping(c);
  for (uint32_t i = 0; i < f->ports_below / 64; i++)
    for (uint64_t bits = c->ports[i]; bits; bits &= bits - 1) {
      uint64_t port = 64 * i + (uint32_t)__builtin_ctzll(bits);
      if (add_value(c, VALUE_PORT, NULL, 2, port >> 8 | (port & 0xff) << 8, 0, e)) return e->code;
    }
  return add_waiting(c, e);
}

static enum err_code collector_end_file(void *sums, const struct reader *r, struct err *e) {
  struct collector *c = sums;
  struct file_facts *f = &c->facts[c->file];
  f->verdict = r->refusal == REFUSAL_NONE ? r->verdict : VERDICT_OPEN;
  f->records = r->records;
  f->problems = r->nproblems;
  if (mem_grow(&c->ended, &c->ended_cap, c->nended + 1, 64, sizeof *c->ended)) return err_nomem(e);
  c->ended[c->nended++] = (uint32_t)c->file;
  c->bytes += c->files->file[c->file].size > 0 ? (uint64_t)c->files->file[c->file].size : 0;
  if (f->verdict != VERDICT_FLOW_LOG) return ERR_NONE;
  if (!r->is_bound) note_layout(c, &r->layout); /* a header that no line follows */
  f->is_uniform = c->nlayouts <= 1;
  size_t n = layout_names(&r->layout, NULL);
  if (!(f->fields = mem_alloc(n + 1))) return err_nomem(e);
  f->fields[layout_names(&r->layout, f->fields)] = 0;
  return add_ports(c, e);
}

static void collector_forget(void *sums) { forget(sums); }

/* --- the values in order ------------------------------------------------------------------------------------------ */

static void make_key(const struct collector_item *i, struct index_key *key) {
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
  const struct collector_sorted *a = x, *b = y;
  if (a->prefix != b->prefix) return a->prefix < b->prefix ? -1 : 1;
  const struct collector_item *i = a->item, *k = b->item;
  int order = memcmp(i->text, k->text, i->n < k->n ? i->n : k->n);
  return order ? order : (int)i->n - (int)k->n;
}

/* Makes keys of the values and sorts them.  ERR_NOMEM, ERR_INTERRUPT. */
static enum err_code collector_finish(void *sums, const struct stop *stop, struct err *e) {
  struct collector *c = sums;
  mem_free(c->sorted);
  c->nsorted = c->next = 0;
  if (!(c->sorted = mem_alloc((c->slots.used + 1) * sizeof *c->sorted))) return err_nomem(e);
  for (size_t i = 0; i < c->slots.cap; i++) {
    struct index_key key;
    if (i % MERGE_SORT_CHUNK == 0 && stop_check(stop, e)) return e->code;
    if (!c->slots.slot[i].at) continue;
    struct collector_item *item = item_at(c, c->slots.slot[i].at);
    make_key(item, &key);
    memcpy(item->text, key.b, key.n);
    item->n = key.n;
    c->sorted[c->nsorted++] = (struct collector_sorted){.prefix = prefix_of(&key), .item = item};
  }
  return merge_sort(c->sorted, c->nsorted, sizeof *c->sorted, by_key, stop, e);
}

const struct summing_kind collector_kind = {
    .begin_file = collector_begin_file,
    .end_file = collector_end_file,
    .bind = collector_bind,
    .add = collector_add,
    .settle = collector_settle,
    .is_full = collector_is_full,
    .finish = collector_finish,
    .merge = NULL,
    .clear = collector_forget,
};

/* Appends the files of an item to c->ids[0..n).  ERR_NOMEM. */
static enum err_code put_files(struct collector *c, const struct collector_item *item, size_t n, struct err *e) {
  if (mem_grow(&c->ids, &c->ids_cap, n + item->count, 64, sizeof *c->ids)) return err_nomem(e);
  uint32_t file = item->first;
  c->ids[n++] = file;
  for (uint32_t at = item->head; at; at = piece_at(c, at)->next) {
    const struct piece *piece = piece_at(c, at);
    for (size_t i = 0; i < piece->used;) {
      uint32_t x = 0, shift = 0;
      for (; piece->byte[i] & 0x80; shift += 7) x |= (uint32_t)(piece->byte[i++] & 0x7f) << shift;
      x |= (uint32_t)piece->byte[i++] << shift;
      c->ids[n++] = file += x;
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

static enum err_code next_entry(void *collector, struct run_entry *out, struct err *e) {
  struct collector *c = collector;
  size_t n = 0, spellings = 0;
  out->key = NULL;
  if (c->next == c->nsorted) return ERR_NONE;
  const struct collector_sorted *first = &c->sorted[c->next];
  for (; c->next < c->nsorted && by_key(first, &c->sorted[c->next]) == 0; spellings++) {
    const struct collector_item *item = c->sorted[c->next++].item;
    if (put_files(c, item, n, e)) return e->code;
    n += item->count;
  }
  c->key.n = first->item->n;
  memcpy(c->key.b, first->item->text, c->key.n);
  *out = (struct run_entry){.key = &c->key, .id = c->ids, .n = spellings > 1 ? unite(c->ids, n) : n};
  return ERR_NONE;
}

struct run_source collector_source(struct collector *c, uint64_t first_id) {
  return (struct run_source){.next = next_entry, .context = c, .first_id = first_id};
}
