/* SPDX-License-Identifier: MIT */
/* What each kind of condition says about the sets of an index, and which files a clue lets pass; no memory. */
#include "helpers.h"

#include "index/clues.h"

static struct index_key address(const char *text) {
  struct index_key key;
  key_of_address(&key, text, strlen(text));
  return key;
}

static struct index_key port(uint64_t n) {
  struct index_key key;
  key_of_port(&key, n);
  return key;
}

static struct index_key interface(const char *text) {
  struct index_key key;
  key_of_interface(&key, text, strlen(text));
  return key;
}

/* A term, and its keys.  op: RANGE has low and high; members are texts, or numbers from 1 on, n of them. */
static struct predicate_term make_term(int op, const char *text, uint64_t low, uint64_t high) {
  struct predicate_term t = {.op = (uint8_t)op, .low = low, .high = high};
  struct err e = {0};
  set_init(&t.set);
  if (op == PREDICATE_EQUAL) assert_int_equal(predicate_set_text(&t.text, text, strlen(text), &e), ERR_NONE);
  if (op == PREDICATE_CIDR) assert_int_equal(ip_parse_prefix(text, strlen(text), &t.cidr), 1);
  for (uint64_t i = low; op == PREDICATE_NUMBERS && i <= high; i++) set_add_number(&t.set, i * 40000, &e);
  for (char c = '9'; op == PREDICATE_TEXTS && c > '5'; c--) {
    char member[32];
    snprintf(member, sizeof member, "%s%c", text, c);
    set_add_text(&t.set, member, strlen(member), &e);
  }
  return t;
}

static void test_terms(void **state) {
  (void)state;
  static const struct {
    int op;
    const char *text;
    uint64_t low, high;
    int field, negated, null_passes;
    size_t keys; /* SIZE_MAX: it says nothing */
    int is_range, last_port;
  } rows[] = {
      {PREDICATE_EQUAL, "10.0.0.1", 0, 0, FIELD_srcaddr, 0, 0, 1, 0, 0},
      {PREDICATE_EQUAL, "10.0.0.1", 0, 0, FIELD_pkt_dstaddr, 0, 0, 1, 0, 0},
      {PREDICATE_EQUAL, "eni-1", 0, 0, FIELD_interface_id, 0, 0, 1, 0, 0},
      {PREDICATE_EQUAL, "eni-1", 0, 0, FIELD_vpc_id, 0, 0, SIZE_MAX, 0, 0},
      {PREDICATE_EQUAL, "22", 0, 0, FIELD_srcport, 0, 0, SIZE_MAX, 0, 0},
      {PREDICATE_EQUAL, "10.0.0.1", 0, 0, FIELD_srcaddr, 1, 0, SIZE_MAX, 0, 0},
      {PREDICATE_EQUAL, "10.0.0.1", 0, 0, FIELD_srcaddr, 0, 1, SIZE_MAX, 0, 0},
      {PREDICATE_TEXTS, "10.0.0.", 0, 0, FIELD_dstaddr, 0, 0, 4, 0, 0},
      {PREDICATE_TEXTS, "eni-", 0, 0, FIELD_interface_id, 0, 0, 4, 0, 0},
      {PREDICATE_NUMBERS, "", 0, 1, FIELD_dstport, 0, 0, 2, 0, 40000},
      {PREDICATE_NUMBERS, "", 1, 2, FIELD_srcport, 0, 0, 2, 0, 65535},
      {PREDICATE_NUMBERS, "", 1, 0, FIELD_srcport, 0, 0, 0, 0, 0},
      {PREDICATE_NUMBERS, "", 1, 2, FIELD_bytes, 0, 0, SIZE_MAX, 0, 0},
      {PREDICATE_RANGE, "", 0, 1023, FIELD_dstport, 0, 0, 2, 1, 1023},
      {PREDICATE_RANGE, "", 1000, UINT64_MAX, FIELD_srcport, 0, 0, 2, 1, 65535},
      {PREDICATE_RANGE, "", 5, 4, FIELD_srcport, 0, 0, 0, 1, 0},
      {PREDICATE_RANGE, "", 0, 1023, FIELD_start, 0, 0, SIZE_MAX, 0, 0},
      {PREDICATE_CIDR, "10.0.0.0/8", 0, 0, FIELD_srcaddr, 0, 0, 2, 1, 0},
      {PREDICATE_CIDR, "2001:db8::/32", 0, 0, FIELD_dstaddr, 0, 0, 2, 1, 0},
      {PREDICATE_CIDR, "10.0.0.0/8", 0, 0, FIELD_srcaddr, 1, 0, SIZE_MAX, 0, 0},
      {PREDICATE_PREFIX, "10.", 0, 0, FIELD_srcaddr, 0, 0, SIZE_MAX, 0, 0},
      {PREDICATE_ALWAYS, "", 0, 0, FIELD_srcaddr, 0, 0, SIZE_MAX, 0, 0},
      {PREDICATE_NEVER, "", 0, 0, FIELD_srcaddr, 0, 0, SIZE_MAX, 0, 0},
  };
  for (size_t i = 0; i < COUNT(rows); i++) {
    struct clues clues = {0};
    struct err e = {0};
    uint32_t number, again;
    struct predicate_term t = make_term(rows[i].op, rows[i].text, rows[i].low, rows[i].high);
    t.negated = (uint8_t)rows[i].negated;
    t.null_passes = (uint8_t)rows[i].null_passes;
    assert_int_equal(clues_add(&clues, &t, rows[i].field, &number, &e), ERR_NONE);
    CHECK((number == CLUE_NONE) == (rows[i].keys == SIZE_MAX), "row %zu", i);
    if (number != CLUE_NONE) {
      const struct clue *c = &clues.clue[number];
      CHECK(c->n == rows[i].keys && c->is_range == rows[i].is_range && c->last_port == rows[i].last_port, "row %zu", i);
      for (size_t k = 1; k < c->n; k++) CHECK(key_compare(&c->key[k - 1], &c->key[k]) <= 0, "row %zu", i);
      assert_int_equal(clues_add(&clues, &t, rows[i].field, &again, &e), ERR_NONE);
      CHECK(again == number && clues.n == 1, "row %zu", i);
    }
    clues_clear(&clues);
    predicate_drop(&t);
    assert_int_equal(mem_test_live(), 0);
  }
}

static void check_key(const struct predicate_term *t, int field, size_t k, struct index_key expected) {
  struct clues clues = {0};
  struct err e = {0};
  uint32_t number;
  assert_int_equal(clues_add(&clues, t, field, &number, &e), ERR_NONE);
  assert_int_equal(key_compare(&clues.clue[number].key[k], &expected), 0);
  clues_clear(&clues);
}

static void test_keys(void **state) {
  (void)state;
  struct predicate_term t = make_term(PREDICATE_EQUAL, "2001:DB8:0::1", 0, 0);
  check_key(&t, FIELD_srcaddr, 0, address("2001:db8::1"));
  check_key(&t, FIELD_interface_id, 0, interface("2001:DB8:0::1"));
  predicate_drop(&t);
  t = make_term(PREDICATE_CIDR, "10.1.0.0/16", 0, 0);
  check_key(&t, FIELD_srcaddr, 0, address("10.1.0.0"));
  check_key(&t, FIELD_srcaddr, 1, address("10.1.255.255"));
  predicate_drop(&t);
  t = make_term(PREDICATE_RANGE, "", 22, 70000);
  check_key(&t, FIELD_dstport, 0, port(22));
  check_key(&t, FIELD_dstport, 1, port(65535));
  predicate_drop(&t);
  t = make_term(PREDICATE_TEXTS, "10.0.0.", 0, 0);
  check_key(&t, FIELD_dstaddr, 0, address("10.0.0.6"));
  check_key(&t, FIELD_dstaddr, 3, address("10.0.0.9"));
  predicate_drop(&t);
  assert_int_equal(mem_test_live(), 0);
}

static void test_files_that_a_clue_allows(void **state) {
  (void)state;
  struct err e = {0};
  struct clue c = {.gap = FACTS_ADDRESSES};
  struct file_facts f = {.id = 5, .ports_below = 1024};
  file_set_init(&c.files, 1, 100);
  file_set_add(&c.files, 7, &e);
  assert_int_equal(clue_allows(&c, &f), 0);
  f.id = 7;
  assert_int_equal(clue_allows(&c, &f), 1);
  f.id = 1000; /* beyond what the runs can name */
  assert_int_equal(clue_allows(&c, &f), 0);
  f.gaps = FACTS_INTERFACES;
  assert_int_equal(clue_allows(&c, &f), 0);
  f.gaps = FACTS_INTERFACES | FACTS_ADDRESSES;
  assert_int_equal(clue_allows(&c, &f), 1);
  f.gaps = 0;
  c.last_port = 1023;
  assert_int_equal(clue_allows(&c, &f), 0);
  c.last_port = 1024; /* of which the file's set knows nothing */
  assert_int_equal(clue_allows(&c, &f), 1);
  f.ports_below = FACTS_PORTS;
  c.last_port = 65535;
  assert_int_equal(clue_allows(&c, &f), 0);
  file_set_clear(&c.files);
}

static void test_no_memory(void **state) {
  (void)state;
  struct predicate_term t = make_term(PREDICATE_TEXTS, "10.0.0.", 0, 0);
  for (size_t n = 1; n <= 2; n++) {
    struct clues clues = {0};
    struct err e = {0};
    uint32_t number;
    mem_test_fail(n, 0);
    assert_int_equal(clues_add(&clues, &t, FIELD_srcaddr, &number, &e), ERR_NOMEM);
    mem_test_fail(0, 0);
    assert_int_equal(number, CLUE_NONE);
    clues_clear(&clues);
  }
  predicate_drop(&t);
  assert_int_equal(mem_test_live(), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_terms), cmocka_unit_test(test_keys),
                                     cmocka_unit_test(test_files_that_a_clue_allows), cmocka_unit_test(test_no_memory)};
  return finish(cmocka_run_group_tests(tests, NULL, NULL));
}
