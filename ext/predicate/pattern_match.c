/* SPDX-License-Identifier: MIT */
/*
** Compares a pattern with a text, without allocating memory.  The tokens of the text are visited
** in order.  With an ellipsis, the slots behind it belong to the last tokens.  The tokens that
** remain behind the first slots are then counted, and those that the ellipsis stands for are
** passed over:
**
**     slots    [a, b, ..., y, z]       2 before the ellipsis, 2 behind it
**     tokens    1  2  3 4 5  6  7      5 remain behind b; 5 - 2 = 3 are passed over
*/
#include <string.h>

#include "predicate/pattern.h"
#include "predicate/pattern_number.h"
#include "predicate/regex.h"
#include "record/tokens.h"

/* --- one token ---------------------------------------------------------------------------------------------------- */

static int equal(const char *a, size_t a_n, const char *b, size_t b_n) {
  return a_n == b_n && (a_n == 0 || !memcmp(a, b, a_n));
}

/*
** Where the comparison fails, the last star takes one byte more and the part behind it is tried
** again.  Earlier stars never have to be reconsidered, so there is no recursion.
*/
static int wildcard_matches(const char *p, size_t n, const char *text, size_t text_n) {
  const char *end = p + n, *t = text, *text_end = text + text_n, *star = NULL, *retry = NULL;
  while (t < text_end) {
    if (p < end && *p == '*') {
      star = ++p;
      retry = t;
      if (p == end) return 1;
    } else if (p < end && *p == *t) {
      p++;
      t++;
    } else if (star) {
      p = star;
      t = ++retry;
    } else {
      return 0;
    }
  }
  while (p < end && *p == '*') p++;
  return p == end;
}

/* Compares the token as a number.  A token that is not a number passes only !=. */
static int number_passes(const struct pattern_condition *c, const char *p, size_t n) {
  struct pattern_number number;
  if (!pattern_number_parse(&number, p, n)) return c->op == PATTERN_NE;
  int order = pattern_number_compare(&number, p, n, &c->number, c->text, c->n);
  switch (c->op) {
  case PATTERN_EQ: return order == 0;
  case PATTERN_NE: return order != 0;
  case PATTERN_LT: return order < 0;
  case PATTERN_LE: return order <= 0;
  case PATTERN_GT: return order > 0;
  default: return order >= 0;
  }
}

static int condition_passes(const struct pattern_condition *c, const char *p, size_t n) {
  int found = 0;
  switch (c->value) {
  case PATTERN_NUMBER: return number_passes(c, p, n);
  case PATTERN_TEXT: found = equal(c->text, c->n, p, n); break;
  case PATTERN_WILDCARD: found = wildcard_matches(c->text, c->n, p, n); break;
  case PATTERN_REGEX: found = regex_search(c->regex, p, n); break;
  }
  return found == (c->op == PATTERN_EQ);
}

int pattern_slot_passes(const struct pattern_slot *slot, const char *p, size_t n) {
  int passes = 1; /* all conditions of this alternative so far */
  for (uint32_t i = 0; i < slot->nconditions; i++) {
    const struct pattern_condition *c = &slot->condition[i];
    if (c->is_or) {
      if (passes) return 1;
      passes = 1;
    }
    passes = passes && condition_passes(c, p, n);
  }
  return passes;
}

/* --- tokens ------------------------------------------------------------------------------------------------------- */

struct walk {
  const char *p, *end;
  int no_mark[2]; /* no ']' [0] or '"' [1] ends a token from here on, so it is not searched for again */
};

/*
** Returns the mark that ends the token which begins at w->p: one that a separator or the end
** follows.  NULL if there is none.  no_mark keeps the time linear in a text with many opening
** marks.
*/
static const char *find_mark(struct walk *w, char mark) {
  int *none = &w->no_mark[mark == '"'];
  if (*none) return NULL;
  for (const char *p = w->p + 1; p < w->end && (p = memchr(p, mark, (size_t)(w->end - p))) != NULL; p++)
    if (p + 1 == w->end || token_is_separator(p[1])) return p;
  *none = 1;
  return NULL;
}

/* Moves on to the next token.  Returns 0 at the end. */
static int next_token(struct walk *w, const char **token, size_t *n) {
  while (w->p < w->end && token_is_separator(*w->p)) w->p++;
  if (w->p == w->end) return 0;
  const char *mark = *w->p == '"' ? find_mark(w, '"') : *w->p == '[' ? find_mark(w, ']') : NULL;
  if (mark) {
    *token = w->p + 1;
    *n = (size_t)(mark - *token);
    w->p = mark + 1;
    return 1;
  }
  *token = w->p;
  while (w->p < w->end && !token_is_separator(*w->p)) w->p++;
  *n = (size_t)(w->p - *token);
  return 1;
}

/* Returns 1 if the next tokens pass the slots [first, end). */
static int slots_pass(const struct pattern *p, uint32_t first, uint32_t end, struct walk *w) {
  const char *token;
  size_t n;
  for (; first < end; first++)
    if (!next_token(w, &token, &n) || !pattern_slot_passes(&p->slot[first], token, n)) return 0;
  return 1;
}

static int slots_match(const struct pattern *p, const char *text, size_t n) {
  struct walk w = {.p = text, .end = text + n};
  const char *token;
  size_t token_n, rest = 0;
  uint32_t head = p->ellipsis == PATTERN_NO_ELLIPSIS ? p->nslots : p->ellipsis, tail = p->nslots - head;
  if (!slots_pass(p, 0, head, &w)) return 0;
  if (p->ellipsis == PATTERN_NO_ELLIPSIS)
    return p->slot[p->nslots - 1].nconditions == 0 || !next_token(&w, &token, &token_n);
  for (struct walk count = w; next_token(&count, &token, &token_n);) rest++;
  for (; rest > tail; rest--) next_token(&w, &token, &token_n);
  return slots_pass(p, head, p->nslots, &w);
}

/* --- terms -------------------------------------------------------------------------------------------------------- */

static int occurs(const char *p, size_t n, const char *text, size_t text_n) {
  const char *end = text + text_n;
  if (n == 0) return 1;
  for (; (size_t)(end - text) >= n && (text = memchr(text, *p, (size_t)(end - text) - n + 1)) != NULL; text++)
    if (!memcmp(text, p, n)) return 1;
  return 0;
}

static int terms_match(const struct pattern *p, const char *text, size_t n) {
  int asked = 0, found = 0; /* whether there are ?terms, and whether one of them was found */
  for (uint32_t i = 0; i < p->nterms; i++) {
    const struct pattern_term *t = &p->term[i];
    if (t->kind == PATTERN_EITHER && found) continue;
    int has = t->regex ? regex_search(t->regex, text, n) : occurs(t->text, t->n, text, n);
    if (t->kind == PATTERN_EITHER) {
      asked = 1;
      found = has;
    } else if (has != (t->kind == PATTERN_HAS)) {
      return 0;
    }
  }
  return !asked || found;
}

int pattern_matches(const struct pattern *p, const char *text, size_t n) {
  if (n && text[n - 1] == '\n') n--;
  if (n && text[n - 1] == '\r') n--;
  if (p->kind == PATTERN_SLOTS) return slots_match(p, text, n);
  return p->kind == PATTERN_ALL || terms_match(p, text, n);
}
