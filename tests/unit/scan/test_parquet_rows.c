/* SPDX-License-Identifier: MIT */
/*
** Which row groups of a Parquet file are read: those in which a record may pass, and no others.  The file has three, with
** 40, 40 and 16 rows; start begins with 1772960400 and is a minute more in each row.
*/
#include "helpers.h"

#include "file/input.h"
#include "record/lines.h"
#include "scan/parquet_rows.h"
#include "scan/row_groups.h"

#define START(row) (UINT64_C(1772960400) + 60 * (row))

struct condition {
  int subject, op;
  uint64_t low, high;
  const char *text;
  int negated, null_passes;
};

static void add(struct predicate *p, const struct condition *c) {
  struct err e = {0};
  struct predicate_term t = {.subject = (uint8_t)c->subject,
                             .op = (uint8_t)c->op,
                             .low = c->low,
                             .high = c->high,
                             .negated = (uint8_t)c->negated,
                             .null_passes = (uint8_t)c->null_passes};
  if (c->text) assert_int_equal(predicate_set_text(&t.text, c->text, strlen(c->text), &e), ERR_NONE);
  assert_int_equal(predicate_add(p, &t, &e), ERR_NONE);
}

/* Reads all rows, and returns how many row groups were left out. */
static uint64_t skipped(const char *name, const struct predicate *p, uint64_t *rows) {
  struct parquet_rows r;
  struct rows_need need = {.all = 1};
  struct layout l;
  struct tokens t;
  struct input in;
  struct err e = {0};
  char path[256];
  uint64_t before;
  snprintf(path, sizeof path, "tests/data/parquet/%s.parquet", name);
  parquet_rows_init(&r);
  assert_int_equal(input_init(&in, &e) + tokens_init(&t, LINES_BUFFER + 1, &e), 0);
  CHECK(!input_open(&in, path, &unconfined, &e) && !parquet_rows_open(&r, &in, &e), "%s", e.text);
  assert_int_equal(parquet_rows_choose(&r, &need, p, &l, &e), ERR_NONE);
  *rows = 0;
  do {
    CHECK(!parquet_rows_next(&r, NULL, &t, &before, &e), "%s", e.text);
    *rows += t.nlines;
  } while (t.nlines);
  uint64_t n = r.skipped;
  parquet_rows_clear(&r);
  tokens_clear(&t);
  input_clear(&in);
  return n;
}

static void test_row_groups(void **state) {
  static const struct {
    const char *what;
    struct condition c[2];
    uint64_t skipped, rows;   /* by the statistics alone */
    uint64_t skipped2, rows2; /* with the dictionaries, if there are more then; otherwise 0 */
  } cases[] = {
      {"the first rows", {{FIELD_start, PREDICATE_RANGE, 0, START(39), NULL, 0, 0}}, 2, 40, 0, 0},
      {"two of three", {{FIELD_start, PREDICATE_RANGE, START(39), START(40), NULL, 0, 0}}, 1, 80, 0, 0},
      {"before all", {{FIELD_start, PREDICATE_RANGE, 0, START(0) - 1, NULL, 0, 0}}, 3, 0, 0, 0},
      {"after all", {{FIELD_start, PREDICATE_RANGE, START(96), UINT64_MAX, NULL, 0, 0}}, 3, 0, 0, 0},
      {"not before", {{FIELD_start, PREDICATE_RANGE, 0, START(79), NULL, 1, 0}}, 2, 16, 0, 0},
      {"missing, too", {{FIELD_start, PREDICATE_RANGE, 0, START(39), NULL, 0, 1}}, 0, 96, 0, 0},
      {"two terms",
       {{FIELD_start, PREDICATE_RANGE, 0, START(60), NULL, 0, 0},
        {FIELD_start, PREDICATE_RANGE, START(50), START(70), NULL, 0, 0}},
       2,
       40,
       0,
       0},
      {"lines", {{SUBJECT_LINE, PREDICATE_RANGE, 41, 80, NULL, 0, 0}}, 2, 40, 0, 0},
      {"either port", {{SUBJECT_PORT, PREDICATE_RANGE, 53, 53, NULL, 0, 0}}, 2, 40, 0, 0},
      {"no port", {{SUBJECT_PORT, PREDICATE_RANGE, 61024, 65535, NULL, 0, 0}}, 3, 0, 0, 0},
      {"a text beyond all", {{FIELD_log_status, PREDICATE_EQUAL, 0, 0, "SKIPDATA", 0, 0}}, 3, 0, 0, 0},
      {"a text between", {{FIELD_log_status, PREDICATE_EQUAL, 0, 0, "NOTHING", 0, 0}}, 0, 96, 3, 0},
      {"not a text", {{FIELD_log_status, PREDICATE_EQUAL, 0, 0, "SKIPDATA", 1, 0}}, 0, 96, 0, 0},
      {"interfaces in order", {{FIELD_interface_id, PREDICATE_EQUAL, 0, 0, "eni-0a1b2c3d4e5f611", 0, 0}}, 0, 96, 2, 16},
      {"an address",
       {{FIELD_srcaddr, PREDICATE_EQUAL, 0, 0, "9.9.9.9", 0, 0}},
       0,
       96,
       3,
       0}, /* '-' is the least, and there is IPv6 */
      {"IPv6", {{FIELD_srcaddr, PREDICATE_EQUAL, 0, 0, "fe80::1", 0, 0}}, 0, 96, 3, 0},
      {"a field that is not there", {{FIELD_vpc_id, PREDICATE_EQUAL, 0, 0, "vpc-1", 0, 0}}, 0, 96, 0, 0},
      {"the path", {{SUBJECT_FILE, PREDICATE_EQUAL, 0, 0, "x", 0, 0}}, 0, 96, 0, 0},
  };
  (void)state;
  for (size_t i = 0; i < COUNT(cases); i++) {
    struct predicate p;
    uint64_t rows;
    predicate_init(&p);
    for (int k = 0; k < 2 && (!k || cases[i].c[k].low); k++) add(&p, &cases[i].c[k]);
    predicate_finish(&p);
    for (int with = 0; with < 2; with++) {
      uint64_t n = skipped(with ? "arrow-gzip-v1" : "arrow-gzip-v1-plain", &p, &rows);
      int is_more = with && cases[i].skipped2;
      CHECK(n == (is_more ? cases[i].skipped2 : cases[i].skipped) && rows == (is_more ? cases[i].rows2 : cases[i].rows),
            "%s, %d: %llu left out, %llu rows", cases[i].what, with, (unsigned long long)n, (unsigned long long)rows);
    }
    predicate_clear(&p);
  }
  assert_int_equal(mem_test_live(), 0);
}

/* Texts in statistics as other writers make them: cut off at the end, spaces around them, addresses in other spellings. */
static void test_ranges_of_texts(void **state) {
#define RANGE(from_, to_)                                                                                              \
  {                                                                                                                    \
    .from = {(const unsigned char *)(from_), sizeof(from_) - 1}, .to = {                                               \
      (const unsigned char *)(to_),                                                                                    \
      sizeof(to_) - 1                                                                                                  \
    }                                                                                                                  \
  }
  static const struct {
    int field;
    struct footer_range range;
    const char *text;
    int may_pass;
  } cases[] = {
      {FIELD_action, RANGE("ACCEPT", "ACCEPT"), "REJECT", 0},
      {FIELD_action, RANGE("ACCEPT", "ACCEPT"), "ACCEPT", 1},
      {FIELD_action, RANGE("ACCEPT ", "ACCEPT "), "ACCEPT", 1},
      {FIELD_action, RANGE(" ACCEPT", " ACCEPT"), "ACCEPT", 1},
      {FIELD_action, RANGE("\tREJECT", "REJECT"), "ACCEPT", 1},
      {FIELD_action, RANGE("ACCEPT", "REJECT\n"), "REJECT", 1},
      {FIELD_action, RANGE("ACCEPTED", "REJECT"), "ACCEPT", 0},
      {FIELD_action, RANGE("", "REJECT"), "ACCEPT", 1},
      {FIELD_srcaddr, RANGE("10.0.0.1", "10.0.0.9"), "10.0.1.1", 0},
      {FIELD_srcaddr, RANGE("10.0.0.1", "10.0.0.9"), "10.0.0.5", 1},
      {FIELD_srcaddr, RANGE("10.0.0.1", "::ffff:10.0.1.1"), "9.9.9.9", 1},
      {FIELD_srcaddr, RANGE("0:0:0:0:0:ffff:a00:101", "10.0.0.9"), "10.0.1.1", 1},
      {FIELD_srcaddr, RANGE("2001:DB8::1", "2001:DB8::1"), "2001:db8::1", 1},
      {FIELD_bytes, RANGE("10", "20"), "3", 1},
  };
  (void)state;
  for (size_t i = 0; i < COUNT(cases); i++) {
    struct predicate p;
    struct schema_column column = {.type = SCHEMA_BYTE_ARRAY, .values = SCHEMA_TEXT};
    struct footer_group group = {0, 10};
    struct footer_chunk chunk = {.range = cases[i].range};
    struct footer f = {.schema = {1, &column}, .ngroups = 1, .group = &group, .chunk = &chunk, .rows = 10};
    int16_t column_of[FIELD_COUNT];
    for (int k = 0; k < FIELD_COUNT; k++) column_of[k] = k == cases[i].field ? 0 : -1;
    predicate_init(&p);
    add(&p, &(struct condition){cases[i].field, PREDICATE_EQUAL, 0, 0, cases[i].text, 0, 0});
    predicate_finish(&p);
    CHECK(row_groups_may_pass(&p, &f, 0, column_of) == cases[i].may_pass, "case %zu: %s", i, cases[i].text);
    predicate_clear(&p);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_row_groups),
      cmocka_unit_test(test_ranges_of_texts),
  };
  end_after(60);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
