/* SPDX-License-Identifier: MIT */
/*
** The texts lie one after the other in one array, each followed by zeros, so that they can be
** hashed in whole words.  An array may move when it grows, so an observer has places in it, and no
** pointers.
*/
#include "connection/observers.h"

#include <string.h>

#include "base/hash.h"
#include "base/mem.h"

#define FIRST_ITEMS 16
#define FIRST_TEXT  1024

void observers_clear(struct observers *o) {
  mem_free(o->item);
  slots_clear(&o->slots);
  mem_free(o->text);
  memset(o, 0, sizeof *o);
}

size_t observers_bytes(const struct observers *o) {
  return o->cap * sizeof *o->item + slots_bytes(&o->slots, 0) + o->text_cap;
}

static enum err_code put_text(struct observers *o, const char *p, size_t n, struct observer_text *out, struct err *e) {
  if (mem_grow(&o->text, &o->text_cap, o->text_used + n + HASH_PADDING, FIRST_TEXT, 1)) return err_nomem(e);
  *out = (struct observer_text){.at = o->text_used, .n = n};
  if (n) memcpy(o->text + o->text_used, p, n);
  memset(o->text + o->text_used + n, 0, HASH_PADDING);
  o->text_used += n + HASH_PADDING;
  return ERR_NONE;
}

static int is_text(const struct observers *o, struct observer_text t, const char *p, size_t n) {
  return t.n == n && !memcmp(observers_text(o, t), p, n);
}

/* The slot of an id: that of its observer, or the free one where it belongs. */
static struct slot *find_slot(const struct observers *o, uint32_t hash, const char *id, size_t n) {
  const struct slots *s = &o->slots;
  size_t i = hash & (s->cap - 1);
  for (; s->slot[i].at; i = (i + 1) & (s->cap - 1))
    if (s->slot[i].hash == hash && is_text(o, o->item[s->slot[i].at - 1].id, id, n)) break;
  return &s->slot[i];
}

enum err_code observers_find(struct observers *o, const char *id, size_t n, uint32_t *number, struct err *e) {
  if (o->n && is_text(o, o->item[o->last].id, id, n)) {
    *number = o->last;
    return ERR_NONE;
  }
  if (o->n >= OBSERVERS_MAX) return err_nomem(e);
  if (slots_reserve(&o->slots, e)) return e->code;
  uint32_t hash = (uint32_t)hash_bytes(id, n);
  struct slot *slot = find_slot(o, hash, id, n);
  if (!slot->at) {
    struct observer fresh = {.own = {{.n = OBSERVER_ANY}, {.n = OBSERVER_ANY}}};
    if (mem_grow(&o->item, &o->cap, o->n + 1, FIRST_ITEMS, sizeof *o->item)) return err_nomem(e);
    if (put_text(o, id, n, &fresh.id, e)) return e->code;
    o->item[o->n++] = fresh;
    *slot = (struct slot){.hash = hash, .at = (uint32_t)o->n};
    o->slots.used++;
  }
  *number = o->last = slot->at - 1;
  return ERR_NONE;
}

/* Only addresses that are in the other one as well remain. */
static void narrow(struct observer_own *own, const struct observer_own *other) {
  uint32_t n = 0;
  if (other->n == OBSERVER_ANY) return;
  if (own->n == OBSERVER_ANY) {
    *own = *other;
    return;
  }
  for (uint32_t i = 0; i < own->n; i++) {
    int found = 0;
    for (uint32_t k = 0; k < other->n; k++) found |= ip_is_same(&own->addr[i], &other->addr[k]);
    if (found) own->addr[n++] = own->addr[i];
  }
  own->n = n;
}

void observer_ends(struct observer *o, const struct ip *a, const struct ip *b) {
  for (int v4 = 0; v4 < 2; v4++) {
    struct observer_own ends = {.n = 0};
    if (ip_is_v4(a) == v4) ends.addr[ends.n++] = *a;
    if (ip_is_v4(b) == v4 && !ip_is_same(a, b)) ends.addr[ends.n++] = *b;
    if (ends.n) narrow(&o->own[v4], &ends);
  }
}

int observer_is_own(const struct observer *o, const struct ip *addr) {
  const struct observer_own *own = &o->own[ip_is_v4(addr)];
  return own->n == 1 && ip_is_same(&own->addr[0], addr);
}

static int compare(const char *a, size_t an, const char *b, size_t bn) {
  int order = memcmp(a, b, an < bn ? an : bn);
  return order ? order : (an > bn) - (an < bn);
}

int observers_compare(const struct observers *o, struct observer_text a, struct observer_text b) {
  return compare(observers_text(o, a), a.n, observers_text(o, b), b.n);
}

/* Is the text greater than that of the trait? */
static int is_greater(const struct observers *o, struct observer_text t, const char *p, size_t n) {
  return compare(p, n, observers_text(o, t), t.n) > 0;
}

enum err_code observers_trait(struct observers *o, uint32_t number, enum trait trait, const char *p, size_t n,
                              uint64_t start, struct err *e) {
  struct observer *item = &o->item[number];
  struct observer_text *t = &item->trait[trait];
  if (!n || (t->n && start < item->since[trait])) return ERR_NONE;
  if (t->n && is_text(o, *t, p, n)) {
    item->since[trait] = start;
    return ERR_NONE;
  }
  if (t->n && start == item->since[trait] && !is_greater(o, *t, p, n)) return ERR_NONE;
  if (n <= item->room[trait]) { /* in the place of the value before, for it may change with each record */
    memcpy(o->text + t->at, p, n);
    t->n = n;
  } else {
    if (put_text(o, p, n, t, e)) return e->code;
    item->room[trait] = (uint32_t)n;
  }
  item->since[trait] = start;
  return ERR_NONE;
}

static enum err_code merge_one(struct observers *o, const struct observers *from, const struct observer *other,
                               uint32_t *number, struct err *e) {
  if (observers_find(o, observers_text(from, other->id), other->id.n, number, e)) return e->code;
  struct observer *own = &o->item[*number];
  own->is_interface |= other->is_interface;
  for (int v4 = 0; v4 < 2; v4++) narrow(&own->own[v4], &other->own[v4]);
  for (int t = 0; t < TRAITS; t++) {
    struct observer_text text = other->trait[t];
    if (observers_trait(o, *number, (enum trait)t, observers_text(from, text), text.n, other->since[t], e))
      return e->code;
  }
  return ERR_NONE;
}

enum err_code observers_merge(struct observers *o, const struct observers *from, uint32_t *number, struct err *e) {
  for (size_t i = 0; i < from->n; i++)
    if (merge_one(o, from, &from->item[i], &number[i], e)) return e->code;
  return ERR_NONE;
}
