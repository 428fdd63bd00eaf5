/* SPDX-License-Identifier: MIT */
/* Tests the writer of runs: the bytes of small blocks, the size of blocks, counts, and errors. */
#include "helpers.h"

#include "base/crc.h"
#include "index/run_writer.h"
#include "run_store.h"

static struct index_key text_key(const char *text) {
  struct index_key k;
  key_of_interface(&k, text, strlen(text));
  return k;
}

static void put(struct run_writer *w, const char *text, const uint32_t *id, size_t n) {
  struct index_key k = text_key(text);
  struct err e = {0};
  CHECK(!run_writer_put(w, &k, id, n, &e), "%s: %s", text, e.text);
}

/* The format, byte by byte: blocks that were stored must stay readable. */
static void test_bytes(void **state) {
  static const unsigned char expected[] = {
      RUN_BLOCK_FIRST,
      0, /* the only block */
      0,
      3,
      KEY_INTERFACE,
      'a',
      'b', /* shares nothing; "ab" */
      2 * 1,
      7, /* file 7 */
      3,
      1,
      'c', /* shares "ab"; "abc" */
      2 * 4,
      1,
      2,
      0x80 | 44,
      1, /* two more differences */
      1,
      1,
      'b', /* shares the kind; "b" */
      2 * 3 + 1,
      2,
      0xfe,
      0x0f, /* files 17 to 27 */
  };
  const uint32_t run[] = {17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27};
  struct run_store s = {0};
  struct run_sink sink = run_store_sink(&s);
  struct run_writer w;
  (void)state;
  run_writer_init(&w, &sink);
  put(&w, "ab", (uint32_t[]){7}, 1);
  put(&w, "abc", (uint32_t[]){1, 4, 177}, 3);
  put(&w, "b", run, COUNT(run));
  assert_int_equal(s.n, 0);
  assert_int_equal(run_writer_finish(&w, &(struct err){0}), ERR_NONE);
  assert_int_equal(s.n, 1);
  assert_int_equal(s.block[0].n, 4 + sizeof expected);
  assert_memory_equal(s.block[0].p + 4, expected, sizeof expected);
  uint32_t crc = crc_update(0, expected, sizeof expected);
  for (int i = 0; i < 4; i++) assert_int_equal(s.block[0].p[i], crc >> 8 * i & 255);
  assert_int_equal(w.keys, 3);
  assert_int_equal(w.ids, 15);
  assert_int_equal(w.bytes, s.block[0].n);
  assert_int_equal(w.blocks, 1);
  run_writer_clear(&w);
  run_store_clear(&s);
}

/*
** Blocks are nearly full, no larger than they may be, and name each other; a large entry stands
** alone.
*/
static void test_blocks(void **state) {
  static uint32_t id[20000];
  struct run_store s = {0};
  struct run_sink sink = run_store_sink(&s);
  struct run_writer w;
  uint64_t bytes = 0;
  (void)state;
  for (uint32_t i = 0; i < COUNT(id); i++) id[i] = i * 100;
  run_writer_init(&w, &sink);
  for (uint32_t i = 0; i < 2000; i++) {
    char text[20];
    snprintf(text, sizeof text, "%06u", i);
    put(&w, text, id, i == 1000 ? COUNT(id) : 1 + i % 20);
  }
  assert_int_equal(run_writer_finish(&w, &(struct err){0}), ERR_NONE);
  assert_int_equal(w.blocks, s.n);
  for (size_t i = 0; i < s.n; i++) {
    struct stored_block *b = &s.block[i];
    const struct index_key *next = i + 1 < s.n ? &s.block[i + 1].first : &(struct index_key){0};
    struct index_key large = text_key("001000");
    int is_large = !key_compare(&b->first, &large);
    if (is_large) assert_true(b->n > COUNT(id));
    else assert_in_range(b->n, i + 1 < s.n && key_compare(next, &large) ? RUN_BLOCK - 100 : 1, RUN_BLOCK);
    if (is_large) assert_memory_equal(next->b + 1, "001001", 6);
    assert_int_equal(b->p[4], i ? 0 : RUN_BLOCK_FIRST);
    assert_int_equal(b->p[5], next->n);
    assert_memory_equal(b->p + 6, next->b, next->n);
    assert_int_equal(b->p[6 + next->n], 0);
    assert_int_equal(b->p[7 + next->n], b->first.n);
    bytes += b->n;
  }
  assert_int_equal(w.bytes, bytes);
  run_writer_clear(&w);
  run_store_clear(&s);
}

static void test_errors(void **state) {
  struct run_store s = {.interrupt_from = 2};
  struct run_sink sink = run_store_sink(&s);
  struct run_writer w, zero = {0};
  struct index_key k = {0};
  struct err e = {0};
  (void)state;
  run_writer_clear(&zero);
  run_writer_init(&w, &sink);
  assert_int_equal(run_writer_finish(&w, &e), ERR_NONE); /* an empty run has no blocks */
  assert_int_equal(w.blocks + w.keys + w.bytes + s.n, 0);
  assert_int_equal(run_writer_put(&w, &k, (uint32_t[]){0}, 1, &e), ERR_FORMAT); /* no key */
  put(&w, "b", (uint32_t[]){0}, 1);
  for (int i = 0; i < 2; i++) {
    k = text_key(i ? "b" : "a");
    e = (struct err){0};
    assert_int_equal(run_writer_put(&w, &k, (uint32_t[]){0}, 1, &e), ERR_FORMAT);
    assert_string_equal(e.text, "the index is damaged: the keys of a run do not ascend");
  }
  e = (struct err){0};
  for (uint32_t i = 0; !e.code; i++) {
    key_of_port(&k, i);
    run_writer_put(&w, &k, (uint32_t[]){i}, 1, &e);
  }
  assert_int_equal(e.code, ERR_INTERRUPT); /* at the second block */
  assert_int_equal(w.blocks, 1);
  run_writer_clear(&w);
  run_store_clear(&s);
}

static void test_no_memory(void **state) {
  static uint32_t id[10000];
  (void)state;
  for (uint32_t i = 0; i < COUNT(id); i++) id[i] = 100 * i;
  for (size_t at = 1; at <= 2; at++) {
    struct run_store s = {0};
    struct run_sink sink = run_store_sink(&s);
    struct index_key k = text_key("a");
    struct run_writer w;
    run_writer_init(&w, &sink);
    mem_test_fail(at, 0);
    assert_int_equal(run_writer_put(&w, &k, id, 1, &(struct err){0}), at == 1 ? ERR_NOMEM : ERR_NONE);
    k = text_key("b");
    assert_int_equal(run_writer_put(&w, &k, id, COUNT(id), &(struct err){0}), at == 2 ? ERR_NOMEM : ERR_NONE);
    mem_test_fail(0, 0);
    run_writer_clear(&w);
    run_store_clear(&s);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_bytes),
      cmocka_unit_test(test_blocks),
      cmocka_unit_test(test_errors),
      cmocka_unit_test(test_no_memory),
  };
  return finish(cmocka_run_group_tests(tests, NULL, NULL));
}
