/* SPDX-License-Identifier: MIT */
/*
** The blocks of a run in memory, as the tests of the index keep them, and a plain model of a run:
** a table of keys and files.
**
** A block can be changed, cut or removed, and each block that is handed out is a copy of its own
** with nothing behind it, so that AddressSanitizer notices what is read beyond it or after the
** next call.
*/
#ifndef RUN_STORE_H
#define RUN_STORE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "index/run_reader.h"
#include "index/run_writer.h"

struct stored_block {
  struct index_key first;
  unsigned char *p;
  size_t n;
};

struct run_store {
  struct stored_block *block;
  size_t n, at;            /* blocks, and the one that was handed out last */
  unsigned char *handed;   /* its copy */
  uint32_t seeks, nexts;   /* calls */
  uint32_t interrupt_from; /* the nth call from now on, or of a sink the nth block, is interrupted; 0: none */
};

static inline void run_store_clear(struct run_store *s) {
  for (size_t i = 0; i < s->n; i++) free(s->block[i].p);
  free(s->block);
  free(s->handed);
  memset(s, 0, sizeof *s);
}

static inline enum err_code run_store_call(struct run_store *s, struct err *e) {
  if (s->interrupt_from && !--s->interrupt_from) return err_set(e, ERR_INTERRUPT, 0, "interrupted");
  return ERR_NONE;
}

static inline void *run_store_copy(const void *p, size_t n) {
  void *copy = malloc(n + !n);
  if (!copy) abort();
  if (n) memcpy(copy, p, n);
  return copy;
}

static inline enum err_code run_store_put(void *context, const struct index_key *first, const unsigned char *block,
                                          size_t n, struct err *e) {
  struct run_store *s = context;
  if (run_store_call(s, e)) return e->code;
  s->block = realloc(s->block, (s->n + 1) * sizeof *s->block);
  if (!s->block) abort();
  s->block[s->n++] = (struct stored_block){*first, run_store_copy(block, n), n};
  return ERR_NONE;
}

static inline struct run_sink run_store_sink(struct run_store *s) { return (struct run_sink){run_store_put, s}; }

static inline enum err_code run_store_hand(struct run_store *s, size_t at, struct run_block *out, struct err *e) {
  if (run_store_call(s, e)) return e->code;
  free(s->handed);
  s->handed = NULL;
  s->at = at;
  *out = (struct run_block){0};
  if (at >= s->n) return ERR_NONE;
  s->handed = run_store_copy(s->block[at].p, s->block[at].n);
  *out = (struct run_block){1, s->handed, s->block[at].n};
  return ERR_NONE;
}

static inline enum err_code run_store_seek(void *context, const struct index_key *key, struct run_block *out,
                                           struct err *e) {
  struct run_store *s = context;
  size_t low = 0,
         high = s->n; /* blocks before `low` have a key that is not greater, those from `high` on a greater one */
  s->seeks++;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (key_compare(&s->block[middle].first, key) <= 0) low = middle + 1;
    else high = middle;
  }
  return run_store_hand(s, low ? low - 1 : 0, out, e);
}

static inline enum err_code run_store_next(void *context, struct run_block *out, struct err *e) {
  struct run_store *s = context;
  s->nexts++;
  return run_store_hand(s, s->at + 1, out, e);
}

static inline struct run_blocks run_store_blocks(struct run_store *s) {
  return (struct run_blocks){run_store_seek, run_store_next, s};
}

/* --- a model ----------------------------------------------------------------------------------------------------- */

#define MODEL_FILES 300 /* files of a run, at most */

struct model_entry {
  struct index_key key;
  uint32_t n, id[MODEL_FILES];
};

struct model_run {
  struct model_entry *entry; /* in the order of the keys */
  uint32_t n, files;
  uint64_t first_id;
};

static inline void model_run_clear(struct model_run *m) {
  free(m->entry);
  memset(m, 0, sizeof *m);
}

/* Returns 0 to n - 1. */
typedef uint32_t (*model_choose)(void *from, uint32_t n);

/*
** A key of one of a few values, so that keys meet again, and share much or nothing with their
** neighbours.
*/
static inline struct index_key model_key(model_choose pick, void *from) {
  struct index_key k;
  char text[80];
  uint32_t n = pick(from, 70);
  switch (pick(from, 5)) {
  case 0: key_of_ip(&k, &(struct ip){0, UINT64_C(0xffff0a000000) + pick(from, 3) * 65536 + pick(from, 200)}); break;
  case 1: key_of_ip(&k, &(struct ip){UINT64_C(0x20010db800000000), pick(from, 200)}); break;
  case 2: key_of_port(&k, pick(from, 2) ? pick(from, 100) : pick(from, 65536)); break;
  case 3:
    memset(text, "ab"[pick(from, 2)], sizeof text);
    key_of_interface(&k, text, n);
    break;
  default: snprintf(text, sizeof text, "eni-%08x", pick(from, 300)); key_of_interface(&k, text, 12);
  }
  return k;
}

static inline int model_order(const void *a, const void *b) {
  return key_compare(&((const struct model_entry *)a)->key, &((const struct model_entry *)b)->key);
}

/* A run of up to so many keys, each with one file, some or many. */
static inline struct model_run model_run(model_choose pick, void *from, uint32_t most, uint64_t first_id) {
  struct model_run m = {.files = 1 + pick(from, MODEL_FILES), .first_id = first_id};
  uint32_t keys = 1 + pick(from, most), n = 0;
  m.entry = malloc(keys * sizeof *m.entry);
  if (!m.entry) abort();
  for (uint32_t i = 0; i < keys; i++) {
    struct model_entry *entry = &m.entry[i];
    uint32_t odds = 1 + pick(from, 30);
    entry->key = model_key(pick, from);
    entry->n = 0;
    for (uint32_t id = pick(from, m.files); id < m.files; id += 1 + pick(from, odds)) entry->id[entry->n++] = id;
  }
  qsort(m.entry, keys, sizeof *m.entry, model_order);
  for (uint32_t i = 0; i < keys; i++)
    if (!i || key_compare(&m.entry[i].key, &m.entry[n - 1].key)) m.entry[n++] = m.entry[i];
  m.n = n;
  return m;
}

/* Writes the run. */
static inline enum err_code model_write(const struct model_run *m, struct run_store *s, struct run_writer *w,
                                        struct err *e) {
  struct run_sink sink = run_store_sink(s);
  run_writer_init(w, &sink);
  for (uint32_t i = 0; i < m->n; i++)
    if (run_writer_put(w, &m->entry[i].key, m->entry[i].id, m->entry[i].n, e)) return e->code;
  return run_writer_finish(w, e);
}

/* Adds the files of the keys from `least` to `greatest`. */
static inline void model_range(const struct model_run *m, const struct index_key *least,
                               const struct index_key *greatest, struct file_set *out) {
  for (uint32_t i = 0; i < m->n; i++) {
    const struct model_entry *entry = &m->entry[i];
    if (key_compare(&entry->key, least) < 0 || key_compare(&entry->key, greatest) > 0) continue;
    for (uint32_t k = 0; k < entry->n; k++)
      if (file_set_add(out, m->first_id + entry->id[k], &(struct err){0})) abort();
  }
}

static inline int file_set_is(const struct file_set *a, const struct file_set *b) {
  uint64_t i = 0, k = 0;
  for (;; i++, k++) {
    int more = file_set_next(a, &i);
    if (more != file_set_next(b, &k) || (more && i != k)) return 0;
    if (!more) return 1;
  }
}

#endif
