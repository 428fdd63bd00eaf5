/* SPDX-License-Identifier: MIT */
/*
** Lines, streams and reasons of blocks, and how much of them fits.
*/
#include "helpers.h"

#include "container/block.h"

static struct block block;

static void add(const char *text, uint64_t number) {
  assert_true(block_has_room(&block));
  memcpy(block_begin_line(&block), text, strlen(text));
  block_end_line(&block, strlen(text), number, 1000 + (int64_t)number);
}

static void stream(const char *group, const char *name) {
  block_set_stream(&block, group, group ? strlen(group) : 0, name, name ? strlen(name) : 0);
}

/* The names of the stream of a line, as GROUP:NAME. */
static const char *stream_of(uint32_t line) {
  static char text[2 * BLOCK_NAME + 8];
  const struct block_stream *s = &block.stream[block.place[line].stream];
  snprintf(text, sizeof text, "%.*s:%.*s", (int)s->group_n, s->group == BLOCK_NO_TEXT ? "" : block.names + s->group,
           (int)s->name_n, s->name == BLOCK_NO_TEXT ? "" : block.names + s->name);
  return text;
}

static void test_lines(void **state) {
  (void)state;
  block_restart(&block);
  add("2 a", 1);
  stream("/g", "s-1");
  add("2 b", 2);
  stream("/g", "s-1");
  add("", 3);
  stream(NULL, "s-2");
  add("2 d", 4);
  assert_int_equal(block.nlines, 4);
  assert_int_equal(block.n, 13);
  assert_memory_equal(block.text, "2 a\n2 b\n\n2 d\n", 13);
  assert_int_equal(block.place[1].number, 2);
  assert_int_equal(block.place[1].time, 1002);
  assert_int_equal(block.nstreams, 3);
  assert_string_equal(stream_of(0), ":");
  assert_string_equal(stream_of(1), "/g:s-1");
  assert_string_equal(stream_of(2), "/g:s-1");
  assert_string_equal(stream_of(3), ":s-2");
}

/* The present stream stays when a block is emptied, whatever the order of its names is. */
static void test_the_stream_stays(void **state) {
  (void)state;
  block_restart(&block);
  for (int i = 0; i < 3; i++) {
    stream("/group", i ? "other" : "stream");
    add("2 a", 1);
    block_reset(&block);
    block_reset(&block);
    assert_int_equal(block.nlines + block.n, 0);
    add("2 b", 2);
    assert_string_equal(stream_of(0), i ? "/group:other" : "/group:stream");
  }
  block_restart(&block);
  add("2 c", 1);
  assert_string_equal(stream_of(0), ":");
}

static void test_names_can_be_shown(void **state) {
  char name[2000];
  (void)state;
  block_restart(&block);
  stream("a\033[2Jb\xff", "");
  add("2", 1);
  assert_string_equal(stream_of(0), "a?[2Jb?:");
  memset(name, 'x', sizeof name);
  block_set_stream(&block, name, sizeof name, NULL, 0);
  add("2", 2);
  assert_int_equal(block.stream[block.place[1].stream].group_n, BLOCK_NAME);
}

static void test_what_cannot_be_used(void **state) {
  char text[5000];
  (void)state;
  block_restart(&block);
  memset(text, 'y', sizeof text);
  block_add_bad(&block, "one\ntwo\r", 8, 7, "has a message of several lines");
  block_add_bad(&block, text, sizeof text, 8, "is too long");
  add("2", 9);
  assert_int_equal(block.nlines, 3);
  assert_memory_equal(block.text, "one two \ny", 10);
  assert_int_equal(block.n, 9 + BLOCK_SHOWN + 1 + 2);
  assert_string_equal(block_why(&block, &block.place[0]), "has a message of several lines");
  assert_string_equal(block_why(&block, &block.place[1]), "is too long");
  assert_null(block_why(&block, &block.place[2]));
  assert_int_equal(block.place[0].number, 7);
}

/* Whatever is added while there is room fits; the sanitizers see what does not. */
static void test_room(void **state) {
  char why[ERR_TEXT], name[BLOCK_NAME];
  (void)state;
  memset(why, 'w', sizeof why - 1);
  why[sizeof why - 1] = 0;
  for (int round = 0; round < 50; round++) {
    uint32_t lines = 0;
    block_restart(&block);
    while (block_has_room(&block)) {
      size_t n = round % 3 == 0 ? BLOCK_LINE : random_below(round % 3 == 1 ? 3 : 2000);
      memset(name, 'a' + (char)random_below(26), sizeof name);
      if (round & 4) block_set_stream(&block, name, sizeof name, name, sizeof name);
      if (round & 8 && random_below(2)) {
        block_add_bad(&block, why, sizeof why - 1, lines, why);
        lines++;
        continue;
      }
      if (random_below(3) == 0) {
        memset(block_begin_line(&block), 'h', BLOCK_LINE);
        block_end_line(&block, BLOCK_LINE, BLOCK_HEADER, BLOCK_NO_TIME);
        lines++;
      }
      memset(block_begin_line(&block), 'x', n);
      block_end_line(&block, n, 1, BLOCK_NO_TIME);
      lines++;
    }
    assert_int_equal(block.nlines, lines);
    assert_true(lines > 0 && lines <= BLOCK_LINES && block.n <= BLOCK_TEXT && block.names_n <= BLOCK_NAMES);
  }
}

static int set_up(void **state) {
  struct err e = {0};
  (void)state;
  return block_init(&block, &e);
}

static int tear_down(void **state) {
  (void)state;
  block_clear(&block);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_lines),
      cmocka_unit_test(test_the_stream_stays),
      cmocka_unit_test(test_names_can_be_shown),
      cmocka_unit_test(test_what_cannot_be_used),
      cmocka_unit_test(test_room),
  };
  return finish(cmocka_run_group_tests(tests, set_up, tear_down));
}
