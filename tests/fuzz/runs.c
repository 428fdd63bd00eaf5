/* SPDX-License-Identifier: MIT */
/*
** Sorted runs of an index.  What is written is read again, key by key, as a range and as a whole;
** the run that two of them are merged into has the keys and files of both.  A block that was
** changed or cut is an error, or is not needed for the answer.  With its CRC made right again, it
** ends in an error or in files of the run, at keys that ascend.
**
** Input: a byte that chooses what is done; changes of a block, or its bytes; and choices of the
** keys and files.
*/
#include "fuzz.h"
#include "mem_test.h"

#include "base/crc.h"
#include "index/run_merge.h"
#include "run_store.h"

#define KEYS 60

static uint32_t choose_for_model(void *from, uint32_t n) { return choose(from, n); }

static struct run_reader reader_of(struct run_store *store, const struct model_run *m) {
  struct run_blocks blocks = run_store_blocks(store);
  struct run_reader r;
  run_reader_init(&r, &blocks, m->first_id, m->files);
  return r;
}

/* Compares a set with that of the model. */
static void check_set(const struct file_set *got, const struct model_run *m, const struct index_key *least,
                      const struct index_key *greatest) {
  struct file_set expected;
  file_set_init(&expected, got->least, got->greatest);
  model_range(m, least, greatest, &expected);
  PROPERTY(file_set_is(got, &expected), "%llu files, not %llu", (unsigned long long)file_set_count(got),
           (unsigned long long)file_set_count(&expected));
  file_set_clear(&expected);
}

/* A key and a range; is_whole: none may be an error. */
static void check_answers(struct run_store *store, const struct model_run *m, struct choices *c, int is_whole) {
  for (int i = 0; i < 4; i++) {
    struct run_reader r = reader_of(store, m);
    struct index_key least = model_key(choose_for_model, c), greatest = least;
    struct file_set got;
    struct err e = {0};
    file_set_init(&got, m->first_id, m->first_id + m->files - 1);
    if (i & 1) greatest = m->entry[choose(c, m->n)].key;
    if (i & 1) run_reader_range(&r, &least, &greatest, &got, &e);
    else run_reader_find(&r, &least, 1, &got, &e);
    PROPERTY(!e.code || (!is_whole && e.code == ERR_FORMAT), "%s", e.text);
    if (!e.code) check_set(&got, m, &least, &greatest);
    file_set_clear(&got);
    run_reader_clear(&r);
  }
}

/* All entries are those of the model; or there is an error, if the run may be damaged. */
static void check_entries(struct run_store *store, const struct model_run *m, int is_whole) {
  struct run_reader r = reader_of(store, m);
  struct run_entry entry;
  struct err e = {0};
  for (uint32_t i = 0; !run_reader_next(&r, &entry, &e); i++) {
    PROPERTY((entry.key != NULL) == (i < m->n), "%u entries of %u", i, m->n);
    if (!entry.key) break;
    PROPERTY(!key_compare(entry.key, &m->entry[i].key) && entry.n == m->entry[i].n &&
                 !memcmp(entry.id, m->entry[i].id, entry.n * sizeof *entry.id),
             "entry %u", i);
  }
  PROPERTY(!e.code || (!is_whole && e.code == ERR_FORMAT), "%s", e.text);
  run_reader_clear(&r);
}

/* Whatever is in the blocks: an end, ascending keys, files of the run. */
static void check_forged(struct run_store *store, uint32_t files) {
  struct model_run m = {.files = files};
  struct run_reader r = reader_of(store, &m);
  struct run_entry entry;
  struct index_key before = {0};
  struct err e = {0};
  while (!run_reader_next(&r, &entry, &e) && entry.key) {
    PROPERTY(key_compare(&before, entry.key) < 0, "keys of %u and %u bytes", before.n, entry.key->n);
    PROPERTY(entry.n && entry.id[entry.n - 1] < files, "%zu files", entry.n);
    for (size_t i = 1; i < entry.n; i++) PROPERTY(entry.id[i - 1] < entry.id[i], "file %zu", i);
    PROPERTY(r.list.cap <= 2 * (size_t)files + 64, "room for %zu files", r.list.cap);
    before = *entry.key;
  }
  PROPERTY(!e.code || e.code == ERR_FORMAT, "%s", e.text);
  run_reader_clear(&r);
}

static void seal(struct stored_block *b) {
  if (b->n < 4) return;
  uint32_t crc = crc_update(0, b->p + 4, b->n - 4);
  for (int i = 0; i < 4; i++) b->p[i] = (unsigned char)(crc >> 8 * i);
}

/* A run of the model, whole; and with a block changed, without its CRC and with it. */
static void check_run(struct choices *c) {
  struct changes changes = choose_changes(c);
  struct model_run m = model_run(choose_for_model, c, KEYS, choose_word(c) >> 2);
  struct run_store store = {0};
  struct run_writer w;
  struct err e = {0};
  PROPERTY(!model_write(&m, &store, &w, &e) && w.blocks == store.n && w.keys == m.n, "%s", e.text);
  run_writer_clear(&w);
  check_entries(&store, &m, 1);
  check_answers(&store, &m, c, 1);
  struct stored_block *b = &store.block[choose(c, (uint32_t)store.n)];
  struct text bytes = {0};
  text_add(&bytes, b->p, b->n);
  make_changes(&changes, &bytes);
  memcpy(b->p, bytes.p, bytes.n);
  b->n = bytes.n;
  check_entries(&store, &m, 0);
  check_answers(&store, &m, c, 0);
  seal(b);
  check_forged(&store, m.files);
  free(bytes.p);
  run_store_clear(&store);
  model_run_clear(&m);
}

/* A block of any bytes. */
static void check_bytes(struct choices *c) {
  uint32_t files = 1 + choose(c, 65536);
  struct run_store store = {0};
  struct text block = {0};
  text_add(&block, "CRC-", 4);
  text_add(&block, c->p, c->n);
  if (run_store_put(&store, &(struct index_key){1, {0}}, (unsigned char *)block.p, block.n, &(struct err){0})) abort();
  seal(&store.block[0]);
  check_forged(&store, files);
  free(block.p);
  run_store_clear(&store);
}

/*
** The entries of a merged run have the files of both models, and there are as many as both have
** keys.
*/
static void check_merged(struct run_store *store, const struct model_run m[2], uint64_t keys) {
  struct model_run merged = {.first_id = m[0].first_id, .files = 1000};
  struct run_reader r = reader_of(store, &merged);
  struct run_entry entry;
  struct err e = {0};
  uint64_t different = m[0].n + m[1].n, last = merged.first_id + merged.files - 1;
  for (uint32_t i = 0; i < m[0].n; i++)
    different -= bsearch(&m[0].entry[i], m[1].entry, m[1].n, sizeof *m[1].entry, model_order) != NULL;
  PROPERTY(keys == different, "%llu keys, not %llu", (unsigned long long)keys, (unsigned long long)different);
  for (; keys; keys--) {
    struct file_set got, expected;
    file_set_init(&got, merged.first_id, last);
    file_set_init(&expected, merged.first_id, last);
    PROPERTY(!run_reader_next(&r, &entry, &e) && entry.key, "%s", e.text);
    PROPERTY(!file_set_add_list(&got, merged.first_id, entry.id, entry.n, &e), "%s", e.text);
    for (int i = 0; i < 2; i++) model_range(&m[i], entry.key, entry.key, &expected);
    PROPERTY(file_set_is(&got, &expected), "%zu files", entry.n);
    file_set_clear(&got);
    file_set_clear(&expected);
  }
  run_reader_clear(&r);
}

/*
** Two runs, the second of which begins at some file of the first, and what they are merged into.
*/
static void check_merge(struct choices *c) {
  struct model_run m[2] = {{0}};
  struct run_store store[3] = {{0}};
  struct run_reader r[2];
  struct run_source source[2];
  struct run_sink sink = run_store_sink(&store[2]);
  struct run_writer w;
  struct err e = {0};
  for (uint32_t i = 0; i < 2; i++) {
    m[i] = model_run(choose_for_model, c, KEYS, i ? m[0].first_id + choose(c, 400) : choose_word(c) >> 2);
    PROPERTY(!model_write(&m[i], &store[i], &w, &e), "%s", e.text);
    run_writer_clear(&w);
    r[i] = reader_of(&store[i], &m[i]);
    source[i] = run_reader_source(&r[i]);
  }
  run_writer_init(&w, &sink);
  PROPERTY(!run_merge(source, 2, NULL, m[0].first_id, &w, &e) && !run_writer_finish(&w, &e), "%s", e.text);
  check_merged(&store[2], m, w.keys);
  run_writer_clear(&w);
  for (int i = 0; i < 2; i++) {
    run_reader_clear(&r[i]);
    model_run_clear(&m[i]);
  }
  for (int i = 0; i < 3; i++) run_store_clear(&store[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct choices c = {data, size};
  switch (choose(&c, 3)) {
  case 0: check_run(&c); break;
  case 1: check_bytes(&c); break;
  default: check_merge(&c);
  }
  PROPERTY(!mem_test_live(), "%zu blocks of memory are left", mem_test_live());
  return 0;
}
