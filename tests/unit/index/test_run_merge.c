/* SPDX-License-Identifier: MIT */
/*
** Tests the merge of runs and of tables in memory against a table of keys and files; errors; no
** memory.
*/
#include "helpers.h"

#include "index/run_merge.h"
#include "run_store.h"

#define SOURCES 9
#define SPAN    (SOURCES * MODEL_FILES)

static uint32_t choose_random(void *from, uint32_t n) {
  (void)from;
  return random_below(n);
}

/* A source: a run that was written, or a table. */
struct input {
  struct model_run model;
  struct run_store store;
  struct run_reader reader;
  uint32_t at; /* the next entry of a table */
  struct err fail;
};

static enum err_code table_next(void *context, struct run_entry *out, struct err *e) {
  struct input *in = context;
  *out = (struct run_entry){0};
  if (in->at == in->model.n) return in->fail.code ? err_set(e, in->fail.code, 0, "interrupted") : ERR_NONE;
  struct model_entry *entry = &in->model.entry[in->at++];
  *out = (struct run_entry){&entry->key, entry->id, entry->n};
  return ERR_NONE;
}

/* as_run: through a run that is written and read. */
static struct run_source make_input(struct input *in, uint64_t first_id, uint32_t most, int as_run) {
  struct run_writer w;
  struct err e = {0};
  memset(in, 0, sizeof *in);
  in->model = model_run(choose_random, NULL, most, first_id);
  if (!as_run) return (struct run_source){table_next, in, first_id};
  CHECK(!model_write(&in->model, &in->store, &w, &e), "%s", e.text);
  run_writer_clear(&w);
  struct run_blocks blocks = run_store_blocks(&in->store);
  run_reader_init(&in->reader, &blocks, first_id, in->model.files);
  return run_reader_source(&in->reader);
}

static void clear_inputs(struct input *in, size_t n) {
  for (size_t i = 0; i < n; i++) {
    model_run_clear(&in[i].model);
    run_store_clear(&in[i].store);
    run_reader_clear(&in[i].reader);
  }
}

/* The entries of all inputs, in one list, in which an entry has a single file. */
struct pair {
  struct index_key key;
  uint64_t id;
};

static int pair_order(const void *a, const void *b) {
  const struct pair *x = a, *y = b;
  int c = key_compare(&x->key, &y->key);
  return c ? c : (x->id > y->id) - (x->id < y->id);
}

/* Returns how many pairs there are, each once, in their order. */
static size_t list_pairs(struct pair **out, const struct input *in, size_t n, const struct file_set *alive) {
  struct pair *pair = NULL;
  size_t count = 0, kept = 0, room = 0;
  for (size_t i = 0; i < n; i++)
    for (uint32_t k = 0; k < in[i].model.n; k++) {
      const struct model_entry *entry = &in[i].model.entry[k];
      if (count + entry->n > room && !(pair = realloc(pair, (room += 100000) * sizeof *pair))) abort();
      for (uint32_t j = 0; j < entry->n; j++) {
        uint64_t id = in[i].model.first_id + entry->id[j];
        if (!alive || file_set_has(alive, id)) pair[count++] = (struct pair){entry->key, id};
      }
    }
  if (count) qsort(pair, count, sizeof *pair, pair_order);
  for (size_t i = 0; i < count; i++)
    if (!kept || pair_order(&pair[kept - 1], &pair[i])) pair[kept++] = pair[i];
  *out = pair;
  return kept;
}

/* Reads the run in `store`, and compares it with the pairs. */
static void check_run(struct run_store *store, uint64_t first_id, const struct pair *pair, size_t n) {
  struct run_blocks blocks = run_store_blocks(store);
  struct run_reader r;
  struct run_entry entry = {0};
  struct err e = {0};
  size_t at = 0;
  run_reader_init(&r, &blocks, first_id, SPAN + 1000);
  do {
    if (n) CHECK(!run_reader_next(&r, &entry, &e), "%s", e.text);
    if (!entry.key) break;
    for (size_t i = 0; i < entry.n; i++, at++) {
      assert_true(at < n);
      assert_int_equal(key_compare(entry.key, &pair[at].key), 0);
      assert_int_equal(first_id + entry.id[i], pair[at].id);
    }
    assert_true(at == n || key_compare(entry.key, &pair[at].key));
  } while (entry.key);
  assert_int_equal(at, n);
  run_reader_clear(&r);
}

static void fill_alive(struct file_set *alive, uint64_t base) {
  uint32_t odds = random_below(5);
  file_set_init(alive, base, base + SPAN);
  for (uint32_t i = 0; i < SPAN; i++)
    if (odds && random_below(odds) == 0) file_set_add(alive, base + i, &(struct err){0});
}

/*
** Sources that lie behind each other, side by side or anywhere; as runs and as tables; all files,
** some or none.
*/
static void test_random(void **state) {
  uint32_t empty = 0;
  (void)state;
  for (uint32_t round = 0; round < 200; round++) {
    struct input in[SOURCES];
    struct run_source source[SOURCES];
    struct file_set alive = {0};
    struct run_store store = {0};
    struct run_sink sink = run_store_sink(&store);
    struct run_writer w;
    struct pair *pair;
    struct err e = {0};
    uint32_t n = random_below(SOURCES + 1), how = random_below(3);
    uint64_t base = random_below(2) ? random_below(1000) : INT64_MAX - SPAN;
    for (uint32_t i = 0; i < n; i++) {
      uint64_t place = how == 0 ? i * MODEL_FILES : how == 1 ? 0 : random_below(SPAN - MODEL_FILES);
      source[i] = make_input(&in[i], base + place, random_below(9) ? 40 : 400, round & 1);
    }
    if (round % 4 == 3) fill_alive(&alive, base);
    size_t pairs = list_pairs(&pair, in, n, round % 4 == 3 ? &alive : NULL);
    run_writer_init(&w, &sink);
    CHECK(!run_merge(source, n, round % 4 == 3 ? &alive : NULL, base, &w, &e), "%s", e.text);
    assert_int_equal(run_writer_finish(&w, &e), ERR_NONE);
    assert_int_equal(w.ids, pairs);
    check_run(&store, base, pair, pairs);
    empty += !pairs;
    free(pair);
    run_writer_clear(&w);
    run_store_clear(&store);
    file_set_clear(&alive);
    clear_inputs(in, n);
  }
  assert_in_range(empty, 5, 60);
}

static enum err_code merge(const struct run_source *source, size_t n, uint64_t first_id, struct run_store *store,
                           struct err *e) {
  struct run_sink sink = run_store_sink(store);
  struct run_writer w;
  run_writer_init(&w, &sink);
  enum err_code rc = run_merge(source, n, NULL, first_id, &w, e);
  if (!rc) rc = run_writer_finish(&w, e);
  run_writer_clear(&w);
  return rc;
}

/* Ids that have no number in the new run, and keys that do not ascend. */
static void test_damage(void **state) {
  static const struct {
    uint64_t first_id, of_run;
    enum err_code code;
  } table[] = {
      {100, 100, ERR_NONE},
      {100, 0, ERR_NONE},
      {UINT32_MAX, 5, ERR_NONE},
      {100, 106, ERR_FORMAT},
      {UINT32_MAX, 0, ERR_FORMAT},
      {UINT64_C(1) << 40, UINT64_C(1) << 39, ERR_FORMAT},
      {UINT64_MAX - 5, 0, ERR_FORMAT},
      {UINT32_MAX - 6, 0, ERR_NONE},
      {UINT32_MAX - 5, 0, ERR_FORMAT},
  };
  struct model_entry entry[] = {{{1, {5}}, 1, {5}}, {{1, {6}}, 1, {4}}};
  struct input in = {.model = {.entry = entry, .n = 1}};
  (void)state;
  for (size_t i = 0; i < COUNT(table); i++) {
    struct run_source source = {table_next, &in, table[i].first_id};
    struct run_store store = {0};
    struct err e = {0};
    in.at = 0;
    entry[0].id[0] = table[i].first_id == UINT32_MAX && table[i].of_run ? 4 : 5;
    CHECK(merge(&source, 1, table[i].of_run, &store, &e) == table[i].code, "%zu: %s", i, e.text);
    run_store_clear(&store);
  }
  in.model.n = 2;
  for (unsigned char k = 4; k < 8; k++) {
    struct run_source source = {table_next, &in, 0};
    struct run_store store = {0};
    in.at = 0;
    entry[1].key.b[0] = k;
    assert_int_equal(merge(&source, 1, 0, &store, &(struct err){0}), k <= 5 ? ERR_FORMAT : ERR_NONE);
    run_store_clear(&store);
  }
}

/* The errors of a source, of the sink and of the allocator end the merge. */
static void test_faults(void **state) {
  uint32_t codes[ERR_INTERRUPT + 1] = {0};
  (void)state;
  for (uint32_t round = 0; round < 300; round++) {
    struct input in[3];
    struct run_source source[3];
    struct run_store store = {0};
    struct err e = {0};
    for (uint32_t i = 0; i < 3; i++) source[i] = make_input(&in[i], i * 100, 300, i == 0);
    switch (round % 4) {
    case 0: mem_test_fail(1 + round / 4 % 12, 0); break;
    case 1: in[1].fail.code = ERR_INTERRUPT; break;
    case 2: in[0].store.interrupt_from = 1 + random_below(3); break;
    default: store.interrupt_from = 1 + random_below(3);
    }
    merge(source, 3, 0, &store, &e);
    mem_test_fail(0, 0);
    assert_true(e.code == ERR_NONE || e.code == (round % 4 ? ERR_INTERRUPT : ERR_NOMEM));
    codes[e.code]++;
    run_store_clear(&store);
    clear_inputs(in, 3);
    assert_int_equal(mem_test_live(), 0);
  }
  assert_in_range(codes[ERR_NOMEM], 30, 75);
  assert_in_range(codes[ERR_INTERRUPT], 120, 225);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_random),
      cmocka_unit_test(test_damage),
      cmocka_unit_test(test_faults),
  };
  return finish(cmocka_run_group_tests(tests, NULL, NULL));
}
