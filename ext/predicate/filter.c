/* SPDX-License-Identifier: MIT */
/*
** The conditions of a slot are compiled once, when the layout is not known yet.  They become a
** term for tokens that are compared as texts and, where that is possible, one for tokens that are
** numbers.  Binding chooses one of the two by the kind of the field.  Conditions that no simple
** term can express are left to pattern_slot_passes().
**
**     slot                     term for texts           term for numbers
**     action="REJECT"          EQUAL 'REJECT'           none
**     eni="eni-1*"             PREFIX 'eni-1'           none
**     destport=22              SLOT                     RANGE 22 to 22
**     p>=1 && p<1024            SLOT                     RANGE 1 to 1023
**     p=22 || p=3389           SLOT                     NUMBERS {22, 3389}
**     source="10.*.1"          SLOT                     none
*/
#include "predicate/filter.h"

#include <string.h>

#include "base/mem.h"

#define NO_TERM UINT32_MAX

struct filter {
  unsigned users; /* owners, each of which will call filter_free() */
  struct pattern pattern;
  struct predicate terms; /* not sorted by predicate_finish(), because slots refer to terms by index */
  struct filter_slot {
    int field;       /* the field that its name means, or FIELD_NONE */
    uint32_t text;   /* index of its term for texts; NO_TERM: the slot has no condition */
    uint32_t number; /* index of its term for the numbers that a field can have, or NO_TERM */
  } * slot;          /* one for each slot of the pattern; NULL if there are none */
};

/* --- a slot's terms ---------------------------------------------------------------------------------------------- */

static int is_integer(const struct pattern_condition *c) { return c->value == PATTERN_NUMBER && c->number.is_integer; }

/*
** Returns 1 if the slot is a list of alternatives `= VALUE`, two at least, with wanted values
** only.
*/
static int is_list(const struct pattern_slot *s, int (*is_wanted)(const struct pattern_condition *)) {
  for (uint32_t i = 0; i < s->nconditions; i++)
    if ((i && !s->condition[i].is_or) || s->condition[i].op != PATTERN_EQ || !is_wanted(&s->condition[i])) return 0;
  return s->nconditions > 1;
}

/* Reduces [*low, *high] to the numbers that pass the condition.  *low > *high: there are none. */
static void narrow(const struct pattern_condition *c, int64_t *low, int64_t *high) {
  int64_t i = c->number.integer, least = INT64_MIN, most = INT64_MAX;
  switch ((enum pattern_op)c->op) {
  case PATTERN_EQ:
  case PATTERN_NE: least = most = i; break;
  case PATTERN_GE: least = i; break;
  case PATTERN_LE: most = i; break;
  case PATTERN_GT: i < INT64_MAX ? (least = i + 1) : (*high = -1); break;
  case PATTERN_LT: i > 0 ? (most = i - 1) : (*high = -1); break;
  }
  if (least > *low) *low = least;
  if (most < *high) *high = most;
}

/*
** Makes a term for one range of integers, or for all but one.  Returns 0 if the conditions have
** another form.
*/
static int range_term(const struct pattern_slot *s, struct predicate_term *t) {
  int64_t low = 0, high = INT64_MAX;
  for (uint32_t i = 0; i < s->nconditions; i++) {
    const struct pattern_condition *c = &s->condition[i];
    if (!is_integer(c) || c->is_or || (c->op == PATTERN_NE && s->nconditions > 1)) return 0;
    narrow(c, &low, &high);
  }
  t->op = low <= high ? PREDICATE_RANGE : PREDICATE_NEVER;
  t->low = (uint64_t)low;
  t->high = (uint64_t)high;
  t->negated = s->condition[0].op == PATTERN_NE;
  return 1;
}

/* Makes the term for the numbers that a field can have, 0 to 2^63-1.  *found: there is one. */
static enum err_code number_term(const struct pattern_slot *s, struct predicate_term *t, int *found, struct err *e) {
  *found = range_term(s, t);
  if (*found || !is_list(s, is_integer)) return ERR_NONE;
  *found = 1;
  t->op = PREDICATE_NUMBERS;
  set_init(&t->set);
  for (uint32_t i = 0; i < s->nconditions && !e->code; i++)
    if (s->condition[i].number.integer >= 0) set_add_number(&t->set, (uint64_t)s->condition[i].number.integer, e);
  return e->code;
}

static int is_text(const struct pattern_condition *c) { return c->value == PATTERN_TEXT; }

/* Returns 1 if the value is a wildcard whose only `*` is its last byte. */
static int is_prefix(const struct pattern_condition *c) {
  return c->value == PATTERN_WILDCARD && memchr(c->text, '*', c->n) == c->text + c->n - 1;
}

/* Makes the term for texts. */
static enum err_code text_term(const struct pattern_slot *s, struct predicate_term *t, struct err *e) {
  const struct pattern_condition *c = s->condition;
  if (is_list(s, is_text)) {
    t->op = PREDICATE_TEXTS;
    set_init(&t->set);
    for (uint32_t i = 0; i < s->nconditions && !e->code; i++) set_add_text(&t->set, c[i].text, c[i].n, e);
    return e->code;
  }
  t->op = PREDICATE_SLOT;
  t->slot = s;
  if (s->nconditions > 1 || !(is_text(c) || is_prefix(c))) return ERR_NONE;
  t->op = is_text(c) ? PREDICATE_EQUAL : PREDICATE_PREFIX;
  t->negated = c->op == PATTERN_NE;
  return predicate_set_text(&t->text, c->text, c->n - !is_text(c), e);
}

/* Adds a term, which is freed on an error; *place becomes its index. */
static enum err_code add_term(struct filter *f, struct predicate_term *t, uint32_t *place, struct err *e) {
  if (e->code) {
    predicate_drop(t);
    return e->code;
  }
  *place = (uint32_t)f->terms.n;
  return predicate_add(&f->terms, t, e);
}

/*
** To a pattern, `-` is a token like others.  To a predicate, it is a missing value.  null_passes
** makes both give the same answer.
*/
static enum err_code compile_slot(struct filter *f, const struct pattern_slot *s, struct filter_slot *out,
                                  struct err *e) {
  struct predicate_term number = {.null_passes = (uint8_t)pattern_slot_passes(s, "-", 1)}, text = number;
  int has_number;
  out->field = field_find(s->name, s->name_n);
  out->text = out->number = NO_TERM;
  if (!s->nconditions) return ERR_NONE;
  number_term(s, &number, &has_number, e);
  if (has_number && add_term(f, &number, &out->number, e)) return e->code;
  text_term(s, &text, e);
  return add_term(f, &text, &out->text, e);
}

static enum err_code compile(struct filter *f, struct err *e) {
  const struct pattern *p = &f->pattern;
  if (p->kind == PATTERN_TERMS) {
    struct predicate_term t = {.op = PREDICATE_PATTERN, .pattern = p};
    return predicate_add(&f->terms, &t, e);
  }
  if (p->kind != PATTERN_SLOTS) return ERR_NONE;
  f->slot = mem_alloc(p->nslots * sizeof *f->slot);
  if (!f->slot) return err_nomem(e);
  for (uint32_t i = 0; i < p->nslots && !e->code; i++) compile_slot(f, &p->slot[i], &f->slot[i], e);
  return e->code;
}

struct filter *filter_new(const char *p, size_t n, struct err *e) {
  struct filter *f = mem_alloc(sizeof *f);
  if (!f) return err_nomem(e), NULL;
  memset(f, 0, sizeof *f);
  f->users = 1;
  predicate_init(&f->terms);
  if (!pattern_parse(&f->pattern, p, n, e) && !compile(f, e)) return f;
  filter_free(f);
  return NULL;
}

struct filter *filter_share(struct filter *f) {
  if (f) f->users++;
  return f;
}

void filter_free(struct filter *f) {
  if (!f || --f->users) return;
  predicate_clear(&f->terms);
  mem_free(f->slot);
  pattern_clear(&f->pattern);
  mem_free(f);
}

/* --- a layout ---------------------------------------------------------------------------------------------------- */

/*
** Returns the place of slot i in a line of count tokens.  Slots behind the ellipsis count from the
** end.
*/
static uint32_t place_of(const struct pattern *p, uint32_t i, uint32_t count) {
  return i < p->ellipsis ? i : count - (p->nslots - i);
}

/* Returns 1 if the slots fit a line of count tokens: see pattern_matches(). */
static int covers(const struct pattern *p, uint32_t count) {
  if (p->ellipsis != PATTERN_NO_ELLIPSIS) return p->nslots <= count;
  return p->nslots == count || (p->nslots && p->nslots < count && !p->slot[p->nslots - 1].nconditions);
}

/* Returns 1 if slot i has a condition and a known name. */
static int is_known(const struct filter *f, uint32_t i) {
  return f->slot[i].text != NO_TERM && f->slot[i].field != FIELD_NONE;
}

/* Returns the first slot whose name means another field than the layout has there, or nslots. */
static uint32_t find_misnamed(const struct filter *f, const struct layout *l) {
  uint32_t count = l->ntokens - l->prefix, i = 0;
  for (; i < f->pattern.nslots; i++)
    if (is_known(f, i) && l->field[l->prefix + place_of(&f->pattern, i, count)] != f->slot[i].field) break;
  return i;
}

/*
** Returns 1 if the pattern is for the default format: its known names, one at least, are right
** there.
*/
static int is_for_default(const struct filter *f) {
  int known = 0;
  if (!covers(&f->pattern, FIELD_DEFAULT_COUNT)) return 0;
  for (uint32_t i = 0; i < f->pattern.nslots; i++) {
    if (!is_known(f, i)) continue;
    if (f->slot[i].field != (int)place_of(&f->pattern, i, FIELD_DEFAULT_COUNT)) return 0;
    known = 1;
  }
  return known;
}

/* Adds the group of a slot, about a token of the layout. */
static void add_group(const struct filter *f, const struct filter_slot *s, const struct layout *l, uint32_t token,
                      struct predicate_bound *out) {
  struct predicate_group *g = &out->group[out->ngroups++];
  int field = l->field[token], is_int = field != FIELD_NONE && kind_is_int(fields[field].kind);
  g->about = PREDICATE_TOKENS;
  g->is_int = is_int && s->number != NO_TERM;
  g->is_addr = 0; /* CloudWatch compares the word as it stands in the line */
  g->term = &f->terms.term[g->is_int ? s->number : s->text];
  g->nterms = g->ntokens = 1;
  g->token[0] = (uint16_t)token;
}

static void bind_places(const struct filter *f, const struct layout *l, struct predicate_bound *out) {
  for (uint32_t i = 0; i < f->pattern.nslots; i++) {
    if (f->slot[i].text == NO_TERM) continue;
    add_group(f, &f->slot[i], l, l->prefix + place_of(&f->pattern, i, l->ntokens - l->prefix), out);
    if (is_known(f, i)) out->finds[f->slot[i].field] |= PREDICATE_HAS;
  }
}

/*
** Applies each slot to its field in the default format, wherever the layout has it.  A field that
** the layout lacks is missing in all lines, as `-` is.  Where the predicate lets no line pass anyway,
** perhaps because it says IS NOT NULL, the filter does not ask for the field.
*/
static void bind_fields(const struct filter *f, const struct layout *l, struct predicate_bound *out) {
  int never = out->never;
  for (uint32_t i = 0; i < f->pattern.nslots; i++) {
    const struct filter_slot *s = &f->slot[i];
    if (s->text == NO_TERM) continue;
    uint32_t field = place_of(&f->pattern, i, FIELD_DEFAULT_COUNT);
    int token = l->token[field];
    if (token != LAYOUT_ABSENT) {
      add_group(f, s, l, (uint32_t)token, out);
      out->finds[field] |= PREDICATE_HAS;
    } else if (!f->terms.term[s->text].null_passes) {
      out->never = 1;
      if (!never) out->finds[field] |= PREDICATE_LACKS;
    }
  }
}

/* Applies the terms to the whole line without the time before it. */
static void bind_message(const struct filter *f, const struct layout *l, struct predicate_bound *out) {
  struct predicate_group *g = &out->group[out->ngroups++];
  g->about = PREDICATE_MESSAGE;
  g->is_int = g->is_addr = 0;
  g->term = f->terms.term;
  g->nterms = 1;
  g->ntokens = 2;
  g->token[0] = l->prefix;
  g->token[1] = (uint16_t)(l->ntokens - 1);
}

static enum err_code mismatch(const struct filter *f, const struct layout *l, struct err *e) {
  uint32_t count = l->ntokens - l->prefix;
  if (!covers(&f->pattern, count))
    return err_set(e, ERR_ARGUMENT, 0,
                   "the filter has %u place%s%s, and the file's lines have %u fields; `...` stands for any number of "
                   "fields, and a last place that asks nothing for the rest",
                   (unsigned)f->pattern.nslots, f->pattern.nslots == 1 ? "" : "s",
                   f->pattern.ellipsis == PATTERN_NO_ELLIPSIS ? "" : " or more", (unsigned)count);
  uint32_t i = find_misnamed(f, l), place = place_of(&f->pattern, i, count);
  int there = l->field[l->prefix + place];
  return err_set(e, ERR_ARGUMENT, 0,
                 "the filter calls place %u %.*s, which in this file is %s; a filter goes by place: write the "
                 "fields in the file's order, or in the default format's",
                 (unsigned)place + 1, (int)f->pattern.slot[i].name_n, f->pattern.slot[i].name,
                 there == FIELD_NONE ? "another field" : fields[there].name);
}

enum err_code filter_bind(const struct filter *f, const struct layout *l, struct predicate_bound *out, struct err *e) {
  const struct pattern *p = &f->pattern;
  if (p->kind == PATTERN_ALL) return ERR_NONE;
  if (p->kind == PATTERN_TERMS) bind_message(f, l, out);
  else if (covers(p, l->ntokens - l->prefix) && find_misnamed(f, l) == p->nslots) bind_places(f, l, out);
  else if (is_for_default(f)) bind_fields(f, l, out);
  else return mismatch(f, l, e);
  return ERR_NONE;
}
