/* SPDX-License-Identifier: MIT */
/*
** Groups of rows in columns: random rows by no, one and two dimensions, beside sums that are made by a search
** through a list.
*/
#include "helpers.h"

#include "record/tokens.h"
#include "scan/group.h"

#define WINDOW  1000
#define WINDOWS 24
#define KEYS    4096
#define POOL    64 /* bytes for each text, with padding */

/* Rows of a window.  The texts lie at the same places in each window, and are others. */
struct rows {
  struct rows_columns columns;
  uint8_t keep[WINDOW];
  uint64_t number[FIELD_COUNT][WINDOW];
  struct rows_word word[WINDOW];
  char text[WINDOW][POOL];
};

__extension__ typedef unsigned __int128 wide; /* and no long double, which valgrind makes a double */

/* What the groups of a key have together. */
struct sums {
  char key[2 * POOL];
  uint64_t flows, first, last;
  wide packets, bytes;
  int has_packets, has_bytes;
};

static struct sums expected[KEYS], found[KEYS];
static size_t nexpected, nfound;

static struct sums *sums_of(struct sums *list, size_t *n, const char *key) {
  for (size_t i = 0; i < *n; i++)
    if (!strcmp(list[i].key, key)) return &list[i];
  struct sums *s = &list[(*n)++];
  if (*n > KEYS) abort();
  memset(s, 0, sizeof *s);
  strcpy(s->key, key);
  s->first = s->last = GROUP_NULL;
  return s;
}

static void add(struct sums *s, uint64_t flows, uint64_t packets, uint64_t bytes, uint64_t first, uint64_t last) {
  s->flows += flows;
  if (packets != GROUP_NULL) s->packets += packets, s->has_packets = 1;
  if (bytes != GROUP_NULL) s->bytes += bytes, s->has_bytes = 1;
  if (first < s->first) s->first = first;
  if (last != GROUP_NULL && (s->last == GROUP_NULL || last > s->last)) s->last = last;
}

/* A number up to `most`; if that is large, most of them are, so that sums become too large for a group. */
static uint64_t random_number(uint64_t most) {
  if (!random_below(20)) return GROUP_NULL;
  return most > UINT32_MAX ? most - random_below(1000) : random_below((uint32_t)most);
}

/* values: how many different values a dimension has, about. */
static void make_rows(struct rows *r, uint32_t values, uint64_t most) {
  static const int numbers[] = {FIELD_dstport, FIELD_packets, FIELD_bytes, FIELD_start, FIELD_end};
  uint32_t distinct = 1 + random_below(values);
  memset(&r->columns, 0, sizeof r->columns);
  r->columns.n = random_below(20) ? WINDOW : random_below(WINDOW);
  for (size_t f = 0; f < COUNT(numbers); f++) r->columns.number[numbers[f]] = r->number[numbers[f]];
  r->columns.word[FIELD_srcaddr] = r->word;
  memset(r->text, 0, sizeof r->text);
  for (uint32_t i = 0; i < WINDOW; i++) {
    if (!random_below(30)) strcpy(r->text[i], "-");
    else if (!random_below(9)) snprintf(r->text[i], POOL, "2001:db8::%x", 1 + random_below(distinct));
    else snprintf(r->text[i], POOL, "10.0.%u.%u", random_below(distinct) / 256, random_below(distinct) % 256);
  }
  for (uint32_t i = 0; i < r->columns.n; i++) {
    const char *p = r->text[random_below(distinct < WINDOW ? distinct : WINDOW)];
    r->keep[i] = random_below(4) > 0;
    r->columns.kept += r->keep[i];
    r->word[i] = (struct rows_word){.p = p, .n = (uint32_t)strlen(p), .has_colon = strchr(p, ':') != NULL};
    r->number[FIELD_dstport][i] = random_below(30) ? random_below(distinct) : GROUP_NULL;
    r->number[FIELD_packets][i] = random_number(most);
    r->number[FIELD_bytes][i] = random_number(most);
    r->number[FIELD_start][i] = random_below(30) ? 1714521600 + random_below(distinct) : GROUP_NULL;
    r->number[FIELD_end][i] = random_below(30) ? 1714521600 + random_below(values) : GROUP_NULL;
  }
}

static void key_of_row(const struct rows *r, const struct grouping *g, uint32_t i, char *key) {
  *key = 0;
  for (uint32_t k = 0; k < g->n; k++) {
    char part[POOL + 8];
    uint64_t v = g->dim[k].unit ? r->number[g->dim[k].field][i] : 0;
    if (!g->dim[k].unit) snprintf(part, sizeof part, "%s ", r->word[i].p);
    else if (v == GROUP_NULL) snprintf(part, sizeof part, "- ");
    else snprintf(part, sizeof part, "%llu ", (unsigned long long)(v - v % g->dim[k].unit));
    strcat(key, part);
  }
}

static void add_expected(const struct rows *r, const struct grouping *g) {
  char key[2 * POOL];
  for (uint32_t i = 0; i < r->columns.n; i++) {
    if (!r->keep[i]) continue;
    key_of_row(r, g, i, key);
    add(sums_of(expected, &nexpected, key), 1, g->packets ? r->number[FIELD_packets][i] : GROUP_NULL,
        g->bytes ? r->number[FIELD_bytes][i] : GROUP_NULL, g->first_seen ? r->number[FIELD_start][i] : GROUP_NULL,
        g->last_seen ? r->number[FIELD_end][i] : GROUP_NULL);
  }
}

static void add_found(const struct groups *t, const struct grouping *g) {
  struct groups_place place = {0};
  struct group_value value[FIELD_COUNT];
  for (const struct group *p; (p = groups_next(t, &place)) != NULL;) {
    char key[2 * POOL] = "";
    group_values(p, g, value);
    for (uint32_t k = 0; k < g->n; k++) {
      char part[POOL];
      if (value[k].number == GROUP_NULL) snprintf(part, sizeof part, "- ");
      else if (g->dim[k].unit) snprintf(part, sizeof part, "%llu ", (unsigned long long)value[k].number);
      else snprintf(part, sizeof part, "%.*s ", (int)value[k].n, value[k].text);
      strcat(key, part);
    }
    assert_true(p->packets <= INT64_MAX || p->packets == GROUP_NULL);
    assert_true(p->bytes <= INT64_MAX || p->bytes == GROUP_NULL);
    add(sums_of(found, &nfound, key), p->flows, p->packets, p->bytes, p->first_seen, p->last_seen);
  }
}

static void compare(void) {
  assert_int_equal(nfound, nexpected);
  for (size_t i = 0; i < nexpected; i++) {
    const struct sums *a = &expected[i], *b = sums_of(found, &nfound, a->key);
    CHECK(a->flows == b->flows && a->packets == b->packets && a->bytes == b->bytes && a->first == b->first &&
              a->last == b->last && a->has_packets == b->has_packets && a->has_bytes == b->has_bytes,
          "%s: %llu flows instead of %llu", a->key, (unsigned long long)b->flows, (unsigned long long)a->flows);
  }
  assert_int_equal(nfound, nexpected);
}

/* The columns of a file, as a bit for each measure that it has. */
static void bind(const struct grouping *g, unsigned has, struct rows *r, struct grouping_bound *bound) {
  static const char *const measures[] = {" packets", " bytes", " end"};
  static const int fields_of[] = {FIELD_packets, FIELD_bytes, FIELD_end};
  static const struct path_fields path;
  char names[64] = "srcaddr dstport start";
  struct layout layout;
  struct err e = {0};
  for (size_t i = 0; i < COUNT(measures); i++) {
    if (has >> i & 1) strcat(names, measures[i]);
    else
      for (uint32_t row = 0; row < WINDOW; row++) r->number[fields_of[i]][row] = GROUP_NULL;
    if (!(has >> i & 1)) r->columns.number[fields_of[i]] = NULL;
  }
  assert_int_equal(layout_from_option(&layout, names, strlen(names), &e), ERR_NONE);
  grouping_bind(g, &layout, &path, bound);
}

/* Adds windows of random rows to one table, and compares all of its groups. */
static void check(struct grouping *g, uint32_t values, uint64_t most) {
  static struct rows rows;
  static struct groups t;
  struct grouping_bound bound;
  struct err e = {0};
  groups_init(&t);
  nexpected = nfound = 0;
  for (int i = 0; i < WINDOWS; i++) {
    make_rows(&rows, values, most);
    bind(g, random_below(3) ? 7 : random_below(8), &rows, &bound);
    assert_int_equal(groups_add_columns(&t, g, &bound, &rows.columns, rows.keep, &e), ERR_NONE);
    add_expected(&rows, g);
  }
  add_found(&t, g);
  compare();
  groups_clear(&t);
}

static void test_random(void **state) {
  static const struct grouping groupings[] = {
      {.n = 0},
      {.n = 1, .dim = {{FIELD_dstport, 1}}},
      {.n = 1, .dim = {{FIELD_start, 60}}},
      {.n = 1, .dim = {{FIELD_start, 1}}},
      {.n = 1, .dim = {{FIELD_srcaddr, 0}}},
      {.n = 2, .dim = {{FIELD_srcaddr, 0}, {FIELD_dstport, 1}}},
  };
  (void)state;
  for (size_t i = 0; i < COUNT(groupings); i++) {
    for (int round = 0; round < 8; round++) {
      struct grouping g = groupings[i];
      uint32_t values = g.n == 2 ? 40 : round % 3 ? 1000 : 4;
      g.packets = round % 4 != 1;
      g.bytes = round % 4 != 2;
      g.first_seen = g.last_seen = round % 4 != 3;
      check(&g, values, round % 2 ? KIND_COUNT_MAX : 1u << 20);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_random)};
  return finish(cmocka_run_group_tests(tests, NULL, NULL));
}
