/* SPDX-License-Identifier: MIT */
/* Which files need not be read: by their layouts, sets and times, and by what else a scan would tell; no memory. */
#include "helpers.h"

#include "index/spare.h"

static void add_text(struct predicate *p, int subject, const char *text) {
  struct predicate_term t = {.subject = (uint8_t)subject, .op = PREDICATE_EQUAL};
  struct err e = {0};
  assert_int_equal(predicate_set_text(&t.text, text, strlen(text), &e), ERR_NONE);
  assert_int_equal(predicate_add(p, &t, &e), ERR_NONE);
}

static void add_range(struct predicate *p, int subject, uint64_t low, uint64_t high) {
  struct predicate_term t = {.subject = (uint8_t)subject, .op = PREDICATE_RANGE, .low = low, .high = high};
  struct err e = {0};
  assert_int_equal(predicate_add(p, &t, &e), ERR_NONE);
}

/* Layouts: with all fields that are asked for; without addresses; names that no header has. */
enum { WHOLE, NO_ADDRESSES, UNKNOWN, LAYOUTS };
static const char *const names[LAYOUTS] = {"srcaddr dstaddr interface-id dstport start end",
                                           "srcport dstport start bytes", "no header"};

static enum err_code open_spare(struct spare *s, const struct predicate *p, struct err *e) {
  if (spare_init(s, p, NULL, e)) return e->code;
  for (int i = 0; i < LAYOUTS && !e->code; i++) spare_add_layout(s, names[i], strlen(names[i]), e);
  return e->code;
}

/* Each file that a clue asks for: those with even ids. */
static void fill(struct spare *s) {
  struct err e = {0};
  for (size_t i = 0; i < s->clues.n; i++) {
    file_set_init(&s->clues.clue[i].files, 1, 100);
    for (uint64_t id = 2; id <= 100; id += 2) file_set_add(&s->clues.clue[i].files, id, &e);
  }
}

static const struct file_facts good = {.id = 2,
                                       .verdict = VERDICT_FLOW_LOG,
                                       .records = 10,
                                       .min_start = 1000,
                                       .max_start = 2000,
                                       .min_end = 1060,
                                       .max_end = 2060,
                                       .ports_below = FACTS_PORTS,
                                       .is_uniform = 1};
static const struct file plain = {.path = "a.log", .size = 1};

static void test_files(void **state) {
  (void)state;
  struct predicate p;
  struct spare s;
  struct err e = {0};
  predicate_init(&p);
  add_text(&p, FIELD_srcaddr, "10.0.0.1");
  add_range(&p, FIELD_start, 1500, 1800);
  predicate_finish(&p);
  assert_int_equal(open_spare(&s, &p, &e), ERR_NONE);
  assert_int_equal(s.clues.n, 1);
  fill(&s);
  struct file_facts f = good;
  assert_int_equal(spare_decide(&s, &plain, &f, WHOLE), 0);
  f.id = 3;
  assert_int_equal(spare_decide(&s, &plain, &f, WHOLE), 1);
  assert_int_equal(spare_decide(&s, &plain, &f, UNKNOWN), 0);
  assert_int_equal(spare_decide(&s, &plain, &f, LAYOUTS), 0);
  assert_int_equal(spare_decide(&s, &plain, &f, UINT32_MAX), 0);
  f.gaps = FACTS_ADDRESSES;
  assert_int_equal(spare_decide(&s, &plain, &f, WHOLE), 0);
  f.max_start = 1499; /* no record of that time */
  assert_int_equal(spare_decide(&s, &plain, &f, WHOLE), 1);
  f.max_start = 1500;
  assert_int_equal(spare_decide(&s, &plain, &f, WHOLE), 0);
  f.min_start = f.max_start = RECORD_NONE;
  assert_int_equal(spare_decide(&s, &plain, &f, WHOLE), 1);
  f = good;
  assert_int_equal(spare_decide(&s, &plain, &f, NO_ADDRESSES), 1); /* a missing address is not 10.0.0.1 */
  /* What a scan would tell besides records. */
  for (int i = 0; i < 4; i++) {
    f = good;
    f.id = 3;
    if (i == 0) f.problems = 1;
    if (i == 1) f.is_uniform = 0;
    if (i == 2) f.verdict = VERDICT_OPEN;
    if (i == 3) f.verdict = VERDICT_BAD;
    CHECK(spare_decide(&s, &plain, &f, WHOLE) == 0, "case %d", i);
  }
  f = good;
  f.id = 3;
  struct file twin = plain; /* it is refused, and that is an error */
  twin.best_twin = &plain;
  assert_int_equal(spare_decide(&s, &twin, &f, WHOLE), 0);
  twin.best_twin = &twin;
  assert_int_equal(spare_decide(&s, &twin, &f, WHOLE), 1);
  spare_clear(&s);
  predicate_clear(&p);
  assert_int_equal(mem_test_live(), 0);
}

/* srcaddr or dstaddr: a file has one set for both, so that each of the terms must be met by it. */
static void test_several_terms(void **state) {
  (void)state;
  struct predicate p;
  struct spare s;
  struct err e = {0};
  predicate_init(&p);
  add_text(&p, SUBJECT_ADDR, "10.0.0.1");
  add_text(&p, FIELD_interface_id, "eni-1");
  add_range(&p, SUBJECT_PORT, 1, 1023);
  predicate_finish(&p);
  assert_int_equal(open_spare(&s, &p, &e), ERR_NONE);
  assert_int_equal(s.clues.n, 3);
  fill(&s);
  struct file_facts f = good;
  assert_int_equal(spare_decide(&s, &plain, &f, WHOLE), 0);
  for (size_t i = 0; i < s.clues.n; i++) {
    file_set_remove(&s.clues.clue[i].files, f.id);
    CHECK(spare_decide(&s, &plain, &f, WHOLE) == 1, "clue %zu", i);
    file_set_add(&s.clues.clue[i].files, f.id, &e);
  }
  spare_clear(&s);
  predicate_clear(&p);
}

/* The account may be that of the path, which the layout does not tell. */
static void test_what_the_path_gives(void **state) {
  (void)state;
  struct predicate p;
  struct spare s;
  struct err e = {0};
  predicate_init(&p);
  add_text(&p, FIELD_account_id, "123456789012");
  predicate_finish(&p);
  assert_int_equal(open_spare(&s, &p, &e), ERR_NONE);
  assert_int_equal(spare_decide(&s, &plain, &good, WHOLE), 0);
  spare_clear(&s);
  predicate_clear(&p);
}

static void test_no_memory(void **state) {
  (void)state;
  struct predicate p;
  predicate_init(&p);
  add_text(&p, FIELD_srcaddr, "10.0.0.1");
  predicate_finish(&p);
  size_t live = mem_test_live();
  for (size_t n = 1;; n++) {
    struct spare s;
    struct err e = {0};
    mem_test_fail(n, n % 2 == 0);
    enum err_code code = open_spare(&s, &p, &e);
    size_t calls = mem_test_calls();
    mem_test_fail(0, 0);
    CHECK(calls < n ? code == ERR_NONE : code == ERR_NOMEM, "allocation %zu", n);
    spare_clear(&s);
    assert_int_equal(mem_test_live(), live);
    if (calls < n) break;
  }
  predicate_clear(&p);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_files), cmocka_unit_test(test_several_terms),
                                     cmocka_unit_test(test_what_the_path_gives), cmocka_unit_test(test_no_memory)};
  return finish(cmocka_run_group_tests(tests, NULL, NULL));
}
