/* SPDX-License-Identifier: MIT */
/*
** The entries of a block are kept behind room for its head.  The head is written in front of them
** when the next key has come, which is part of it:
**
**     | room | CRC, flags, next key | entries | …
**
** A block ends where the next entry would make it too large, so that an entry which is too large
** by itself has a block of its own.
*/
#include "index/run_writer.h"

#include "base/crc.h"
#include "base/mem.h"
#include "index/damage.h"
#include "index/postings.h"
#include "index/varint.h"

#define HEAD_MAX (RUN_BLOCK_HEAD + 1 + KEY_MAX)

_Static_assert(KEY_MAX < 128, "a length takes one byte");

void run_writer_init(struct run_writer *w, const struct run_sink *sink) { *w = (struct run_writer){.sink = *sink}; }

void run_writer_clear(struct run_writer *w) {
  mem_free(w->block);
  w->block = NULL;
  w->n = w->cap = 0;
}

/* Gives the block to the sink.  next: the first key of the next block, or an empty one. */
static enum err_code put_block(struct run_writer *w, const struct index_key *next, struct err *e) {
  unsigned char *p = w->block + HEAD_MAX - (RUN_BLOCK_HEAD + 1 + next->n);
  size_t n = w->n + RUN_BLOCK_HEAD + 1 + next->n;
  p[4] = w->blocks ? 0 : RUN_BLOCK_FIRST;
  p[RUN_BLOCK_HEAD] = next->n;
  memcpy(p + RUN_BLOCK_HEAD + 1, next->b, next->n);
  uint32_t crc = crc_update(0, p + 4, n - 4);
  for (int i = 0; i < 4; i++) p[i] = (unsigned char)(crc >> 8 * i);
  if (w->sink.put(w->sink.context, &w->first, p, n, e)) return e->code;
  w->blocks++;
  w->bytes += n;
  w->n = 0;
  return ERR_NONE;
}

/* How many bytes both keys begin with. */
static uint32_t shared_bytes(const struct index_key *a, const struct index_key *b) {
  uint32_t n = a->n < b->n ? a->n : b->n, i = 0;
  while (i < n && a->b[i] == b->b[i]) i++;
  return i;
}

enum err_code run_writer_put(struct run_writer *w, const struct index_key *key, const uint32_t *id, size_t n,
                             struct err *e) {
  struct postings_form form;
  size_t most = 2 + (size_t)key->n + postings_measure(&form, id, n);
  if (key_compare(key, &w->last) <= 0) return index_damaged(e, "the keys of a run do not ascend");
  if (w->n && HEAD_MAX + w->n + most > RUN_BLOCK && put_block(w, key, e)) return e->code;
  if (mem_grow(&w->block, &w->cap, HEAD_MAX + w->n + most, RUN_BLOCK, 1)) return err_nomem(e);
  uint32_t shared = w->n ? shared_bytes(key, &w->last) : 0, rest = key->n - shared;
  unsigned char *start = w->block + HEAD_MAX + w->n, *p = start;
  if (!w->n) w->first = *key;
  *p++ = (unsigned char)shared;
  *p++ = (unsigned char)rest;
  memcpy(p, key->b + shared, rest);
  w->n += (size_t)(postings_write(p + rest, &form, id, n) - start);
  w->last = *key;
  w->keys++;
  w->ids += n;
  return ERR_NONE;
}

enum err_code run_writer_finish(struct run_writer *w, struct err *e) {
  return w->n ? put_block(w, &(struct index_key){0}, e) : ERR_NONE;
}
