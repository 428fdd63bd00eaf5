/* SPDX-License-Identifier: MIT */
/*
** A pattern is read in one pass over a copy of its text.  Removing escapes makes a quoted text
** shorter, in place.  Positions for messages are counted in the original text, only when they are
** needed.
**
** All conditions of a pattern are in one array.  It moves while it grows, so the slots get their
** pointers into it at the end.  [a, p=22 || p>=80 && p<90, ...] becomes:
**
**     slot       a         p                        ellipsis = 2 (slots before it)
**                |         |
**     condition  none      [0]         [1]      [2]
**                          = 22        >= 80    < 90
**     is_or                0           1        0       (= 22) or (>= 80 and < 90)
*/
#include "predicate/pattern.h"

#include <string.h>

#include "base/chars.h"
#include "base/mem.h"
#include "predicate/pattern_number.h"
#include "predicate/regex.h"

#define FIRST_ITEMS 16 /* elements for which an array has room at first */

struct parser {
  const char *original; /* the pattern as it was given */
  char *copy;           /* the same bytes and a NUL */
  char *p, *end;        /* the part of the copy that has not been read yet */
  struct pattern *out;
  struct pattern_condition *condition; /* of all slots, in order */
  uint32_t nconditions;
  size_t slot_cap, condition_cap, term_cap; /* number of elements that there is room for */
  struct err *e;
};

/* A value: the text between quotes or percent signs, or a text without these. */
struct value {
  char *p;
  size_t n;
  int quoted, wild; /* 0 or 1: it stood in quotes; it contains a `*` that was not escaped */
};

static int is_name(char c) { return char_is_alnum(c) || c == '_' || c == '-'; }

static int at_text(const struct parser *s, const char *text) {
  size_t n = strlen(text);
  return (size_t)(s->end - s->p) >= n && !memcmp(s->p, text, n);
}

static int at(const struct parser *s, char c) { return s->p < s->end && *s->p == c; }

static void skip_spaces(struct parser *s) { s->p += chars_space(s->p, (size_t)(s->end - s->p)); }

/*
** Returns the 1-based number of the character at a byte offset.  Continuation bytes of UTF-8 do
** not count.
*/
static uint32_t character(const char *p, size_t offset) {
  uint32_t n = 1;
  for (size_t i = 0; i < offset; i++) n += !char_is_continuation(p[i]);
  return n;
}

static uint32_t position(const struct parser *s, const char *where) {
  return character(s->original, (size_t)(where - s->copy));
}

#define FAIL(s, where, ...) err_set((s)->e, ERR_ARGUMENT, position(s, where), __VA_ARGS__)

/* --- values ------------------------------------------------------------------------------------------------------- */

/* Reads "…", in which \" and \\ are escapes. */
static enum err_code parse_quoted(struct parser *s, struct value *out) {
  char *open = s->p++, *to = s->p;
  *out = (struct value){.p = to, .quoted = 1};
  while (s->p < s->end && *s->p != '"') {
    if (*s->p == '\\' && s->end - s->p > 1 && (s->p[1] == '"' || s->p[1] == '\\')) s->p++;
    else if (*s->p == '*') out->wild = 1;
    *to++ = *s->p++;
  }
  if (s->p == s->end) return FAIL(s, open, "this quote is not closed");
  s->p++;
  out->n = (size_t)(to - out->p);
  return ERR_NONE;
}

/* Reads %…%.  *text becomes the text in between. */
static enum err_code parse_regex(struct parser *s, struct value *text, struct regex **out) {
  char *open = s->p++, *close = memchr(s->p, '%', (size_t)(s->end - s->p));
  if (!close) return FAIL(s, open, "this %% has no second one to end the regex");
  *text = (struct value){.p = s->p, .n = (size_t)(close - s->p)};
  s->p = close + 1;
  struct err e = {0};
  if (regex_compile(out, text->p, text->n, &e) == ERR_ARGUMENT) /* everything before this place is ASCII */
    return FAIL(s, text->p + (e.line - 1), "%s", e.text);
  return e.code ? err_nomem(s->e) : ERR_NONE;
}

/* Reads a value without quotes, up to a space, a comma, the end of the slot, && or ||. */
static enum err_code parse_bare(struct parser *s, struct value *out) {
  *out = (struct value){.p = s->p};
  while (s->p < s->end && !char_is_space(*s->p) && !strchr(",]", *s->p) && !at_text(s, "&&") && !at_text(s, "||")) {
    if (*s->p == '(' || *s->p == ')')
      return FAIL(s, s->p, "parentheses are not supported; a text with one is written in quotes");
    if (strchr("\"%=<>!&|[", *s->p)) return FAIL(s, s->p, "a text with a %c is written in quotes", *s->p);
    out->wild |= *s->p++ == '*';
  }
  out->n = (size_t)(s->p - out->p);
  return ERR_NONE;
}

/* --- slots -------------------------------------------------------------------------------------------------------- */

static const char *const op_texts[] = {"=", "!=", "<", "<=", ">", ">="};

/* Reads an operator, an enum pattern_op.  Returns -1 if there is none.  == is the same as =. */
static int parse_op(struct parser *s) {
  static const enum pattern_op longest_first[] = {PATTERN_NE, PATTERN_LE, PATTERN_GE,
                                                  PATTERN_EQ, PATTERN_LT, PATTERN_GT};
  for (size_t i = 0; i < sizeof longest_first / sizeof *longest_first; i++) {
    int op = (int)longest_first[i];
    if (!at_text(s, op_texts[op])) continue;
    s->p += strlen(op_texts[op]);
    if (op == PATTERN_EQ && at(s, '=')) s->p++;
    return op;
  }
  return -1;
}

/* Reads the value behind an operator. */
static enum err_code parse_value(struct parser *s, struct pattern_condition *c, const char *op_at) {
  struct value v = {0};
  skip_spaces(s);
  char *first = s->p;
  int equality = c->op == PATTERN_EQ || c->op == PATTERN_NE;
  if (at(s, '%')) {
    if (!equality) return FAIL(s, first, "a regex goes with = and != alone");
    c->value = PATTERN_REGEX;
    if (parse_regex(s, &v, &c->regex)) return s->e->code;
  } else {
    if (at(s, '"') ? parse_quoted(s, &v) : parse_bare(s, &v)) return s->e->code;
    if (!v.n && !v.quoted) return FAIL(s, op_at, "'%s' needs a value", op_texts[c->op]);
    int number = (!equality || !v.quoted) && pattern_number_parse(&c->number, v.p, v.n);
    if (!equality && !number) return FAIL(s, first, "'%s' compares with a number", op_texts[c->op]);
    c->value = number ? PATTERN_NUMBER : v.wild ? PATTERN_WILDCARD : PATTERN_TEXT;
  }
  c->text = v.p;
  c->n = v.n;
  return ERR_NONE;
}

/* Reads NAME, which must be the name of the slot if that has one already. */
static enum err_code parse_name(struct parser *s, struct pattern_slot *slot) {
  char *first = s->p;
  while (s->p < s->end && is_name(*s->p)) s->p++;
  size_t n = (size_t)(s->p - first);
  char *behind = s->p;
  skip_spaces(s);
  if (at(s, '(') || at(s, ')')) return FAIL(s, s->p, "parentheses are not supported; && binds more tightly than ||");
  if (!n)
    return FAIL(s, first,
                slot->name_n ? "the slot's name is repeated here, and a condition follows it"
                             : "a slot begins with a name of letters, digits, _ and -");
  if (slot->name_n && (n != slot->name_n || memcmp(first, slot->name, n) != 0))
    return FAIL(s, first, "a slot's conditions are all about its own token: '%.*s', not '%.*s'",
                (int)(slot->name_n < 40 ? slot->name_n : 40), slot->name, (int)(n < 40 ? n : 40), first);
  if (behind < s->end && !strchr(" \t\r\n=!<>&|,]", *behind))
    return FAIL(s, behind, "a name has letters, digits, _ and -");
  slot->name = first;
  slot->name_n = n;
  return ERR_NONE;
}

/* Reads NAME OP VALUE.  The first condition of a slot may be NAME alone. */
static enum err_code parse_condition(struct parser *s, struct pattern_slot *slot, int is_or) {
  if (parse_name(s, slot)) return s->e->code;
  if (!slot->nconditions && (s->p == s->end || at(s, ',') || at(s, ']'))) return ERR_NONE;
  const char *op_at = s->p;
  if (at_text(s, "<>")) return FAIL(s, op_at, "unequal is written !=");
  int op = parse_op(s);
  if (op < 0 && s->p == s->end) return FAIL(s, s->end, "a condition is missing");
  if (op < 0) return FAIL(s, s->p, "one of = != < <= > >= belongs here%s", slot->nconditions ? "" : ", or a comma");
  if (mem_grow(&s->condition, &s->condition_cap, s->nconditions + 1, FIRST_ITEMS, sizeof *s->condition))
    return err_nomem(s->e);
  struct pattern_condition *c = &s->condition[s->nconditions++];
  memset(c, 0, sizeof *c);
  c->op = (uint8_t)op;
  c->is_or = (uint8_t)is_or;
  slot->nconditions++;
  return parse_value(s, c, op_at);
}

/* Reads a slot or the ellipsis, up to the comma or bracket behind it. */
static enum err_code parse_slot(struct parser *s) {
  struct pattern *out = s->out;
  if (mem_grow(&out->slot, &s->slot_cap, out->nslots + 1, FIRST_ITEMS, sizeof *out->slot)) return err_nomem(s->e);
  if (at_text(s, "...")) {
    if (out->ellipsis != PATTERN_NO_ELLIPSIS) return FAIL(s, s->p, "there can be one ... only");
    out->ellipsis = out->nslots;
    s->p += 3;
  } else {
    struct pattern_slot *slot = &out->slot[out->nslots++];
    *slot = (struct pattern_slot){.name = "", .position = position(s, s->p)};
    if (s->p == s->end || at(s, ',') || at(s, ']')) return ERR_NONE;
    if (parse_condition(s, slot, 0)) return s->e->code;
    for (skip_spaces(s); slot->nconditions && (at_text(s, "&&") || at_text(s, "||")); skip_spaces(s)) {
      int is_or = *s->p == '|';
      s->p += 2;
      skip_spaces(s);
      if (parse_condition(s, slot, is_or)) return s->e->code;
    }
  }
  skip_spaces(s);
  return ERR_NONE;
}

static enum err_code parse_slots(struct parser *s) {
  struct pattern *out = s->out;
  do {
    s->p++; /* [ or , */
    skip_spaces(s);
    if (parse_slot(s)) return s->e->code;
  } while (at(s, ','));
  if (s->p == s->end) return FAIL(s, s->p, "the pattern ends without its ]");
  if (!at(s, ']')) return FAIL(s, s->p, "a comma, && or ||, or the ] at the end belongs here");
  s->p++;
  skip_spaces(s);
  if (s->p < s->end) return FAIL(s, s->p, "there is something behind the ]");
  uint32_t first = 0;
  for (uint32_t i = 0; s->condition && i < out->nslots; first += out->slot[i++].nconditions)
    out->slot[i].condition = s->condition + first;
  int nothing = out->nslots == 1 && !out->slot->name_n && out->ellipsis == PATTERN_NO_ELLIPSIS;
  out->kind = nothing || !out->nslots ? PATTERN_ALL : PATTERN_SLOTS;
  return ERR_NONE;
}

/* --- terms -------------------------------------------------------------------------------------------------------- */

/*
** Reads a term without quotes, up to a space.  CloudWatch requires quotes around every term that
** contains more than letters, digits and _.  Here, only a term that could be meant as something
** else than a text requires them.
*/
static enum err_code parse_word(struct parser *s, struct value *out) {
  *out = (struct value){.p = s->p};
  for (; s->p < s->end && !char_is_space(*s->p); s->p++) {
    char c = *s->p;
    if (!strchr("\"%*=<>!&|()", c)) continue;
    const char *hint = c == '*'            ? ", and is no wildcard there: terms are found anywhere"
                       : strchr("&|()", c) ? "; a b means both, ?a ?b means one of them"
                       : strchr("=<>!", c) ? "; fields are compared in [...]"
                                           : "";
    return FAIL(s, s->p, "a term with a %c is written in quotes%s", c, hint);
  }
  out->n = (size_t)(s->p - out->p);
  return ERR_NONE;
}

static enum err_code parse_term(struct parser *s) {
  struct pattern *out = s->out;
  struct value v = {0};
  char *first = s->p;
  if (mem_grow(&out->term, &s->term_cap, out->nterms + 1, FIRST_ITEMS, sizeof *out->term)) return err_nomem(s->e);
  struct pattern_term *term = &out->term[out->nterms++];
  memset(term, 0, sizeof *term);
  if (at(s, '-') || at(s, '?')) {
    term->kind = *s->p++ == '-' ? PATTERN_LACKS : PATTERN_EITHER;
    if (s->p == s->end || char_is_space(*s->p))
      return FAIL(s, first, "a term follows the %c; quotes make it a text", *first);
    if (at(s, '-') || at(s, '?')) return FAIL(s, s->p, "one of - and ? is enough; quotes make it a text");
  }
  if (at(s, '%') ? parse_regex(s, &v, &term->regex) : at(s, '"') ? parse_quoted(s, &v) : parse_word(s, &v))
    return s->e->code;
  if (!v.n && term->kind != PATTERN_HAS) return FAIL(s, first, "every text has \"\"");
  if (s->p < s->end && !char_is_space(*s->p)) return FAIL(s, s->p, "a space belongs here, between two terms");
  term->text = v.p;
  term->n = v.n;
  return ERR_NONE;
}

/* Removes ?terms where there are plain terms, because CloudWatch ignores them there. */
static enum err_code settle_terms(struct parser *s, const char *either, const char *lacks) {
  struct pattern *out = s->out;
  uint32_t n = 0;
  int plain = 0;
  for (uint32_t i = 0; i < out->nterms; i++) plain |= out->term[i].kind == PATTERN_HAS;
  if (!plain && either && lacks)
    return FAIL(s, either < lacks ? lacks : either, "?term beside -term: what CloudWatch makes of it is not known");
  for (uint32_t i = 0; i < out->nterms; i++)
    if (plain && out->term[i].kind == PATTERN_EITHER) regex_free(out->term[i].regex);
    else out->term[n++] = out->term[i];
  out->nterms = n;
  return ERR_NONE;
}

static enum err_code parse_terms(struct parser *s) {
  struct pattern *out = s->out;
  const char *either = NULL, *lacks = NULL;
  out->kind = PATTERN_TERMS;
  for (; s->p < s->end; skip_spaces(s)) {
    const char *term = s->p;
    if (parse_term(s)) return s->e->code;
    if (out->term[out->nterms - 1].kind == PATTERN_EITHER && !either) either = term;
    if (out->term[out->nterms - 1].kind == PATTERN_LACKS && !lacks) lacks = term;
  }
  const struct pattern_term *t = out->term;
  int blank = out->nterms == 1 && t->kind == PATTERN_HAS && !t->regex && (!t->n || (t->n == 1 && *t->text == ' '));
  if (blank || !out->nterms) out->kind = PATTERN_ALL;
  return settle_terms(s, either, lacks);
}

/* --- the whole pattern -------------------------------------------------------------------------------------------- */

static enum err_code parse(struct parser *s) {
  const char *nul = memchr(s->copy, 0, (size_t)(s->end - s->copy));
  if (nul) return FAIL(s, nul, "a NUL byte");
  skip_spaces(s);
  if (at(s, '{')) return FAIL(s, s->p, "a pattern in braces is for JSON events; records are texts: [...] or terms");
  return at(s, '[') ? parse_slots(s) : parse_terms(s);
}

enum err_code pattern_parse(struct pattern *out, const char *p, size_t n, struct err *e) {
  memset(out, 0, sizeof *out);
  out->ellipsis = PATTERN_NO_ELLIPSIS;
  size_t seen = n < 4 * PATTERN_MAX + 4 ? n : 4 * PATTERN_MAX + 4;
  enum err_code rc = ERR_NONE;
  if (n > seen || character(p, seen) > PATTERN_MAX + 1) {
    rc = err_set(e, ERR_ARGUMENT, PATTERN_MAX + 1, "a pattern has %d characters at most", PATTERN_MAX);
  } else if ((out->copy = mem_alloc(n + 1)) == NULL) {
    rc = err_nomem(e);
  } else {
    struct parser s = {.original = p, .copy = out->copy, .p = out->copy, .end = out->copy + n, .out = out, .e = e};
    if (n) memcpy(out->copy, p, n);
    out->copy[n] = 0;
    rc = parse(&s);
    if (rc) { /* the slots do not point to their conditions yet */
      for (uint32_t i = 0; i < s.nconditions; i++) regex_free(s.condition[i].regex);
      for (uint32_t i = 0; i < out->nslots; i++) out->slot[i].nconditions = 0, out->slot[i].condition = NULL;
      mem_free(s.condition);
    }
  }
  if (!rc) return ERR_NONE;
  pattern_clear(out);
  return rc;
}

void pattern_clear(struct pattern *p) {
  uint32_t nconditions = 0;
  struct pattern_condition *condition =
      p->nslots ? p->slot->condition : NULL; /* the conditions of all slots are one array */
  for (uint32_t i = 0; i < p->nslots; i++) nconditions += p->slot[i].nconditions;
  for (uint32_t i = 0; i < nconditions; i++) regex_free(condition[i].regex);
  for (uint32_t i = 0; i < p->nterms; i++) regex_free(p->term[i].regex);
  mem_free(condition);
  mem_free(p->slot);
  mem_free(p->term);
  mem_free(p->copy);
  memset(p, 0, sizeof *p);
}
