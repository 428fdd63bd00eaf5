/* SPDX-License-Identifier: MIT */
/*
** Groups: keys of every length, missing values, sums, successors of full groups, merging, and no
** memory.
*/
#include "helpers.h"

#include "base/hash.h"
#include "scan/group.h"
#include "record/tokens.h"

static struct path_fields path; /* what the path of the lines gives; nothing at first */
static struct layout layout;

static void set_layout(const char *names) {
  struct err e = {0};
  assert_int_equal(layout_from_option(&layout, names, strlen(names), &e), ERR_NONE);
}

static struct grouping by(int n, const int *field) {
  struct grouping g = {.n = (uint32_t)n, .packets = 1, .bytes = 1, .first_seen = 1, .last_seen = 1};
  for (int i = 0; i < n; i++) {
    g.dim[i].field = (uint8_t)field[i];
    g.dim[i].unit = (uint32_t)kind_is_int(fields[field[i]].kind);
  }
  return g;
}

#define BY(...) by((int)COUNT(((const int[]){__VA_ARGS__})), (const int[]){__VA_ARGS__})

/* Adds lines, each ended by LF, as the reader does. */
static enum err_code add(struct groups *t, const struct grouping *g, const char *lines, struct err *e) {
  size_t n = strlen(lines);
  char *text = calloc(1, n + TOKENS_BLOCK);
  struct grouping_bound bound;
  struct tokens tokens;
  enum err_code rc = ERR_NONE;
  if (!text) abort();
  memcpy(text, lines, n);
  grouping_bind(g, &layout, &path, &bound);
  rc = tokens_init(&tokens, n + 1, e);
  for (size_t done = 0; !rc && done < n;) {
    done += tokens_split(&tokens, text + done, n - done);
    for (uint32_t i = 0; !rc && i < tokens.nlines; i++) {
      const struct line line = tokens_line(&tokens, i, 0);
      rc = groups_add(t, &bound, &line, e);
    }
  }
  if (!rc) rc = groups_settle(t, e);
  tokens_clear(&tokens);
  free(text);
  return rc;
}

static void print_number(struct bytes *out, uint64_t v) {
  if (v == GROUP_NULL) bytes_print(out, " -");
  else bytes_print(out, " %llu", (unsigned long long)v);
}

/* The groups as text, in the table's order, which is that of their first records. */
static char *show(const struct groups *t, const struct grouping *g) {
  static struct bytes out;
  struct group_value value[FIELD_COUNT];
  struct groups_place place = {0};
  out.n = 0;
  bytes_add(&out, "", 0);
  for (const struct group *p; (p = groups_next(t, &place)) != NULL;) {
    group_values(p, g, value);
    for (uint32_t i = 0; i < g->n; i++) {
      if (g->dim[i].unit || value[i].number == GROUP_NULL) {
        print_number(&out, value[i].number);
      } else {
        bytes_add(&out, " ", 1);
        bytes_add(&out, value[i].text, value[i].n);
      }
    }
    bytes_add(&out, ":", 1);
    print_number(&out, p->flows);
    print_number(&out, p->packets);
    print_number(&out, p->bytes);
    print_number(&out, p->first_seen);
    print_number(&out, p->last_seen);
    bytes_add(&out, "\n", 1);
  }
  return out.p;
}

static void expect(const struct grouping *g, const char *lines, const char *expected) {
  struct groups t;
  struct err e = {0};
  groups_init(&t);
  assert_int_equal(add(&t, g, lines, &e), ERR_NONE);
  assert_string_equal(show(&t, g), expected);
  groups_clear(&t);
}

static void test_sums(void **state) {
  struct grouping g = BY(FIELD_dstport);
  (void)state;
  set_layout("dstport packets bytes start end");
  expect(&g, "80 1 10 5 9\n443 2 20 5 6\n80 3 - 4 -\n- - - - -\n80 - 1 - 7\n",
         " 80: 3 4 11 4 9\n 443: 1 2 20 5 6\n -: 1 - - - -\n");
  g.packets = g.first_seen = 0;
  expect(&g, "80 1 10 5 9\n80 3 2 4 8\n", " 80: 2 - 12 - 9\n");
  g.n = 0;
  expect(&g, "80 1 10 5 9\n443 3 2 4 8\n", ": 2 - 12 - 9\n");
  g = BY(FIELD_start);
  g.dim[0].unit = 60;
  expect(&g, "80 1 1 59 1\n80 1 1 60 1\n80 1 1 119 1\n80 1 1 - 1\n",
         " 0: 1 1 1 59 1\n 60: 2 2 2 60 1\n -: 1 1 1 - 1\n");
  g = BY(FIELD_srcaddr, FIELD_bytes); /* a field that the layout lacks */
  expect(&g, "80 1 1 59 1\n", " - 1: 1 1 1 59 1\n");
}

/* A field that the layout lacks and the path gives, of the greatest length, is a part of each key. */
static void test_path(void **state) {
  struct grouping g = BY(FIELD_region, FIELD_dstport, FIELD_account_id);
  (void)state;
  set_layout("dstport account_id packets");
  path = (struct path_fields){2,
                              {{FIELD_account_id, 12, "123456789012"},
                               {FIELD_region, PATH_FIELD_BYTES, "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuv"}}};
  expect(&g, "80 1 7\n80 - 2\n80 1 3\n",
         " abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuv 80 1: 2 10 - - -\n"
         " abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuv 80 -: 1 2 - - -\n");
  path.n = 0;
  expect(&g, "80 1 7\n", " - 80 1: 1 7 - - -\n");
}

/* One address in several spellings, short and long, is one group; other texts stay as they are. */
static void test_spellings(void **state) {
  const struct grouping g = BY(FIELD_srcaddr, FIELD_vpc_id);
  (void)state;
  set_layout("srcaddr vpc_id");
  expect(&g, "2001:DB8:0:0::1 0::1\n2001:db8::1 0::1\n2001:0db8:0000:0000:0000:0000:0000:0001 ::1\n0::1 x\n::1 x\n",
         " 2001:db8::1 0::1: 2 - - - -\n 2001:db8::1 ::1: 1 - - - -\n ::1 x: 2 - - - -\n");
  expect(&g, "1:2:3::5:6:7:8 x\n1:2:3:0:5:6:7:8 x\n::ffff:10.0.0.5 x\n10.0.0.5 x\n10.0.0.05 x\n- x\n",
         " 1:2:3:0:5:6:7:8 x: 2 - - - -\n 10.0.0.5 x: 2 - - - -\n 10.0.0.05 x: 1 - - - -\n - x: 1 - - - -\n");
}

/* Texts whose bytes run into each other, of each length, are told apart. */
static void test_texts(void **state) {
  const struct grouping g = BY(FIELD_account_id, FIELD_vpc_id);
  struct bytes lines = {0}, expected = {0};
  struct groups t;
  struct err e = {0};
  (void)state;
  set_layout("account_id vpc_id");
  for (size_t n = 1; n < 40; n++) {
    for (size_t k = 1; k < n; k++) {
      bytes_repeat(&lines, 'x', k);
      bytes_add(&lines, " ", 1);
      bytes_repeat(&lines, 'x', n - k);
      bytes_add(&lines, "\n", 1);
      bytes_add(&expected, " ", 1);
      bytes_repeat(&expected, 'x', k);
      bytes_add(&expected, " ", 1);
      bytes_repeat(&expected, 'x', n - k);
      bytes_print(&expected, ": 2 - - - -\n");
    }
  }
  groups_init(&t);
  assert_int_equal(add(&t, &g, lines.p, &e), ERR_NONE);
  assert_int_equal(add(&t, &g, lines.p, &e), ERR_NONE);
  assert_string_equal(show(&t, &g), expected.p);
  groups_clear(&t);
  expect(&g, "- x\nx -\n-- x\n- x\n", " - x: 2 - - - -\n x -: 1 - - - -\n -- x: 1 - - - -\n");
  lines.n = 0;
  bytes_repeat(&lines, 'y', 65000); /* as long as a line may be */
  bytes_print(&lines, " z\nyy z\n");
  groups_init(&t);
  for (int i = 0; i < 20; i++) assert_int_equal(add(&t, &g, lines.p, &e), ERR_NONE);
  assert_int_equal(t.slots.used, 2);
  groups_clear(&t);
  bytes_free(&lines);
  bytes_free(&expected);
}

static void test_overflow(void **state) {
  const struct grouping g = BY(FIELD_dstport);
  (void)state;
  set_layout("dstport packets bytes");
  expect(&g, "80 1 9223372036854775807\n80 1 0\n80 1 1\n80 1 5\n80 9223372036854775807 1\n",
         " 80: 2 2 9223372036854775807 - -\n 80: 2 2 6 - -\n 80: 1 9223372036854775807 1 - -\n");
}

/* Many groups, spread over tables that are merged: as many as there are, with the right sums. */
static void test_merge(void **state) {
  const struct grouping g = BY(FIELD_srcaddr, FIELD_dstport);
  struct groups t[3];
  struct groups_place place = {0};
  struct err e = {0};
  struct group_value value[2];
  uint64_t groups = 0;
  (void)state;
  set_layout("srcaddr dstport bytes start end");
  for (int i = 0; i < 3; i++) {
    struct bytes lines = {0};
    groups_init(&t[i]);
    for (int k = 0; k < 30000; k++)
      bytes_print(&lines, "10.%d.%d.1 %d %d %d %d\n", k / 250 % 250, k % 250, i * (k % 2), k, 100 + i, 200 + i);
    assert_int_equal(add(&t[i], &g, lines.p, &e), ERR_NONE);
    assert_int_equal(t[i].slots.used, 30000);
    assert_true(group_bytes(&t[i], 0) > 30000 * sizeof(struct group) && group_bytes(&t[i], 0) < 30000 * 150);
    assert_true(group_bytes(&t[i], 100000) > group_bytes(&t[i], 0));
    bytes_free(&lines);
  }
  assert_int_equal(groups_merge(&t[0], &t[1], NULL, NULL, &e), ERR_NONE);
  assert_int_equal(groups_merge(&t[0], &t[2], NULL, NULL, &e), ERR_NONE);
  for (const struct group *p; (p = groups_next(&t[0], &place)) != NULL; groups++) {
    group_values(p, &g, value);
    int even = p->flows == 3;
    assert_true(even || p->flows == 1);
    if (even) assert_true(value[1].number == 0 && p->bytes % 3 == 0 && p->first_seen == 100 && p->last_seen == 202);
  }
  assert_int_equal(groups, 15000 + 3 * 15000);
  assert_int_equal(group_bytes(&t[1], 0) + group_bytes(&t[2], 0), 0);
  groups_clear(&t[0]);
}

#define HOSTS 64 /* addresses of each network */

static int compare_ids(const void *a, const void *b) {
  uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return (x > y) - (x < y);
}

/*
** The ids of neighbouring addresses are different, in all networks with a prefix of 16 bits, and
** in the 63 bits that a rowid has.
*/
static void test_ids(void **state) {
  static uint64_t id[256 * HOSTS];
  const struct grouping g = BY(FIELD_srcaddr);
  (void)state;
  set_layout("srcaddr bytes");
  for (int a = 0; a < 256; a++) {
    struct bytes lines = {0};
    struct groups t;
    struct groups_place place = {0};
    struct err e = {0};
    size_t n = 0;
    groups_init(&t);
    for (int b = 0; b < 256; b++)
      for (int host = 0; host < HOSTS; host++)
        bytes_print(&lines, "%d.%d.%d.%d 1\n", a, b, 100 + host / 32, 96 + host % 32);
    assert_int_equal(add(&t, &g, lines.p, &e), ERR_NONE);
    for (const struct group *p; (p = groups_next(&t, &place)) != NULL;) id[n++] = group_id(p) >> 1;
    assert_int_equal(n, COUNT(id));
    qsort(id, n, sizeof *id, compare_ids);
    for (size_t i = 1; i < n; i++) CHECK(id[i] != id[i - 1], "two addresses of %d.0.0.0/8 have the same id", a);
    groups_clear(&t);
    bytes_free(&lines);
  }
}

/* How many slots lie between where groups should be and where they are, all together. */
static size_t displacement(const struct groups *t) {
  size_t sum = 0;
  for (size_t i = 0; i < t->slots.cap; i++)
    if (t->slots.slot[i].at) sum += (i - t->slots.slot[i].hash) & (t->slots.cap - 1);
  return sum;
}

#define CHOSEN 2000

/* Adds keys with a number and this behind it; returns the displacement, and how many ids are different. */
static size_t add_chosen(const char *behind, size_t *different) {
  static uint64_t id[CHOSEN];
  const struct grouping g = BY(FIELD_interface_id);
  struct groups_place place = {0};
  struct bytes lines = {0};
  struct groups t;
  struct err e = {0};
  size_t n = 0;
  groups_init(&t);
  set_layout("interface_id bytes");
  for (int i = 0; i < CHOSEN; i++) bytes_print(&lines, "%08d%s 1\n", i, behind);
  assert_int_equal(add(&t, &g, lines.p, &e), ERR_NONE);
  assert_int_equal(t.slots.used, CHOSEN);
  for (const struct group *p; (p = groups_next(&t, &place)) != NULL;) id[n++] = group_id(p) >> 1;
  assert_int_equal(n, CHOSEN);
  qsort(id, n, sizeof *id, compare_ids);
  *different = 1;
  for (size_t i = 1; i < n; i++) *different += id[i] != id[i - 1];
  size_t steps = displacement(&t);
  groups_clear(&t);
  bytes_free(&lines);
  return steps;
}

/*
** Whoever knows the seed can write texts that have one hash: where a word of a key is the seed, the
** product in hash_mix() is 0 whatever came before.  With the constant that is in the source, a
** table then takes as many steps as the square of its groups, and its groups have one id.  A
** process seeds its hash (main.c), and these texts are like any others.
*/
static void test_chosen_texts(void **state) {
  static const char chosen[] = "\x93\xfd\x59\x66\xb8\xfe\xe8\xd6"; /* the constant, lowest byte first */
  static const char *const texts[] = {chosen, "", "eni-0a1b", "\x15\x7c\x4a\x7f\xb9\x79\x37\x9e"};
  size_t different;
  (void)state;
  assert_true(add_chosen(chosen, &different) > CHOSEN * CHOSEN / 4);
  assert_int_equal(different, 1);
  hash_seed(
      (const uint64_t[2]){(uint64_t)random_u32() << 32 | random_u32(), (uint64_t)random_u32() << 32 | random_u32()});
  for (size_t i = 0; i < COUNT(texts); i++) {
    CHECK(add_chosen(texts[i], &different) < 2 * CHOSEN, "text %zu", i);
    CHECK(different == CHOSEN, "text %zu", i);
  }
}

static int always(void *context) {
  (void)context;
  return 1;
}

static void test_no_memory(void **state) {
  const struct grouping g = BY(FIELD_dstport);
  struct bytes lines = {0};
  size_t live = mem_test_live();
  enum err_code rc = ERR_NOMEM;
  (void)state;
  set_layout("dstport bytes");
  for (int i = 0; i < 10000; i++) bytes_print(&lines, "%d 1\n", i);
  for (size_t n = 1; rc; n++) {
    struct groups a, b;
    struct err e = {0};
    groups_init(&a);
    groups_init(&b);
    mem_test_fail(n, 0);
    rc = add(&a, &g, lines.p, &e);
    if (!rc) rc = add(&b, &g, lines.p, &e);
    if (!rc) rc = groups_merge(&a, &b, NULL, NULL, &e);
    mem_test_fail(0, 0);
    assert_int_equal(rc, e.code);
    if (!rc) assert_int_equal(a.slots.used, 10000);
    groups_clear(&a);
    groups_clear(&b);
    assert_int_equal(mem_test_live(), live);
    assert_true(n < 200);
  }
  struct groups a, b;
  struct err e = {0};
  groups_init(&a);
  groups_init(&b);
  assert_int_equal(add(&b, &g, lines.p, &e), ERR_NONE);
  assert_int_equal(groups_merge(&a, &b, always, NULL, &e), ERR_NONE); /* stopped: nothing was moved */
  assert_true(b.arena.n > 0 && a.arena.n == 0);
  groups_clear(&b);
  bytes_free(&lines);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_sums),         cmocka_unit_test(test_path),
      cmocka_unit_test(test_spellings),    cmocka_unit_test(test_texts),
      cmocka_unit_test(test_overflow),     cmocka_unit_test(test_merge),
      cmocka_unit_test(test_ids),          cmocka_unit_test(test_no_memory),
      cmocka_unit_test(test_chosen_texts), /* the last, because it seeds the hash */
  };
  return finish(cmocka_run_group_tests(tests, NULL, NULL));
}
