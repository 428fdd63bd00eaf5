/* SPDX-License-Identifier: MIT */
/*
** Prefixes are nested or disjoint, so the address space falls into ranges in each of which the longest prefix is the
** same one.  prefix_table_finish() makes a list of where they begin, in order:
**
**     10.0.0.0/8       |---------------- 1 ----------------|
**     10.1.0.0/16              |--- 2 ---|
**     10.1.2.0/24                 |3|
**                      1       2  3 2    1                  -
**
** To find an address is then one search for the last range that begins at or before it, however the prefixes are
** nested.  For IPv4, the highest bits of the address say at once where in the list to look.
*/
#include "net/prefix_table.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define FIRST_ENTRIES 64
#define TOP_BITS_MAX  16  /* of an IPv4 address, that choose a part of the list */
#define DEPTH_MAX     129 /* prefixes within each other: /0 to /128 */

struct entry {
  struct ip net;
  int64_t row;
  uint32_t bits; /* of the mask, 96 and more for IPv4 */
  uint32_t is_v4;
};

struct range4 {
  uint32_t start;
  uint32_t which; /* row number's place in rows, from 1; 0: no prefix */
};

struct prefix_table {
  struct entry *entry; /* what was added; none after prefix_table_finish() */
  size_t n, cap;

  int64_t *row;         /* of each prefix */
  struct range4 *range; /* IPv4: the first one starts at 0 */
  uint32_t *top;        /* top[a >> shift]: the first range that starts there or later; one more for the end */
  uint32_t shift;       /* 32 less the bits that top goes by */
  uint32_t nranges;
  struct ip *start; /* IPv6: where the ranges start, the first one at :: */
  uint32_t *which;  /* as in struct range4 */
  uint32_t nstarts;
};

struct prefix_table *prefix_table_new(void) {
  struct prefix_table *p = mem_alloc(sizeof *p);
  if (p) memset(p, 0, sizeof *p);
  return p;
}

void prefix_table_free(struct prefix_table *p) {
  if (!p) return;
  mem_free(p->entry);
  mem_free(p->row);
  mem_free(p->range);
  mem_free(p->top);
  mem_free(p->start);
  mem_free(p->which);
  mem_free(p);
}

int prefix_table_add(struct prefix_table *p, const struct ip_prefix *prefix, int64_t row) {
  if (p->n >= PREFIX_TABLE_MAX) return -1;
  if (mem_grow(&p->entry, &p->cap, p->n + 1, FIRST_ENTRIES, sizeof *p->entry)) return -1;
  struct entry *e = &p->entry[p->n++];
  e->net = prefix->net;
  e->row = row;
  e->bits = (uint32_t)(__builtin_popcountll(prefix->mask.high) + __builtin_popcountll(prefix->mask.low));
  e->is_v4 = (uint32_t)prefix->is_v4;
  return 0;
}

/* --- from prefixes to ranges -------------------------------------------------------------------------------------- */

/* IPv6 first, in the order of the addresses, the outer prefix before the inner ones, the smallest row first. */
static int by_place(const void *left, const void *right) {
  const struct entry *a = left, *b = right;
  if (a->is_v4 != b->is_v4) return a->is_v4 < b->is_v4 ? -1 : 1;
  int order = ip_compare(&a->net, &b->net);
  if (order) return order;
  if (a->bits != b->bits) return a->bits < b->bits ? -1 : 1;
  return (a->row > b->row) - (a->row < b->row);
}

/* Sorts, and drops all but the first of those that are the same prefix. */
static void sort(struct prefix_table *p) {
  size_t kept = 0;
  if (p->n) qsort(p->entry, p->n, sizeof *p->entry, by_place);
  for (size_t i = 0; i < p->n; i++) {
    const struct entry *e = &p->entry[i], *last = &p->entry[kept ? kept - 1 : 0];
    if (kept && e->is_v4 == last->is_v4 && e->bits == last->bits && !ip_compare(&e->net, &last->net)) continue;
    p->entry[kept++] = *e;
  }
  p->n = kept;
}

/* Goes from the first address behind a prefix; 0 when it goes to the end of the address space. */
static int behind(const struct entry *e, struct ip *out) {
  struct ip host; /* ones where the prefix leaves the address open */
  host.high = e->bits == 0 ? UINT64_MAX : e->bits < 64 ? UINT64_MAX >> e->bits : 0;
  host.low = e->bits <= 64 ? UINT64_MAX : e->bits < 128 ? UINT64_MAX >> (e->bits - 64) : 0;
  out->low = (e->net.low | host.low) + 1;
  out->high = (e->net.high | host.high) + (out->low == 0);
  return e->is_v4 ? ip_is_v4(out) : (out->high | out->low) != 0;
}

/* A range begins; one that began at the same address was empty. */
static void put(struct prefix_table *p, uint32_t is_v4, const struct ip *start, uint32_t which) {
  if (is_v4) {
    uint32_t start4 = (uint32_t)start->low;
    if (p->nranges && p->range[p->nranges - 1].start == start4) p->nranges--;
    p->range[p->nranges++] = (struct range4){start4, which};
  } else {
    if (p->nstarts && !ip_compare(&p->start[p->nstarts - 1], start)) p->nstarts--;
    p->start[p->nstarts] = *start;
    p->which[p->nstarts++] = which;
  }
}

/* The ranges of the sorted prefixes from `first` to before `end`, all of one family. */
static void flatten(struct prefix_table *p, size_t first, size_t end, uint32_t is_v4) {
  uint32_t open[DEPTH_MAX + 1] = {0}, depth = 0; /* the prefixes that the address is in, as struct range4 has it */
  struct ip next;
  put(p, is_v4, &(struct ip){0, 0}, 0);
  for (size_t i = first; i <= end; i++) {
    for (; depth && behind(&p->entry[open[depth] - 1], &next); depth--) {
      if (i < end && ip_compare(&next, &p->entry[i].net) > 0) break;
      put(p, is_v4, &next, open[depth - 1]);
    }
    if (i == end) break;
    open[++depth] = (uint32_t)i + 1;
    put(p, is_v4, &p->entry[i].net, open[depth]);
  }
}

/* Where in the list the ranges of each value of the highest bits begin. */
static int index_top(struct prefix_table *p) {
  uint32_t bits = 1, i = 0;
  while (bits < TOP_BITS_MAX && p->nranges >> bits) bits++;
  uint32_t tops = UINT32_C(1) << bits;
  p->shift = 32 - bits;
  p->top = mem_alloc((tops + 1) * sizeof *p->top);
  if (!p->top) return -1;
  for (uint32_t t = 0; t < tops; t++) {
    while (i < p->nranges && p->range[i].start >> p->shift < t) i++;
    p->top[t] = i;
  }
  p->top[tops] = p->nranges;
  return 0;
}

int prefix_table_finish(struct prefix_table *p) {
  size_t nv6 = 0;
  sort(p);
  while (nv6 < p->n && !p->entry[nv6].is_v4) nv6++;
  p->row = mem_alloc((p->n + 1) * sizeof *p->row);
  p->range = mem_alloc((2 * (p->n - nv6) + 1) * sizeof *p->range);
  p->start = mem_alloc((2 * nv6 + 1) * sizeof *p->start);
  p->which = mem_alloc((2 * nv6 + 1) * sizeof *p->which);
  if (!p->row || !p->range || !p->start || !p->which) return -1;
  for (size_t i = 0; i < p->n; i++) p->row[i] = p->entry[i].row;
  flatten(p, 0, nv6, 0);
  flatten(p, nv6, p->n, 1);
  mem_free(p->entry);
  p->entry = NULL;
  return index_top(p);
}

/* --- from an address to a row ------------------------------------------------------------------------------------- */

static uint32_t find_v4(const struct prefix_table *p, uint32_t a) {
  uint32_t low = p->top[a >> p->shift], high = p->top[(a >> p->shift) + 1];
  while (low < high) { /* the ranges before `low` begin at or before a, those from `high` on behind it */
    uint32_t middle = low + (high - low) / 2;
    if (p->range[middle].start <= a) low = middle + 1;
    else high = middle;
  }
  return p->range[low - 1].which;
}

static uint32_t find_v6(const struct prefix_table *p, const struct ip *a) {
  uint32_t low = 1, high = p->nstarts;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (ip_compare(&p->start[middle], a) <= 0) low = middle + 1;
    else high = middle;
  }
  return p->which[low - 1];
}

int prefix_table_find(const struct prefix_table *p, const struct ip *a, int64_t *row) {
  uint32_t which = ip_is_v4(a) ? find_v4(p, (uint32_t)a->low) : find_v6(p, a);
  if (which) *row = p->row[which - 1];
  return which != 0;
}
