/* SPDX-License-Identifier: MIT */
/*
** Two prefixes are either nested or disjoint.  The address space is therefore a sequence of
** ranges, and in each range the longest prefix is the same for all addresses.
** prefix_table_finish() makes a sorted list of the first addresses of these ranges:
**
**     10.0.0.0/8       |---------------- 1 ----------------|
**     10.1.0.0/16              |--- 2 ---|
**     10.1.2.0/24                 |3|
**     ranges           1       2  3 2    1                  -
**
** To find an address means to find the last range that begins at or before it.  This is one
** binary search, however deep the prefixes are nested.  For IPv4, the highest bits of the address
** select the part of the list to search.
*/
#include "net/prefix_table.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define FIRST_ENTRIES 64
#define TOP_BITS_MAX  16  /* highest bits of an IPv4 address that select a part of the list */
#define DEPTH_MAX     129 /* nested prefixes: /0 to /128 */

/* A prefix and its row, while the table is filled. */
struct entry {
  struct ip net;
  int64_t row;
  uint32_t bits; /* of the mask; 96 or more for IPv4 */
  uint32_t is_v4;
};

/* A range of IPv4 addresses, which ends where the next one starts. */
struct range4 {
  uint32_t start;
  uint32_t which; /* 1-based index of the prefix in `row`; 0 when no prefix has the range */
};

struct prefix_table {
  struct entry *entry; /* the prefixes; freed by prefix_table_finish() */
  size_t n, cap;

  int64_t *row;         /* row number of each prefix */
  struct range4 *range; /* IPv4; the first range starts at 0 */
  uint32_t *top;        /* top[a >> shift] is the first range that starts there or later; one more for the end */
  uint32_t shift;       /* 32 minus the number of bits that select in `top` */
  uint32_t nranges;
  struct ip *start; /* IPv6: first addresses of the ranges; the first is :: */
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

/*
** Orders IPv6 before IPv4, then by address, then an outer prefix before its inner ones, then by
** row.
*/
static int by_place(const void *left, const void *right) {
  const struct entry *a = left, *b = right;
  if (a->is_v4 != b->is_v4) return a->is_v4 < b->is_v4 ? -1 : 1;
  int order = ip_compare(&a->net, &b->net);
  if (order) return order;
  if (a->bits != b->bits) return a->bits < b->bits ? -1 : 1;
  return (a->row > b->row) - (a->row < b->row);
}

/* Sorts the prefixes and keeps only the first, which has the smallest row, of equal ones. */
static void sort_entries(struct prefix_table *p) {
  size_t kept = 0;
  if (p->n) qsort(p->entry, p->n, sizeof *p->entry, by_place);
  for (size_t i = 0; i < p->n; i++) {
    const struct entry *e = &p->entry[i], *last = &p->entry[kept ? kept - 1 : 0];
    if (kept && e->is_v4 == last->is_v4 && e->bits == last->bits && !ip_compare(&e->net, &last->net)) continue;
    p->entry[kept++] = *e;
  }
  p->n = kept;
}

/*
** Sets *out to the first address after a prefix.  Returns 0 when the prefix reaches the end of
** the address space of its family.
*/
static int first_after(const struct entry *e, struct ip *out) {
  struct ip host; /* ones where the prefix has none */
  host.high = e->bits == 0 ? UINT64_MAX : e->bits < 64 ? UINT64_MAX >> e->bits : 0;
  host.low = e->bits <= 64 ? UINT64_MAX : e->bits < 128 ? UINT64_MAX >> (e->bits - 64) : 0;
  out->low = (e->net.low | host.low) + 1;
  out->high = (e->net.high | host.high) + (out->low == 0);
  return e->is_v4 ? ip_is_v4(out) : (out->high | out->low) != 0;
}

/* Starts a range.  A range that started at the same address is empty, and is replaced. */
static void start_range(struct prefix_table *p, uint32_t is_v4, const struct ip *start, uint32_t which) {
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

/*
** Makes the ranges of the sorted prefixes first to end - 1, which are all of one family.  A stack
** holds the prefixes that are open at the current address.
*/
static void make_ranges(struct prefix_table *p, size_t first, size_t end, uint32_t is_v4) {
  uint32_t open[DEPTH_MAX + 1] = {0}, depth = 0; /* the prefixes around the address, as in `which` */
  struct ip next;
  start_range(p, is_v4, &(struct ip){0, 0}, 0);
  for (size_t i = first; i <= end; i++) {
    for (; depth && first_after(&p->entry[open[depth] - 1], &next); depth--) {
      if (i < end && ip_compare(&next, &p->entry[i].net) > 0) break;
      start_range(p, is_v4, &next, open[depth - 1]);
    }
    if (i == end) break;
    open[++depth] = (uint32_t)i + 1;
    start_range(p, is_v4, &p->entry[i].net, open[depth]);
  }
}

/*
** Fills `top`, which says where in the list the ranges of each value of the highest bits begin.
** Returns -1 when there is no memory.
*/
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
  sort_entries(p);
  while (nv6 < p->n && !p->entry[nv6].is_v4) nv6++;
  p->row = mem_alloc((p->n + 1) * sizeof *p->row);
  p->range = mem_alloc((2 * (p->n - nv6) + 1) * sizeof *p->range);
  p->start = mem_alloc((2 * nv6 + 1) * sizeof *p->start);
  p->which = mem_alloc((2 * nv6 + 1) * sizeof *p->which);
  if (!p->row || !p->range || !p->start || !p->which) return -1;
  for (size_t i = 0; i < p->n; i++) p->row[i] = p->entry[i].row;
  make_ranges(p, 0, nv6, 0);
  make_ranges(p, nv6, p->n, 1);
  mem_free(p->entry);
  p->entry = NULL;
  return index_top(p);
}

/* --- from an address to a row ------------------------------------------------------------------------------------- */

static uint32_t find_v4(const struct prefix_table *p, uint32_t a) {
  uint32_t low = p->top[a >> p->shift], high = p->top[(a >> p->shift) + 1];
  while (low < high) { /* ranges before `low` start at or before a, ranges from `high` on after a */
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
