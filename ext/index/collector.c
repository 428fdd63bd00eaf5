/* SPDX-License-Identifier: MIT */
/*
** The values of a record go into the lists of values (value_lists.h), but for its ports: these are bits
** until the file has ended, because only then it is known which of them are worth keeping.
*/
#include "index/collector.h"

#include <string.h>

#include "base/mem.h"
#include "record/record.h"

void collector_init(struct collector *c, const struct files *files, struct file_facts *facts, uint64_t share) {
  memset(c, 0, sizeof *c);
  c->files = files;
  c->facts = facts;
  c->share = share;
}

void collector_clear(struct collector *c) {
  value_lists_clear(&c->values);
  mem_free(c->ended);
  c->ended = NULL;
  c->nended = c->ended_cap = 0;
}

struct run_source collector_source(struct collector *c, uint64_t first_id) {
  return value_lists_source(&c->values, first_id);
}

/* --- the records of a file ---------------------------------------------------------------------------------------- */

/* Adds the value of a token, unless it is missing.  What is cut off a long one does not matter: see key.h. */
static inline enum err_code add_token(struct collector *c, const struct line *line, int32_t token, enum value_kind kind,
                                      struct err *e) {
  size_t n;
  const char *p = token_text(line, (uint32_t)token, &n);
  if (n == 1 && *p == '-') return ERR_NONE;
  if (n > 16) /* the last bytes differ most */
    return value_lists_add(&c->values, kind, p, n < KEY_MAX ? n : KEY_MAX - 1, hash_load(p, 8), hash_load(p + n - 8, 8),
                           e);
  return value_lists_add(&c->values, kind, p, n, hash_load(p, n < 8 ? n : 8), hash_load(p + 8, n < 8 ? 0 : n - 8), e);
}

static void collector_begin_file(void *sums, size_t file) {
  struct collector *c = sums;
  c->file = file;
  value_lists_begin_file(&c->values, (uint32_t)file);
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

static const uint8_t addresses[] = {FIELD_srcaddr, FIELD_dstaddr, FIELD_pkt_srcaddr, FIELD_pkt_dstaddr};

/* What is collected.  The build of an index reads all columns, because it counts errors. */
static void collector_uses(const void *sums, uint8_t used[FIELD_COUNT]) {
  (void)sums;
  for (size_t i = 0; i < sizeof addresses; i++) used[addresses[i]] = 1;
  used[FIELD_interface_id] = used[FIELD_srcport] = used[FIELD_dstport] = used[FIELD_start] = used[FIELD_end] = 1;
}

static void collector_bind(void *sums, const struct layout *l, const struct path_fields *path,
                           struct presence *presence, struct err *why) {
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

static enum err_code collector_settle(void *sums, struct err *e) {
  return value_lists_settle(&((struct collector *)sums)->values, e);
}

/* The values, and what sorting them will take. */
static int collector_is_full(const void *sums) {
  const struct collector *c = sums;
  if (c->nended >= COLLECTOR_FILES || c->bytes >= COLLECTOR_BYTES) return 1;
  return value_lists_bytes(&c->values, BATCH_WINDOW) > c->share && c->values.slots.used;
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
      if (value_lists_add(&c->values, VALUE_PORT, NULL, 2, port >> 8 | (port & 0xff) << 8, 0, e)) return e->code;
    }
  return value_lists_settle(&c->values, e);
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
  if (!r->is_bound) note_layout(c, reader_layout(r)); /* a header that no line follows */
  f->is_uniform = c->nlayouts <= 1;
  if (c->values.beyond & 1u << VALUE_ADDRESS) f->gaps |= FACTS_ADDRESSES;
  if (c->values.beyond & 1u << VALUE_INTERFACE) f->gaps |= FACTS_INTERFACES;
  size_t n = layout_names(reader_layout(r), NULL);
  if (!(f->fields = mem_alloc(n + 1))) return err_nomem(e);
  f->fields[layout_names(reader_layout(r), f->fields)] = 0;
  return add_ports(c, e);
}

static enum err_code collector_finish(void *sums, const struct stop *stop, struct err *e) {
  return value_lists_sort(&((struct collector *)sums)->values, stop, e);
}

static void collector_forget(void *sums) {
  struct collector *c = sums;
  value_lists_reset(&c->values);
  c->bytes = 0;
}

const struct summing_kind collector_kind = {
    .begin_file = collector_begin_file,
    .end_file = collector_end_file,
    .bind = collector_bind,
    .uses = collector_uses,
    .add = collector_add,
    .settle = collector_settle,
    .is_full = collector_is_full,
    .finish = collector_finish,
    .merge = NULL,
    .clear = collector_forget,
};
