/* SPDX-License-Identifier: MIT */
/* Compares random predicates on random lines with a simple evaluation. */
#include "helpers.h"

#include "base/number.h"
#include "predicate/predicate.h"
#include "record/tokens.h"

#define HEADER "srcaddr srcport region dstport dstaddr protocol x-whatever pkt-srcaddr start"
#define TOKENS 9

static const struct path_fields no_path;
static const int subject_of[TOKENS] = {FIELD_srcaddr, FIELD_srcport,  FIELD_region, FIELD_dstport,
                                       FIELD_dstaddr, FIELD_protocol, -1,           FIELD_pkt_srcaddr,
                                       FIELD_start};
static struct layout layout;
static struct tokens tokens;

struct text {
  char p[64];
  size_t n;
};

/*
** Makes a text of `least` to 40 bytes with few different letters, so that equal texts and equal
** prefixes are frequent.  Some texts have zeros and signs.
*/
static struct text random_text(size_t least) {
  struct text t = {"", least + random_below(random_below(2) ? 4 : 41 - (uint32_t)least)};
  const char *letters = random_below(4) ? "aAb" : "aB0-";
  for (size_t i = 0; i < t.n; i++) t.p[i] = letters[random_below((uint32_t)strlen(letters))];
  if (t.n && random_below(8) == 0) t.p[random_below((uint32_t)t.n)] = '\xc3';
  return t;
}

static struct text random_address(void) {
  static const char *const others[] = {"::1", "2001:db8::1", "2001:db8::2", "::ffff:10.0.0.1", "10.0.0",
                                       "x",   "fe80::",      "0::1",        "2001:DB8::1",     "1:2:3::5:6:7:8"};
  struct text t = {"", 0};
  if (random_below(4) == 0) strcpy(t.p, others[random_below(COUNT(others))]);
  else snprintf(t.p, sizeof t.p, "10.%u.0.%u", (unsigned)random_below(2), (unsigned)random_below(4));
  t.n = strlen(t.p);
  return t;
}

static uint64_t random_number(void) {
  return random_below(30) ? random_below(random_below(2) ? 12 : 300) : (uint64_t)INT64_MAX - random_below(2);
}

static int is_address(int subject) {
  return subject == FIELD_srcaddr || subject == FIELD_dstaddr || subject == FIELD_pkt_srcaddr ||
         subject == FIELD_pkt_dstaddr || subject == SUBJECT_ADDR;
}

static int is_number(int subject) {
  return subject == SUBJECT_LINE || subject == SUBJECT_PORT ||
         (subject < FIELD_COUNT && kind_is_int(fields[subject].kind));
}

static struct text random_value(int subject) {
  struct text t = {"-", 1};
  if (random_below(6) == 0) return t;
  if (is_address(subject)) return random_address();
  if (subject < 0 || !is_number(subject)) return random_text(1);
  static const char zeros[] = "0000";
  snprintf(t.p, sizeof t.p, "%s%llu", random_below(3) ? "" : zeros + random_below(4),
           (unsigned long long)random_number());
  t.n = strlen(t.p);
  if (t.n > NUMBER_DIGITS) { /* fewer zeros */
    memmove(t.p, t.p + t.n - NUMBER_DIGITS, NUMBER_DIGITS + 1);
    t.n = NUMBER_DIGITS;
  }
  return t;
}

/* --- terms ------------------------------------------------------------------------------------------------------- */

#define MEMBERS 6

/* A term, and the elements that its set was made from. */
struct known {
  struct predicate_term term;
  struct text low, high, text[MEMBERS];
  uint64_t number[MEMBERS];
  size_t n;
};

static void random_limits(struct known *k, struct err *e) {
  int which = 1 + (int)random_below(3);
  if (which & 1) {
    k->low = random_text(0);
    k->term.text.open = (int)random_below(2);
    assert_int_equal(predicate_set_text(&k->term.text, k->low.p, k->low.n, e), ERR_NONE);
  }
  if (which & 2) {
    k->high = random_text(0);
    k->term.text_high.open = (int)random_below(2);
    assert_int_equal(predicate_set_text(&k->term.text_high, k->high.p, k->high.n, e), ERR_NONE);
  }
  k->term.loose = random_below(4) == 0;
}

static void random_term(struct known *k, int subject) {
  static const uint8_t of_numbers[] = {PREDICATE_NEVER, PREDICATE_ALWAYS, PREDICATE_RANGE, PREDICATE_NUMBERS,
                                       PREDICATE_PREFIX};
  static const uint8_t of_texts[] = {PREDICATE_NEVER,   PREDICATE_ALWAYS, PREDICATE_EQUAL,
                                     PREDICATE_BETWEEN, PREDICATE_PREFIX, PREDICATE_TEXTS};
  static const char *const blocks[] = {"10.0.0.0/16", "10.0.0.1", "0.0.0.0/0", "2001:db8::/32", "::/0", "10.1.0.2/31"};
  struct err e = {0};
  struct predicate_term *t = &k->term;
  memset(k, 0, sizeof *k);
  set_init(&t->set);
  t->subject = (uint8_t)subject;
  t->op = is_number(subject) ? of_numbers[random_below(subject == SUBJECT_LINE ? 4 : COUNT(of_numbers))]
                             : of_texts[random_below(COUNT(of_texts))];
  if (is_address(subject) && random_below(2)) t->op = PREDICATE_CIDR;
  t->negated = (uint8_t)random_below(2);
  t->null_passes = random_below(3) == 0;
  k->n = random_below(MEMBERS);
  switch ((enum predicate_op)t->op) {
  case PREDICATE_RANGE:
    t->low = random_number();
    t->high = random_below(4) ? t->low + random_below(200) : (uint64_t)INT64_MAX;
    if (t->high < t->low) t->high = t->low;
    break;
  case PREDICATE_EQUAL:
    k->low = is_address(subject) ? random_address() : random_text(0);
    assert_int_equal(predicate_set_text(&t->text, k->low.p, k->low.n, &e), ERR_NONE);
    break;
  case PREDICATE_PREFIX:
    t->fold = (uint8_t)random_below(2);
    if (is_number(subject)) {
      snprintf(k->low.p, sizeof k->low.p, "%u", (unsigned)random_below(20));
      k->low.n = strlen(k->low.p);
    } else {
      k->low = random_text(0);
      for (size_t i = 0; i < k->low.n; i++) k->low.p[i] &= 0x7f; /* ASCII alone */
    }
    assert_int_equal(predicate_set_text(&t->text, k->low.p, k->low.n, &e), ERR_NONE);
    break;
  case PREDICATE_NUMBERS:
    for (size_t i = 0; i < k->n; i++) set_add_number(&t->set, k->number[i] = random_number(), &e);
    break;
  case PREDICATE_TEXTS:
    for (size_t i = 0; i < k->n; i++) {
      k->text[i] = is_address(subject) ? random_address() : random_text(0);
      set_add_text(&t->set, k->text[i].p, k->text[i].n, &e);
    }
    break;
  case PREDICATE_CIDR: {
    const char *block = blocks[random_below(COUNT(blocks))];
    assert_true(ip_parse_prefix(block, strlen(block), &t->cidr));
    break;
  }
  case PREDICATE_BETWEEN: random_limits(k, &e); break;
  case PREDICATE_NEVER:
  case PREDICATE_ALWAYS:
  case PREDICATE_SLOT:
  case PREDICATE_PATTERN: break;
  }
  assert_int_equal(e.code, ERR_NONE);
}

/* --- the obvious ------------------------------------------------------------------------------------------------- */

static int order(const struct text *a, const struct text *b) {
  for (size_t i = 0; i < a->n && i < b->n; i++)
    if (a->p[i] != b->p[i]) return (unsigned char)a->p[i] < (unsigned char)b->p[i] ? -1 : 1;
  return (a->n > b->n) - (a->n < b->n);
}

static char small(char c) { return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c; }

static int begins(const struct known *k, const struct text *v) {
  for (size_t i = 0; i < k->low.n; i++) {
    if (i == v->n) return 0;
    if (k->term.fold && (v->p[i] & 0x80)) return 1; /* it may be the other case of any character; SQLite decides */
    if (k->term.fold ? small(v->p[i]) != small(k->low.p[i]) : v->p[i] != k->low.p[i]) return 0;
  }
  return 1;
}

static int is_between(const struct known *k, const struct text *v) {
  const struct predicate_term *t = &k->term;
  if (t->loose && v->n && strchr("0123456789+-. ", v->p[0])) return 1;
  if (t->text.p && order(v, &k->low) < t->text.open) return 0;
  return !t->text_high.p || order(v, &k->high) <= -t->text_high.open;
}

/* 1, 0, or -1 for no answer. */
static int answer(const struct known *k, const struct text *v) {
  const struct predicate_term *t = &k->term;
  uint64_t number = strtoull(v->p, NULL, 10);
  struct text plain = *v; /* of a number, its decimal text */
  struct ip ip;
  if (is_number(t->subject)) plain.n = (size_t)snprintf(plain.p, sizeof plain.p, "%llu", (unsigned long long)number);
  switch ((enum predicate_op)t->op) {
  case PREDICATE_NEVER: return 0;
  case PREDICATE_ALWAYS: return 1;
  case PREDICATE_RANGE: return number >= t->low && number <= t->high;
  case PREDICATE_EQUAL: return order(v, &k->low) == 0;
  case PREDICATE_BETWEEN: return is_between(k, v);
  case PREDICATE_PREFIX: return begins(k, &plain);
  case PREDICATE_CIDR: return ip_parse(v->p, v->n, &ip) ? ip_in_prefix(&ip, &t->cidr) : -1;
  case PREDICATE_NUMBERS:
    for (size_t i = 0; i < k->n; i++)
      if (k->number[i] == number) return 1;
    return 0;
  case PREDICATE_TEXTS:
    for (size_t i = 0; i < k->n; i++)
      if (!order(&k->text[i], v)) return 1;
    return 0;
  case PREDICATE_SLOT:
  case PREDICATE_PATTERN: break; /* test_filter.c's */
  }
  return 0;
}

static int passes(const struct known *k, const struct text *v) {
  if (v->n == 1 && v->p[0] == '-' && k->term.subject != SUBJECT_FILE) return k->term.null_passes;
  int yes = answer(k, v);
  return yes >= 0 && yes != k->term.negated;
}

static int is_of(int subject, int token) {
  int field = subject_of[token];
  if (subject == SUBJECT_PORT) return field == FIELD_srcport || field == FIELD_dstport;
  if (subject == SUBJECT_ADDR) return field >= 0 && is_address(field);
  return field == subject;
}

/* The value of an address field: the one spelling of the address. */
static struct text spelled(const struct text *token) {
  struct text t = *token;
  struct ip ip;
  if (ip_parse(t.p, t.n, &ip)) t.n = ip_format(&ip, t.p);
  return t;
}

/*
** All terms about a subject must hold for one of its values.  If the layout lacks it, its value is
** missing.
*/
static int keeps_subject(const struct known *k, size_t n, int subject, const struct text *value, uint64_t line) {
  struct text missing = {"-", 1}, number = {"", 0};
  int found = 0, any = 0;
  number.n = (size_t)snprintf(number.p, sizeof number.p, "%llu", (unsigned long long)line);
  if (subject == SUBJECT_FILE) return 1; /* it does not concern lines */
  for (int token = 0; token <= TOKENS; token++) {
    const struct text *v = &missing;
    if (token < TOKENS && !is_of(subject, token)) continue;
    if (token < TOKENS) v = &value[token], found = 1;
    else if (subject == SUBJECT_LINE) v = &number;
    else if (found) continue;
    int all = 1;
    for (size_t i = 0; i < n; i++) all &= k[i].term.subject != subject || passes(&k[i], v);
    any |= all;
  }
  return any;
}

static void print_term(const struct known *k) {
  const struct predicate_term *t = &k->term;
  print_error("subject %d op %d negated %d null %d fold %d loose %d %llu..%llu '%.*s'%d '%.*s'%d\n", t->subject, t->op,
              t->negated, t->null_passes, t->fold, t->loose, (unsigned long long)t->low, (unsigned long long)t->high,
              (int)k->low.n, k->low.p, t->text.open, (int)k->high.n, k->high.p, t->text_high.open);
}

static void add_terms(struct predicate *p, const struct known *k, size_t n) {
  struct err e = {0};
  predicate_init(p);
  for (size_t i = 0; i < n; i++) {
    struct predicate_term t = k[i].term;
    assert_int_equal(predicate_add(p, &t, &e), ERR_NONE);
  }
  predicate_finish(p);
}

/* Places a line at the end of readable memory. */
static void test_lines(void **state) {
  static const int subjects[] = {FIELD_srcaddr, FIELD_srcport, FIELD_region, FIELD_start,  FIELD_protocol, FIELD_vpc_id,
                                 FIELD_packets, SUBJECT_LINE,  SUBJECT_ADDR, SUBJECT_PORT, SUBJECT_FILE};
  struct guarded g;
  int kept = 0, dropped = 0;
  (void)state;
  guarded_init(&g, 4096);
  for (int round = 0; round < 30000; round++) {
    struct known k[4];
    struct predicate p;
    struct predicate_bound bound;
    size_t n = random_below(COUNT(k) + 1);
    int subject = subjects[random_below(COUNT(subjects))];
    for (size_t i = 0; i < n; i++) {
      if (random_below(2)) subject = subjects[random_below(COUNT(subjects))];
      random_term(&k[i], subject);
    }
    add_terms(&p, k, n);
    predicate_bind(&p, &layout, &no_path, &bound);
    for (int i = 0; i < 8; i++) {
      struct text value[TOKENS];
      struct bytes text = {0};
      uint64_t number = 1 + random_below(300);
      for (int token = 0; token < TOKENS; token++) {
        value[token] = random_value(subject_of[token]);
        bytes_print(&text, "%.*s%s", (int)value[token].n, value[token].p, token + 1 < TOKENS ? " " : "\n");
        if (is_address(subject_of[token])) value[token] = spelled(&value[token]);
      }
      memset(g.end - TOKENS_BLOCK, 0xa5, TOKENS_BLOCK);
      char *at = memcpy(g.end - TOKENS_BLOCK - text.n, text.p, text.n);
      tokens_split(&tokens, at, text.n);
      const struct line line = tokens_line(&tokens, 0, number - 1);
      assert_int_equal(line.count, TOKENS);
      int expected = 1, got = predicate_keeps(&bound, &line);
      for (int s = 0; s < SUBJECT_COUNT; s++) {
        size_t about = 0;
        for (size_t t = 0; t < n; t++) about += k[t].term.subject == s;
        if (about) expected &= keeps_subject(k, n, s, value, number);
      }
      for (size_t t = 0; got != expected && t < n; t++) print_term(&k[t]);
      CHECK(got == expected, "%llu: %s", (unsigned long long)number, text.p);
      kept += got && n;
      dropped += !got;
      bytes_free(&text);
    }
    predicate_clear(&p);
  }
  assert_true(kept > 10000 && dropped > 10000); /* both are common */
  guarded_clear(&g);
}

/* Terms about the path of a file. */
static void test_files(void **state) {
  (void)state;
  for (int round = 0; round < 20000; round++) {
    struct known k[3];
    struct predicate p;
    size_t n = random_below(COUNT(k) + 1);
    struct text path = random_text(1);
    int expected = 1;
    for (size_t i = 0; i < n; i++) {
      random_term(&k[i], random_below(2) ? SUBJECT_FILE : FIELD_region);
      if (k[i].term.subject == SUBJECT_FILE) expected &= passes(&k[i], &path);
    }
    add_terms(&p, k, n);
    CHECK(predicate_keeps_file(&p, path.p) == expected, "%s", path.p);
    predicate_clear(&p);
  }
}

/*
** For a span of numbers the answer is never no if one of them passes, and it is no where that is
** certain.
*/
static void test_spans(void **state) {
  int refused = 0;
  (void)state;
  for (int round = 0; round < 20000; round++) {
    struct known k;
    struct predicate p;
    uint64_t low = random_below(300), high = low + random_below(20);
    int any = 0;
    random_term(&k, FIELD_start);
    for (uint64_t v = low; v <= high; v++) {
      struct text t = {"", 0};
      t.n = (size_t)snprintf(t.p, sizeof t.p, "%llu", (unsigned long long)v);
      any |= passes(&k, &t);
    }
    add_terms(&p, &k, 1);
    int allowed = predicate_allows_numbers(&p, FIELD_start, low, high);
    if (!allowed && any) print_term(&k);
    assert_true(allowed || !any);
    assert_true(allowed || !k.term.null_passes);
    if (k.term.op == PREDICATE_RANGE) assert_int_equal(allowed, any || k.term.null_passes);
    assert_true(predicate_allows_numbers(&p, FIELD_end, low, high)); /* about another subject */
    refused += !allowed;
    predicate_clear(&p);
  }
  assert_true(refused > 1000);
}

static void test_no_memory(void **state) {
  size_t live = mem_test_live();
  (void)state;
  for (size_t n = 1;; n++) {
    struct predicate p;
    struct err e = {0};
    enum err_code rc = ERR_NONE;
    predicate_init(&p);
    mem_test_fail(n, 0);
    for (int i = 0; i < 10 && !rc; i++) {
      struct predicate_term t = {.subject = FIELD_region, .op = PREDICATE_EQUAL};
      rc = predicate_set_text(&t.text, "a", 1, &e);
      if (!rc) rc = predicate_add(&p, &t, &e);
    }
    size_t calls = mem_test_calls();
    mem_test_fail(0, 0);
    assert_int_equal(rc, n <= calls ? ERR_NOMEM : ERR_NONE);
    predicate_clear(&p);
    assert_int_equal(mem_test_live(), live);
    if (n > calls) break;
  }
}

static int set_up(void **state) {
  struct err e = {0};
  (void)state;
  return layout_from_option(&layout, HEADER, strlen(HEADER), &e) || tokens_init(&tokens, 4096, &e);
}

static int tear_down(void **state) {
  (void)state;
  tokens_clear(&tokens);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_lines),
      cmocka_unit_test(test_files),
      cmocka_unit_test(test_spans),
      cmocka_unit_test(test_no_memory),
  };
  return finish(cmocka_run_group_tests(tests, set_up, tear_down));
}
