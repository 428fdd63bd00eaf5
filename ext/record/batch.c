/* SPDX-License-Identifier: MIT */
/*
** The columns have a fixed number of cells, BATCH_ROWS, and are allocated once.  The arena of
** texts begins with the first text and doubles.  A batch that is used again keeps its arena, so
** that a scan stops allocating after its first batches.
**
**     line     | 2 | 3 | 4 | 5 |...|
**     cell[3]  | . | . | . | . |...|      srcaddr: places in the arena
**     cell[6]  | 80| 80|443| 53|...|      dstport: numbers
**     cell[7]  NULL                       not wanted
**     text     10.0.0.1 10.0.0.2 ...      without separators
*/
#include "record/batch.h"

#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"

#define ARENA_FIRST (64 * 1024) /* bytes; it doubles, up to BATCH_TEXT_MAX */

_Static_assert((BATCH_TEXT_MAX & (BATCH_TEXT_MAX - 1)) == 0, "doubling ends at the bound");

enum err_code batch_init(struct batch *b, const uint8_t wanted[COLUMN_COUNT], struct err *e) {
  memset(b, 0, sizeof *b);
  b->line = mem_alloc(BATCH_ROWS * sizeof *b->line);
  if (!b->line) return err_nomem(e);
  for (int c = 0; c < COLUMN_COUNT; c++)
    if (wanted[c] && !(b->cell[c] = mem_alloc(BATCH_ROWS * sizeof *b->cell[c]))) return err_nomem(e);
  return ERR_NONE;
}

void batch_clear(struct batch *b) {
  mem_free(b->line);
  for (int c = 0; c < COLUMN_COUNT; c++) mem_free(b->cell[c]);
  mem_free(b->text);
  mem_free(b->problem);
  memset(b, 0, sizeof *b);
}

void batch_reset(struct batch *b) {
  b->nrows = b->nproblems = 0;
  b->text_used = 0;
  memset(b->path_cell, 0, sizeof b->path_cell);
}

size_t batch_bytes(const struct batch *b) {
  size_t columns = 1;
  for (int c = 0; c < COLUMN_COUNT; c++) columns += b->cell[c] != NULL;
  return sizeof *b + columns * BATCH_ROWS * sizeof *b->line + b->text_cap +
         (b->problem ? BATCH_WINDOW * sizeof *b->problem : 0);
}

enum err_code batch_grow(struct batch *b, size_t n, struct err *e) {
  size_t cap = b->text_cap ? b->text_cap : ARENA_FIRST;
  if (n > BATCH_TEXT_MAX - BATCH_COPY - b->text_used) return err_nomem(e); /* offsets have 32 bits */
  while (cap < b->text_used + n + BATCH_COPY) cap *= 2;
  char *text = mem_realloc(b->text, cap);
  if (!text) return err_nomem(e);
  b->text = text;
  b->text_cap = cap;
  return ERR_NONE;
}

/* As batch_put(), for texts from elsewhere: no byte after their ends may be read. */
static uint64_t put(struct batch *b, const char *p, size_t n) {
  uint64_t cell = (uint64_t)n << 32 | b->text_used;
  memcpy(b->text + b->text_used, p, n);
  b->text_used += n;
  return cell;
}

const struct problem *batch_exhausted(const struct batch *b) {
  const struct problem *last = b->nproblems ? &b->problem[b->nproblems - 1] : NULL; /* it ended its file */
  return last && last->code == ERR_EXHAUSTED ? last : NULL;
}

enum err_code batch_problem(struct batch *b, enum err_code code, uint64_t line, const char *reason, const char *raw,
                            size_t raw_n, struct err *e) {
  size_t reason_n = strlen(reason);
  if (!b->problem && !(b->problem = mem_alloc(BATCH_WINDOW * sizeof *b->problem))) return err_nomem(e);
  if (batch_reserve(b, reason_n + raw_n, e)) return e->code;
  struct problem *p = &b->problem[b->nproblems++];
  p->code = code;
  p->line = line;
  p->reason = put(b, reason, reason_n);
  p->raw = raw ? put(b, raw, raw_n) : BATCH_NULL;
  if (raw) utf8_replace(b->text + (uint32_t)p->raw, raw_n);
  return ERR_NONE;
}
