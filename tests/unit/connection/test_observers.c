/* SPDX-License-Identifier: MIT */
/* Tests the numbered observers: their ids, their own addresses and their traits, in any order. */
#include "helpers.h"

#include "base/hash.h"
#include "connection/observers.h"

static uint32_t find(struct observers *o, const char *id) {
  char padded[64] = "";
  struct err e = {0};
  uint32_t number = 0;
  strcpy(padded, id);
  assert_int_equal(observers_find(o, padded, strlen(id), &number, &e), ERR_NONE);
  return number;
}

static struct ip address(uint32_t k) { return (struct ip){.low = UINT64_C(0xffff0a000000) | k}; }

static void see(struct observers *o, const char *id, uint32_t a, uint32_t b) {
  struct ip x = address(a), y = address(b);
  uint32_t number = find(o, id);
  observer_ends(&o->item[number], &x, &y);
}

static void say(struct observers *o, const char *id, enum trait trait, const char *value, uint64_t start) {
  struct err e = {0};
  assert_int_equal(observers_trait(o, find(o, id), trait, value, strlen(value), start, &e), ERR_NONE);
}

static void check_trait(const struct observers *o, uint32_t number, enum trait trait, const char *expected) {
  struct observer_text t = o->item[number].trait[trait];
  CHECK(t.n == strlen(expected) && (!t.n || !memcmp(observers_text(o, t), expected, t.n)), "%.*s, not %s", (int)t.n,
        t.n ? observers_text(o, t) : "", expected);
}

static void test_ids(void **state) {
  struct observers o = {0};
  char id[32];
  (void)state;
  assert_int_equal(observers_bytes(&o), 0);
  for (int round = 0; round < 2; round++)
    for (uint32_t i = 0; i < 5000; i++) {
      snprintf(id, sizeof id, "eni-%u", (unsigned)i);
      assert_int_equal(find(&o, i ? id : ""), i);
      assert_int_equal(find(&o, i ? id : ""), i); /* that was found last */
    }
  assert_int_equal(o.n, 5000);
  assert_true(o.slots.cap >= 10000);
  assert_true(observers_bytes(&o) >= o.n * sizeof *o.item + o.slots.cap * sizeof *o.slots.slot + o.text_used);
  assert_true(observers_compare(&o, o.item[1].id, o.item[10].id) < 0); /* eni-1, eni-10 */
  assert_true(observers_compare(&o, o.item[20].id, o.item[10].id) > 0);
  assert_true(observers_compare(&o, o.item[0].id, o.item[1].id) < 0);
  assert_int_equal(observers_compare(&o, o.item[7].id, o.item[7].id), 0);
  observers_clear(&o);
  assert_int_equal(mem_test_live(), 0);
}

/* More observers than numbers have bits for are refused. */
static void test_too_many(void **state) {
  struct observers o = {0};
  struct err e = {0};
  uint32_t number;
  (void)state;
  find(&o, "eni-1");
  o.n = OBSERVERS_MAX;
  assert_int_equal(observers_find(&o, "eni-2\0\0\0\0\0\0\0\0", 5, &number, &e), ERR_NOMEM);
  o.n = 1;
  observers_clear(&o);
}

/* An observer's own address is an end of each of its records, if exactly one is. */
static void test_own_address(void **state) {
  struct observers o = {0}, other = {0};
  uint32_t number[8];
  struct err e = {0};
  (void)state;
  find(&o, "new");
  assert_int_equal(o.item[find(&o, "new")].own[1].n, OBSERVER_ANY);
  see(&o, "one", 1, 2), see(&o, "one", 3, 1);
  see(&o, "two", 1, 2), see(&o, "two", 2, 1);
  see(&o, "none", 1, 2), see(&o, "none", 1, 3), see(&o, "none", 4, 5);
  see(&o, "self", 6, 6);
  assert_int_equal(o.item[find(&o, "one")].own[1].n, 1);
  assert_int_equal(o.item[find(&o, "one")].own[1].addr[0].low, address(1).low);
  assert_int_equal(o.item[find(&o, "two")].own[1].n, 2);
  assert_int_equal(o.item[find(&o, "none")].own[1].n, 0);
  assert_int_equal(o.item[find(&o, "self")].own[1].n, 1);
  see(&o, "apart", 1, 2);
  see(&other, "apart", 3, 2); /* each has two, and both have one */
  see(&other, "new", 8, 9);
  find(&other, "one");
  see(&other, "two", 7, 7);
  assert_int_equal(observers_merge(&o, &other, number, &e), ERR_NONE);
  assert_int_equal(number[0], find(&o, "apart"));
  assert_int_equal(number[1], find(&o, "new"));
  assert_int_equal(o.item[number[0]].own[1].n, 1);
  assert_int_equal(o.item[number[0]].own[1].addr[0].low, address(2).low);
  assert_int_equal(o.item[number[1]].own[1].n, 2);
  assert_int_equal(o.item[find(&o, "one")].own[1].n, 1);
  assert_int_equal(o.item[find(&o, "two")].own[1].n, 0);
  observers_clear(&o);
  observers_clear(&other);
}

/* A trait that changes with each record takes no more memory than its values. */
static void test_changing_trait(void **state) {
  static const char *const values[] = {"i-0123456789", "i-1", "i-0123456789abcdef0"};
  struct observers o = {0};
  (void)state;
  for (uint32_t i = 0; i < 3000; i++) {
    say(&o, "", TRAIT_INSTANCE, values[i % COUNT(values)], i);
    check_trait(&o, 0, TRAIT_INSTANCE, values[i % COUNT(values)]);
  }
  assert_in_range(o.text_used, 1, 200);
  observers_clear(&o);
}

static void test_trait(void **state) {
  struct observers o = {0};
  (void)state;
  say(&o, "x", TRAIT_VPC, "vpc-1", 5);
  say(&o, "x", TRAIT_VPC, "", 9);
  check_trait(&o, 0, TRAIT_VPC, "vpc-1");
  check_trait(&o, 0, TRAIT_ACCOUNT, "");
  say(&o, "x", TRAIT_VPC, "vpc-9", 4); /* earlier */
  check_trait(&o, 0, TRAIT_VPC, "vpc-1");
  say(&o, "x", TRAIT_VPC, "vpc-0", 5); /* as early, and less */
  check_trait(&o, 0, TRAIT_VPC, "vpc-1");
  say(&o, "x", TRAIT_VPC, "vpc-10", 5);
  check_trait(&o, 0, TRAIT_VPC, "vpc-10");
  say(&o, "x", TRAIT_VPC, "vpc-10", 8); /* the same later: what came between is older */
  say(&o, "x", TRAIT_VPC, "vpc-2", 7);
  check_trait(&o, 0, TRAIT_VPC, "vpc-10");
  say(&o, "x", TRAIT_VPC, "vpc-2", 9);
  check_trait(&o, 0, TRAIT_VPC, "vpc-2");
  say(&o, "x", TRAIT_INSTANCE, "i-1", 0);
  check_trait(&o, 0, TRAIT_INSTANCE, "i-1");
  observers_clear(&o);
}

/* What the records of a scan say: in which order they come, and from how many tables, makes no difference. */
static void test_any_order(void **state) {
  static struct said { uint32_t id, a, b, trait, value, start; } record[400];
  static const char *const ids[] = {"", "eni-1", "eni-2", "eni-10", "tgw-attach-1"};
  struct observers first = {0};
  struct err e = {0};
  (void)state;
  for (int round = 0; round < 40; round++) {
    struct observers o[3] = {{0}};
    for (uint32_t i = 0; !round && i < COUNT(record); i++) {
      record[i].id = random_below(COUNT(ids));
      record[i].a = record[i].id + 100;
      record[i].b = random_below(3) + 50;
      record[i].trait = random_below(TRAITS);
      record[i].value = random_below(30);
      record[i].start = random_below(20);
    }
    for (uint32_t i = 0; i < COUNT(record); i++) {
      uint32_t k = random_below(COUNT(record));
      struct said swapped = record[i];
      record[i] = record[k];
      record[k] = swapped;
    }
    for (uint32_t i = 0; i < COUNT(record); i++) {
      char value[16];
      struct observers *to = &o[random_below(1 + (uint32_t)round % 3)];
      snprintf(value, sizeof value, "v%u", (unsigned)record[i].value);
      see(to, ids[record[i].id], record[i].a, record[i].b);
      say(to, ids[record[i].id], (enum trait)record[i].trait, value, record[i].start);
    }
    for (int k = 1; k < 3; k++) {
      uint32_t number[COUNT(ids)];
      assert_int_equal(observers_merge(&o[0], &o[k], number, &e), ERR_NONE);
      observers_clear(&o[k]);
    }
    for (size_t i = 0; i < COUNT(ids); i++) {
      uint32_t number = find(&o[0], ids[i]), known = round ? find(&first, ids[i]) : 0;
      for (int t = 0; round && t < TRAITS; t++) {
        char text[16] = "";
        struct observer_text expected = first.item[known].trait[t];
        if (expected.n) memcpy(text, observers_text(&first, expected), expected.n);
        check_trait(&o[0], number, (enum trait)t, text);
      }
      assert_int_equal(o[0].item[number].own[1].n, 1);
      assert_int_equal(o[0].item[number].own[1].addr[0].low, address((uint32_t)i + 100).low);
    }
    if (!round) first = o[0];
    else observers_clear(&o[0]);
  }
  observers_clear(&first);
}

static enum err_code fill(struct observers *o, struct observers *other, struct err *e) {
  static const char value[500]; /* so long that the arena of texts grows for a trait */
  char id[32] = "";
  uint32_t number[300];
  for (uint32_t i = 0; i < 200; i++) {
    struct observers *to = i % 2 ? o : other;
    snprintf(id, sizeof id, "eni-%u", (unsigned)(i / 3));
    if (observers_find(to, id, strlen(id), number, e) ||
        observers_trait(to, *number, (enum trait)(i % TRAITS), value, sizeof value, i, e))
      return e->code;
  }
  return observers_merge(o, other, number, e);
}

static void test_no_memory(void **state) {
  (void)state;
  for (int forever = 0; forever < 2; forever++)
    for (size_t n = 1;; n++) {
      struct observers o = {0}, other = {0};
      struct err e = {0};
      mem_test_fail(n, forever);
      fill(&o, &other, &e);
      size_t calls = mem_test_calls();
      mem_test_fail(0, 0);
      assert_int_equal(e.code, calls >= n ? ERR_NOMEM : ERR_NONE);
      find(&o, "eni-0"); /* what it has is still in order */
      find(&o, "another");
      observers_clear(&o);
      observers_clear(&other);
      assert_int_equal(mem_test_live(), 0);
      if (calls < n) break;
    }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_ids),       cmocka_unit_test(test_too_many),       cmocka_unit_test(test_own_address),
      cmocka_unit_test(test_trait),     cmocka_unit_test(test_changing_trait), cmocka_unit_test(test_any_order),
      cmocka_unit_test(test_no_memory),
  };
  return finish(cmocka_run_group_tests(tests, NULL, NULL));
}
