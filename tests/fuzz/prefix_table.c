/* SPDX-License-Identifier: MIT */
/*
** prefix_table_find(): it finds what a search through the list of all prefixes finds: the longest
** one that has the address, and of equal ones the smallest row.
**
** Input: pieces of 7 bytes that make prefixes near each other, and the addresses to look up are
** the edges of all of them.
*/
#include "fuzz.h"
#include "mem_test.h"

#include "net/prefix_table.h"

#define PREFIXES 200

struct entry {
  struct ip_prefix prefix;
  uint32_t bits;
  int64_t row;
};

/* Few different bytes, so that prefixes lie within each other. */
static struct entry make_entry(struct choices *c) {
  struct entry e;
  uint32_t kind = choose_byte(c);
  struct ip a = {0, UINT64_C(0xffff) << 32};
  for (int i = 0; i < 4; i++) a.low |= (uint64_t)choose_byte(c) << (24 - 8 * i);
  if (kind & 1) a = (struct ip){UINT64_C(0x20010db8) << 32 | (a.low & 0xffff), a.low << 32};
  e.bits = choose_byte(c) % (ip_bits(&a) + 1);
  e.row = (int64_t)choose_byte(c);
  e.prefix = ip_prefix_of(&a, e.bits);
  return e;
}

static void look_up(const struct prefix_table *t, const struct entry *e, size_t n, const struct ip *a) {
  const struct entry *best = NULL;
  int64_t row = -1;
  for (size_t i = 0; i < n; i++)
    if (ip_in_prefix(a, &e[i].prefix) &&
        (!best || e[i].bits > best->bits || (e[i].bits == best->bits && e[i].row < best->row)))
      best = &e[i];
  char text[IP_TEXT];
  ip_format(a, text);
  int found = prefix_table_find(t, a, &row);
  PROPERTY(found == (best != NULL) && (!best || row == best->row), "%s: row %lld", text, (long long)row);
}

/* The first and the last address of a prefix, and those beside it. */
static void look_up_edges(const struct prefix_table *t, const struct entry *e, size_t n, const struct ip_prefix *p) {
  struct ip first = p->net, last = {p->net.high | ~p->mask.high, p->net.low | ~p->mask.low};
  struct ip before = {first.high - (first.low == 0), first.low - 1};
  struct ip behind = {last.high + (last.low == UINT64_MAX), last.low + 1};
  look_up(t, e, n, &first);
  look_up(t, e, n, &last);
  look_up(t, e, n, &before);
  look_up(t, e, n, &behind);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct choices c = {data, size};
  struct entry e[PREFIXES];
  size_t n = 0;
  struct prefix_table *t = prefix_table_new();
  if (!t) abort();
  for (; c.n >= 7 && n < PREFIXES; n++) {
    e[n] = make_entry(&c);
    if (prefix_table_add(t, &e[n].prefix, e[n].row)) abort();
  }
  if (prefix_table_finish(t)) abort();
  for (size_t i = 0; i < n; i++) look_up_edges(t, e, n, &e[i].prefix);
  struct ip_prefix all = {{0, 0}, {0, 0}, 0};
  look_up_edges(t, e, n, &all);
  prefix_table_free(t);
  PROPERTY(mem_test_live() == 0, "memory is left behind");
  return 0;
}
