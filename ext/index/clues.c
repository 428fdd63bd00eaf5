/* SPDX-License-Identifier: MIT */
/*
** A term becomes a list of keys or a range of them.  The members of a set are sorted, so that the
** blocks of a run are read once, in their order.
*/
#include "index/clues.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define LAST_PORT 65535u

/* Which set of an index has the values of a field. */
enum subject_set { SET_NONE, SET_ADDRESSES, SET_INTERFACES, SET_PORTS };

static enum subject_set set_of(int field) {
  switch (field) {
  case FIELD_srcaddr:
  case FIELD_dstaddr:
  case FIELD_pkt_srcaddr:
  case FIELD_pkt_dstaddr: return SET_ADDRESSES;
  case FIELD_interface_id: return SET_INTERFACES;
  case FIELD_srcport:
  case FIELD_dstport: return SET_PORTS;
  default: return SET_NONE;
  }
}

void clues_clear(struct clues *c) {
  for (size_t i = 0; i < c->n; i++) {
    mem_free(c->clue[i].key);
    file_set_clear(&c->clue[i].files);
  }
  mem_free(c->clue);
  memset(c, 0, sizeof *c);
}

/* --- the keys of a term ------------------------------------------------------------------------------------------- */

static void make_text_key(struct index_key *key, enum subject_set set, const char *p, size_t n) {
  if (set == SET_ADDRESSES) key_of_address(key, p, n);
  else key_of_interface(key, p, n);
}

static int by_key(const void *a, const void *b) { return key_compare(a, b); }

/* The members of a set of texts or of numbers, whichever the field has. */
static void add_members(struct clue *c, enum subject_set set, const struct set *members) {
  for (size_t i = 0; i < members->cap; i++) {
    const struct set_place *m = &members->place[i];
    if (m->n == SET_FREE || (m->n == SET_NUMBER) != (set == SET_PORTS)) continue;
    if (set == SET_PORTS) {
      uint16_t port = m->value < LAST_PORT ? (uint16_t)m->value : LAST_PORT;
      if (port > c->last_port) c->last_port = port;
      key_of_port(&c->key[c->n++], m->value);
    } else {
      make_text_key(&c->key[c->n++], set, members->text + m->value, m->n);
    }
  }
  qsort(c->key, c->n, sizeof *c->key, by_key);
}

static void add_port_range(struct clue *c, uint64_t low, uint64_t high) {
  c->is_range = 1;
  if (low > high) return;
  c->last_port = high < LAST_PORT ? (uint16_t)high : LAST_PORT;
  key_of_port(&c->key[c->n++], low);
  key_of_port(&c->key[c->n++], high);
}

/* How many keys a term needs; 0: it says nothing about this set. */
static size_t keys_of(const struct predicate_term *t, enum subject_set set) {
  if (set == SET_NONE || t->negated || t->null_passes) return 0;
  switch ((enum predicate_op)t->op) {
  case PREDICATE_EQUAL: return set != SET_PORTS;
  case PREDICATE_TEXTS: return set == SET_PORTS ? 0 : t->set.used + 1;
  case PREDICATE_NUMBERS: return set == SET_PORTS ? t->set.used + 1 : 0;
  case PREDICATE_RANGE: return set == SET_PORTS ? 2 : 0;
  case PREDICATE_CIDR: return set == SET_ADDRESSES ? 2 : 0;
  default: return 0;
  }
}

static uint8_t gap_of(enum subject_set set) {
  return set == SET_ADDRESSES ? FACTS_ADDRESSES : set == SET_INTERFACES ? FACTS_INTERFACES : 0;
}

static void fill(struct clue *c, enum subject_set set) {
  const struct predicate_term *t = c->term;
  switch ((enum predicate_op)t->op) {
  case PREDICATE_EQUAL: make_text_key(&c->key[c->n++], set, t->text.p, t->text.n); break;
  case PREDICATE_RANGE: add_port_range(c, t->low, t->high); break;
  case PREDICATE_CIDR:
    c->is_range = 1;
    key_range_of_prefix(&c->key[0], &c->key[1], &t->cidr);
    c->n = 2;
    break;
  default: add_members(c, set, &t->set);
  }
}

enum err_code clues_add(struct clues *c, const struct predicate_term *term, int field, uint32_t *number,
                        struct err *e) {
  enum subject_set set = set_of(field);
  size_t n = keys_of(term, set);
  *number = CLUE_NONE;
  if (!n) return ERR_NONE;
  for (size_t i = 0; i < c->n; i++)
    if (c->clue[i].term == term && c->clue[i].gap == gap_of(set)) return *number = (uint32_t)i, ERR_NONE;
  if (mem_grow(&c->clue, &c->cap, c->n + 1, 4, sizeof *c->clue)) return err_nomem(e);
  struct clue *clue = &c->clue[c->n];
  memset(clue, 0, sizeof *clue);
  clue->term = term;
  clue->gap = gap_of(set);
  if (!(clue->key = mem_alloc(n * sizeof *clue->key))) return err_nomem(e);
  fill(clue, set);
  *number = (uint32_t)c->n++;
  return ERR_NONE;
}

int clue_allows(const struct clue *clue, const struct file_facts *f) {
  if (f->gaps & clue->gap) return 1;
  if (clue->last_port >= f->ports_below) return 1;
  return file_set_has(&clue->files, f->id);
}
