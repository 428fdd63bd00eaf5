/* SPDX-License-Identifier: MIT */
/*
** Filter patterns: pattern_matches() agrees with a matcher that first makes a list of the text's
** tokens, gives each to its slot, and computes numbers digit by digit.  Which values and operators
** the pattern has is taken from pattern_parse(), whose own reading tests/python/test_cwl.py
** compares with a second one.
**
** Input: a pattern, a zero byte, and a text.
*/
#include "fuzz.h"
#include "mem_test.h"

#include "predicate/pattern.h"
#include "predicate/pattern_number.h"
#include "predicate/regex.h"

#define TOKENS_MAX 64

struct token {
  const char *p;
  size_t n;
};

static int is_separator(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

/* The place of the mark that ends the token at i: a separator or the end follows it.  0: none. */
static size_t closing(const char *text, size_t n, size_t i) {
  char mark = text[i] == '"' ? '"' : text[i] == '[' ? ']' : 0;
  for (size_t k = i + 1; mark && k < n; k++)
    if (text[k] == mark && (k + 1 == n || is_separator(text[k + 1]))) return k;
  return 0;
}

static size_t split(const char *text, size_t n, struct token out[TOKENS_MAX]) {
  size_t count = 0, end;
  for (size_t i = 0; i < n && count < TOKENS_MAX;) {
    if (is_separator(text[i])) {
      i++;
    } else if ((end = closing(text, n, i)) != 0) {
      out[count++] = (struct token){text + i + 1, end - i - 1};
      i = end + 1;
    } else {
      for (end = i; end < n && !is_separator(text[end]);) end++;
      out[count++] = (struct token){text + i, end - i};
      i = end;
    }
  }
  return count;
}

static int wild(const char *p, size_t n, const char *text, size_t text_n) {
  if (!n) return !text_n;
  if (*p == '*') return wild(p + 1, n - 1, text, text_n) || (text_n && wild(p, n, text + 1, text_n - 1));
  return text_n && *p == *text && wild(p + 1, n - 1, text + 1, text_n - 1);
}

static int condition_holds(const struct pattern_condition *c, const struct token *t) {
  struct pattern_number number;
  int equal = 0;
  if (c->value == PATTERN_NUMBER) {
    if (!pattern_number_parse(&number, t->p, t->n)) return c->op == PATTERN_NE;
    int order = pattern_number_compare(&number, t->p, t->n, &c->number, c->text, c->n);
    static const char holds[6][3] = {{0, 1, 0}, {1, 0, 1}, {1, 0, 0}, {1, 1, 0}, {0, 0, 1}, {0, 1, 1}};
    return holds[c->op][order + 1];
  }
  if (c->value == PATTERN_TEXT) equal = c->n == t->n && !memcmp(c->text, t->p, t->n);
  if (c->value == PATTERN_WILDCARD) equal = wild(c->text, c->n, t->p, t->n);
  if (c->value == PATTERN_REGEX) equal = regex_search(c->regex, t->p, t->n);
  return c->op == PATTERN_EQ ? equal : !equal;
}

/* Some alternative has no condition that fails. */
static int slot_holds(const struct pattern_slot *s, const struct token *t) {
  for (uint32_t first = 0, i; first < s->nconditions || !s->nconditions; first = i) {
    int all = 1;
    for (i = first; i < s->nconditions && (i == first || !s->condition[i].is_or); i++)
      all &= condition_holds(&s->condition[i], t);
    if (all) return 1;
  }
  return 0;
}

static int slots_hold(const struct pattern *p, const char *text, size_t n) {
  struct token t[TOKENS_MAX];
  size_t count = split(text, n, t), head = p->ellipsis;
  if (count < p->nslots) return 0;
  if (p->ellipsis == PATTERN_NO_ELLIPSIS) {
    if (count > p->nslots && p->slot[p->nslots - 1].nconditions) return 0;
    head = p->nslots;
  }
  for (size_t i = 0; i < p->nslots; i++)
    if (!slot_holds(&p->slot[i], &t[i < head ? i : count - p->nslots + i])) return 0;
  return 1;
}

static int occurs(const struct pattern_term *t, const char *text, size_t n) {
  if (t->regex) return regex_search(t->regex, text, n);
  for (size_t i = 0; i + t->n <= n; i++)
    if (!memcmp(text + i, t->text, t->n)) return 1;
  return 0;
}

static int terms_hold(const struct pattern *p, const char *text, size_t n) {
  int wanted = 0, found = 0;
  for (uint32_t i = 0; i < p->nterms; i++) {
    const struct pattern_term *t = &p->term[i];
    int has = occurs(t, text, n);
    if (t->kind == PATTERN_EITHER) wanted = 1, found |= has;
    else if (has != (t->kind == PATTERN_HAS)) return 0;
  }
  return !wanted || found;
}

static int holds(const struct pattern *p, const char *text, size_t n) {
  if (n && text[n - 1] == '\n') n--;
  if (n && text[n - 1] == '\r') n--;
  if (p->kind == PATTERN_SLOTS) return slots_hold(p, text, n);
  return p->kind == PATTERN_ALL || terms_hold(p, text, n);
}

/* Would the slow matcher of `*` take too long?  It is exponential. */
static int is_slow(const char *p, size_t n) {
  size_t stars = 0;
  for (size_t i = 0; i < n; i++) stars += p[i] == '*';
  return stars > 5;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct choices c = {data, size};
  size_t n;
  const char *p = choose_text(&c, 0, &n);
  if (is_slow(p, n) || c.n > 120) return 0;
  char *exact = copy_of(p, n, 0), *text = copy_of((const char *)c.p, c.n, 0);
  struct pattern pattern;
  struct err e = {0};
  if (!pattern_parse(&pattern, exact, n, &e)) {
    int got = pattern_matches(&pattern, text, c.n);
    PROPERTY(got == holds(&pattern, text, c.n), "%.*s on '%.*s' is %d", (int)n, p, (int)c.n, text, got);
    pattern_clear(&pattern);
  } else {
    PROPERTY(e.code == ERR_ARGUMENT && e.line >= 1 && e.line <= n + 1 && *e.text, "an error at %d", (int)e.line);
    PROPERTY(!pattern.nslots && !pattern.nterms && !pattern.copy, "something is left of a wrong pattern");
  }
  PROPERTY(mem_test_live() == 0, "memory is left behind");
  free(exact);
  free(text);
  return 0;
}
