/* SPDX-License-Identifier: MIT */
/*
** Files that are collected for an index, by any number of threads and with any memory: the keys with
** their files, and the facts of each file, are those of a table that was made with the lines.
*/
#include "helpers.h"

#include "many_files.h"

#include "base/mem.h"
#include "index/collector.h"
#include "scan/summing_scan.h"

#define HEADER "srcaddr dstaddr pkt-srcaddr interface-id srcport dstport start end\n"
#define FILES  30
#define MUCH   (UINT64_C(1) << 40)

/* --- the truth ---------------------------------------------------------------------------------------------------- */

/* A key in a file. */
struct pair {
  struct index_key key;
  uint32_t file;
};

struct pairs {
  struct pair *pair;
  size_t n, cap;
};

static void add_pair(struct pairs *p, const struct index_key *key, uint32_t file) {
  if (p->n == p->cap) p->pair = realloc(p->pair, (p->cap = p->cap * 2 + 1000) * sizeof *p->pair);
  memset(&p->pair[p->n], 0, sizeof *p->pair);
  p->pair[p->n].key.n = key->n;
  memcpy(p->pair[p->n].key.b, key->b, key->n);
  p->pair[p->n++].file = file;
}

static int by_pair(const void *x, const void *y) {
  const struct pair *a = x, *b = y;
  int order = key_compare(&a->key, &b->key);
  return order ? order : a->file < b->file ? -1 : a->file > b->file;
}

/* Sorts, and removes what is there twice. */
static void settle_pairs(struct pairs *p) {
  size_t kept = 0;
  if (p->n) qsort(p->pair, p->n, sizeof *p->pair, by_pair);
  for (size_t i = 0; i < p->n; i++)
    if (!kept || by_pair(&p->pair[kept - 1], &p->pair[i])) p->pair[kept++] = p->pair[i];
  p->n = kept;
}

static struct pairs truth;
static struct file_facts facts_truth[FILES];

/* Addresses in several spellings, texts that are none, and a missing one; some are in many files. */
static const char digits[] = "256256256256256256256256256256";

static void address_text(char *out, size_t n, uint32_t x) {
  switch (x % 7) {
  case 0: snprintf(out, n, "2001:DB8::%X", x); break;
  case 1: snprintf(out, n, "2001:db8:0:0:0:0:0:%x", x / 7 * 7); break;
  case 2: snprintf(out, n, "::ffff:10.0.%u.%u", x >> 8 & 255, x & 255); break;
  case 3: snprintf(out, n, "10.0.%u.%u", x >> 8 & 255, (x - 1) & 255); break;
  case 4: snprintf(out, n, "%u.0.0.%.*s", 256 + x, (int)(x % 30), digits); break;
  case 5: snprintf(out, n, "-"); break;
  default: snprintf(out, n, "%u.%u.%u.%u", x & 255, x >> 4 & 255, x >> 2 & 255, x & 255);
  }
}

static uint32_t address_below;

/* Adds a line, and notes what is in it.  file: its number. */
static void add_line(struct bytes *text, uint32_t file) {
  char field[5][300];
  struct index_key key;
  uint64_t port[2], start = 1770000000 + random_below(5000) + file;
  for (int i = 0; i < 3; i++) {
    address_text(field[i], sizeof *field, random_below(address_below));
    key_of_address(&key, field[i], strlen(field[i]));
    if (strcmp(field[i], "-") != 0) add_pair(&truth, &key, file);
  }
  snprintf(field[3], sizeof field[3], "eni-%0*u", random_below(9) ? 4 : 90, (unsigned)(file * 3 + random_below(3)));
  key_of_interface(&key, field[3], strlen(field[3]));
  add_pair(&truth, &key, file);
  for (int i = 0; i < 2; i++) {
    port[i] = random_below(random_below(4) ? 40 : 1024) + (file % 3 ? 0 : 70000 * (unsigned)(i == 0));
    key_of_port(&key, port[i]);
    add_pair(&truth, &key, file);
  }
  struct file_facts *f = &facts_truth[file];
  if (!f->records || start < f->min_start) f->min_start = start;
  if (!f->records || start > f->max_start) f->max_start = start;
  f->records++;
  bytes_print(text, "%s %s %s %s %u %u %u -\n", field[0], field[1], field[2], field[3], (unsigned)port[0],
              (unsigned)port[1], (unsigned)start);
}

static uint32_t next_file;

static void add_numbered_line(struct bytes *text, uint32_t lines) { add_line(text, next_file++ / lines); }

static struct files make_files(uint32_t lines, uint32_t addresses) {
  next_file = 0;
  address_below = addresses;
  truth.n = 0;
  memset(facts_truth, 0, sizeof facts_truth);
  struct files files = many_files(FILES, HEADER, lines, add_numbered_line, lines, 0);
  settle_pairs(&truth);
  return files;
}

/* --- collecting --------------------------------------------------------------------------------------------------- */

#define WORKERS 8

struct outcome {
  struct pairs pairs;
  struct file_facts facts[FILES];
  unsigned handed_over, ended;
};

/* Adds what a collector has.  Its keys ascend, and so do the files of each. */
static enum err_code take(struct outcome *o, struct collector *c, struct err *e) {
  struct index_key before = {0};
  struct run_source source = collector_source(c, 1);
  for (;;) {
    struct run_entry entry;
    if (source.next(source.context, &entry, e) || !entry.key) break;
    assert_true(!before.n || key_compare(&before, entry.key) < 0);
    before = *entry.key;
    for (size_t i = 0; i < entry.n; i++) {
      assert_true(!i || entry.id[i - 1] < entry.id[i]);
      add_pair(&o->pairs, entry.key, entry.id[i]);
    }
  }
  for (size_t i = 0; i < c->nended; i++) o->ended++;
  c->nended = 0;
  return e->code;
}

/* The caller frees with free_outcome(). */
static struct outcome *collect(const struct files *files, int threads, uint64_t share, const struct stop *stop,
                               struct err *e) {
  static struct summing_scan scan;
  static struct collector collector[WORKERS];
  struct scan_options options = {
      .reader = {.guard = &unconfined, .policy = POLICY_SKIP, .stop = *stop}, .threads = threads, .may_be_others = 1};
  struct outcome *o = calloc(1, sizeof *o);
  void *sums = NULL;
  if (!o) abort();
  if (!summing_scan_open(&scan, files, &options, e)) {
    assert_in_range(scan.workers.n, 1, WORKERS);
    for (unsigned i = 0; i < scan.workers.n; i++) {
      collector_init(&collector[i], files, o->facts, share);
      scan.worker[i].summing = (struct summing){.kind = &collector_kind, .sums = &collector[i]};
    }
    summing_scan_start(&scan, e);
  }
  while (!e->code && !summing_scan_next(&scan, &sums, e) && sums) {
    if (scan.is_last) {
      for (unsigned i = 0; i < scan.workers.n && !e->code; i++) take(o, &collector[i], e);
    } else {
      o->handed_over++;
      take(o, sums, e);
    }
  }
  unsigned n = scan.workers.n;
  summing_scan_close(&scan, NULL);
  for (unsigned i = 0; i < n; i++) collector_clear(&collector[i]);
  settle_pairs(&o->pairs);
  return o;
}

static void free_outcome(struct outcome *o) {
  for (size_t i = 0; i < FILES; i++) mem_free(o->facts[i].fields);
  free(o->pairs.pair);
  free(o);
}

static void check_outcome(const struct outcome *o) {
  assert_int_equal(o->ended, FILES);
  assert_int_equal(o->pairs.n, truth.n);
  for (size_t i = 0; i < truth.n; i++)
    CHECK(!by_pair(&o->pairs.pair[i], &truth.pair[i]), "pair %zu: kind %d, file %u", i, truth.pair[i].key.b[0],
          truth.pair[i].file);
  for (size_t i = 0; i < FILES; i++) {
    const struct file_facts *f = &o->facts[i], *t = &facts_truth[i];
    CHECK(f->verdict == VERDICT_FLOW_LOG && f->records == t->records && !f->problems && f->is_uniform && !f->gaps,
          "file %zu", i);
    CHECK(f->min_start == t->min_start && f->max_start == t->max_start, "file %zu", i);
    CHECK(f->min_end == RECORD_NONE && f->max_end == RECORD_NONE, "file %zu", i);
    CHECK(f->ports_below == FACTS_PORTS, "file %zu", i);
    assert_string_equal(f->fields, "srcaddr dstaddr pkt-srcaddr interface-id srcport dstport start end");
  }
}

static const struct stop never;

static void test_any_threads_and_memory(void **state) {
  (void)state;
  static const struct { uint32_t lines, addresses; } rows[] = {{1, 10}, {40, 30}, {300, 200}, {400, 100000}};
  for (size_t i = 0; i < COUNT(rows); i++) {
    struct files files = make_files(rows[i].lines, rows[i].addresses);
    for (int threads = 0; threads <= 5; threads += 1 + threads)
      for (int little = 0; little <= 1; little++) {
        struct err e = {0};
        struct outcome *o = collect(&files, threads, little ? 1 : MUCH, &never, &e);
        assert_int_equal(e.code, ERR_NONE);
        CHECK(little || !o->handed_over, "row %zu, threads %d", i, threads);
        check_outcome(o);
        free_outcome(o);
        assert_int_equal(mem_test_live(), 0);
      }
    free_files(&files);
  }
}

/* --- stopped, and no memory --------------------------------------------------------------------------------------- */

static int count_down(void *left) {
  int *n = left;
  return --*n < 0;
}

static void test_sorting_can_be_stopped(void **state) {
  (void)state;
  struct files files = make_files(250, 100000);
  for (int at = 0;; at++) {
    int left = at;
    struct err e = {0};
    const struct stop stop = {.ask = count_down, .context = &left};
    struct outcome *o = collect(&files, 0, MUCH, &stop, &e);
    free_outcome(o);
    assert_int_equal(mem_test_live(), 0);
    if (!e.code) {
      assert_true(at > 4);
      break;
    }
    assert_int_equal(e.code, ERR_INTERRUPT);
  }
  free_files(&files);
}

static void test_no_memory(void **state) {
  (void)state;
  struct files files = make_files(40, 300);
  for (size_t n = 1;; n++) {
    struct err e = {0};
    mem_test_fail(n, n % 2 == 0);
    struct outcome *o = collect(&files, 0, n % 3 ? MUCH : 1, &never, &e);
    size_t calls = mem_test_calls();
    mem_test_fail(0, 0);
    if (e.code) assert_int_equal(e.code, ERR_NOMEM);
    else check_outcome(o);
    free_outcome(o);
    assert_int_equal(mem_test_live(), 0);
    if (calls < n) break;
  }
  free_files(&files);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_any_threads_and_memory, enter_temp_folder, leave_temp_folder),
      cmocka_unit_test_setup_teardown(test_sorting_can_be_stopped, enter_temp_folder, leave_temp_folder),
      cmocka_unit_test_setup_teardown(test_no_memory, enter_temp_folder, leave_temp_folder)};
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  free(truth.pair);
  return finish(failed);
}
