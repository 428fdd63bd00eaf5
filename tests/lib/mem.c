/* SPDX-License-Identifier: MIT */
/*
** Implements base/mem.h for the unit tests, with malloc().  It counts the live blocks, can make an
** allocation fail, and fills new and freed memory with junk.  mem_realloc() always moves the
** block, so that a test notices a pointer into the old one.
**
**     malloc'ed:  | union head: size n | n bytes for the caller |
**
** Any thread may allocate.  mem_test_fail() may be called only while no other thread runs.
*/
#include "base/mem.h"

#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mem_test.h"

#define FRESH 0xa5
#define FREED 0x5a

union head {
  size_t n;
  max_align_t align;
};

static atomic_size_t live, calls, fail_at;
static atomic_int fail_forever;

size_t mem_test_live(void) { return live; }

size_t mem_test_calls(void) { return calls; }

void mem_test_fail(size_t n, int forever) {
  calls = 0;
  fail_at = n;
  fail_forever = forever;
}

static int refused(void) {
  size_t call = atomic_fetch_add(&calls, 1) + 1, n = fail_at;
  return n && (call == n || (fail_forever && call > n));
}

static void *allocate(size_t n) {
  union head *h = malloc(sizeof *h + n);
  if (!h) abort();
  h->n = n;
  memset(h + 1, FRESH, n);
  live++;
  return h + 1;
}

void *mem_alloc(size_t n) {
  if (n == 0) abort(); /* mem.h: n > 0 */
  return refused() ? NULL : allocate(n);
}

void *mem_realloc(void *p, size_t n) {
  if (n == 0) abort();
  if (refused()) return NULL;
  void *fresh = allocate(n);
  if (p) {
    size_t old = ((union head *)p)[-1].n;
    memcpy(fresh, p, old < n ? old : n);
    mem_free(p);
  }
  return fresh;
}

void mem_free(void *p) {
  if (!p) return;
  union head *h = (union head *)p - 1;
  memset(p, FREED, h->n);
  live--;
  free(h);
}
