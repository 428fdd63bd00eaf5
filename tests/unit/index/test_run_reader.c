/* SPDX-License-Identifier: MIT */
/*
** Tests the reader of runs against a table of keys: keys, ranges and all entries of random runs,
** how often blocks are asked for, blocks that are damaged or missing, interrupts, and no memory.
*/
#include "helpers.h"

#include "base/crc.h"
#include "run_store.h"

static uint32_t choose_random(void *from, uint32_t n) {
  (void)from;
  return random_below(n);
}

struct stored_run {
  struct model_run model;
  struct run_store store;
};

static void make_run(struct stored_run *run, uint32_t most, uint64_t first_id) {
  struct run_writer w;
  struct err e = {0};
  memset(run, 0, sizeof *run);
  run->model = model_run(choose_random, NULL, most, first_id);
  CHECK(!model_write(&run->model, &run->store, &w, &e), "%s", e.text);
  run_writer_clear(&w);
}

static void clear_run(struct stored_run *run) {
  model_run_clear(&run->model);
  run_store_clear(&run->store);
}

static struct run_reader reader_of(struct stored_run *run) {
  struct run_blocks blocks = run_store_blocks(&run->store);
  struct run_reader r;
  run_reader_init(&r, &blocks, run->model.first_id, run->model.files);
  return r;
}

static void init_set(struct file_set *s, const struct model_run *m) {
  file_set_init(s, m->first_id, m->first_id + m->files - 1);
}

/* Keys to look for, ascending: some of the run, and some others. */
static uint32_t choose_keys(struct index_key *key, uint32_t most, const struct model_run *m) {
  uint32_t n = random_below(most + 1);
  for (uint32_t i = 0; i < n; i++) {
    struct index_key k = random_below(2) ? m->entry[random_below(m->n)].key : model_key(choose_random, NULL);
    uint32_t at = i;
    for (; at && key_compare(&key[at - 1], &k) > 0; at--) key[at] = key[at - 1];
    key[at] = k;
  }
  return n;
}

/* What was done is as it should be: no error and the right set, or an error that says damage. */
static enum err_code check_find(struct run_reader *r, const struct model_run *m, const struct index_key *key,
                                uint32_t n) {
  struct file_set got, expected;
  struct err e = {0};
  init_set(&got, m);
  init_set(&expected, m);
  for (uint32_t i = 0; i < n; i++) model_range(m, &key[i], &key[i], &expected);
  enum err_code rc = run_reader_find(r, key, n, &got, &e);
  assert_int_equal(rc, e.code);
  if (!rc) assert_true(file_set_is(&got, &expected));
  if (rc == ERR_FORMAT) CHECK(strstr(e.text, "the index is damaged: ") == e.text, "%s", e.text);
  file_set_clear(&got);
  file_set_clear(&expected);
  return rc;
}

static enum err_code check_range(struct run_reader *r, const struct model_run *m, const struct index_key *least,
                                 const struct index_key *greatest) {
  struct file_set got, expected;
  struct err e = {0};
  init_set(&got, m);
  init_set(&expected, m);
  model_range(m, least, greatest, &expected);
  enum err_code rc = run_reader_range(r, least, greatest, &got, &e);
  assert_int_equal(rc, e.code);
  if (!rc) assert_true(file_set_is(&got, &expected));
  if (rc == ERR_FORMAT) CHECK(strstr(e.text, "the index is damaged: ") == e.text, "%s", e.text);
  file_set_clear(&got);
  file_set_clear(&expected);
  return rc;
}

/* Reads up to so many entries from the first one on. */
static enum err_code check_next(struct run_reader *r, const struct model_run *m, uint32_t most) {
  struct run_source source = run_reader_source(r);
  struct run_entry entry;
  struct err e = {0};
  assert_int_equal(source.first_id, m->first_id);
  for (uint32_t i = 0; i < most; i++) {
    if (source.next(source.context, &entry, &e)) return e.code;
    assert_int_equal(entry.key != NULL, i < m->n);
    if (!entry.key) break;
    assert_int_equal(key_compare(entry.key, &m->entry[i].key), 0);
    assert_int_equal(entry.n, m->entry[i].n);
    assert_memory_equal(entry.id, m->entry[i].id, entry.n * sizeof *entry.id);
  }
  return ERR_NONE;
}

/* Anything that a reader can be asked for. */
static enum err_code check_any(struct run_reader *r, const struct model_run *m) {
  struct index_key key[60];
  switch (random_below(4)) {
  case 0: return check_next(r, m, UINT32_MAX);
  case 1:
    choose_keys(key, 2, m);
    key[0] = m->entry[random_below(m->n)].key;
    key[1] = model_key(choose_random, NULL);
    return check_range(r, m, &key[0], &key[1]);
  case 2:
    key[0] = m->entry[0].key;
    key[1] = m->entry[m->n - 1].key;
    return check_range(r, m, &key[0], &key[1]);
  default: return check_find(r, m, key, choose_keys(key, COUNT(key), m));
  }
}

static void test_random(void **state) {
  (void)state;
  for (uint32_t round = 0; round < 300; round++) {
    struct stored_run run;
    make_run(&run, round % 3 ? 20 : 800, round % 2 ? INT64_MAX - MODEL_FILES : round);
    struct run_reader r = reader_of(&run);
    for (uint32_t i = 0; i < 20; i++) {
      assert_int_equal(check_any(&r, &run.model), ERR_NONE);
      if (random_below(4) == 0) continue;
      struct run_reader unread = reader_of(&run); /* an iteration that is broken off and begun anew */
      check_next(&unread, &run.model, random_below(30));
      assert_int_equal(check_find(&unread, &run.model, &run.model.entry[0].key, 1), ERR_NONE);
      assert_int_equal(check_next(&unread, &run.model, UINT32_MAX), ERR_NONE);
      run_reader_clear(&unread);
    }
    run_reader_clear(&r);
    clear_run(&run);
  }
}

/* A block is asked for once, and only if a key can be in it. */
static void test_calls(void **state) {
  struct stored_run run;
  static struct index_key all[3000];
  struct index_key before_all = {1, {0}}, behind_all = {1, {255}};
  (void)state;
  do {
    make_run(&run, COUNT(all), 5);
    if (run.store.n < 6) clear_run(&run);
  } while (run.store.n < 6);
  struct run_store *s = &run.store;
  struct run_reader r = reader_of(&run);
  for (uint32_t i = 0; i < run.model.n; i++) all[i] = run.model.entry[i].key;
  assert_int_equal(check_find(&r, &run.model, all, run.model.n), ERR_NONE);
  assert_int_equal(s->seeks, s->n);
  assert_int_equal(s->nexts, 0);
  s->seeks = 0;
  assert_int_equal(check_range(&r, &run.model, &before_all, &behind_all), ERR_NONE);
  assert_int_equal(s->seeks, 1);
  assert_int_equal(s->nexts, s->n - 1);
  s->nexts = 0;
  assert_int_equal(check_range(&r, &run.model, &s->block[2].first, &s->block[4].first), ERR_NONE);
  assert_int_equal(s->nexts, 2);
  assert_int_equal(check_range(&r, &run.model, &behind_all, &before_all), ERR_NONE); /* an empty range */
  assert_int_equal(check_find(&r, &run.model, NULL, 0), ERR_NONE);
  assert_int_equal(s->seeks, 2);
  for (size_t i = 0; i < COUNT(all); i++) all[i] = behind_all;
  assert_int_equal(check_find(&r, &run.model, all, COUNT(all)), ERR_NONE);
  assert_int_equal(s->seeks, 3);
  run_reader_clear(&r);
  clear_run(&run);
}

/*
** Everything that a reader can be asked for, on a run that is damaged.  Returns how often it was
** an error.
*/
static uint32_t check_damaged(struct stored_run *run, uint32_t times) {
  uint32_t errors = 0;
  for (uint32_t i = 0; i < times; i++) {
    struct run_reader r = reader_of(run);
    enum err_code rc = check_any(&r, &run->model);
    assert_true(rc == ERR_NONE || rc == ERR_FORMAT);
    errors += rc != ERR_NONE;
    run_reader_clear(&r);
  }
  return errors;
}

/* Each byte of a small run is changed, and each block cut there: all of that is noticed. */
static void test_each_byte(void **state) {
  struct stored_run run;
  (void)state;
  do {
    make_run(&run, 300, 1);
    if (run.store.n != 2) clear_run(&run);
  } while (run.store.n != 2);
  for (size_t i = 0; i < run.store.n; i++) {
    struct stored_block *b = &run.store.block[i];
    for (size_t at = 0; at < b->n; at++) {
      size_t whole = b->n;
      struct run_reader r = reader_of(&run);
      unsigned char bits = (unsigned char)(1 + random_below(255));
      b->p[at] ^= bits;
      assert_int_equal(check_next(&r, &run.model, UINT32_MAX), ERR_FORMAT);
      if (at % 16 == 0) check_damaged(&run, 4);
      b->p[at] ^= bits;
      b->n = at;
      assert_int_equal(check_next(&r, &run.model, UINT32_MAX), ERR_FORMAT);
      if (at % 16 == 0) check_damaged(&run, 4);
      b->n = whole;
      run_reader_clear(&r);
    }
  }
  assert_int_equal(check_damaged(&run, 50), 0);
  clear_run(&run);
}

/*
** A block that is missing, stands twice or at another place is an error wherever it could change
** an answer.
*/
static void test_missing_blocks(void **state) {
  uint32_t errors = 0;
  (void)state;
  for (uint32_t round = 0; round < 200; round++) {
    struct stored_run run;
    make_run(&run, 800, 1);
    struct run_store *s = &run.store;
    size_t i = random_below((uint32_t)s->n), k = random_below((uint32_t)s->n);
    if (round % 3 == 0) {
      free(s->block[i].p);
      s->n--;
      memmove(&s->block[i], &s->block[i + 1], (s->n - i) * sizeof *s->block);
    } else if (round % 3 == 1) {
      struct stored_block b = s->block[i];
      s->block[i] = s->block[k];
      s->block[k] = b;
    } else { /* under its neighbour's key */
      struct stored_block b = s->block[i];
      s->block[i].p = s->block[k].p;
      s->block[i].n = s->block[k].n;
      s->block[k].p = b.p;
      s->block[k].n = b.n;
    }
    struct run_reader r = reader_of(&run);
    if (round % 3 == 0 || i != k) assert_int_equal(check_next(&r, &run.model, UINT32_MAX), ERR_FORMAT);
    run_reader_clear(&r);
    errors += check_damaged(&run, 10);
    clear_run(&run);
  }
  assert_in_range(errors, 800, 1800);
}

/* Gives a block the CRC of what is in it. */
static void seal(struct stored_block *b) {
  uint32_t crc = crc_update(0, b->p + 4, b->n - 4);
  for (int i = 0; i < 4; i++) b->p[i] = (unsigned char)(crc >> 8 * i);
}

/* Blocks whose CRC is right, but not what is in them. */
static void test_forged_blocks(void **state) {
  static const struct {
    unsigned char bytes[12];
    size_t n;
    const char *text;
  } table[] = {
      {{1, 0}, 2, "a block was changed or cut off"},
      {{2, 0, 0, 1, 'a', 2, 0}, 7, "a block does not begin as blocks do"},
      {{1, 65, 0, 1, 'a', 2, 0}, 7, "a block does not begin as blocks do"},
      {{1, 5, 0, 1, 'a', 2, 0}, 7, "a block does not begin as blocks do"},
      {{1, 0, 0, 1}, 4, "a key is cut off"},
      {{1, 0, 1, 1, 'a', 2, 0}, 7, "a key is cut off"},
      {{1, 0, 0, 0, 2, 0}, 6, "a key is cut off"},
      {{1, 0, 0, 9, 'a', 2, 0}, 7, "a key is cut off"},
      {{1, 0, 0, 1, 'a'}, 5, "a list of files is cut off"},
      {{1, 0, 0, 1, 'a', 4, 0}, 7, "a list of files is cut off"},
      {{1, 0, 0, 1, 'a', 2, 100}, 7, "a list of files has a number beyond its files"},
      {{1, 0, 0, 1, 'b', 2, 0, 0, 1, 'a', 2, 0}, 12, "the keys of a block do not ascend"},
      {{1, 0, 0, 1, 'a', 2, 0, 0, 1, 'a', 2, 0}, 12, "the keys of a block do not ascend"},
      {{1, 1, 'a', 0, 1, 'a', 2, 0}, 8, "the keys of a block do not ascend"},
      {{0, 0, 0, 1, 'a', 2, 0}, 7, "a block is missing"},
      {{1, 1, 'b', 0, 1, 'a', 2, 0}, 8, "a block is missing"},
  };
  (void)state;
  for (size_t i = 0; i < COUNT(table); i++) {
    struct run_store s = {0};
    struct run_blocks blocks = run_store_blocks(&s);
    struct run_reader r;
    struct run_entry entry = {.key = &(struct index_key){0}};
    struct err e = {0};
    unsigned char b[16] = {0};
    memcpy(b + 4, table[i].bytes, table[i].n);
    run_store_put(&s, &(struct index_key){1, {'a'}}, b, 4 + table[i].n, &e);
    seal(&s.block[0]);
    run_reader_init(&r, &blocks, 0, 100);
    while (!e.code && entry.key) run_reader_next(&r, &entry, &e);
    CHECK(e.code == ERR_FORMAT && !strcmp(e.text + strlen("the index is damaged: "), table[i].text), "%zu: %s", i,
          e.text);
    run_reader_clear(&r);
    run_store_clear(&s);
  }
}

/*
** A block that begins another run does not go on with this one, even if its key is the right one.
*/
static void test_blocks_of_two_runs(void **state) {
  static const unsigned char first[] = {RUN_BLOCK_FIRST, 1, 'b', 0, 1, 'a', 2, 0};
  static const unsigned char second[] = {RUN_BLOCK_FIRST, 0, 0, 1, 'b', 2, 0};
  unsigned char b[16] = {0};
  struct run_store s = {0};
  struct run_blocks blocks = run_store_blocks(&s);
  struct run_reader r;
  struct run_entry entry;
  struct err e = {0};
  (void)state;
  memcpy(b + 4, first, sizeof first);
  run_store_put(&s, &(struct index_key){1, {'a'}}, b, 4 + sizeof first, &e);
  memcpy(b + 4, second, sizeof second);
  run_store_put(&s, &(struct index_key){1, {'b'}}, b, 4 + sizeof second, &e);
  seal(&s.block[0]);
  seal(&s.block[1]);
  run_reader_init(&r, &blocks, 0, 100);
  assert_int_equal(run_reader_next(&r, &entry, &e), ERR_NONE);
  assert_int_equal(run_reader_next(&r, &entry, &e), ERR_FORMAT);
  run_reader_clear(&r);
  run_store_clear(&s);
}

/*
** The bytes of a block are anything, and its CRC is right: it ends, with an error or with files of
** the run.
*/
static void test_random_blocks(void **state) {
  uint32_t good = 0;
  (void)state;
  for (uint32_t round = 0; round < 3000; round++) {
    struct stored_run run;
    struct file_set set;
    struct err e = {0};
    make_run(&run, 30, 1);
    struct stored_block *b = &run.store.block[0];
    for (uint32_t i = random_below(3); i < 3; i++)
      b->p[4 + random_below((uint32_t)b->n - 4)] = (unsigned char)random_below(256);
    seal(b);
    struct run_reader r = reader_of(&run);
    init_set(&set, &run.model);
    good += !run_reader_range(&r, &(struct index_key){1, {0}}, &(struct index_key){1, {255}}, &set, &e);
    assert_true(e.code == ERR_NONE || e.code == ERR_FORMAT);
    run_reader_clear(&r);
    file_set_clear(&set);
    clear_run(&run);
  }
  assert_in_range(good, 300, 2700);
}

/* A call of the caller's or an allocation that fails ends everything with its error. */
static void test_faults(void **state) {
  struct stored_run run;
  uint32_t interrupted = 0, no_memory = 0;
  (void)state;
  make_run(&run, 800, 1);
  for (uint32_t round = 0; round < 2000; round++) {
    struct run_reader r = reader_of(&run);
    if (round & 1) run.store.interrupt_from = 1 + random_below(2);
    else mem_test_fail(1 + random_below(2), 1);
    struct model_run *m = &run.model;
    struct file_set out;
    struct err e = {0};
    init_set(&out, m);
    if (round % 3 == 0) run_reader_range(&r, &m->entry[random_below(m->n)].key, &m->entry[m->n - 1].key, &out, &e);
    else if (round % 3 == 1) run_reader_find(&r, &m->entry[random_below(m->n)].key, 1, &out, &e);
    else check_next(&r, m, UINT32_MAX);
    mem_test_fail(0, 0);
    interrupted += e.code == ERR_INTERRUPT;
    no_memory += e.code == ERR_NOMEM;
    assert_true(e.code == ERR_NONE || e.code == (round & 1 ? ERR_INTERRUPT : ERR_NOMEM));
    run.store.interrupt_from = 0;
    run_reader_clear(&r);
    file_set_clear(&out);
  }
  assert_in_range(interrupted, 200, 900);
  assert_in_range(no_memory, 100, 900);
  clear_run(&run);
}

/* A run without blocks is one whose blocks are missing. */
static void test_no_blocks(void **state) {
  struct run_store s = {0};
  struct run_blocks blocks = run_store_blocks(&s);
  struct run_reader r, zero = {0};
  struct run_entry entry;
  struct err e = {0};
  (void)state;
  run_reader_clear(&zero);
  run_reader_init(&r, &blocks, 0, 1);
  assert_int_equal(run_reader_next(&r, &entry, &e), ERR_FORMAT);
  assert_string_equal(e.text, "the index is damaged: a block is missing");
  run_reader_clear(&r);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_random),
      cmocka_unit_test(test_calls),
      cmocka_unit_test(test_each_byte),
      cmocka_unit_test(test_missing_blocks),
      cmocka_unit_test(test_forged_blocks),
      cmocka_unit_test(test_random_blocks),
      cmocka_unit_test(test_blocks_of_two_runs),
      cmocka_unit_test(test_faults),
      cmocka_unit_test(test_no_blocks),
  };
  return finish(cmocka_run_group_tests(tests, NULL, NULL));
}
