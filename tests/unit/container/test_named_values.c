/* SPDX-License-Identifier: MIT */
/*
** Records of names and values, and the headers and lines that are made of them.
*/
#include "helpers.h"

#include "container/named_values.h"

static struct block block;
static struct named_values values;

/* Adds a record, which is given as "name=value name=value"; a value has '_' in the place of blanks. */
static void record(const char *text, uint64_t number) {
  char copy[512], *save = NULL;
  snprintf(copy, sizeof copy, "%s", text);
  for (char *p = strtok_r(copy, " ", &save); p; p = strtok_r(NULL, " ", &save)) {
    char *value = strchr(p, '=');
    size_t n = (size_t)(value++ - p);
    for (char *q = value; *q; q++)
      if (*q == '_') *q = ' ';
    /* the value must stay until the end of the record: it is in `copy` */
    named_values_set(&values, named_values_find(&values, p, n), value, strlen(value));
  }
  named_values_end(&values, &block, number, BLOCK_NO_TIME);
}

static void check(const char *expected) {
  CHECK(block.n == strlen(expected) && !memcmp(block.text, expected, block.n), "got:\n%.*s\nexpected:\n%s",
        (int)block.n, block.text, expected);
}

static void begin(void) {
  block_restart(&block);
  named_values_restart(&values);
}

static void test_records(void **state) {
  (void)state;
  begin();
  record("srcaddr=10.0.0.1 bytes=40", 1);
  record("srcaddr=10.0.0.2 bytes=50", 2);
  record("bytes=60 srcaddr=10.0.0.3", 3);
  record("srcaddr=10.0.0.4", 4);
  record("srcaddr= bytes=-", 5);
  check("srcaddr bytes\n10.0.0.1 40\n10.0.0.2 50\n10.0.0.3 60\n10.0.0.4 -\n- -\n");
  assert_int_equal(block.place[0].number, BLOCK_HEADER);
  assert_int_equal(block.place[5].number, 5);
}

static void test_a_new_name_makes_a_new_header(void **state) {
  (void)state;
  begin();
  record("srcAddr=10.0.0.1", 1);
  record("srcAddr=10.0.0.2 note=a_b", 2);
  record("note=c", 3);
  check("srcAddr\n10.0.0.1\nsrcAddr note\n10.0.0.2 a%20b\n- c\n");
}

/* Two spellings of a field are one column, and names that are not the record's own are none. */
static void test_names(void **state) {
  (void)state;
  begin();
  record("srcAddr=10.0.0.2 @timestamp=x src-addr=10.0.0.2 a.b=1 a_b=2 9=3 /=4", 1);
  check("srcAddr a_b x9 x_\n10.0.0.2 2 3 4\n");
}

/* A header has each field once, whatever the names were before they were written in it. */
static void test_names_that_become_fields(void **state) {
  (void)state;
  begin();
  record("src.addr=10.0.0.2 srcaddr=10.0.0.2 dst/addr=10.0.0.4 DSTADDR=10.0.0.4 bytes=1", 1);
  check("src_addr dst_addr bytes\n10.0.0.2 10.0.0.4 1\n");
  assert_int_equal(values.nknown, 3);
}

/* Blanks would divide a value; what else should not be in it is for the reader of the line. */
static void test_odd_values(void **state) {
  (void)state;
  begin();
  int column = named_values_find(&values, "vpc", 3);
  named_values_set(&values, column, "a\x01 \t\r\n\x7f", 7);
  named_values_end(&values, &block, 1, BLOCK_NO_TIME);
  check("vpc\na\x01%20%09%0D%0A\x7f\n");
}

/* A field's own name goes before others, in any order; two values of equal rank are one too many. */
static void test_two_names_of_a_field(void **state) {
  (void)state;
  begin();
  record("srcaddr=10.0.0.1 source=172.17.0.1", 1);
  record("source=172.17.0.1 srcaddr=10.0.0.2", 2);
  record("source=172.17.0.1", 3);
  record("source=172.17.0.1 src=172.17.0.1", 4);
  record("source=172.17.0.1 src=172.17.0.2 srcaddr=10.0.0.5", 5);
  record("source=172.17.0.1 src=10.0.0.6", 6);
  record("srcaddr=10.0.0.1 src-addr=10.0.0.2", 7);
  check("srcaddr\n10.0.0.1\n10.0.0.2\n172.17.0.1\n172.17.0.1\n10.0.0.5\n10.0.0.6\n10.0.0.2\n");
  for (uint32_t i = 0; i < block.nlines; i++) {
    const char *why = block_why(&block, &block.place[i]);
    assert_int_equal(why != NULL, i >= 6);
    if (why) assert_string_equal(why, "has two values of the field srcaddr");
  }
}

/* More names than a line may have fields, and longer values than a line may have bytes. */
static void test_limits(void **state) {
  char name[32], *value = calloc(1, 70000);
  (void)state;
  begin();
  memset(value, ' ', 30000);
  for (int i = 0; i < 2 * NAMED_VALUES_MAX; i++) {
    int n = snprintf(name, sizeof name, "name%d", i);
    int column = named_values_find(&values, name, (size_t)n);
    assert_true(column == (i < NAMED_VALUES_OTHERS ? i : NAMED_VALUES_NONE));
    named_values_set(&values, column, "x", 1);
  }
  named_values_end(&values, &block, 1, BLOCK_NO_TIME);
  assert_int_equal(block.nlines, 2);
  named_values_set(&values, 3, value, 30000);
  named_values_end(&values, &block, 2, BLOCK_NO_TIME);
  assert_string_equal(block_why(&block, &block.place[2]), "has values that are too long for one record");
  record("name1=7", 3);
  assert_null(block_why(&block, &block.place[3]));
  for (int f = 0; f < FIELD_COUNT; f++) /* whatever names were before them */
    assert_int_equal(named_values_find(&values, fields[f].name, fields[f].n), NAMED_VALUES_OTHERS + f);
  assert_int_equal(named_values_find(&values, "source", 6),
                   named_values_find(&values, "srcaddr", 7) | NAMED_VALUES_ALIAS);
  assert_int_equal(named_values_find(&values, "another", 7), NAMED_VALUES_NONE);
  free(value);
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
      cmocka_unit_test(test_records),    cmocka_unit_test(test_a_new_name_makes_a_new_header),
      cmocka_unit_test(test_names),      cmocka_unit_test(test_two_names_of_a_field),
      cmocka_unit_test(test_limits),     cmocka_unit_test(test_names_that_become_fields),
      cmocka_unit_test(test_odd_values),
  };
  return finish(cmocka_run_group_tests(tests, set_up, tear_down));
}
